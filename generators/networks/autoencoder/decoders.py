"""Decoders: a network and what its outputs say of a row, noise included."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..layers import choose, draw, log_normal

_LEAST_LOG_VARIANCE = -10.0


class Decoder(nn.Module):
    """p(x | z)."""

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """(rows, latents), (rows, features) -> (rows,)."""
        raise NotImplementedError

    def expected(self, latent: Tensor) -> Tensor:
        """E[x | z]: (rows, latents) -> (rows, features)."""
        raise NotImplementedError

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """(rows, latents) -> (rows, features), noise included."""
        raise NotImplementedError


class PointDecoder(Decoder):
    """No noise: minus its log likelihood is the squared or absolute error, summed over features."""

    def __init__(self, net: nn.Module, *, absolute: bool = False) -> None:
        super().__init__()
        self.net, self.absolute = net, absolute

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """See `Decoder`; up to constants, that of Gaussian or Laplace noise of a fixed scale."""
        error: Tensor = self.net(latent) - x
        return -(error.abs() if self.absolute else error.square()).sum(-1)

    def expected(self, latent: Tensor) -> Tensor:
        """See `Decoder`."""
        mean: Tensor = self.net(latent)
        return mean

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """See `Decoder`; there is no noise to include."""
        return self.expected(latent)


class GaussianDecoder(Decoder):
    """A mean per row and one learned noise scale per feature (Rybkin et al. 2021, sigma-VAE)."""

    def __init__(self, net: nn.Module, features: int) -> None:
        super().__init__()
        self.mean = net
        self.log_variance = nn.Parameter(torch.zeros(features))

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """See `Decoder`."""
        return log_normal(x, self.mean(latent), self.log_variance.clamp(min=_LEAST_LOG_VARIANCE))

    def expected(self, latent: Tensor) -> Tensor:
        """See `Decoder`."""
        mean: Tensor = self.mean(latent)
        return mean

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """See `Decoder`."""
        return draw(self.mean(latent), self.log_variance.clamp(min=_LEAST_LOG_VARIANCE), generator)


class MixtureDecoder(Decoder):
    """A mixture of diagonal Gaussians over the whole row, all of whose parameters depend on z.

    Args:
        net: latents -> `outputs(features, components)` columns.
        features: of a row.
        components: of the mixture.
    """

    def __init__(self, net: nn.Module, features: int, components: int) -> None:
        super().__init__()
        self.components, self.features = components, features
        self.net = net

    @staticmethod
    def outputs(features: int, components: int) -> int:
        """Columns that the network must have: a logit, means and log variances for each component."""
        return components * (1 + 2 * features)

    def _parts(self, latent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (rows, components), means and log variances (rows, components, features)."""
        count, wide = self.components, self.components * self.features
        logits, mean, log_variance = self.net(latent).split([count, wide, wide], dim=-1)
        shape = (-1, count, self.features)
        return logits, mean.reshape(shape), log_variance.reshape(shape).clamp(min=_LEAST_LOG_VARIANCE)

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """See `Decoder`."""
        logits, mean, log_variance = self._parts(latent)
        return (logits.log_softmax(-1) + log_normal(x.unsqueeze(1), mean, log_variance)).logsumexp(-1)

    def expected(self, latent: Tensor) -> Tensor:
        """See `Decoder`."""
        logits, mean, _ = self._parts(latent)
        return (logits.softmax(-1).unsqueeze(-1) * mean).sum(1)

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """See `Decoder`."""
        logits, mean, log_variance = self._parts(latent)
        rows, chosen = torch.arange(len(latent), device=latent.device), choose(logits, generator)
        return draw(mean[rows, chosen], log_variance[rows, chosen], generator)
