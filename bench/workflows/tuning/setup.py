"""The setup of a tuning study: the generator, its search space, the inner split and the objective."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.api import Arrays, BenchError, Split, Trial
from bench.common.digests import digest
from bench.execution import runner
from bench.execution.fit_trial import FitInputs, fit_trial
from bench.execution.score_trial import ScoreInputs, prepare_split, score_trial
from bench.execution.tasks import Task
from bench.scoring.score_table import nest
from bench.seeds import derive
from bench.workflows.tuning import objectives, optuna_study, search_space

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bench.execution.tasks import Files
    from bench.planning.config import Config
    from bench.planning.generator_selection import Candidate
    from bench.planning.plan import Plan
    from bench.workflows.tuning.objectives import Objective
    from bench.workflows.tuning.search_space import Space


@dataclass(frozen=True, slots=True)
class TuningSetup:
    """Everything that determines the numbers of a tuning study; `split` is the inner split.

    The plan is that of a run of this generator alone with one repeat. Its trials, one per draw, are the fits of every
    setting, with other parameters.
    """

    plan: Plan
    candidate: Candidate
    space: Space
    objective: Objective
    split: Split

    def identity(self) -> dict[str, Any]:
        """Returns what identifies a study; limits and budgets do not."""
        return {
            "generator": self.candidate.name,
            "trial": self.plan.trials[0].id,
            "config": self.plan.config.as_dict(),
            "space": search_space.space_as_json(self.space),
            "objective": str(self.objective),
            "scoring": self.plan.scoring,
            "rows": {part: len(getattr(self.split, part)) for part in ("train", "holdout", "test")},
        }

    def fit_task(self, params: Mapping[str, Any], draw: int = 0) -> Task:
        """Returns the task of one fit on the inner train rows, with parameters that replace those of the planned trial.

        Fits of one draw have the same seed, whatever their parameters.
        """
        planned = self.plan.trials[draw]
        merged = {**planned.params, **params}
        trial = replace(planned, id=digest([planned.id, "tune", merged]), params=merged)
        return Task(trial, fit_trial, FitInputs.of(self.split, self.candidate.plugin), confined=True)

    def score_task(self, trial: Trial, artefacts: Arrays, files: Files) -> Task:
        """Returns the task that scores a fit; `artefacts` is what scoring needs of the inner split, by `family/key`."""
        inputs = replace(self._score_inputs(), artefacts=nest(artefacts), stored=files)
        return Task(trial, score_trial, inputs, kind="rescore")

    def prepare_task(self) -> Task:
        """Returns the task that computes what scoring needs of the inner split."""
        return Task(self.plan.trials[0], prepare_split, self._score_inputs(), kind="prepare")

    def _score_inputs(self) -> ScoreInputs:
        plan, seed = self.plan, derive(self.split.seed, "score")
        return ScoreInputs(self.split, {}, seed, "core", plan.scoring, snap=plan.config.snap)


def prepare_tuning(config: Config, space: Path | None, objective: Objective) -> TuningSetup:
    """Loads the data and the search space, and draws the inner split.

    Args:
        config: names one generator and one data set; `rows` caps the inner train rows.
        space: a file of search spaces; None uses the one that comes with the generator.
        objective: what is maximised.

    Raises:
        BenchError: if something named does not exist or cannot run, or Optuna is not installed.
    """
    optuna_study.require_optuna()
    plan = runner.load_plan(replace(config, repeats=1))
    if len(plan.generators) != 1:
        raise BenchError(f"got {len(plan.generators)} generators to tune; expected one name")
    candidate = next(iter(plan.generators.values()))
    if candidate.problem:
        raise BenchError(candidate.problem)
    planned = next(iter(plan.splits.values()))
    outer = plan.draw(replace(planned, rows=None))
    inner = objectives.inner_split(plan.datasets[planned.dataset], outer, config.budget.train_rows, config.blocks)
    fixed = config.settings.get(candidate.name, {})
    dimensions = search_space.read_space(candidate, space, config.plugins)
    searched = {name: dimension for name, dimension in dimensions.items() if name not in fixed}
    if not searched:
        raise BenchError(f"every parameter of {candidate.name}'s space is fixed by --set; leave one free")
    return TuningSetup(plan, candidate, searched, objective, inner)
