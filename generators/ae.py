"""A plain autoencoder, sampled around the codes of its train rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from bench.api import Budget, GeneratorInfo

from .networks.autoencoder.learner import AutoencoderLearner
from .shared.option_checks import NonNegativeFloat

if TYPE_CHECKING:
    import torch

    from .networks.table_points import PointLayout


@dataclass(kw_only=True, eq=False)
class AE(AutoencoderLearner):
    """Autoencoder: decodes noisy codes of train rows drawn with replacement.

    Attributes:
        noise: standard deviation of the noise added to each latent, in units of `noise_unit`; 0 returns
            reconstructions of train rows. How the default was chosen is in docs/models.md.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Hinton and Salakhutdinov (2006), Reducing the Dimensionality of Data with Neural Networks",
        packages=("torch", "numpy", "scipy", "scikit-learn"),
        install="pip install torch numpy scipy scikit-learn",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 600}, 3), "standard": Budget({}, 9)},
        kinds=frozenset({"numeric", "categorical", "datetime", "missing"}),
    )

    loss: Literal["mse", "mae", "gaussian"] = "mse"
    sampling: Literal["codes", "expost"] = "codes"
    noise: NonNegativeFloat = 0.2
    noise_unit: Literal["latent", "absolute"] = "latent"

    def _network(self, layout: PointLayout) -> torch.nn.Module:
        from .networks.autoencoder.models import Autoencoder

        latent = self._latents(layout)
        encoder, decoder = self._encoder(layout.features, latent, 1), self._decoder(latent, layout)
        return Autoencoder(encoder, decoder, self._reduction(layout.features, latent))
