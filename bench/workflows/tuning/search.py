"""Tunes a generator: fits and scores setting after setting, and writes the best.

The split is that of repeat 0 of `bench run` with the same seed. Its train rows are split again. Every setting is fitted
on the inner train rows and judged on the inner holdout and test, so tuning never uses the rows that a later run reports
on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.atomic_files import write_file
from bench.common.digests import digest
from bench.execution import runner
from bench.execution.fitted_trial import read_fit
from bench.execution.process_pool import ProcessPool
from bench.execution.score_trial import failed_scoring
from bench.execution.tasks import TaskLimits, run_one_task
from bench.runs.run_directory import pack_result, unpack_result
from bench.workflows.tuning import objectives, optuna_study, output_files, scoring_files
from bench.workflows.tuning.optuna_study import Attempt, TuningStudy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bench.api import TrialResult
    from bench.execution.tasks import Files
    from bench.workflows.tuning.setup import TuningSetup

TRIALS = 20
"""Number of settings where neither trials nor minutes are given."""


@dataclass(frozen=True, slots=True)
class TuningBudget:
    """When to stop.

    Attributes:
        trials: settings of the whole study, those of earlier calls included; the defaults do not count.
        minutes: of this call. A trial that has started is finished, and at least one is made.
        timeout: seconds that a fit with its sampling may take; a trial with a slower fit scores 0.
    """

    trials: int | None = None
    minutes: float | None = None
    timeout: float | None = None

    def __post_init__(self) -> None:
        """Raises `BenchError` for values that are not above 0."""
        for name in ("trials", "minutes", "timeout"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise BenchError(f"{name} is {value!r}; expected a number above 0")

    @property
    def settings(self) -> int:
        """How many settings the study will have tried at the end, the defaults included; 0 if the time decides."""
        return 0 if self.minutes is not None else 1 + (self.trials or TRIALS)

    def allows_trial(self, finished: int, started: float) -> bool:
        """Returns whether another trial may start, after `finished` trials, in a call that started at `started`."""
        if self.minutes is None:
            return finished < (self.trials or TRIALS)
        return monotonic() - started < 60 * self.minutes and (self.trials is None or finished < self.trials)


def tune(
    setup: TuningSetup,
    budget: TuningBudget,
    out: Path,
    on_line: Callable[[str], None],
    *,
    study: Path | None = None,
    force: bool,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Attempt:
    """Searches until the budget is used up; returns the best attempt, that of the defaults if none is better.

    Args:
        setup: what is searched.
        budget: when to stop.
        out: a TOML file for the best parameters; the history is written to the CSV file beside it.
        on_line: called with a line of text after each setting and at the end.
        study: a folder that keeps the tried settings; None uses one under `runs/`.
        force: whether files may be replaced.
        on_progress: called before each setting with the settings tried, those of earlier calls and the defaults
            included, and how many there will be; 0 where only the time decides.

    Raises:
        BenchError: if a file to write exists, or nothing could be fitted.
    """
    output_files.refuse_existing(out, force=force)
    identity, started = setup.identity(), monotonic()
    modules = runner.modules_to_preload(setup.plan.generators.values())
    folder = study or runner.RUNS / f"tune-{setup.candidate.name.replace(':', '-')}-{digest(identity, 10)}"
    with optuna_study.locked_folder(folder, identity), ProcessPool(1, modules) as pool:
        tuning_study = TuningStudy(folder, setup.space, setup.plan.config.seed)
        tried = [attempt.number for attempt in tuning_study.attempts]
        if tried:
            on_line(f"going on with the study in {folder}; trials so far: {len(tried) - tried.count(None)}")
        judge = _Judge(setup, budget, pool, folder)
        if None not in tried:
            on_progress(0, budget.settings)
            tuning_study.store_default(judge(None, {}))
            on_line(output_files.attempt_line(tuning_study.attempts[0]))
        while not (finished := len(tuning_study.attempts) - 1) or budget.allows_trial(finished, started):
            on_progress(finished + 1, budget.settings)
            trial, params = tuning_study.propose(finished)
            attempt = judge(finished, params)
            tuning_study.store(trial, attempt)
            on_line(output_files.attempt_line(attempt))
        attempts = tuning_study.attempts
    best = best_attempt(attempts)
    _write(setup, attempts, best, out)
    files = (f"study in {folder}", f"wrote {out}, {output_files.history_path(out)}")
    for line in (*output_files.verdict(attempts[0], best), *files):
        on_line(line)
    return best


class _Judge:
    """Fits and scores settings: each fit in a process that knows the inner train rows only, each scoring in another."""

    def __init__(self, setup: TuningSetup, budget: TuningBudget, pool: ProcessPool, folder: Path) -> None:
        self._setup, self._pool, self._limits = setup, pool, TaskLimits(budget.timeout)
        files = scoring_files.read_or_compute(folder, self._score_bounds)
        self._artefacts, self._bounds = files.artefacts, files.bounds
        # Refuses families that cannot be judged on this split before anything is fitted.
        setup.objective.judge(self._bounds, {})

    def _score_bounds(self) -> Files:
        outcome = run_one_task(self._pool, replace(self._setup.prepare_task(), work=objectives.score_bounds))
        if outcome.status != "ok":
            raise BenchError(f"floors and ceilings could not be computed: {outcome.error}")
        return outcome.files

    def __call__(self, number: int | None, params: Mapping[str, Any]) -> Attempt:
        """Returns the mean over the draws; the first fit that fails is the result, and no further one is made."""
        fits: list[Attempt] = []
        for draw in range(len(self._setup.plan.trials)):
            fits.append(self._fit(number, params, draw))
            if fits[-1].status != "ok":
                return fits[-1]
        return optuna_study.mean_attempt(fits)

    def _fit(self, number: int | None, params: Mapping[str, Any], draw: int) -> Attempt:
        task = replace(self._setup.fit_task(params, draw), limits=self._limits)
        result, files = read_fit(task.trial, run_one_task(self._pool, task))
        if result.status == "ok":
            result = self._score(result, files)
        if result.status != "ok":
            return Attempt(number, params, 0.0, result.status, result.error, seconds=result.seconds)
        scores = self._setup.objective.judge(self._bounds, result.metrics)
        families, overall = scores.families, scores.overall
        return Attempt(number, params, scores.value, families=families, overall=overall, seconds=result.seconds)

    def _score(self, fitted: TrialResult, files: Files) -> TrialResult:
        files = {**files, "result.json": pack_result(fitted)}
        outcome = run_one_task(self._pool, self._setup.score_task(fitted.trial, self._artefacts, files))
        if outcome.status != "ok":
            return failed_scoring(fitted, f"its rows could not be scored: {outcome.error}")
        return unpack_result(outcome.files["result.json"])


def best_attempt(attempts: list[Attempt]) -> Attempt:
    """Returns the attempt with the highest value; the defaults, which come first, unless another one is better.

    Raises:
        BenchError: if nothing succeeded.
    """
    if not (succeeded := [attempt for attempt in attempts if attempt.status == "ok"]):
        raise BenchError(f"nothing could be fitted; the first error: {attempts[0].error}")
    return max(succeeded, key=lambda attempt: attempt.value)


def _write(setup: TuningSetup, attempts: list[Attempt], best: Attempt, out: Path) -> None:
    params = {**setup.plan.trials[0].params, **best.params}
    # The device belongs to the machine, not to the model.
    params.pop("device", None)
    comments = output_files.comments(setup, attempts, best, out)
    write_file(out, output_files.configuration(setup.candidate.name, params, comments).encode())
    write_file(output_files.history_path(out), output_files.history(attempts).encode())
