"""Scores drawn splits of a stored run again: their values decide which metrics enter, so they could be edited too."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.execution import runner
from bench.execution.drawn_tasks import VALUES, drawn_inputs, drawn_task
from bench.execution.process_pool import ProcessPool
from bench.execution.tasks import TaskOutcome, run_tasks
from bench.planning.drawn_splits import plan_drawn_splits
from bench.runs.drawn_splits import read_drawn
from bench.seeds import derive
from bench.workflows.verify_scores import ChangedValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bench.api import DrawnSplits
    from bench.planning.plan import Plan

_TOLERANCE = 1e-5
"""Relative: six digits are stored."""


@dataclass(frozen=True, slots=True)
class CheckedDrawnSplit:
    """A drawn split that was scored again, and what is not as it was stored.

    Attributes:
        number: of the split, from 0.
        changed: values by reference row and metric, `row: metric`.
        reason: explains the difference, or says why nothing could be compared; may be empty.
    """

    dataset: str
    protocol: str
    number: int
    changed: tuple[ChangedValue, ...] = ()
    reason: str = ""

    @property
    def same(self) -> bool:
        """Whether every value is the same."""
        return not self.changed and not self.reason


def check_drawn_splits(plan: Plan, path: Path, count: int, seed: int, workers: int) -> Iterator[CheckedDrawnSplit]:
    """Scores a sample of the drawn splits that a run stores.

    Args:
        plan: that of the run, see `runner.restore_plan`.
        path: the run directory.
        count: drawn splits of each data set and protocol; all if there are fewer.
        seed: decides which.
        workers: splits scored at once; no number depends on it.
    """
    planned = {(drawn.dataset, drawn.protocol): drawn for drawn in plan_drawn_splits(plan).values()}
    stored = {drawn.key: drawn for drawn in read_drawn(path) if (drawn.dataset, drawn.protocol) in planned}
    today = {drawn.key: planned[drawn.dataset, drawn.protocol] for drawn in stored.values()}
    tasks = [
        replace(drawn_task(drawn, number), payload=drawn_inputs(plan, today[drawn.key], number))
        for drawn in stored.values()
        for number in _sample(drawn, count, seed)
    ]
    if not tasks:
        return
    with ProcessPool(workers, runner.modules_to_preload()) as pool:
        for task, outcome in run_tasks(pool, tasks):
            drawn = stored[task.trial.split]
            yield _compare(drawn, task.trial.repeat, outcome, same_code=drawn.key == today[drawn.key].key)


def _sample(drawn: DrawnSplits, count: int, seed: int) -> list[int]:
    numbers = sorted(number for number in drawn.values if 0 <= number < drawn.wanted)
    chosen = random.Random(derive(seed, "verify drawn splits", drawn.dataset, drawn.protocol))
    return sorted(chosen.sample(numbers, min(count, len(numbers))))


def _compare(drawn: DrawnSplits, number: int, outcome: TaskOutcome, *, same_code: bool) -> CheckedDrawnSplit:
    checked = CheckedDrawnSplit(drawn.dataset, drawn.protocol, number)
    if outcome.status != "ok":
        return replace(checked, reason=f"it could not be scored: {outcome.error}")
    before, now = _flat(drawn.values[number]), _flat(json.loads(outcome.files[VALUES]))
    values = [ChangedValue(name, before.get(name), now.get(name)) for name in dict.fromkeys([*before, *now])]
    changed = tuple(value for value in values if not _is_close(value.stored, value.recomputed))
    other = "" if same_code or not changed else "it was scored by other code or packages"
    return replace(checked, changed=changed, reason=other)


def _flat(values: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {f"{row}: {metric}": value for row, of_row in values.items() for metric, value in of_row.items()}


def _is_close(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=_TOLERANCE, abs_tol=1e-12)
