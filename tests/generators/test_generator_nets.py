from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import distributions as dist

from bench.generators import _nets
from bench.seeds import scope


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(mean: torch.Tensor, log_variance: torch.Tensor) -> Any:  # noqa: ANN401
    return dist.Independent(dist.Normal(mean, (0.5 * log_variance).exp()), 1)


def mixture_prior(components: int = 4) -> _nets.MixturePrior:
    with scope(0):
        prior = _nets.MixturePrior(2, components)
        torch.nn.init.normal_(prior.log_variance, std=0.5)
        torch.nn.init.normal_(prior.logits)
    return prior


def test_a_residual_block_starts_as_the_identity() -> None:
    x = torch.randn(5, 8, generator=generator())
    assert torch.equal(_nets.Residual(8)(x), x)


def test_standard_prior_kl_is_torchs() -> None:
    mean, log_variance = torch.randn(2, 50, 3, generator=generator())
    expected = dist.kl_divergence(normal(mean, log_variance), normal(torch.zeros(50, 3), torch.zeros(50, 3)))
    torch.testing.assert_close(_nets.StandardPrior(3).kl(mean, mean, log_variance), expected)


def test_mixture_prior_kl_is_the_difference_of_log_densities() -> None:
    prior = mixture_prior()
    mean, log_variance, z = torch.randn(3, 50, 2, generator=generator())
    mixture: Any = dist.MixtureSameFamily(dist.Categorical(logits=prior.logits), normal(prior.mean, prior.log_variance))
    expected = normal(mean, log_variance).log_prob(z) - mixture.log_prob(z)
    torch.testing.assert_close(prior.kl(z, mean, log_variance), expected, rtol=1e-4, atol=1e-4)


def test_mixture_prior_samples_itself() -> None:
    prior = mixture_prior()
    with torch.no_grad():
        drawn = prior.sample(40000, generator())
        share = prior.logits.softmax(0)
        torch.testing.assert_close(drawn.mean(0), share @ prior.mean, atol=0.03, rtol=0)
        second = share @ (prior.mean.square() + prior.log_variance.exp())
    torch.testing.assert_close(drawn.square().mean(0), second, atol=0.1, rtol=0.02)


@pytest.mark.parametrize("components", [1, 3])
def test_mixture_decoder_density_integrates_to_one_and_is_what_it_samples(components: int) -> None:
    with scope(1), torch.no_grad():
        decoder = _nets.MixtureDecoder(2, 1, 16, 1, components)
        latent = torch.randn(1, 2)
        grid = torch.linspace(-12, 12, 4001)
        density = decoder.log_likelihood(latent.expand(4001, 2), grid[:, None]).exp()
        drawn = decoder.sample(latent.expand(20000, 2), generator())
    assert abs(float(torch.trapezoid(density, grid)) - 1) < 1e-3
    assert abs(float(torch.trapezoid(density * grid, grid)) - float(drawn.mean())) < 0.05


def test_gaussian_decoder_learns_the_noise_of_the_data() -> None:
    rows = 0.3 * torch.randn(1000, 1, generator=generator())
    with scope(0):
        decoder = _nets.GaussianDecoder(1, 1, 4, 1)
    optimizer = torch.optim.Adam(decoder.parameters(), lr=0.05, fused=True)
    for _ in range(100):
        optimizer.zero_grad()
        loss = -decoder.log_likelihood(torch.zeros(1000, 1), rows).mean()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        drawn = decoder.sample(torch.zeros(4000, 1), generator(1))
    assert abs(float(drawn.std()) - 0.3) < 0.02
