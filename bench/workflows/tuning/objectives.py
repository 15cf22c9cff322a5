"""What tuning maximises: a report's own scores, on a split of train rows within the split of a run."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from bench.api import BenchError
from bench.common.atomic_files import pack_arrays, to_json
from bench.common.suggestions import closest, split_names
from bench.plugins import entry_points
from bench.runs.run_directory import FRAME_COLUMNS
from bench.scoring.reference_rows import reference_names, score_reference
from bench.scoring.score_table import flatten, prepare_all
from bench.seeds import derive
from bench.statistics.leaderboard import rank_frame
from bench.tables.splits import split as draw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from bench.api import Dataset, Entry, Family, Split
    from bench.execution.run_trial import TrialInputs
    from bench.execution.tasks import Files, OnProgress, Task
    from bench.tables.splits import BlockOptions

OVERALL = "overall"
DEFAULT = "fidelity,detection,utility"
"""Not the overall score: that is 0 as long as one family is at its floor, and then says nothing of the way up."""
GUARD = "privacy"
"""A mean alone is highest for what copies train, or nearly."""

Values = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """Scores in [0, 1] on one split.

    Attributes:
        value: what is maximised.
        families: by name.
        overall: the geometric mean of the families.
    """

    value: float
    families: Mapping[str, float]
    overall: float


@dataclass(frozen=True, slots=True)
class Objective:
    """The mean of some families' scores, or the overall score, times the scores of others.

    Attributes:
        families: names; empty means the overall score.
        guard: names of those that multiply it.
    """

    families: tuple[str, ...]
    guard: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = f"mean of {', '.join(self.families)}" if self.families else "overall score"
        return ", times ".join([what, *self.guard])

    def judge(self, bounds: Mapping[str, Values], found: Mapping[str, float | None]) -> Judgement:
        """What the values of one table are worth.

        Args:
            bounds: values by reference row and metric.
            found: of the table, by metric; those missing count as their floor.

        Raises:
            BenchError: if no metric of a family can tell its floor from its ceiling on this split.
        """
        row = _row(bounds, found)
        families = {name: stat.mean for name, stat in row.families.items()}
        if lost := [name for name in (*self.families, *self.guard) if name not in families]:
            raise BenchError(f"no metric of {lost[0]} tells its floor from its ceiling here; expected more rows")
        overall = row.overall.mean if row.overall else 0.0
        chosen = [families[name] for name in self.families]
        value = math.fsum(chosen) / len(chosen) if chosen else overall
        return Judgement(value * math.prod(families[name] for name in self.guard), families, overall)


def objective(said: str, guard: str = "") -> Objective:
    """What `--objective` and `--guard` name.

    Args:
        said: `overall`, or families separated by commas.
        guard: families separated by commas, or nothing; the overall score has them all.

    Raises:
        BenchError: if a family does not exist or is not ranked.
    """
    if said.strip() == OVERALL:
        return Objective(())
    names = _families(said, "--objective", OVERALL)
    if not names:
        raise BenchError(f"--objective names nothing; expected {OVERALL}, or families such as {DEFAULT}")
    return Objective(names, tuple(name for name in _families(guard, "--guard", "") if name not in names))


def _families(said: str, option: str, other: str) -> tuple[str, ...]:
    ranked = [family.name for family in entry_points.families() if any(metric.ranked for metric in family.metrics)]
    names = split_names([said])
    for name in names:
        if name not in ranked:
            raise BenchError(f"{option} names {name!r}: {closest(name, [*([other] if other else []), *ranked])}")
    return names


def inner_split(dataset: Dataset, outer: Split, rows: int | None, options: BlockOptions) -> Split:
    """Splits the train rows of a split again, by the same protocol; no other row is looked at.

    Args:
        dataset: for its name and schema.
        outer: the split of a run; only `train` and `seed` are used.
        rows: cap on the inner train rows; the inner holdout and test keep theirs.
        options: of the blocked protocol.

    Raises:
        BenchError: if train has too few rows.
    """
    within = replace(dataset, name=f"the train part of {dataset.name}", frame=outer.train)
    return draw(within, outer.protocol, derive(outer.seed, "inner"), rows=rows, options=options)


def bound(task: Task, on_progress: OnProgress) -> Files:
    """Computes what belongs to the inner split: scoring's artefacts, and the values of floors and ceilings."""
    families, job = entry_points.families(), cast("TrialInputs", task.payload)
    on_progress("prepare", 0, 0)
    artefacts = prepare_all(families, job.split, job.score_seed)
    bounds: dict[str, Values] = {}
    for name in reference_names():
        if told := [family for family in families if _bounds(family, name)]:
            on_progress(f"score {name}", 0, 0)
            scored = score_reference(name, job.split, job.score_seed, told, artefacts, job.metric_set)
            bounds[name] = {key: value for key, value in scored.metrics.items() if "[" not in key}
    return {"artefacts.npz": pack_arrays(flatten(artefacts)), "bounds.json": to_json(bounds).encode()}


def read_bounds(data: bytes) -> dict[str, Values]:
    """The values by reference row and metric that `bound` wrote."""
    found: dict[str, Values] = json.loads(data)
    return found


def _bounds(family: Family, name: str) -> bool:
    return any(name in (metric.floor, metric.ceiling) for metric in family.metrics if metric.ranked)


def _row(bounds: Mapping[str, Values], found: Mapping[str, float | None]) -> Entry:
    families = entry_points.families()
    metrics = [metric for family in families for metric in family.metrics]
    values = {metric.name: found.get(metric.name) for metric in metrics}
    frame = _frame([*((name, "reference", of) for name, of in bounds.items()), ("candidate", "generator", values)])
    board = rank_frame(frame, metrics, {family.name: family.combine for family in families}).boards[0]
    return next(row for row in board.entries if row.kind == "generator")


def _frame(tables: Sequence[tuple[str, str, Mapping[str, float | None]]]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        ("inner", "inner", "inner", 0, 0, name, kind, "ok", key, "", value, "")
        for name, kind, values in tables
        for key, value in values.items()
    ]
    return pd.DataFrame(rows, columns=list(FRAME_COLUMNS)).astype({"value": float})
