import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from bench.api import Trial
from bench.execution.process_pool import ProcessPool
from bench.execution.process_tree import stop_server
from bench.execution.tasks import (
    NO_LIMITS,
    Files,
    OnProgress,
    Task,
    TaskLimits,
    TaskOutcome,
    Work,
    run_one_task,
    run_tasks,
)


def echo(task: Task, on_progress: OnProgress) -> Files:
    print("hello", flush=True)
    on_progress("work", 1, 2)
    return {"said": task.payload.encode()}


def raises(task: Task, on_progress: OnProgress) -> Files:
    raise ValueError(task.payload)


def exits(task: Task, on_progress: OnProgress) -> Files:
    os._exit(7)


def crashes(task: Task, on_progress: OnProgress) -> Files:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


def nameless(task: Task, on_progress: OnProgress) -> Files:
    """Dies by a real-time signal."""
    os.kill(os.getpid(), 40)
    return {}


def hangs(task: Task, on_progress: OnProgress) -> Files:
    on_progress("fit", 3, 10)
    time.sleep(600)
    return {}


def eats(task: Task, on_progress: OnProgress) -> Files:
    hoard = []
    while True:
        hoard.append(b"x" * 20_000_000)
        time.sleep(0.02)


def daemonises(task: Task, on_progress: OnProgress) -> Files:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            Path(task.payload).write_text(str(os.getpid()))
            time.sleep(600)
        os._exit(0)
    time.sleep(600)
    return {}


def leaves_a_daemon(task: Task, on_progress: OnProgress) -> Files:
    """Ends before a child that has a session of its own and still holds the pipe."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.chdir("/")
            Path(task.payload).write_text(str(os.getpid()))
            time.sleep(600)
        os._exit(0)
    while not Path(task.payload).exists():
        time.sleep(0.01)
    os._exit(0)


def kills_its_server_and_leaves_a_daemon(task: Task, on_progress: OnProgress) -> Files:
    """What it leaves is nobody's child: the server that adopts such processes is gone."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.chdir("/")
            Path(task.payload).write_text(str(os.getpid()))
            time.sleep(600)
        os._exit(0)
    while not Path(task.payload).exists():
        time.sleep(0.01)
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(3)


def stops_its_server(task: Task, on_progress: OnProgress) -> Files:
    os.kill(os.getppid(), signal.SIGSTOP)
    return {"said": b"done"}


def kills_its_server(task: Task, on_progress: OnProgress) -> Files:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(1)
    return {"said": b"done"}


def echoes_late(task: Task, on_progress: OnProgress) -> Files:
    time.sleep(2)
    return echo(task, on_progress)


def forks(task: Task, on_progress: OnProgress) -> Files:
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    Path(task.payload).write_text(str(child.pid))
    time.sleep(600)
    return {}


def replaces_its_log(task: Task, on_progress: OnProgress) -> Files:
    """Where its log was, there is a pipe that nobody writes to."""
    os.remove("log.txt")
    os.mkfifo("log.txt")
    return {"said.txt": b"done"}


def seeds_and_environment(task: Task, on_progress: OnProgress) -> Files:
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


def make_task(name: str, work: Work, payload: str, limits: TaskLimits = NO_LIMITS) -> Task:
    return Task(Trial(name, "", "", 0, "", {}, 0), work, payload, limits)


def run(tasks: Iterable[Task], size: int = 2) -> dict[str, TaskOutcome]:
    with ProcessPool(size) as pool:
        return {task.id: outcome for task, outcome in run_tasks(pool, tasks)}


def test_a_task_returns_its_files_and_its_log() -> None:
    outcome = run([make_task("a", echo, "hi")])["a"]
    assert (outcome.status, outcome.files, outcome.log) == ("ok", {"said": b"hi"}, b"hello\n")


def test_whatever_a_task_does_costs_only_itself() -> None:
    tasks = [make_task(work.__name__, work, "x") for work in (raises, exits, crashes, nameless, echo)]
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
    outcome = run([make_task("h", hangs, "", TaskLimits(seconds=1.5))])["h"]
    assert outcome.status == "timeout"
    assert "fit (3 of 10)" in outcome.error


def test_a_task_that_eats_memory_is_stopped() -> None:
    outcome = run([make_task("m", eats, "", TaskLimits(memory_bytes=200 * 2**20))])["m"]
    assert outcome.status == "memory"
    assert "of 200 MiB" in outcome.error
    assert outcome.peak_bytes > 200 * 2**20


def test_a_task_that_ends_before_its_daemon_is_a_failure_and_the_daemon_dies(tmp_path: Path) -> None:
    outcome = run([make_task("d", leaves_a_daemon, str(tmp_path / "pid"))])["d"]
    assert outcome.status == "failed"
    assert outcome.error == "the process exited with code 0 before it returned"
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_daemon_without_a_server_dies_too(tmp_path: Path) -> None:
    tasks = [
        make_task("d", kills_its_server_and_leaves_a_daemon, str(tmp_path / "pid")),
        make_task("e", echoes_late, ""),
    ]
    ended = run(tasks)
    assert {name: outcome.status for name, outcome in ended.items()} == {"d": "failed", "e": "ok"}
    assert gone(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(
    "source", ["import os; os._exit(0)", "raise SystemExit", "raise OSError('no library')", "1 / 0"]
)
def test_a_package_that_cannot_be_imported_beforehand_stops_nothing(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "preloaded_package.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    stop_server()
    try:
        with ProcessPool(1, ["preloaded_package", "json"]) as pool:
            outcome = run_one_task(pool, make_task("e", echo, "hi"))
    finally:
        stop_server()
    assert (outcome.status, capfd.readouterr().err) == ("ok", "")


def test_tasks_outlive_their_server() -> None:
    ended = run([make_task("k", kills_its_server, ""), make_task("e", echoes_late, "hi")])
    assert {name: outcome.status for name, outcome in ended.items()} == {"k": "ok", "e": "ok"}


def test_a_stopped_server_goes_on(capfd: pytest.CaptureFixture[str]) -> None:
    tasks = [make_task("s", stops_its_server, ""), make_task("e", echo, "hi"), make_task("x", exits, "")]
    ended = run(tasks, size=1)
    assert {name: outcome.status for name, outcome in ended.items()} == {"s": "ok", "e": "ok", "x": "failed"}
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("work", [forks, daemonises])
def test_children_in_sessions_of_their_own_die_too(work: Work, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    outcome = run([make_task("f", work, str(note), TaskLimits(seconds=2))])["f"]
    assert outcome.status == "timeout"
    assert gone(int(note.read_text()))


def test_tasks_have_one_thread_and_a_folder_that_is_removed() -> None:
    files = run([make_task("e", seeds_and_environment, "")])["e"].files
    assert files["threads"] == b"1"
    assert not Path(files["folder"].decode()).exists()


def test_a_log_that_is_no_file_is_not_waited_for() -> None:
    outcome = run([make_task("r", replaces_its_log, "")])["r"]
    assert (outcome.status, outcome.files, outcome.log) == ("ok", {"said.txt": b"done"}, b"")


def test_leaving_the_pool_kills_what_runs() -> None:
    with ProcessPool(1) as pool:
        pool.start(make_task("h", hangs, "", NO_LIMITS))
        pid = pool._workers[0].process.pid
    assert pid is not None
    assert gone(pid)


def test_tasks_die_with_the_driver(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_process_pool import forks, make_task\n"
        "from bench.execution.process_pool import ProcessPool\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPool(1); pool.start(make_task('f', forks, sys.argv[2]))\n"
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
