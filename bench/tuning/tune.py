"""Tunes a generator: an Optuna study whose objective sees the train rows of one split, and nothing else.

The split is that of repeat 0 of `bench run` with the same seed. Its train rows are split again, and every setting is
fitted on the inner train rows and judged on the inner holdout and test: what a later run reports on was not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.execution import runner, trial
from bench.execution.tasks import Limits, Task, outcomes
from bench.execution.trial import Job
from bench.execution.workers import Pool
from bench.files import unpack_arrays, write_file
from bench.fingerprint import digest
from bench.scoring import nest
from bench.seeds import derive
from bench.store import unpack_result
from bench.tuning import objectives, spaces, studies, write
from bench.tuning.studies import Attempt, Study

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bench.api import Split
    from bench.candidates import Candidate
    from bench.config import Config
    from bench.execution.tasks import Outcome, Work
    from bench.plan import Plan
    from bench.tuning.objectives import Objective
    from bench.tuning.spaces import Space

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


@dataclass(frozen=True, slots=True)
class Tuning:
    """All that decides a study's numbers.

    Attributes:
        plan: of a run of this generator alone, one repeat; of its trials (one per seed of fitting) every attempt takes
            all but the parameters.
        split: the inner one.
    """

    plan: Plan
    candidate: Candidate
    space: Space
    objective: Objective
    split: Split

    def identity(self) -> dict[str, Any]:
        """What tells one study from another; limits and budgets do not."""
        asked = self.plan.trials[0]
        return {
            "generator": self.candidate.name,
            "trial": asked.id,
            "config": self.plan.config.as_dict(),
            "space": spaces.plain(self.space),
            "objective": str(self.objective),
            "scoring": self.plan.scoring,
            "rows": {part: len(getattr(self.split, part)) for part in ("train", "holdout", "test")},
        }

    def job(self, params: Mapping[str, Any], artefacts: bytes | None, draw: int = 0) -> Job:
        """A fit with these parameters over those that the run would have; fits of a draw share their seed."""
        asked = self.plan.trials[draw]
        merged = {**asked.params, **params}
        return Job(
            replace(asked, id=digest([asked.id, "tune", merged]), params=merged),
            self.split,
            artefacts=nest(unpack_arrays(artefacts)) if artefacts else {},
            score_seed=derive(self.split.seed, "score"),
            metric_set="core",
            scoring=self.plan.scoring,
            snap=self.plan.config.snap,
            plugin=self.candidate.plugin,
        )


def prepare(config: Config, space: Path | None, objective: Objective) -> Tuning:
    """Loads the data and the space, and draws the inner split.

    Args:
        config: names one generator and one data set; `rows` caps the inner train rows.
        space: a file of spaces; None takes the one that comes with the generator.
        objective: what is maximised.

    Raises:
        BenchError: if anything asked for does not exist or cannot run, or Optuna is not installed.
    """
    studies.require()
    plan = runner.load(replace(config, repeats=1))
    if len(plan.generators) != 1:
        raise BenchError(f"got {len(plan.generators)} generators to tune; expected one name")
    candidate = next(iter(plan.generators.values()))
    if candidate.problem:
        raise BenchError(candidate.problem)
    planned = next(iter(plan.splits.values()))
    data = plan.datasets[planned.dataset]
    outer = plan.draw(replace(planned, rows=None))
    inner = objectives.inner_split(data, outer, config.budget.train_rows, config.blocks)
    fixed = config.settings.get(candidate.name, {})
    searched = {name: one for name, one in spaces.load(candidate, space, config.plugins).items() if name not in fixed}
    if not searched:
        raise BenchError(f"every parameter of {candidate.name}'s space is fixed by --set; leave one free")
    return Tuning(plan, candidate, searched, objective, inner)


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
    write.refuse_existing(out, force=force)
    identity = tuning.identity()
    path = study or runner.RUNS / f"tune-{tuning.candidate.name.replace(':', '-')}-{digest(identity, 10)}"
    begun = monotonic()
    with studies.folder(path, identity), Pool(1, runner.preload(tuning.plan)) as pool:
        kept = Study(path, tuning.space, tuning.plan.config.seed)
        _search(tuning, budget, kept, _Judge(tuning, budget, pool, path), tell, begun)
        return _finish(tuning, kept.attempts, out, tell, path)


class _Judge:
    """Fits and scores settings, each in a process of its own."""

    def __init__(self, tuning: Tuning, budget: Budget, pool: Pool, path: Path) -> None:
        self._tuning, self._pool = tuning, pool
        self._limits = Limits(budget.timeout)
        files = {name: path / name for name in ("artefacts.npz", "bounds.json")}
        if not all(file.is_file() for file in files.values()):
            outcome = self._run(objectives.bound, tuning.job({}, None), Limits())
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
        return studies.mean(fits)

    def _fit(self, number: int | None, params: Mapping[str, Any], draw: int) -> Attempt:
        outcome = self._run(trial.run, self._tuning.job(params, self._artefacts, draw), self._limits)
        if outcome.status != "ok":
            return Attempt(number, params, 0.0, outcome.status, outcome.error, seconds={"total": outcome.seconds})
        result = unpack_result(outcome.files["result.json"])
        if result.status != "ok":
            return Attempt(number, params, 0.0, result.status, result.error, seconds=result.seconds)
        said = self._tuning.objective.judge(self._bounds, result.metrics)
        return Attempt(number, params, said.value, families=said.families, overall=said.overall, seconds=result.seconds)

    def _run(self, work: Work, job: Job, limits: Limits) -> Outcome:
        ((_, outcome),) = outcomes(self._pool, [Task(job.trial.id, work, job, limits)])
        return outcome


def _search(
    tuning: Tuning, budget: Budget, kept: Study, judge: _Judge, tell: Callable[[str], None], begun: float
) -> None:
    if not any(one.number is None for one in kept.attempts):
        kept.note_default(judge(None, {}))
        tell(write.line(kept.attempts[0]))
    while True:
        done = len(kept.attempts) - 1
        if not budget.left(done, begun) and done:
            return
        asked, params = kept.ask(done)
        attempt = judge(done, params)
        kept.tell(asked, attempt)
        tell(write.line(attempt))


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
    text = write.configuration(tuning.candidate.name, params, write.comments(tuning, attempts, chosen, out))
    write_file(out, text.encode())
    write_file(write.history_path(out), write.history(attempts).encode())
    for line in (
        *write.verdict(attempts[0], chosen),
        f"study in {path}",
        f"wrote {out}, {write.history_path(out)}",
    ):
        tell(line)
    return chosen
