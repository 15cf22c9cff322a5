"""Fits some trials of a stored run again and compares the hashes of their rows with those that were kept."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.common.atomic_files import unpack_table
from bench.execution import refit_task, runner
from bench.execution.process_pool import Pool
from bench.execution.task import Task, outcomes
from bench.execution.trial_task import Job
from bench.runs import run_directory
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.api import Trial
    from bench.execution.task import Outcome
    from bench.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Check:
    """What came of one trial.

    Attributes:
        stored: sha256 of the kept rows' values; see `digest`.
        made: likewise of today's; empty if there are none.
        why: what explains a difference, or how the fit ended; may be empty.
    """

    trial: Trial
    stored: str
    made: str
    why: str = ""

    @property
    def agrees(self) -> bool:
        """Whether every value is the same."""
        return self.stored == self.made


def verify(path: Path, trials: int, seed: int, workers: int = 1) -> Iterator[Check]:
    """Refits a sample of a run's trials.

    Args:
        path: a run directory, rows included.
        trials: how many; all of those that succeeded if there are fewer.
        seed: which of them.
        workers: fits at once; no number depends on it.

    Raises:
        BenchError: if there is nothing to compare with, or the data of the run have changed.
    """
    if trials < 1:
        raise BenchError(f"--trials is {trials}; expected a whole number of at least 1")
    kept = _kept(path)
    plan = runner.restore(path)
    chosen = random.Random(derive(seed, "verify")).sample(kept, min(trials, len(kept)))
    return _refit_all(plan, path, chosen, workers)


def _kept(path: Path) -> list[Trial]:
    """The trials whose rows were made here and kept."""
    run = run_directory.open_run(path)
    done = [result.trial for result in run.results if result.status == "ok"]
    made = [trial for trial in done if trial.generator not in run.manifest.config.external]
    kept = [trial for trial in made if _rows(path, trial).is_file()]
    if not made:
        raise BenchError(f"{path} has no trial that succeeded, so there is nothing to verify")
    if not kept:
        raise BenchError(f"{path} holds no rows to compare with; expected a run directory, not an export")
    return kept


def _rows(path: Path, trial: Trial) -> Path:
    return run_directory.result_directory(path, trial) / "synthetic.parquet"


def _refit_all(plan: Plan, path: Path, chosen: Sequence[Trial], workers: int) -> Iterator[Check]:
    planned = {trial.id: trial for trial in plan.trials}
    # What a manifest holds has been through JSON; today's plan has the parameters as they were typed.
    todo = [planned.get(trial.id, trial) for trial in chosen]
    with Pool(workers, runner.preload(plan)) as pool:
        for task, outcome in outcomes(pool, [_task(plan, trial) for trial in todo]):
            trial: Trial = task.payload.trial
            yield _check(trial, _rows(path, trial).read_bytes(), outcome, trial.id in planned)


def _task(plan: Plan, trial: Trial) -> Task:
    planned, candidate = plan.splits[trial.split], plan.generators.get(trial.generator)
    plugin = candidate.plugin if candidate else None
    job = Job(trial, plan.draw(planned), {}, planned.seed, "core", plan.scoring, plugin=plugin)
    return Task(trial.id, refit_task.rows, job)


def _check(trial: Trial, kept: bytes, outcome: Outcome, same_code: bool) -> Check:
    rows = outcome.files.get("synthetic.parquet")
    said = outcome.files.get(refit_task.ERROR) or outcome.files.get(refit_task.USAGE) or b""
    made = digest(rows) if rows else ""
    why = "" if rows else said.decode() or outcome.error
    if not same_code and made != digest(kept):
        why = "; ".join(part for part in (why, "its code, parameters or packages have changed since") if part)
    return Check(trial, digest(kept), made, why)


def digest(parquet: bytes) -> str:
    """The sha256 of a table's columns, types and values: the same whatever wrote the file."""
    frame = unpack_table(parquet)
    found = hashlib.sha256(repr([(str(name), str(kind)) for name, kind in frame.dtypes.items()]).encode())
    for name in frame:
        found.update(frame[name].to_numpy().tobytes())
    return found.hexdigest()
