"""The value that tuning maximises: scores as in a report, on a split of the train rows of a run's split."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from bench.api import BenchError, Board, Dataset, Split
from bench.common.atomic_files import pack_arrays, to_json
from bench.common.suggestions import closest
from bench.plugins import entry_points
from bench.runs.run_directory import FRAME_COLUMNS
from bench.scoring.reference_rows import reference_names_of, score_reference
from bench.scoring.score_table import flatten, prepare_all
from bench.seeds import derive
from bench.statistics.leaderboard import rank_frame
from bench.tables.splits import BlockOptions
from bench.tables.splits import split as draw_split
from bench.workflows.tuning.scoring_files import ARTEFACTS, BOUNDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.execution.score_trial import ScoreInputs
    from bench.execution.tasks import Files, OnProgress, Task
    from bench.workflows.tuning.scoring_files import MetricValues

OVERALL = "overall"
DEFAULT = "fidelity,detection,utility"
"""Not the overall score: that is 0 as long as one family is at its floor, and then cannot rank settings."""
GUARD = "privacy"
"""Without it, a generator that copies train rows has the highest mean."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Scores in [0, 1] on one split: the value to maximise, those of families, and the overall score.

    `overall` is None where a family has no metric that can rank.
    """

    value: float
    families: Mapping[str, float]
    overall: float | None


@dataclass(frozen=True, slots=True)
class Objective:
    """The mean score of some families (if none, the overall score), times the scores of the families of the guard."""

    families: tuple[str, ...]
    guard: tuple[str, ...] = ()

    def __str__(self) -> str:
        base = f"mean of {', '.join(self.families)}" if self.families else "overall score"
        return ", times ".join([base, *self.guard])

    def judge(self, bounds: Mapping[str, MetricValues], values: MetricValues) -> Judgement:
        """Returns the scores of one table.

        Args:
            bounds: reference row -> its values by metric.
            values: of the table, by metric; a missing metric counts as its floor.

        Raises:
            BenchError: if no metric of a family that is asked for tells its floor from its ceiling on this split.
        """
        board = _board(bounds, values)
        entry = next(entry for entry in board.entries if entry.kind == "generator")
        families = {name: stat.mean for name, stat in entry.families.items()}
        if missing := [name for name in (*self.families, *self.guard) if name not in families]:
            raise BenchError(f"no metric of {missing[0]} tells its floor from its ceiling here; expected more rows")
        if board.no_overall and not self.families:
            raise BenchError(f"{board.no_overall} Expected more rows, or --objective with some of the families")
        overall = entry.overall.mean if entry.overall else None
        averaged = [families[name] for name in self.families]
        value = math.fsum(averaged) / len(averaged) if averaged else overall or 0.0
        return Judgement(value * math.prod(families[name] for name in self.guard), families, overall)


def parse_objective(text: str, guard: str = "") -> Objective:
    """Returns the objective that `--objective` (`overall`, or families with commas) and `--guard` (families) name.

    `overall` has all families, so the guard is not used with it.

    Raises:
        BenchError: if a family does not exist or is not ranked.
    """
    if text.strip() == OVERALL:
        return Objective(())
    names = _families(text, "--objective", OVERALL)
    if not names:
        raise BenchError(f"--objective names nothing; expected {OVERALL}, or families such as {DEFAULT}")
    return Objective(names, tuple(name for name in _families(guard, "--guard") if name not in names))


def _families(text: str, option: str, *other_choices: str) -> tuple[str, ...]:
    ranked = [family.name for family in entry_points.families() if any(metric.ranked for metric in family.metrics)]
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in names:
        if name not in ranked:
            raise BenchError(f"{option} names {name!r}: {closest(name, [*other_choices, *ranked])}")
    return names


def inner_split(dataset: Dataset, outer: Split, rows: int | None, options: BlockOptions) -> Split:
    """Splits the train rows of a split again, by the same protocol; no other row is used.

    `rows` caps the inner train rows; the inner holdout and test are not capped.

    Raises:
        BenchError: if train has too few rows.
    """
    train = replace(dataset, name=f"the train part of {dataset.name}", frame=outer.train)
    return draw_split(train, outer.protocol, derive(outer.seed, "inner"), rows=rows, options=options)


def score_bounds(task: Task, on_progress: OnProgress) -> Files:
    """A task: computes the artefacts that scoring on the inner split needs, and the values of floors and ceilings."""
    families, inputs = entry_points.families(), cast("ScoreInputs", task.payload)
    on_progress("prepare", 0, 0)
    artefacts = prepare_all(families, inputs.split, inputs.score_seed, inputs.metric_set)
    bounds: dict[str, MetricValues] = {}
    metrics = [metric for family in families for metric in family.metrics]
    for name in reference_names_of(inputs.split.schema, inputs.split.protocol):
        bounded = {metric.family for metric in metrics if name in metric.bounding_rows}
        if needing := [family for family in families if family.name in bounded]:
            on_progress(f"score {name}", 0, 0)
            scored = score_reference(name, inputs.split, inputs.score_seed, needing, artefacts, inputs.metric_set)
            bounds[name] = {key: value for key, value in scored.metrics.items() if "[" not in key}
    return {ARTEFACTS: pack_arrays(flatten(artefacts)), BOUNDS: to_json(bounds).encode()}


def _board(bounds: Mapping[str, MetricValues], values: MetricValues) -> Board:
    """Returns a board that has only the table and the reference rows."""
    import pandas as pd

    families = entry_points.families()
    metrics = [metric for family in families for metric in family.metrics]
    complete = {metric.name: values.get(metric.name) for metric in metrics}
    tables = [*((name, "reference", table) for name, table in bounds.items()), ("candidate", "generator", complete)]
    rows = [
        ("inner", "inner", "inner", 0, 0, name, kind, "ok", metric, "", value, "")
        for name, kind, table in tables
        for metric, value in table.items()
    ]
    frame = pd.DataFrame(rows, columns=list(FRAME_COLUMNS)).astype({"value": float})
    return rank_frame(frame, metrics, {family.name: family.combine for family in families}).boards[0]
