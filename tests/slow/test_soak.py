"""A hundred tiny trials: the driver's memory stays flat."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from bench.runs import run_directory

pytestmark = pytest.mark.slow


def test_the_drivers_memory_stays_flat(csv: Path, zoo: Mapping[str, str]) -> None:
    arguments = ["run", "--dataset", "small.csv", "--target", "y", "--repeats", "20", "--no-figures", "--rows", "40"]
    names = "noisy,raises,wrong-rows,wrong-type,collapses"
    command = [sys.executable, "-m", "bench", *arguments, "--generators", names, "--out", "out"]
    driver = subprocess.Popen(command, cwd=csv.parent, env=zoo, stdout=subprocess.PIPE, text=True)
    process = psutil.Process(driver.pid)
    memory: dict[int, int] = {}
    assert driver.stdout is not None
    for line in driver.stdout:
        if found := re.match(r"\[ *(\d+)/", line):
            memory[int(found.group(1))] = process.memory_info().rss
    assert driver.wait() == 0
    assert len(run_directory.open_run(csv.parent / "out").results) == 100
    early, late = memory[50], memory[max(memory) - 1]
    assert late - early < 40 * 2**20, f"{early / 2**20:.0f} MiB after 50 items, {late / 2**20:.0f} MiB at the end"
