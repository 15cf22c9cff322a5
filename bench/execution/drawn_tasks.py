"""The tasks that score reference rows on drawn splits, and the store of what they found.

One task scores one split. Each is kept at once, in the user's cache and in the run, so that an interrupted run goes on
from there, and a second run on the same data has none of these tasks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api import Trial
from bench.common.atomic_files import to_json
from bench.execution.tasks import SCORING_LIMITS, Task
from bench.planning.drawn_splits import draw_split, drawn_seed, plan_drawn_splits
from bench.plugins import entry_points
from bench.runs.drawn_splits import read_drawn, recall, remember, rounded, write_drawn
from bench.scoring.bounding_values import bounding_values

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import DrawnSplits, MetricSet, Split
    from bench.execution.tasks import Files, OnProgress, TaskOutcome
    from bench.planning.plan import Plan

VALUES = "values.json"
"""The file that such a task returns."""

_NAME = "drawn-splits"


@dataclass(frozen=True, slots=True)
class DrawnInputs:
    """What scoring reference rows on a drawn split needs."""

    split: Split
    seed: int
    metric_set: MetricSet


def score_drawn_split(task: Task, on_progress: OnProgress) -> Files:
    """Scores the reference rows that bound ranked metrics; returns `values.json`: row -> metric -> value."""
    inputs: DrawnInputs = task.payload
    on_progress("score", 0, 0)
    values = bounding_values(inputs.split, inputs.seed, entry_points.families(), inputs.metric_set)
    return {VALUES: to_json(rounded(values)).encode()}


def missing_drawn_splits(plan: Plan) -> int:
    """Returns how many drawn splits of a plan the user's cache lacks."""
    return sum(drawn.wanted - len(recall(drawn).values) for drawn in plan_drawn_splits(plan).values())


class DrawnTasks:
    """The drawn splits of a run: what is known of them, and the tasks for what is not."""

    def __init__(self, plan: Plan, path: Path) -> None:
        """Takes what the cache or the run holds; the run then has a file with it, complete or not."""
        self._plan, self._path = plan, path
        stored = {drawn.key: drawn for drawn in read_drawn(path)}
        self._drawn = {key: _known(drawn, stored.get(key)) for key, drawn in plan_drawn_splits(plan).items()}
        if tuple(self._drawn.values()) != tuple(stored.values()):
            write_drawn(path, self._drawn.values())

    def due(self) -> list[Task]:
        """Returns a task for each split without values, by data set."""
        return [
            drawn_task(drawn, number)
            for drawn in self._drawn.values()
            for number in range(drawn.wanted)
            if number not in drawn.values
        ]

    def inputs(self, task: Task) -> DrawnInputs:
        """Draws the split of a task."""
        return drawn_inputs(self._plan, self._drawn[task.trial.split], task.trial.repeat)

    def keep(self, task: Task, outcome: TaskOutcome) -> None:
        """Stores the values of a task that succeeded."""
        drawn = self._drawn[task.trial.split]
        computed = {task.trial.repeat: json.loads(outcome.files[VALUES])}
        self._drawn[drawn.key] = replace(drawn, values={**drawn.values, **computed})
        remember(replace(drawn, values=computed))
        write_drawn(self._path, self._drawn.values())


def _known(wanted: DrawnSplits, stored: DrawnSplits | None) -> DrawnSplits:
    """Returns the splits with the values that the cache or the run holds.

    The cache gets nothing from a run: somebody else may have made it.
    """
    cached = recall(wanted)
    return replace(cached, values={**(stored.values if stored else {}), **cached.values})


def drawn_task(drawn: DrawnSplits, number: int) -> Task:
    """Returns the task that scores a drawn split, without its inputs."""
    return Task(_trial(drawn, number), score_drawn_split, limits=SCORING_LIMITS, kind="drawn")


def drawn_inputs(plan: Plan, drawn: DrawnSplits, number: int) -> DrawnInputs:
    """Draws one of the splits; `drawn` is one of `plan_drawn_splits(plan)`."""
    seed = drawn_seed(plan.datasets[drawn.dataset], drawn.protocol, number)
    return DrawnInputs(draw_split(plan, drawn, number), seed, plan.config.budget.metrics)


def _trial(drawn: DrawnSplits, number: int) -> Trial:
    """Describes the work on a drawn split as a trial, whose `split` is the key of the drawn splits."""
    return Trial(f"{drawn.key}-{number}", drawn.dataset, drawn.key, number, _NAME, {}, 0, 0.0)
