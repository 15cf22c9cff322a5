"""A plain autoencoder, sampled around the codes of its training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bench.api import Budget, GeneratorInfo

from ._neural import Neural

if TYPE_CHECKING:
    import torch

    from ._neural import Fitted


@dataclass(kw_only=True, eq=False)
class AE(Neural):
    """Autoencoder: decodes noisy codes of train rows drawn with replacement.

    Attributes:
        noise: standard deviation of what is added to each latent, in units of that latent's own standard deviation;
            0 returns reconstructions of train rows. On `station` less than 0.2 came nearer to train than to holdout
            rows (share 0.55 at 0.1, 0.52 at 0.2, 0.50 at 0.3; 0.5 is no memory), and more is easier to tell from real.
    """

    info: ClassVar = GeneratorInfo(
        licence="MIT",
        paper="Hinton and Salakhutdinov (2006), Reducing the Dimensionality of Data with Neural Networks",
        packages=("torch", "numpy", "scipy"),
        install="pip install torch numpy scipy",
        preload=("torch._dynamo",),
        budgets={"quick": Budget({"steps": 600}, 3), "standard": Budget({}, 9)},
    )

    noise: float = 0.2

    def _network(self, features: int) -> torch.nn.Module:
        from ._nets import Autoencoder

        return Autoencoder(features, min(self.latent, features), self.width, self.blocks)

    def _draw(self, fitted: Fitted, n: int, generator: torch.Generator) -> torch.Tensor:
        import torch

        codes = fitted.model.encoder(fitted.points)
        device = codes.device
        chosen = codes[torch.randint(len(codes), (n,), generator=generator, device=device)]
        noise = torch.randn(chosen.shape, generator=generator, device=device)
        points: torch.Tensor = fitted.model.decoder(chosen + self.noise * codes.std(dim=0) * noise)
        return points
