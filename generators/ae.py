"""A plain autoencoder, sampled around the codes of its training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from bench.api import Budget, GeneratorInfo

from .networks.autoencoder.encoder_decoder import Coder

if TYPE_CHECKING:
    import torch


@dataclass(kw_only=True, eq=False)
class AE(Coder):
    """Autoencoder: decodes noisy codes of train rows drawn with replacement.

    Attributes:
        noise: standard deviation of what is added to each latent, in units of that latent's own standard deviation;
            0 returns reconstructions of train rows. On `station` less than 0.2 came nearer to train than to holdout
            rows (share 0.55 at 0.1, 0.52 at 0.2, 0.50 at 0.3; 0.5 is no memory), and more is easier to tell from real.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Hinton and Salakhutdinov (2006), Reducing the Dimensionality of Data with Neural Networks",
        packages=("torch", "numpy", "scipy", "scikit-learn"),
        install="pip install torch numpy scipy scikit-learn",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 600}, 3), "standard": Budget({}, 9)},
    )

    noise: float = 0.2
    noise_unit: Literal["latent", "absolute"] = "latent"

    def _network(self, features: int) -> torch.nn.Module:
        from .networks.autoencoder.models import Autoencoder

        latent = self._latents(features)
        encoder, decoder = self._encoder(features, latent, 1), self._decoder(latent, features)
        return Autoencoder(encoder, decoder, self._reduction(features, latent))
