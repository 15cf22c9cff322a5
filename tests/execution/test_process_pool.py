import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from bench.execution.process_pool import Pool
from bench.execution.task import NO_LIMITS, Files, Limits, Outcome, Task, Tell, Work, outcomes


def echo(payload: str, tell: Tell) -> Files:
    print("hello", flush=True)
    tell("work", 1, 2)
    return {"said": payload.encode()}


def raises(payload: str, tell: Tell) -> Files:
    raise ValueError(payload)


def exits(payload: str, tell: Tell) -> Files:
    os._exit(7)


def crashes(payload: str, tell: Tell) -> Files:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


def nameless(payload: str, tell: Tell) -> Files:
    """Dies by a real-time signal."""
    os.kill(os.getpid(), 40)
    return {}


def hangs(payload: str, tell: Tell) -> Files:
    tell("fit", 3, 10)
    time.sleep(600)
    return {}


def eats(payload: str, tell: Tell) -> Files:
    hoard = []
    while True:
        hoard.append(b"x" * 20_000_000)
        time.sleep(0.02)


def daemonises(payload: str, tell: Tell) -> Files:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            Path(payload).write_text(str(os.getpid()))
            time.sleep(600)
        os._exit(0)
    time.sleep(600)
    return {}


def forks(payload: str, tell: Tell) -> Files:
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    Path(payload).write_text(str(child.pid))
    time.sleep(600)
    return {}


def seeds_and_environment(payload: str, tell: Tell) -> Files:
    return {"threads": os.environ["OMP_NUM_THREADS"].encode(), "folder": os.getcwd().encode()}


def gone(pid: int) -> bool:
    """Whether a process ends (or waits to be reaped) within a few seconds."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def run(tasks: Iterable[Task], size: int = 2) -> dict[str, Outcome]:
    with Pool(size) as pool:
        return {task.id: outcome for task, outcome in outcomes(pool, tasks)}


def test_a_task_returns_its_files_and_its_log() -> None:
    outcome = run([Task("a", echo, "hi")])["a"]
    assert (outcome.status, outcome.files, outcome.log) == ("ok", {"said": b"hi"}, b"hello\n")


def test_whatever_a_task_does_costs_only_itself() -> None:
    tasks = [Task(work.__name__, work, "x") for work in (raises, exits, crashes, nameless, echo)]
    ended = run(tasks)
    assert ended["echo"].status == "ok"
    assert {name: outcome.status for name, outcome in ended.items() if name != "echo"} == {
        "raises": "failed",
        "exits": "failed",
        "crashes": "failed",
        "nameless": "failed",
    }
    assert b"ValueError: x" in ended["raises"].log
    assert "code 7" in ended["exits"].error
    assert "SIGSEGV" in ended["crashes"].error
    assert "signal 40" in ended["nameless"].error


def test_a_task_that_hangs_is_stopped_and_says_how_far_it_got() -> None:
    outcome = run([Task("h", hangs, "", Limits(seconds=1.5))])["h"]
    assert outcome.status == "timeout"
    assert "fit (3 of 10)" in outcome.error


def test_a_task_that_eats_memory_is_stopped() -> None:
    outcome = run([Task("m", eats, "", Limits(memory_bytes=200 * 2**20))])["m"]
    assert outcome.status == "memory"
    assert "of 200 MiB" in outcome.error
    assert outcome.peak_bytes > 200 * 2**20


@pytest.mark.parametrize("work", [forks, daemonises])
def test_children_in_sessions_of_their_own_die_too(work: Work, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    outcome = run([Task("f", work, str(note), Limits(seconds=2))])["f"]
    assert outcome.status == "timeout"
    assert gone(int(note.read_text()))


def test_tasks_have_one_thread_and_a_folder_that_is_removed() -> None:
    files = run([Task("e", seeds_and_environment, "")])["e"].files
    assert files["threads"] == b"1"
    assert not Path(files["folder"].decode()).exists()


def test_leaving_the_pool_kills_what_runs() -> None:
    with Pool(1) as pool:
        pool.start(Task("h", hangs, "", NO_LIMITS))
        pid = pool._running[0].process.pid
    assert pid is not None
    assert gone(pid)


def test_tasks_die_with_the_driver(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_workers import forks; from bench.execution.task import Task\n"
        "from bench.execution.process_pool import Pool\n"
        "if __name__ == '__main__':\n"
        "    pool = Pool(1); pool.start(Task('f', forks, sys.argv[2]))\n"
        "    while True: list(pool.events())\n"
    )
    script = tmp_path / "driver.py"
    script.write_text(code)
    driver = subprocess.Popen([sys.executable, script, Path(__file__).parent, note])
    while not (note.exists() and note.read_text()):
        time.sleep(0.05)
    leader = Path(f"/proc/{int(note.read_text())}/stat").read_text().split()[3]
    driver.kill()
    driver.wait()
    assert gone(int(leader))
    os.kill(int(note.read_text()), signal.SIGKILL)
