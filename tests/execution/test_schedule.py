"""The order in which tasks start; no process is started."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Self

import psutil
import pytest

from bench.api import Trial
from bench.common.atomic_files import pack_arrays
from bench.execution import runner
from bench.execution.due_tasks import fit_limits
from bench.execution.tasks import Task, TaskOutcome
from bench.planning.config import Operation
from bench.planning.read_config import build_config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class RecordingPool:
    """Ends each task at once: preparations succeed, all else fails."""

    def __init__(self, size: int) -> None:
        self.started: list[Task] = []
        self._running: list[Task] = []
        self._size = size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    @property
    def idle(self) -> int:
        return self._size - len(self._running)

    def start(self, task: Task) -> None:
        self.started.append(task)
        self._running.append(task)

    def events(self) -> Iterator[tuple[Task, TaskOutcome]]:
        task = self._running.pop(0)
        if task.kind == "prepare":
            yield task, TaskOutcome("ok", {"artefacts.npz": pack_arrays({})}, "")
        else:
            yield task, TaskOutcome("failed", {}, "made to fail")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_splits_trials_come_before_the_next_split(workers: int, tmp_path: Path) -> None:
    config = build_config({"dataset": "diabetes", "generators": "smote,gaussian-mixture", "repeats": 4})
    plan = runner.load_plan(config)
    pool = RecordingPool(workers)
    with runner.session(plan, tmp_path / "run", Operation()) as schedule:
        assert not schedule.notes
        schedule.run(pool, lambda *_: None)
    kinds = [task.kind for task in pool.started]
    references = kinds.count("reference") // 4
    assert Counter(kinds) == {"prepare": 4, "trial": 8, "reference": 4 * references}
    assert {task.limits.seconds for task in pool.started} == {4 * 3600}, "fits and scoring end"
    next_split = [place for place, kind in enumerate(kinds) if kind == "prepare"][workers]
    assert next_split == workers + workers * (2 + references)
    of_first = [task for task in pool.started[workers:next_split] if task.kind == "trial"]
    costs = [task.trial.expected_seconds for task in of_first if task.trial.split == of_first[0].trial.split]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_one_worker_scores_reference_rows_first(workers: int, tmp_path: Path) -> None:
    config = build_config({"dataset": "diabetes", "generators": "smote,gaussian-mixture,cart", "repeats": 1})
    pool = RecordingPool(workers)
    with runner.session(runner.load_plan(config), tmp_path / "run", Operation()) as schedule:
        schedule.run(pool, lambda *_: None)
    kinds = [task.kind for task in pool.started if task.kind in ("reference", "trial")]
    if workers == 1:
        assert kinds == sorted(kinds), "reference rows, then trials"
    else:
        assert kinds[:workers] == ["reference", *["trial"] * (workers - 1)]


def test_every_fit_has_a_limit() -> None:
    trial = Trial("id", "data", "split", 0, "mine", {}, 1, 10.0)
    limits = fit_limits(trial, Operation())
    assert limits.seconds == 4 * 3600
    assert limits.memory_bytes is not None
    assert 0.8 < limits.memory_bytes / psutil.virtual_memory().total < 1
    assert fit_limits(replace(trial, expected_seconds=3600.0), Operation(), fits=2).seconds == 60 * 3600
    asked = fit_limits(trial, Operation(timeout=5, memory=0.5))
    assert (asked.seconds, asked.memory_bytes) == (5, 2**29)
    assert fit_limits(trial, Operation(cluster="tcp://elsewhere:1")).memory_bytes is None
