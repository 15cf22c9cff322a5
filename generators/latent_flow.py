"""Flow matching on the codes of a variational autoencoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bench.api import Budget, GeneratorInfo

from .networks.flow.hyperparameters import CoderPlan
from .networks.flow.learner import FlowLearner
from .shared.option_checks import NonNegativeFloat, PositiveInt

if TYPE_CHECKING:
    from .networks.table_points import PointLayout


@dataclass(kw_only=True, eq=False)
class LatentFlow(FlowLearner):
    """VAE, then flow matching on its posterior draws: a drawn code is decoded with the decoder's own noise.

    How the defaults were chosen is in docs/models.md.

    Attributes:
        latent: latent variables for tables of numbers; at most as many as features.
        mixed_latent: the same for tables with categories, dates or gaps.
        beta: weight of the VAE's KL term: small, as codes are drawn from the flow and not from N(0, I).
        coder_steps: of the optimiser for the VAE, before the `steps` of the flow.
        coder_lr: peak learning rate of the VAE.
        coder_width: of the VAE's hidden layers.
        components: Gaussians in the decoder's mixture.
        draws: from the posterior of each row that the flow learns from.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Zhang et al. (2024), TabSyn; flow: Lipman et al. (2023)",
        packages=("torch", "numpy", "scipy"),
        install="pip install torch numpy scipy",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 600, "coder_steps": 300}, 6), "standard": Budget({}, 65)},
        kinds=frozenset({"numeric", "categorical", "datetime", "missing"}),
    )

    steps: PositiveInt = 10_000
    latent: PositiveInt = 9
    mixed_latent: PositiveInt = 12
    beta: NonNegativeFloat = 0.2
    coder_steps: PositiveInt = 2500
    coder_lr: NonNegativeFloat = 5e-3
    coder_width: PositiveInt = 128
    components: PositiveInt = 8
    draws: PositiveInt = 4

    def _coder_plan(self, layout: PointLayout) -> CoderPlan:
        latent = self.mixed_latent if layout.sizes else self.latent
        return CoderPlan(
            latent, self.beta, self.coder_steps, self.coder_lr, self.coder_width, self.components, self.draws
        )
