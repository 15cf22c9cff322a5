"""Flow matching on a table's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bench.api import Budget, GeneratorInfo

from .networks.flow.hyperparameters import CoderPlan
from .networks.flow.learner import FlowLearner
from .shared.option_checks import PositiveInt

if TYPE_CHECKING:
    from .networks.table_points import PointLayout


@dataclass(kw_only=True, eq=False)
class Flow(FlowLearner):
    """Flow matching: a small network learns the velocity that carries Gaussian noise to rows; a solver follows it.

    A table with categories, dates or gaps is first encoded by the autoencoder of `latent-flow`.
    How the defaults were chosen is in docs/models.md.

    Attributes:
        coder_steps: of the optimiser for that autoencoder, before the `steps` of the flow; tables of numbers have none.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Lipman et al. (2023), Flow Matching for Generative Modeling; path: Albergo and Vanden-Eijnden (2023)",
        packages=("torch", "numpy", "scipy"),
        install="pip install torch numpy scipy",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 600, "coder_steps": 300}, 4), "standard": Budget({}, 60)},
        kinds=frozenset({"numeric", "categorical", "datetime", "missing"}),
    )

    coder_steps: PositiveInt = 2500

    def _coder_plan(self, layout: PointLayout) -> CoderPlan | None:
        return CoderPlan(steps=self.coder_steps) if layout.sizes else None
