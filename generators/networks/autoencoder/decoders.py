"""Decoders: the distribution of a row given its code."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..layers import draw_category, draw_normal, log_normal

_LEAST_LOG_VARIANCE = -10.0


class Decoder(nn.Module):
    """p(x | z)."""

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """Returns log p(x | z): (rows, latents), (rows, features) -> (rows,)."""
        raise NotImplementedError

    def expected(self, latent: Tensor) -> Tensor:
        """Returns E[x | z]: (rows, latents) -> (rows, features)."""
        raise NotImplementedError

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """Draws x given z, noise included: (rows, latents) -> (rows, features)."""
        raise NotImplementedError


class PointDecoder(Decoder):
    """A decoder without noise, whose loss is the squared or absolute error, summed over features."""

    def __init__(self, net: nn.Module, *, absolute: bool = False) -> None:
        super().__init__()
        self.net, self.absolute = net, absolute

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """Returns minus the error: up to constants, the log likelihood of Gaussian or Laplace noise of fixed scale."""
        error: Tensor = self.net(latent) - x
        return -(error.abs() if self.absolute else error.square()).sum(-1)

    def expected(self, latent: Tensor) -> Tensor:
        """Returns the output of the network."""
        mean: Tensor = self.net(latent)
        return mean

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """Returns E[x | z], as there is no noise."""
        return self.expected(latent)


class GaussianDecoder(Decoder):
    """A mean per row and one learned noise scale per feature (Rybkin et al. 2021, sigma-VAE)."""

    def __init__(self, net: nn.Module, features: int) -> None:
        super().__init__()
        self.mean = net
        self.log_variance = nn.Parameter(torch.zeros(features))

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """Returns the log density of x under the noise of each feature."""
        return log_normal(x, self.mean(latent), self.log_variance.clamp(min=_LEAST_LOG_VARIANCE))

    def expected(self, latent: Tensor) -> Tensor:
        """Returns the output of the network."""
        mean: Tensor = self.mean(latent)
        return mean

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """Draws x around its mean."""
        return draw_normal(self.mean(latent), self.log_variance.clamp(min=_LEAST_LOG_VARIANCE), generator)


class MixtureDecoder(Decoder):
    """A mixture of diagonal Gaussians over the whole row; all its parameters depend on z.

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
        """Returns the columns that the network must have: a logit, means and log variances for each component."""
        return components * (1 + 2 * features)

    def parts(self, latent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Returns logits (rows, components), means and log variances (rows, components, features)."""
        count, wide = self.components, self.components * self.features
        logits, mean, log_variance = self.net(latent).split([count, wide, wide], dim=-1)
        shape = (len(latent), count, self.features)  # also of no features, whose size cannot be left open
        return logits, mean.reshape(shape), log_variance.reshape(shape).clamp(min=_LEAST_LOG_VARIANCE)

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """Returns the log density of x under the mixture."""
        logits, mean, log_variance = self.parts(latent)
        return (logits.log_softmax(-1) + log_normal(x.unsqueeze(1), mean, log_variance)).logsumexp(-1)

    def expected(self, latent: Tensor) -> Tensor:
        """Returns the mean of the mixture."""
        logits, mean, _ = self.parts(latent)
        return (logits.softmax(-1).unsqueeze(-1) * mean).sum(1)

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """Draws a component, then x from it."""
        logits, mean, log_variance = self.parts(latent)
        rows, chosen = torch.arange(len(latent), device=latent.device), draw_category(logits, generator)
        return draw_normal(mean[rows, chosen], log_variance[rows, chosen], generator)
