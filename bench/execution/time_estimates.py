"""Rough times of a run, from what generators say about themselves and from the size of the tables that are scored."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bench.execution.drawn_tasks import missing_drawn_splits
from bench.scoring.reference_rows import reference_names

if TYPE_CHECKING:
    from bench.planning.plan import Plan, PlannedSplit


class _ScoringTime(NamedTuple):
    """Seconds that scoring one table takes on one core: the sum of three parts.

    Attributes:
        table: of any table.
        thousand_rows: for each thousand train rows.
        squared_columns: times the square of the number of columns, for pairs of columns and models of each column.
    """

    table: float
    thousand_rows: float
    squared_columns: float


_SCORING = {
    "core": _ScoringTime(2, 0.2, 0.003),
    "full": _ScoringTime(10, 0.8, 0.023),
    "audit": _ScoringTime(15, 0.8, 0.023),
}
"""By metric set; `python -m tests.perf` prints what some tables take."""

_TABLES_PER_DRAWN_SPLIT = 2


def scoring_seconds(plan: Plan, split: PlannedSplit) -> float:
    """Returns the rough seconds that scoring one table takes on a split of a plan."""
    time, columns = _SCORING[plan.config.budget.metrics], len(plan.datasets[split.dataset].schema.names)
    return time.table + time.thousand_rows * split.sizes["train"] / 1000 + time.squared_columns * columns**2


def drawn_split_seconds(plan: Plan) -> float:
    """Returns the rough seconds that the reference rows of one drawn split take, on the largest table of a plan."""
    return _TABLES_PER_DRAWN_SPLIT * max((scoring_seconds(plan, split) for split in plan.splits.values()), default=0.0)


def estimate_seconds(plan: Plan, workers: int) -> float:
    """Returns the rough seconds that a whole run takes."""
    scoring = {split.id: scoring_seconds(plan, split) for split in plan.splits.values()}
    trials = [trial for trial in plan.trials if plan.refusal(trial)[0] == "ok"]
    seconds = [trial.expected_seconds + scoring[trial.split] for trial in trials]
    seconds += list(scoring.values()) * len(reference_names())
    seconds += [drawn_split_seconds(plan)] * missing_drawn_splits(plan)
    return max(sum(seconds) / workers, max(seconds, default=0.0))
