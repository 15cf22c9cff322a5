"""The networks: residual perceptrons, decoders that know their noise, priors, and the models made of them."""

from __future__ import annotations

from math import log, pi
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

_LOG_2PI = log(2 * pi)
_LEAST_LOG_VARIANCE = -10.0


class Losses(NamedTuple):
    """The reconstruction loss and the Kullback-Leibler term of each row, both (rows,)."""

    reconstruction: Tensor
    kl: Tensor


class Residual(nn.Module):
    """x + W2 act(W1 act(x)), the identity at the start."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, width) -> (rows, width)."""
        change: Tensor = self.outer(functional.silu(self.inner(functional.silu(x))))
        return x + change


def perceptron(inputs: int, outputs: int, width: int, blocks: int) -> nn.Sequential:
    """Linear, `blocks` residual blocks, activation, linear."""
    middle = [Residual(width) for _ in range(blocks)]
    return nn.Sequential(nn.Linear(inputs, width), *middle, nn.SiLU(), nn.Linear(width, outputs))


def log_normal(x: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Log density of diagonal Gaussians, summed over the last dimension."""
    return -0.5 * (_LOG_2PI + log_variance + (x - mean).square() * (-log_variance).exp()).sum(-1)


def draw(mean: Tensor, log_variance: Tensor, generator: torch.Generator) -> Tensor:
    """One draw from each diagonal Gaussian."""
    noise = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + (0.5 * log_variance).exp() * noise


def choose(logits: Tensor, generator: torch.Generator) -> Tensor:
    """One category per row: (rows, categories) -> (rows,)."""
    return torch.multinomial(logits.softmax(-1), 1, generator=generator).squeeze(-1)


class Decoder(nn.Module):
    """p(x | z)."""

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """(rows, latents), (rows, features) -> (rows,)."""
        raise NotImplementedError

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """(rows, latents) -> (rows, features), noise included."""
        raise NotImplementedError


class GaussianDecoder(Decoder):
    """A mean per row and one learned noise scale per feature (Rybkin et al. 2021, sigma-VAE)."""

    def __init__(self, latent: int, features: int, width: int, blocks: int) -> None:
        super().__init__()
        self.mean = perceptron(latent, features, width, blocks)
        self.log_variance = nn.Parameter(torch.zeros(features))

    def log_likelihood(self, latent: Tensor, x: Tensor) -> Tensor:
        """See `Decoder`."""
        return log_normal(x, self.mean(latent), self.log_variance.clamp(min=_LEAST_LOG_VARIANCE))

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """See `Decoder`."""
        return draw(self.mean(latent), self.log_variance.clamp(min=_LEAST_LOG_VARIANCE), generator)


class MixtureDecoder(Decoder):
    """A mixture of diagonal Gaussians over the whole row, all of whose parameters depend on z."""

    def __init__(self, latent: int, features: int, width: int, blocks: int, components: int) -> None:
        super().__init__()
        self.components, self.features = components, features
        self.net = perceptron(latent, components * (1 + 2 * features), width, blocks)

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

    def sample(self, latent: Tensor, generator: torch.Generator) -> Tensor:
        """See `Decoder`."""
        logits, mean, log_variance = self._parts(latent)
        rows, chosen = torch.arange(len(latent), device=latent.device), choose(logits, generator)
        return draw(mean[rows, chosen], log_variance[rows, chosen], generator)


class Prior(nn.Module):
    """p(z)."""

    def kl(self, z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
        """KL(q(z|x) || p(z)) of each row, or an unbiased estimate of it from the draw `z`: (rows,)."""
        raise NotImplementedError

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, latents)."""
        raise NotImplementedError

    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and variance of each latent, both (latents,)."""
        raise NotImplementedError


class StandardPrior(Prior):
    """N(0, I)."""

    def __init__(self, latent: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(latent))

    def kl(self, z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
        """See `Prior`; exact (Kingma and Welling 2014, appendix B)."""
        return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """See `Prior`."""
        mean = self.get_buffer("mean").expand(n, -1)
        return draw(mean, torch.zeros_like(mean), generator)

    def moments(self) -> tuple[Tensor, Tensor]:
        """See `Prior`."""
        mean = self.get_buffer("mean")
        return mean, torch.ones_like(mean)


class MixturePrior(Prior):
    """A learned mixture of diagonal Gaussians; the KL is estimated from one draw (Tomczak and Welling 2018, eq. 3)."""

    def __init__(self, latent: int, components: int) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(components))
        self.mean = nn.Parameter(torch.randn(components, latent))
        self.log_variance = nn.Parameter(torch.zeros(components, latent))

    def kl(self, z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
        """See `Prior`."""
        # (z - m)^2 / v multiplied out: two matrix products in place of a (rows, components, latents) tensor.
        inverse = (-self.log_variance).exp()
        scaled = self.mean * inverse
        constant = (_LOG_2PI + self.log_variance + self.mean * scaled).sum(-1)
        log_densities = z @ scaled.T - 0.5 * (z.square() @ inverse.T + constant)
        log_prior = (self.logits.log_softmax(-1) + log_densities).logsumexp(-1)
        return log_normal(z, mean, log_variance) - log_prior

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """See `Prior`."""
        chosen = choose(self.logits.expand(n, -1), generator)
        return draw(self.mean[chosen], self.log_variance[chosen], generator)

    def moments(self) -> tuple[Tensor, Tensor]:
        """See `Prior`; by the law of total variance."""
        weights = self.logits.softmax(-1)
        mean = weights @ self.mean
        return mean, weights @ (self.log_variance.exp() + (self.mean - mean).square())


class Autoencoder(nn.Module):
    """Squared error, no noise, no prior."""

    def __init__(self, features: int, latent: int, width: int, blocks: int) -> None:
        super().__init__()
        self.encoder = perceptron(features, latent, width, blocks)
        self.decoder = perceptron(latent, features, width, blocks)

    def losses(self, x: Tensor, generator: torch.Generator) -> Losses:
        """Squared error summed over features, and a KL of nought."""
        error = (self.decoder(self.encoder(x)) - x).square().sum(-1)
        return Losses(error, torch.zeros_like(error))

    def latents(self, x: Tensor) -> tuple[Tensor, None, None, None]:
        """The codes of x: (rows, latents); they have no posterior and no prior."""
        return self.encoder(x), None, None, None


class VariationalAutoencoder(nn.Module):
    """The parts of an evidence lower bound (Kingma and Welling 2014) for any decoder and prior above."""

    def __init__(self, encoder: nn.Module, decoder: Decoder, prior: Prior) -> None:
        super().__init__()
        self.encoder, self.decoder, self.prior = encoder, decoder, prior

    def losses(self, x: Tensor, generator: torch.Generator) -> Losses:
        """-E log p(x|z) and KL(q(z|x) || p(z)), both in nats."""
        mean, log_variance = self.encoder(x).chunk(2, dim=-1)
        log_variance = log_variance.clamp(-12, 8)
        z = draw(mean, log_variance, generator)
        return Losses(-self.decoder.log_likelihood(z, x), self.prior.kl(z, mean, log_variance))

    def latents(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Means and variances of q(z|x), (rows, latents), then those of the prior, (latents,)."""
        mean, log_variance = self.encoder(x).chunk(2, dim=-1)
        return mean, log_variance.clamp(-12, 8).exp(), *self.prior.moments()

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, features) from the prior through the decoder, its noise included."""
        return self.decoder.sample(self.prior.sample(n, generator), generator)
