"""A confined process writes to its own folder and to devices, and to nothing else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.api import Trial
from bench.execution.confined_writes import confine_writes, landlock_version
from bench.execution.process_pool import ProcessPool
from bench.execution.tasks import Files, OnProgress, Task, run_one_task

TRIAL = Trial("t", "small", "s", 0, "g", {}, 1)
WAYS: dict[str, Callable[[Path], object]] = {
    "create": lambda path: (path / "new").write_text("x"),
    "change": lambda path: (path / "old").write_text("x"),
    "truncate": lambda path: os.truncate(path / "old", 0),
    "remove": lambda path: (path / "old").unlink(),
    "folder": lambda path: (path / "new").mkdir(),
    "link": lambda path: (path / "new").symlink_to("x"),
    "move": lambda path: Path("own").rename(path / "new"),
    "child": lambda path: subprocess.run(["touch", path / "new"], check=True, capture_output=True),
    "memory": lambda path: Path(f"/dev/shm/bench-test-{os.getpid()}").write_text("x"),
}


def writes(task: Task, on_progress: OnProgress) -> Files:
    Path("own").write_text("x")
    Path("/dev/null").write_text("x")
    done = []
    for name, way in WAYS.items():
        try:
            way(Path(task.payload))
        except (OSError, subprocess.CalledProcessError):
            continue
        done.append(name)
    return {"done.txt": " ".join(done).encode(), "own.txt": Path("own").read_bytes() if Path("own").exists() else b""}


@pytest.mark.parametrize("confined", [True, False])
def test_a_confined_task_writes_to_its_own_folder_only(tmp_path: Path, *, confined: bool) -> None:
    (tmp_path / "old").write_text("old")
    with ProcessPool(1) as pool:
        outcome = run_one_task(pool, Task(TRIAL, writes, str(tmp_path), confined=confined))
    assert outcome.status == "ok", outcome.log
    for left in Path("/dev/shm").glob("bench-test-*"):
        left.unlink()
    if confined and landlock_version():
        assert outcome.files["done.txt"] == b""
        assert outcome.files["own.txt"] == b"x"
        assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
    else:
        assert "create" in outcome.files["done.txt"].decode()


def test_a_system_without_landlock_confines_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert landlock_version() == 0
    assert not confine_writes(str(tmp_path))
