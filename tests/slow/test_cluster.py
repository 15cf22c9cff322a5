"""Real Dask scheduler and worker processes over TCP."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from bench.runs import run_directory
from tests.conftest import Bench
from tests.execution.test_runner import CHEAP, SMALL, numbers

pytestmark = pytest.mark.slow


class Cluster:
    """A scheduler with two workers, each with a nanny as `dask worker` starts them."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._folder, self._env = folder, env
        self.scheduler = self._dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        self._processes = [self.scheduler]
        self.workers = [self.add_worker() for _ in range(2)]

    def _dask(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *arguments]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=self._folder, env=self._env, stdout=quiet, stderr=quiet)

    def add_worker(self) -> subprocess.Popen[bytes]:
        started = self._dask("worker", self.address, "--nthreads", "1", "--no-dashboard")
        self._processes.append(started)
        return started

    def close(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
                process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory, zoo: Mapping[str, str]) -> Iterator[Cluster]:
    started = Cluster(tmp_path_factory.mktemp("cluster"), zoo)
    yield started
    started.close()


def test_the_same_bytes_with_1_2_and_4_workers_and_on_a_cluster(
    csv: Path, zoo: Mapping[str, str], bench: Bench, cluster: Cluster
) -> None:
    asked = (*SMALL, "--generators", "noisy,raises,ae,beta-vae,tvae", *CHEAP)
    places = {f"w{n}": ("--workers", str(n)) for n in (1, 2, 4)} | {"dask": ("--cluster", cluster.address)}
    for out, where in places.items():
        done = bench(*asked, *where, "--out", out, cwd=csv.parent, env=zoo)
        assert done.returncode == 0, done.stderr
    found = {out: numbers(csv.parent / out) for out in places}
    assert all(numbers == found["w1"] for numbers in found.values())


def test_limits_and_isolation_hold_on_a_cluster(
    csv: Path, zoo: Mapping[str, str], bench: Bench, cluster: Cluster
) -> None:
    names = "noisy,segfaults,hangs,eats-memory,exits"
    limits = ("--timeout", "12", "--memory", "0.5", "--cluster", cluster.address)
    done = bench(*SMALL, "--generators", names, *limits, "--out", "out", cwd=csv.parent, env=zoo)
    assert done.returncode == 0, done.stderr
    found = {each.trial.generator: each.status for each in run_directory.open_run(csv.parent / "out").results}
    assert found == {
        "noisy": "ok",
        "segfaults": "failed",
        "hangs": "timeout",
        "eats-memory": "memory",
        "exits": "failed",
    }


def test_trials_of_a_lost_worker_run_elsewhere(csv: Path, zoo: Mapping[str, str], cluster: Cluster) -> None:
    arguments = [*SMALL, "--generators", "slow,noisy", "--repeats", "3", "--cluster", cluster.address, "--out", "out"]
    command = [sys.executable, "-m", "bench", *arguments, "--json"]
    driver = subprocess.Popen(command, cwd=csv.parent, env=zoo, stdout=subprocess.PIPE, text=True)
    assert driver.stdout is not None
    for line in driver.stdout:
        if re.search(r'"event": "progress".*"generator": "slow"', line):
            break
    victim = cluster.workers[0]
    for process in [*psutil.Process(victim.pid).children(recursive=True), psutil.Process(victim.pid)]:
        with suppress(psutil.NoSuchProcess):  # it may end by itself
            process.send_signal(signal.SIGKILL)
    driver.communicate()
    assert driver.returncode == 0
    run = run_directory.open_run(csv.parent / "out")
    assert len(run.results) == 6
    assert {result.status for result in run.results} == {"ok"}


def test_a_lost_scheduler_costs_no_stored_result(csv: Path, zoo: Mapping[str, str], cluster: Cluster) -> None:
    arguments = [*SMALL, "--generators", "noisy,slow", "--repeats", "3", "--cluster", cluster.address, "--out", "out"]
    command = [sys.executable, "-m", "bench", *arguments, "--json"]
    driver = subprocess.Popen(
        command, cwd=csv.parent, env=zoo, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert driver.stdout is not None
    for line in driver.stdout:
        if re.search(r'"generator": "noisy".*"status": "ok"', line):
            break
    cluster.scheduler.kill()
    _, said = driver.communicate()
    assert driver.returncode == 2, said
    done = len(run_directory.open_run(csv.parent / "out").results)
    assert done >= 1
    assert said == (
        f"bench: the Dask scheduler at {cluster.address} no longer answers, with {done} of 6 trials stored in out; "
        f"start a scheduler and run: bench run --resume out --cluster {cluster.address}\n"
    )


def test_without_a_scheduler_it_says_so(csv: Path, bench: Bench) -> None:
    done = bench(*("run", "--dataset", "diabetes", "--cluster", "tcp://127.0.0.1:9", "--out", "out"), cwd=csv.parent)
    assert done.returncode == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
