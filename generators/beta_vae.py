"""The annealed beta-VAE with a calibrated decoder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from bench.api import Budget, GeneratorInfo

from ._neural import Neural

if TYPE_CHECKING:
    import torch

    from ._train import Plan


@dataclass(kw_only=True, eq=False)
class BetaVAE(Neural):
    """beta-VAE: beta annealed from 0, mixture decoder whose noise is learned and sampled, learned mixture prior.

    Attributes:
        beta: weight of the KL term once annealed.
        anneal: share of the steps over which it rises from 0.
        decoder_components: Gaussians in the decoder's mixture.
        prior_components: Gaussians in the prior; 1 is N(0, I).
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Higgins et al. (2017), beta-VAE; annealing: Bowman et al. (2016); prior: Tomczak and Welling (2018)",
        packages=("torch",),
        install="pip install torch",
        budgets={"quick": Budget({"steps": 1500}, 6), "standard": Budget({}, 20)},
    )

    beta: float = 1.0
    anneal: float = 0.3
    decoder_components: int = 8
    prior_components: int = 128

    def _plan(self) -> Plan:
        return replace(Neural._plan(self), beta=self.beta, anneal=self.anneal)

    def _network(self, features: int) -> torch.nn.Module:
        from ._nets import MixtureDecoder, MixturePrior, StandardPrior, VariationalAutoencoder, perceptron

        latent = min(self.latent, features)
        several = self.prior_components > 1
        return VariationalAutoencoder(
            perceptron(features, 2 * latent, self.width, self.blocks),
            MixtureDecoder(latent, features, self.width, self.blocks, self.decoder_components),
            MixturePrior(latent, self.prior_components) if several else StandardPrior(latent),
        )
