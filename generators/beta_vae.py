"""The annealed beta-VAE with a calibrated decoder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from bench.api import Budget, GeneratorInfo

from .networks.autoencoder.variational import VariationalLearner
from .shared.option_checks import NonNegativeFloat, PositiveInt

if TYPE_CHECKING:
    from .networks.autoencoder.decoders import Decoder
    from .networks.autoencoder.priors import Prior
    from .networks.autoencoder.training_plan import TrainingPlan
    from .networks.table_points import PointLayout


@dataclass(kw_only=True, eq=False)
class BetaVAE(VariationalLearner):
    """beta-VAE: beta annealed from 0, mixture decoder whose noise is learned and sampled, learned mixture prior.

    How the defaults were chosen is in docs/models.md. Times are shares of the budget up to 1, and numbers of epochs
    above 1.

    Attributes:
        beta: weight of the KL term at the end of its rise.
        beta_schedule: shape of the rise: `linear`, half a `cosine`, or `cyclical`: linear in each cycle (Fu et al.
            2019).
        anneal: time over which beta rises from 0, in each cycle; 0: beta is constant.
        hold: time at beta 0 before the rise, in each cycle.
        cycles: of a cyclical beta.
        settle: time before which no weights are kept; only if rows are in time and `validation_rows` is `auto`.
        decoder_components: Gaussians in the decoder's mixture.
        prior_components: Gaussians in the prior; 1 is N(0, I).
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Higgins et al. (2017), beta-VAE; annealing: Bowman et al. (2016); prior: Tomczak and Welling (2018)",
        packages=("torch", "numpy", "scipy", "scikit-learn"),
        install="pip install torch numpy scipy scikit-learn",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 600}, 4), "standard": Budget({}, 18)},
        kinds=frozenset({"numeric", "categorical", "datetime", "missing"}),
    )

    steps: PositiveInt = 2500
    lr: NonNegativeFloat = 1e-2
    loss: Literal["mse", "mae", "gaussian", "mixture"] = "mixture"
    beta_schedule: Literal["linear", "cosine", "cyclical"] = "linear"
    anneal: NonNegativeFloat = 0.3
    hold: NonNegativeFloat = 0.0
    cycles: PositiveInt = 4
    settle: NonNegativeFloat = 0.75
    decoder_components: PositiveInt = 12
    prior_components: PositiveInt = 128

    def _plan(self, *, ordered: bool) -> TrainingPlan:
        plan = super()._plan(ordered=ordered)
        return plan if ordered and self.validation_rows == "auto" else replace(plan, settle=0.0)

    def _decoder(self, inputs: int, layout: PointLayout) -> Decoder:
        from .networks.autoencoder.level_decoders import mixture_decoder

        if self.loss != "mixture":
            return super()._decoder(inputs, layout)
        return mixture_decoder(lambda outputs: self._decoder_layers(inputs, outputs), layout, self.decoder_components)

    def _prior(self, latent: int) -> Prior:
        from .networks.autoencoder.priors import MixturePrior

        if self.prior_components == 1:
            return super()._prior(latent)
        return MixturePrior(latent, self.prior_components, 2 if self.regimes else 0)
