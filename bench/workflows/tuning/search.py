"""Tunes a generator: an Optuna study whose objective sees the train rows of one split, and nothing else.

The split is that of repeat 0 of `bench run` with the same seed. Its train rows are split again, and every setting is
fitted on the inner train rows and judged on the inner holdout and test: what a later run reports on was not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.atomic_files import write_file
from bench.common.fingerprint import digest
from bench.execution import runner
from bench.execution.process_pool import ProcessPool
from bench.execution.tasks import TaskLimits, run_one_task
from bench.runs.run_directory import unpack_result
from bench.workflows.tuning import objectives, optuna_study, output_files
from bench.workflows.tuning.optuna_study import Attempt, Study

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bench.workflows.tuning.setup import Tuning

TRIALS = 20
"""Where neither trials nor minutes are given."""


@dataclass(frozen=True, slots=True)
class Budget:
    """When to stop.

    Attributes:
        trials: of the whole study, those of earlier calls included; the defaults do not count.
        minutes: of this call; a trial that has started goes on, and one is always made.
        timeout: seconds that a fit with its scoring may take; a trial with one that takes longer scores 0.
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

    def left(self, done: int, begun: float) -> bool:
        """Whether another trial may start, `done` being finished and this call having begun at `begun`."""
        if self.minutes is not None and monotonic() - begun >= 60 * self.minutes:
            return False
        most = self.trials or (None if self.minutes is not None else TRIALS)
        return most is None or done < most


def tune(
    tuning: Tuning, budget: Budget, out: Path, tell: Callable[[str], None], *, study: Path | None = None, force: bool
) -> Attempt:
    """Searches until the budget is spent, and writes the best parameters and the history.

    Args:
        tuning: what is searched.
        budget: when to stop.
        out: a TOML file to write; the history goes to the CSV beside it.
        tell: called with a line for people when something is finished.
        study: a folder that keeps what was tried; None puts it under `runs/`.
        force: whether files may be replaced.

    Returns:
        The best attempt, that of the defaults if none was better.

    Raises:
        BenchError: if files are in the way, or nothing could be fitted.
    """
    output_files.refuse_existing(out, force=force)
    identity = tuning.identity()
    path = study or runner.RUNS / f"tune-{tuning.candidate.name.replace(':', '-')}-{digest(identity, 10)}"
    begun = monotonic()
    modules = runner.modules_to_preload(tuning.plan.generators.values())
    with optuna_study.folder(path, identity), ProcessPool(1, modules) as pool:
        kept = Study(path, tuning.space, tuning.plan.config.seed)
        _search(tuning, budget, kept, _Judge(tuning, budget, pool, path), tell, begun)
        return _finish(tuning, kept.attempts, out, tell, path)


class _Judge:
    """Fits and scores settings, each in a process of its own."""

    def __init__(self, tuning: Tuning, budget: Budget, pool: ProcessPool, path: Path) -> None:
        self._tuning, self._pool = tuning, pool
        self._limits = TaskLimits(budget.timeout)
        files = {name: path / name for name in ("artefacts.npz", "bounds.json")}
        if not all(file.is_file() for file in files.values()):
            outcome = run_one_task(pool, replace(tuning.job({}, None), work=objectives.bound))
            if outcome.status != "ok":
                raise BenchError(f"floors and ceilings could not be computed: {outcome.error}")
            for name, file in files.items():
                write_file(file, outcome.files[name])
        self._artefacts = files["artefacts.npz"].read_bytes()
        self._bounds = objectives.read_bounds(files["bounds.json"].read_bytes())
        tuning.objective.judge(self._bounds, {})

    def __call__(self, number: int | None, params: Mapping[str, Any]) -> Attempt:
        """The mean over the seeds of fitting; a fit that fails is the last one, and all that counts."""
        fits: list[Attempt] = []
        for draw in range(len(self._tuning.plan.trials)):
            fits.append(self._fit(number, params, draw))
            if fits[-1].status != "ok":
                return fits[-1]
        return optuna_study.mean(fits)

    def _fit(self, number: int | None, params: Mapping[str, Any], draw: int) -> Attempt:
        task = replace(self._tuning.job(params, self._artefacts, draw), limits=self._limits)
        outcome = run_one_task(self._pool, task)
        if outcome.status != "ok":
            return Attempt(number, params, 0.0, outcome.status, outcome.error, seconds={"total": outcome.seconds})
        result = unpack_result(outcome.files["result.json"])
        if result.status != "ok":
            return Attempt(number, params, 0.0, result.status, result.error, seconds=result.seconds)
        said = self._tuning.objective.judge(self._bounds, result.metrics)
        return Attempt(number, params, said.value, families=said.families, overall=said.overall, seconds=result.seconds)


def _search(
    tuning: Tuning, budget: Budget, kept: Study, judge: _Judge, tell: Callable[[str], None], begun: float
) -> None:
    if not any(one.number is None for one in kept.attempts):
        kept.note_default(judge(None, {}))
        tell(output_files.line(kept.attempts[0]))
    while True:
        done = len(kept.attempts) - 1
        if not budget.left(done, begun) and done:
            return
        asked, params = kept.ask(done)
        attempt = judge(done, params)
        kept.tell(asked, attempt)
        tell(output_files.line(attempt))


def best(attempts: list[Attempt]) -> Attempt:
    """The highest value; the defaults, which come first, unless something is better.

    Raises:
        BenchError: if nothing succeeded.
    """
    succeeded = [one for one in attempts if one.status == "ok"]
    if not succeeded:
        raise BenchError(f"nothing could be fitted; the first error: {attempts[0].error}")
    return max(succeeded, key=lambda one: one.value)


def _finish(tuning: Tuning, attempts: list[Attempt], out: Path, tell: Callable[[str], None], path: Path) -> Attempt:
    chosen = best(attempts)
    params = {**tuning.plan.trials[0].params, **chosen.params}
    # Where to compute is the machine's matter, not the model's.
    params.pop("device", None)
    text = output_files.configuration(
        tuning.candidate.name, params, output_files.comments(tuning, attempts, chosen, out)
    )
    write_file(out, text.encode())
    write_file(output_files.history_path(out), output_files.history(attempts).encode())
    for line in (
        *output_files.verdict(attempts[0], chosen),
        f"study in {path}",
        f"wrote {out}, {output_files.history_path(out)}",
    ):
        tell(line)
    return chosen
