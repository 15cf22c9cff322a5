"""kill -9 at any moment, fifty times, then the same command again: the same report, nothing lost, nothing half-read."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.runs import run_directory
from tests.conftest import Bench
from tests.execution.test_runner import numbers

pytestmark = pytest.mark.slow

KILLS = 50
ARGUMENTS = (
    *("run", "--dataset", "small.csv", "--target", "y", "--repeats", "6", "--generators", "noisy,raises"),
    *("--no-figures", "--quiet", "--set", "noisy.noise=0.2"),
)


def test_fifty_kills_change_nothing(csv: Path, zoo: Mapping[str, str], bench: Bench) -> None:
    folder = csv.parent
    assert bench(*ARGUMENTS, "--out", "whole", cwd=folder, env=zoo).returncode == 0
    command = [sys.executable, "-m", "bench", *ARGUMENTS, "--out", "killed"]
    draw = random.Random(20261120)
    killed, seen = 0, 0
    while killed < KILLS:
        driver = subprocess.Popen(command, cwd=folder, env=zoo, stderr=subprocess.PIPE)
        try:
            driver.wait(timeout=draw.uniform(0.5, 6))
        except subprocess.TimeoutExpired:
            driver.send_signal(signal.SIGKILL)
            killed += 1
        driver.communicate()
        if driver.returncode == 0:
            # Finished before the kill: start over, or the rest would only kill a process that reads.
            subprocess.run(["rm", "-rf", folder / "killed"], check=True)
            seen = 0
            continue
        if (folder / "killed" / "manifest.json").exists():
            run = run_directory.open_run(folder / "killed")
            assert len(run.results) >= seen, "a stored trial was lost"
            seen = len(run.results)
        time.sleep(0.05)
    assert bench(*ARGUMENTS, "--out", "killed", cwd=folder, env=zoo).returncode == 0
    assert numbers(folder / "killed") == numbers(folder / "whole")
    leftovers = [path for path in (folder / "killed").rglob(".*") if path.name != ".lock"]
    assert leftovers == []
