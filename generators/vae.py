"""A plain variational autoencoder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from bench.api import Budget, GeneratorInfo

from ._neural import Neural

if TYPE_CHECKING:
    import torch

    from ._train import Plan


@dataclass(kw_only=True, eq=False)
class VAE(Neural):
    """Variational autoencoder: N(0, I) prior, Gaussian decoder with one learned noise scale per feature.

    Attributes:
        beta: weight of the KL term, constant.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Kingma and Welling (2014), Auto-Encoding Variational Bayes; noise scale: Rybkin et al. (2021)",
        packages=("torch", "numpy", "scipy"),
        install="pip install torch numpy scipy",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 600}, 3), "standard": Budget({}, 9)},
    )

    beta: float = 1.0

    def _plan(self, *, ordered: bool) -> Plan:
        return replace(Neural._plan(self, ordered=ordered), beta=self.beta)

    def _network(self, features: int) -> torch.nn.Module:
        from ._nets import GaussianDecoder, StandardPrior, VariationalAutoencoder, perceptron

        latent = min(self.latent, features)
        return VariationalAutoencoder(
            perceptron(features, 2 * latent, self.width, self.blocks),
            GaussianDecoder(latent, features, self.width, self.blocks),
            StandardPrior(latent),
        )
