"""What a run directory still lacks, compared with its plan."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bench.api import Trial
from bench.common.atomic_files import new_directory
from bench.runs import run_directory
from bench.scoring.reference_rows import names as reference_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.api import TrialResult
    from bench.planning.config import Operation
    from bench.planning.plan import Plan, PlannedSplit

Kind = Literal["prepare", "reference", "rescore", "trial"]


@dataclass(frozen=True, slots=True)
class Item:
    """A task to be: `trial` names the generator, the reference row, or `prepare`."""

    kind: Kind
    trial: Trial


def find(plan: Plan, path: Path, operation: Operation) -> dict[str, list[Item]]:
    """The items due, by split; what a cache of earlier trials holds is copied into the run first.

    Args:
        plan: what should be there.
        path: the run directory.
        operation: which statuses count as missing, whether to fit, and where the cache is.
    """
    due: dict[str, list[Item]] = {}
    for planned in plan.splits.values():
        trials = (each for each in plan.trials if each.split == planned.id)
        items = [item for each in trials if (item := _trial(plan, path, each, operation))]
        items += _references(plan, path, planned, operation.cache)
        if items:
            due[planned.id] = items
    return due


def pseudo(planned: PlannedSplit, name: str) -> Trial:
    """A trial-shaped description of work on a split that fits no generator."""
    return Trial(f"{planned.id}-{name}", planned.dataset, planned.id, planned.repeat, name, {}, planned.seed, 0.0)


def _trial(plan: Plan, path: Path, each: Trial, operation: Operation) -> Item | None:
    folder = run_directory.result_directory(path, each)
    if operation.cache is not None and not folder.exists():
        _copy(run_directory.result_directory(operation.cache, each), folder)
    found = run_directory.find_result(path, each)
    stale = found is not None and found.status == "ok" and found.scoring != plan.scoring
    if stale and (folder / "synthetic.parquet").is_file():
        return Item("rescore", each)
    due = found is None or stale or found.status in operation.retry
    return Item("trial", each) if due and operation.refit else None


def _references(plan: Plan, path: Path, planned: PlannedSplit, cache: Path | None) -> Iterator[Item]:
    for name in reference_names():
        folder = run_directory.reference_directory(path, planned.id, name)
        if cache is not None and not folder.exists():
            _copy(run_directory.reference_directory(cache, planned.id, name), folder)
        found: TrialResult | None = run_directory.find_reference(path, planned.id, name)
        if found is None or found.scoring != plan.scoring:
            yield Item("reference", pseudo(planned, name))


def _copy(source: Path, target: Path) -> None:
    """Copies a stored result so that it appears whole; does nothing if there is none."""
    if not source.is_dir():
        return
    with new_directory(target) as staging:
        # Another process may be writing to the cache: what it has not finished comes and goes.
        shutil.copytree(source, staging, ignore=shutil.ignore_patterns(".*"))
