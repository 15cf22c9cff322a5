"""What is tuned: the generator, its search space, the inner split and the objective."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Split
from bench.common.atomic_files import unpack_arrays
from bench.common.fingerprint import digest
from bench.execution import runner
from bench.execution.run_trial import TrialInputs, run_trial
from bench.execution.tasks import Task
from bench.scoring.score_table import nest
from bench.seeds import derive
from bench.workflows.tuning import objectives, optuna_study, search_space

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bench.planning.config import Config
    from bench.planning.generator_selection import Candidate
    from bench.planning.plan import Plan
    from bench.workflows.tuning.objectives import Objective
    from bench.workflows.tuning.search_space import Space


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
            "space": search_space.plain(self.space),
            "objective": str(self.objective),
            "scoring": self.plan.scoring,
            "rows": {part: len(getattr(self.split, part)) for part in ("train", "holdout", "test")},
        }

    def job(self, params: Mapping[str, Any], artefacts: bytes | None, draw: int = 0) -> Task:
        """A fit with these parameters over those that the run would have; fits of a draw share their seed."""
        asked = self.plan.trials[draw]
        merged = {**asked.params, **params}
        inputs = TrialInputs(
            self.split,
            artefacts=nest(unpack_arrays(artefacts)) if artefacts else {},
            score_seed=derive(self.split.seed, "score"),
            metric_set="core",
            scoring=self.plan.scoring,
            snap=self.plan.config.snap,
            plugin=self.candidate.plugin,
        )
        return Task(replace(asked, id=digest([asked.id, "tune", merged]), params=merged), run_trial, inputs)


def prepare(config: Config, space: Path | None, objective: Objective) -> Tuning:
    """Loads the data and the space, and draws the inner split.

    Args:
        config: names one generator and one data set; `rows` caps the inner train rows.
        space: a file of spaces; None takes the one that comes with the generator.
        objective: what is maximised.

    Raises:
        BenchError: if anything asked for does not exist or cannot run, or Optuna is not installed.
    """
    optuna_study.require()
    plan = runner.load_plan(replace(config, repeats=1))
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
    searched = {
        name: one for name, one in search_space.load(candidate, space, config.plugins).items() if name not in fixed
    }
    if not searched:
        raise BenchError(f"every parameter of {candidate.name}'s space is fixed by --set; leave one free")
    return Tuning(plan, candidate, searched, objective, inner)
