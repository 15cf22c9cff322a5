"""Fits some trials of a stored run again and compares the hashes of their rows with those of the stored rows."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import BenchError, Trial
from bench.common.atomic_files import unpack_table
from bench.execution import fit_and_sample, runner
from bench.execution.process_pool import ProcessPool
from bench.execution.run_trial import TrialInputs, refit_trial
from bench.execution.tasks import Task, TaskOutcome, run_tasks
from bench.runs import run_directory
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class VerifiedTrial:
    """A trial that was fitted again, with the digests of its stored and new rows (empty if there are none).

    `reason` explains a difference, or says how the fit ended; it may be empty.
    """

    trial: Trial
    stored_digest: str
    new_digest: str
    reason: str = ""

    @property
    def same(self) -> bool:
        """Whether every value is the same."""
        return self.stored_digest == self.new_digest


def verify_trials(path: Path, trials: int, seed: int, workers: int = 1) -> Iterator[VerifiedTrial]:
    """Fits a sample of a run's trials again, or all that succeeded if there are fewer.

    Args:
        path: a run directory, rows included.
        trials: how many.
        seed: decides which trials.
        workers: fits at once; no number depends on it.

    Raises:
        BenchError: if there are no stored rows, or the data of the run have changed.
    """
    if trials < 1:
        raise BenchError(f"--trials is {trials}; expected a whole number of at least 1")
    stored = _trials_with_rows(path)
    plan = runner.restore_plan(path)
    chosen = random.Random(derive(seed, "verify")).sample(stored, min(trials, len(stored)))
    return _refit(plan, path, chosen, workers)


def _trials_with_rows(path: Path) -> list[Trial]:
    """Returns the trials that were fitted by bench and whose rows are stored."""
    run = run_directory.open_run(path)
    succeeded = [result.trial for result in run.results if result.status == "ok"]
    fitted = [trial for trial in succeeded if trial.generator not in run.manifest.config.external]
    with_rows = [trial for trial in fitted if _rows_file(path, trial).is_file()]
    if not fitted:
        raise BenchError(f"{path} has no trial that succeeded, so there is nothing to verify")
    if not with_rows:
        raise BenchError(f"{path} holds no rows to compare with; expected a run directory, not an export")
    return with_rows


def _rows_file(path: Path, trial: Trial) -> Path:
    return run_directory.result_directory(path, trial) / "synthetic.parquet"


def _refit(plan: Plan, path: Path, chosen: Sequence[Trial], workers: int) -> Iterator[VerifiedTrial]:
    planned = {trial.id: trial for trial in plan.trials}
    # The manifest's trials have been through JSON; today's plan has the parameters as they were typed.
    tasks = [_refit_task(plan, planned.get(trial.id, trial)) for trial in chosen]
    with ProcessPool(workers, runner.modules_to_preload(plan.generators.values())) as pool:
        for task, outcome in run_tasks(pool, tasks):
            stored = _rows_file(path, task.trial).read_bytes()
            yield _compare(task.trial, stored, outcome, same_code=task.trial.id in planned)


def _refit_task(plan: Plan, trial: Trial) -> Task:
    split, candidate = plan.splits[trial.split], plan.generators.get(trial.generator)
    plugin = candidate.plugin if candidate else None
    inputs = TrialInputs(plan.draw(split), {}, split.seed, "core", plan.scoring, plugin=plugin)
    return Task(trial, refit_trial, inputs)


def _compare(trial: Trial, stored: bytes, outcome: TaskOutcome, *, same_code: bool) -> VerifiedTrial:
    rows = outcome.files.get("synthetic.parquet")
    message = outcome.files.get(fit_and_sample.ERROR) or outcome.files.get(fit_and_sample.USAGE) or b""
    stored_digest, new_digest = digest_rows(stored), digest_rows(rows) if rows else ""
    reasons = [] if rows else [message.decode() or outcome.error]
    if not same_code and new_digest != stored_digest:
        reasons.append("its code, parameters or packages have changed since")
    return VerifiedTrial(trial, stored_digest, new_digest, "; ".join(filter(None, reasons)))


def digest_rows(parquet: bytes) -> str:
    """Returns the sha256 of a table's columns, types and values, which does not depend on the writer of the file."""
    frame = unpack_table(parquet)
    digest = hashlib.sha256(repr([(str(name), str(dtype)) for name, dtype in frame.dtypes.items()]).encode())
    for name in frame:
        digest.update(frame[name].to_numpy().tobytes())
    return digest.hexdigest()
