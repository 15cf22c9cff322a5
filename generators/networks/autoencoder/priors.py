"""Priors of the codes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..layers import LOG_2PI, draw_category, draw_normal, log_normal


class Prior(nn.Module):
    """p(z), or p(z | regime); `regime` is one-hot, (rows, regimes), and has no columns if there are no regimes."""

    def kl(self, z: Tensor, mean: Tensor, log_variance: Tensor, regime: Tensor) -> Tensor:
        """Returns KL(q(z|x) || p(z)) of each row, or an unbiased estimate of it from the draw `z`: (rows,)."""
        raise NotImplementedError

    def sample(self, regime: Tensor, generator: torch.Generator) -> Tensor:
        """Draws one code for each row of `regime`: (rows, latents)."""
        raise NotImplementedError

    def moments(self, share: Tensor) -> tuple[Tensor, Tensor]:
        """Returns mean and variance of each latent, both (latents,), given the share of each regime, (regimes,)."""
        raise NotImplementedError


class StandardPrior(Prior):
    """N(0, I) in every regime."""

    def __init__(self, latent: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(latent))

    def kl(self, z: Tensor, mean: Tensor, log_variance: Tensor, regime: Tensor) -> Tensor:
        """Returns the exact KL of each row (Kingma and Welling 2014, appendix B)."""
        return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1)

    def sample(self, regime: Tensor, generator: torch.Generator) -> Tensor:
        """Draws one code for each row of `regime`."""
        mean = self.get_buffer("mean").expand(len(regime), -1)
        return draw_normal(mean, torch.zeros_like(mean), generator)

    def moments(self, share: Tensor) -> tuple[Tensor, Tensor]:
        """Returns 0 and 1 for each latent."""
        mean = self.get_buffer("mean")
        return mean, torch.ones_like(mean)


class MixturePrior(Prior):
    """A learned mixture of diagonal Gaussians; the KL is estimated from one draw (Tomczak and Welling 2018, eq. 3).

    Regimes share the components, and each regime has its own weights.
    """

    def __init__(self, latent: int, components: int, regimes: int = 0) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros((regimes, components) if regimes else components))
        self.mean = nn.Parameter(torch.randn(components, latent))
        self.log_variance = nn.Parameter(torch.zeros(components, latent))

    def _logits(self, regime: Tensor) -> Tensor:
        """Returns the logits of the rows' components: (components,), or with regimes (rows, components)."""
        return self.logits if self.logits.dim() == 1 else regime @ self.logits

    def kl(self, z: Tensor, mean: Tensor, log_variance: Tensor, regime: Tensor) -> Tensor:
        """Returns an estimate of the KL of each row, from one draw."""
        # (z - m)^2 / v multiplied out: two matrix products in place of a (rows, components, latents) tensor.
        inverse = (-self.log_variance).exp()
        scaled = self.mean * inverse
        constant = (LOG_2PI + self.log_variance + self.mean * scaled).sum(-1)
        log_densities = z @ scaled.T - 0.5 * (z.square() @ inverse.T + constant)
        log_prior = (self._logits(regime).log_softmax(-1) + log_densities).logsumexp(-1)
        return log_normal(z, mean, log_variance) - log_prior

    def sample(self, regime: Tensor, generator: torch.Generator) -> Tensor:
        """Draws a component, then a code from it, for each row of `regime`."""
        chosen = draw_category(self._logits(regime).expand(len(regime), -1), generator)
        return draw_normal(self.mean[chosen], self.log_variance[chosen], generator)

    def moments(self, share: Tensor) -> tuple[Tensor, Tensor]:
        """Returns mean and variance of each latent by the law of total variance."""
        weights = self.logits.softmax(-1)
        weights = weights if weights.dim() == 1 else share @ weights
        mean = weights @ self.mean
        return mean, weights @ (self.log_variance.exp() + (self.mean - mean).square())
