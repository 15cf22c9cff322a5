"""Verifies a stored run: scores some of its trials again, fits them again, and compares values and rows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from bench.api import BenchError, Trial
from bench.execution import runner
from bench.execution.check_rows import read_rows
from bench.execution.due_tasks import fit_limits
from bench.execution.fit_trial import ROWS, FitInputs, fit_trial
from bench.execution.fitted_trial import read_fit
from bench.execution.process_pool import ProcessPool
from bench.execution.tasks import Task, TaskOutcome, run_tasks
from bench.planning.config import Operation
from bench.runs import run_directory
from bench.runs.result_digests import digest_rows
from bench.runs.stored_files import is_stored, read_table
from bench.seeds import derive
from bench.workflows.verify_drawn_splits import CheckedDrawnSplit, check_drawn_splits
from bench.workflows.verify_scores import CheckedScores, check_scores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from bench.api import TrialResult
    from bench.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class VerifiedTrial:
    """A trial that was fitted and scored again, with the digests of its stored and new rows (empty if there are none).

    `reason` explains a difference of the rows, or says how the fit ended; it may be empty.
    """

    trial: Trial
    stored_digest: str
    new_digest: str
    scores: CheckedScores
    reason: str = ""

    @property
    def same_rows(self) -> bool:
        """Whether every value of the rows is the same."""
        return self.stored_digest == self.new_digest


@dataclass(frozen=True, slots=True)
class DamagedTrial:
    """A trial whose stored result or rows cannot be read, with the reason."""

    reason: str


Verified: TypeAlias = VerifiedTrial | DamagedTrial | CheckedScores | CheckedDrawnSplit
"""What `verify_trials` yields; a `CheckedScores` is of a reference row."""


def verify_trials(
    path: Path, trials: int, seed: int, workers: int = 1, plugins: Sequence[str] = ()
) -> Iterator[Verified]:
    """Scores and fits a sample of a run's trials again, or all that succeeded if there are fewer.

    Yields the trials that cannot be read, the reference rows of their splits and as many drawn splits, scored again,
    and then the trials. The scores come first, because no generator has been imported by then.

    Args:
        path: a run directory, rows included.
        trials: how many.
        seed: decides which trials.
        workers: fits at once; no number depends on it.
        plugins: the files of the run's plugins.

    Raises:
        BenchError: if there are no stored rows, the data of the run have changed, or its plugins are not given.
    """
    if trials < 1:
        raise BenchError(f"--trials is {trials}; expected a whole number of at least 1")
    errors: list[BenchError] = []
    run = run_directory.open_run(path, errors)
    stored = _results_with_rows(run, errors)
    plan = runner.restore_plan(path, stored=run.manifest.trials)
    runner.plugins_given(path, run.manifest.config.plugins, plugins)
    chosen = random.Random(derive(seed, "verify")).sample(stored, min(trials, len(stored)))
    drawn = check_drawn_splits(plan, path, trials, seed, workers)
    damaged = (DamagedTrial(str(error)) for error in errors)
    return chain(damaged, _verify(plan, path, chosen, drawn, plugins, workers))


def _results_with_rows(run: run_directory.Run, errors: list[BenchError]) -> list[TrialResult]:
    """Returns the results of trials that were fitted by bench and whose rows are stored.

    Adds an error for each of them whose rows cannot be read.
    """
    path = run.path
    succeeded = [result for result in run.results if result.status == "ok"]
    fitted = [result for result in succeeded if result.trial.generator not in run.manifest.config.external]
    with_rows = [result for result in fitted if is_stored(_rows_file(path, result.trial))]
    if not fitted:
        raise BenchError(f"{path} has no trial that succeeded, so there is nothing to verify")
    if not with_rows:
        raise BenchError(f"{path} holds no rows to compare with; expected a run directory, not an export")
    return [result for result in with_rows if _is_readable(path, result, errors)]


def _is_readable(path: Path, result: TrialResult, errors: list[BenchError]) -> bool:
    try:
        read_table(_rows_file(path, result.trial), path)
    except BenchError as error:
        errors.append(error)
        return False
    return True


def _rows_file(path: Path, trial: Trial) -> Path:
    return run_directory.result_directory(path, trial) / ROWS


def _verify(
    plan: Plan,
    path: Path,
    chosen: Sequence[TrialResult],
    drawn: Iterable[CheckedDrawnSplit],
    plugins: Sequence[str],
    workers: int,
) -> Iterator[Verified]:
    scores = {}
    ids = {result.trial.id for result in chosen}
    for checked in check_scores(plan, path, chosen, workers):
        if checked.result.trial.id in ids:
            scores[checked.result.trial.id] = checked
        else:
            yield checked
    yield from drawn
    yield from _refit(runner.restore_plan(path, plugins=plugins), path, scores, workers)


def _refit(plan: Plan, path: Path, scores: dict[str, CheckedScores], workers: int) -> Iterator[VerifiedTrial]:
    planned = {trial.id: trial for trial in plan.trials}
    # The manifest's trials have been through JSON; today's plan has the parameters as they were typed.
    trials = [planned.get(checked.result.trial.id, checked.result.trial) for checked in scores.values()]
    with ProcessPool(workers, runner.modules_to_preload(plan.generators.values())) as pool:
        for task, outcome in run_tasks(pool, [_fit_task(plan, trial) for trial in trials]):
            yield _compare(task, outcome, path, scores[task.trial.id], same_code=task.trial.id in planned)


def _fit_task(plan: Plan, trial: Trial) -> Task:
    candidate = plan.generators.get(trial.generator)
    inputs = FitInputs.of(plan.draw(plan.splits[trial.split]), candidate.plugin if candidate else None)
    return Task(trial, fit_trial, inputs, limits=fit_limits(trial, Operation()), confined=True)


def _compare(task: Task, outcome: TaskOutcome, path: Path, scores: CheckedScores, *, same_code: bool) -> VerifiedTrial:
    stored_digest = digest_rows(read_table(_rows_file(path, task.trial), path))
    rows, reasons = _new_rows(task, outcome)
    new_digest = "" if rows is None else digest_rows(rows)
    if not same_code and new_digest != stored_digest:
        reasons.append("its code, parameters or packages have changed since")
    return VerifiedTrial(task.trial, stored_digest, new_digest, scores, "; ".join(filter(None, reasons)))


def _new_rows(task: Task, outcome: TaskOutcome) -> tuple[pd.DataFrame | None, list[str]]:
    """Returns the rows of a fit, or why there are none."""
    result, files = read_fit(task.trial, outcome)
    if result.status != "ok":
        return None, [result.error]
    try:
        return read_rows(files[ROWS], task.payload.train), []
    except BenchError as error:
        return None, [str(error)]
