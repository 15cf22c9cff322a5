"""Finds the trials and reference rows that are due: what a run directory still lacks, compared with its plan."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import BenchError, Trial
from bench.execution.fit_trial import ROWS, fit_trial
from bench.execution.score_trial import prepare_split, score_reference_row, score_trial
from bench.execution.tasks import SCORING_LIMITS, Task, TaskLimits
from bench.runs import run_directory
from bench.runs.cached_results import copy_result
from bench.runs.result_digests import is_intact
from bench.runs.stored_files import is_stored, require_no_link
from bench.scoring.reference_rows import reference_names_of

if TYPE_CHECKING:
    from bench.api import TrialResult
    from bench.planning.config import Operation
    from bench.planning.plan import Plan, PlannedSplit


_FEWEST_SECONDS, _TIMES_EXPECTED = 4 * 3600.0, 30
_MEMORY_SHARE = 0.9


class DueTasks:
    """The tasks that are due in a run directory.

    First copies what the cache of earlier trials holds into the run.

    Attributes:
        by_split: the tasks of each split that has any.
        notes: sentences on damaged files that were passed over.
    """

    def __init__(self, plan: Plan, path: Path, operation: Operation) -> None:
        """Finds them.

        `operation` says where the cache is, what limits fits have, which statuses are run again, whether to fit, and
        whether to score also what has up-to-date scores.

        Raises:
            BenchError: if a stored result cannot be read; where nothing is fitted, its trial is passed over.
        """
        self._plan, self._path, self._operation = plan, path, operation
        self.notes: list[str] = []
        self.by_split: dict[str, list[Task]] = {}
        for planned in plan.splits.values():
            trials = (trial for trial in plan.trials if trial.split == planned.id)
            tasks = [task for trial in trials if (task := self._due_trial(trial))]
            tasks += self._due_references(planned)
            if tasks:
                self.by_split[planned.id] = tasks

    def _due_trial(self, trial: Trial) -> Task | None:
        operation, folder = self._operation, run_directory.result_directory(self._path, trial)
        if operation.cache is not None:
            self._copy_cached(operation.cache, run_directory.result_directory(operation.cache, trial), folder)
        try:
            result = self._stored_result(folder)
        except BenchError as error:
            if operation.refit:
                raise
            self.notes.append(f"{error}. Its trial is left out.")
            return None
        outdated = result is not None and result.status == "ok" and self._must_be_scored(result)
        if outdated and is_stored(folder / ROWS):
            return rescore_task(trial)
        due = result is None or outdated or result.status in operation.retry
        if not due or not operation.refit:
            return None
        limits = fit_limits(trial, operation, 1 + self._plan.config.budget.shadow_fits)
        return Task(trial, fit_trial, limits=limits, confined=True)

    def _due_references(self, planned: PlannedSplit) -> Iterator[Task]:
        cache, schema = self._operation.cache, self._plan.datasets[planned.dataset].schema
        names = reference_names_of(schema, planned.protocol)
        parent = run_directory.reference_directory(self._path, planned.id, names[0]).parent
        require_no_link(parent, self._path)
        _remove_other_references(parent, names)
        for name in names:
            folder = run_directory.reference_directory(self._path, planned.id, name)
            if cache is not None:
                self._copy_cached(cache, run_directory.reference_directory(cache, planned.id, name), folder)
            result = self._stored_result(folder)
            if result is None or self._must_be_scored(result):
                yield reference_task(planned, name)

    def _copy_cached(self, cache: Path, source: Path, target: Path) -> None:
        """Copies a result from the cache; one that is damaged is computed again, and replaced in the cache, too."""
        if is_stored(target):
            return
        try:
            copy_result(cache, source, target)
        except BenchError as error:
            self.notes.append(f"The cache {cache} has a damaged entry, which is not used: {error}.")

    def _stored_result(self, folder: Path) -> TrialResult | None:
        return run_directory.read_result(folder, self._path) if is_stored(folder) else None

    def _must_be_scored(self, result: TrialResult) -> bool:
        """Whether scores are missing, made by other code, or not those that were stored."""
        return self._operation.rescore or result.scoring != self._plan.scoring or not is_intact(result)


def prepare_task(planned: PlannedSplit) -> Task:
    """Returns the task that computes what scoring needs of a split."""
    return Task(split_trial(planned, "prepare"), prepare_split, limits=SCORING_LIMITS, kind="prepare")


def reference_task(planned: PlannedSplit, name: str) -> Task:
    """Returns the task that scores a reference row on a split."""
    return Task(split_trial(planned, name), score_reference_row, limits=SCORING_LIMITS, kind="reference")


def rescore_task(trial: Trial) -> Task:
    """Returns the task that scores the stored rows of a trial."""
    return Task(trial, score_trial, limits=SCORING_LIMITS, kind="rescore")


def split_trial(planned: PlannedSplit, name: str) -> Trial:
    """Describes work on a split without a generator as a trial, whose `generator` is a reference row or `prepare`."""
    return Trial(f"{planned.id}-{name}", planned.dataset, planned.id, planned.repeat, name, {}, planned.seed, 0.0)


def fit_limits(trial: Trial, operation: Operation, fits: int = 1) -> TaskLimits:
    """Returns the limits of a trial: those that were asked for, else generous ones, so that every run ends.

    Args:
        trial: with the seconds that its generator expects.
        operation: says what was asked for.
        fits: how many the trial has, shadow fits included.
    """
    seconds, memory = operation.timeout, operation.memory
    if seconds is None:
        seconds = fits * max(_FEWEST_SECONDS, _TIMES_EXPECTED * trial.expected_seconds)
    if memory is not None:
        return TaskLimits(seconds, int(memory * 2**30))
    # The machines of a cluster are not known here.
    return TaskLimits(seconds, None if operation.cluster else _most_of_memory())


@cache
def _most_of_memory() -> int:
    import psutil

    return int(_MEMORY_SHARE * psutil.virtual_memory().total)


def _remove_other_references(folder: Path, names: tuple[str, ...]) -> None:
    """Removes reference rows that an earlier version scored: their values are not comparable with those of this one."""
    for stored in folder.glob("[!.]*"):
        if stored.is_dir() and stored.name not in names:
            shutil.rmtree(stored)
