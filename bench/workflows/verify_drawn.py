"""Scores the reference rows of a drawn split again, and compares them with the values that the run holds.

They decide which metrics rank. They lie in the run directory and, for all runs on the same data, in the user's cache,
where other programs can change them too.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from bench.api import TrialResult
from bench.execution import runner
from bench.execution.drawn_tasks import drawn_task, values_of
from bench.execution.process_pool import ProcessPool
from bench.execution.tasks import run_tasks
from bench.planning.drawn_splits import plan_drawn_splits
from bench.runs.drawn_splits import read_drawn
from bench.seeds import derive
from bench.workflows.verify_scores import ChangedValue, CheckedScores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bench.planning.plan import Plan

_TOLERANCE = 1e-5
"""Relative: stored values have six digits."""


def check_drawn_splits(plan: Plan, path: Path, seed: int, workers: int) -> Iterator[CheckedScores]:
    """Scores one drawn split of each board again.

    What other code has drawn and scored is not checked, nor is anything if no splits are drawn today.

    Args:
        plan: that of the run.
        path: the run directory.
        seed: decides which splits.
        workers: splits scored at once; no number depends on it.
    """
    planned = plan_drawn_splits(plan)
    stored = {drawn.key: drawn for drawn in read_drawn(path) if drawn.complete and drawn.key in planned}
    chosen = {key: random.Random(derive(seed, "verify", key)).randrange(stored[key].wanted) for key in stored}
    tasks = [drawn_task(plan, planned[key], number) for key, number in chosen.items()]
    with ProcessPool(workers, runner.modules_to_preload()) as pool:
        for task, outcome in run_tasks(pool, tasks):
            kept = stored[task.trial.split].values[task.trial.repeat]
            result = TrialResult(task.trial, "ok", metrics=_flat(kept))
            if outcome.status != "ok":
                yield CheckedScores(result, reasons=(f"it could not be scored: {outcome.error}",))
            else:
                yield CheckedScores(result, _changed(result.metrics, _flat(values_of(outcome))))


def _flat(values: Mapping[str, Mapping[str, float]]) -> dict[str, float | None]:
    return {f"{row}, {metric}": value for row, by_metric in values.items() for metric, value in by_metric.items()}


def _changed(stored: Mapping[str, float | None], again: Mapping[str, float | None]) -> tuple[ChangedValue, ...]:
    values = [ChangedValue(key, stored.get(key), again.get(key)) for key in dict.fromkeys([*stored, *again])]
    return tuple(value for value in values if not _is_close(value.stored, value.recomputed))


def _is_close(first: float | None, second: float | None) -> bool:
    return first is not None and second is not None and math.isclose(first, second, rel_tol=_TOLERANCE, abs_tol=1e-9)
