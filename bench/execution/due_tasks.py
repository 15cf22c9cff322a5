"""Finds the trials and reference rows that are due: what a run directory still lacks, compared with its plan."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import Trial
from bench.common.atomic_files import new_directory
from bench.execution.fit_trial import ROWS, fit_trial
from bench.execution.score_trial import prepare_split, score_reference_row, score_trial
from bench.execution.tasks import Task, TaskLimits
from bench.runs import run_directory
from bench.runs.result_digests import is_intact
from bench.scoring.reference_rows import reference_names_of

if TYPE_CHECKING:
    from bench.api import TrialResult
    from bench.planning.config import Operation
    from bench.planning.plan import Plan, PlannedSplit


def find_due_tasks(plan: Plan, path: Path, operation: Operation) -> dict[str, list[Task]]:
    """Returns the tasks that are due in a run directory, by split.

    First copies what the cache of earlier trials holds into the run. `operation` says where the cache is, what limits
    fits have, which statuses are run again, whether to fit, and whether to score also what has up-to-date scores.
    """
    due: dict[str, list[Task]] = {}
    for planned in plan.splits.values():
        trials = (trial for trial in plan.trials if trial.split == planned.id)
        tasks = [task for trial in trials if (task := _due_trial(plan, path, trial, operation))]
        tasks += _due_references(plan, path, planned, operation)
        if tasks:
            due[planned.id] = tasks
    return due


def prepare_task(planned: PlannedSplit) -> Task:
    """Returns the task that computes what scoring needs of a split."""
    return Task(split_trial(planned, "prepare"), prepare_split, kind="prepare")


def reference_task(planned: PlannedSplit, name: str) -> Task:
    """Returns the task that scores a reference row on a split."""
    return Task(split_trial(planned, name), score_reference_row, kind="reference")


def rescore_task(trial: Trial) -> Task:
    """Returns the task that scores the stored rows of a trial."""
    return Task(trial, score_trial, kind="rescore")


def split_trial(planned: PlannedSplit, name: str) -> Trial:
    """Describes work on a split without a generator as a trial, whose `generator` is a reference row or `prepare`."""
    return Trial(f"{planned.id}-{name}", planned.dataset, planned.id, planned.repeat, name, {}, planned.seed, 0.0)


def _due_trial(plan: Plan, path: Path, trial: Trial, operation: Operation) -> Task | None:
    folder = run_directory.result_directory(path, trial)
    if operation.cache is not None and not folder.exists():
        copy_result(run_directory.result_directory(operation.cache, trial), folder)
    result = run_directory.read_result(folder) if folder.is_dir() else None
    outdated = result is not None and result.status == "ok" and _must_be_scored(result, plan, operation)
    if outdated and (folder / ROWS).is_file():
        return rescore_task(trial)
    due = result is None or outdated or result.status in operation.retry
    memory = None if operation.memory is None else int(operation.memory * 2**30)
    limits = TaskLimits(operation.timeout, memory)
    return Task(trial, fit_trial, limits=limits, confined=True) if due and operation.refit else None


def _must_be_scored(result: TrialResult, plan: Plan, operation: Operation) -> bool:
    """Whether scores are missing, made by other code, or not those that were stored."""
    return operation.rescore or result.scoring != plan.scoring or not is_intact(result)


def _due_references(plan: Plan, path: Path, planned: PlannedSplit, operation: Operation) -> Iterator[Task]:
    names = reference_names_of(plan.datasets[planned.dataset].schema, planned.protocol)
    _remove_other_references(run_directory.reference_directory(path, planned.id, names[0]).parent, names)
    for name in names:
        folder = run_directory.reference_directory(path, planned.id, name)
        if operation.cache is not None and not folder.exists():
            copy_result(run_directory.reference_directory(operation.cache, planned.id, name), folder)
        result = run_directory.read_result(folder) if folder.is_dir() else None
        if result is None or _must_be_scored(result, plan, operation):
            yield reference_task(planned, name)


def _remove_other_references(folder: Path, names: tuple[str, ...]) -> None:
    """Removes reference rows that an earlier version scored: their values are not comparable with those of this one."""
    for stored in folder.glob("[!.]*"):
        if stored.is_dir() and stored.name not in names:
            shutil.rmtree(stored)


def copy_result(source: Path, target: Path) -> None:
    """Copies the directory of a stored result so that it appears whole; does nothing if there is none."""
    if not source.is_dir():
        return
    with new_directory(target) as staging:
        # Another process may be writing to the cache: its unfinished files come and go.
        shutil.copytree(source, staging, ignore=shutil.ignore_patterns(".*"))
