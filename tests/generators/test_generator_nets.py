from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import distributions as dist

from bench.generators.networks import layers
from bench.generators.networks.autoencoder import decoders, models, priors
from bench.seeds import scope


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(mean: torch.Tensor, log_variance: torch.Tensor) -> Any:  # noqa: ANN401
    return dist.Independent(dist.Normal(mean, (0.5 * log_variance).exp()), 1)


def none(rows: int) -> torch.Tensor:
    """Regimes of rows that have none."""
    return torch.zeros(rows, 0)


def mixture_prior(components: int = 4) -> priors.MixturePrior:
    with scope(0):
        prior = priors.MixturePrior(2, components)
        torch.nn.init.normal_(prior.log_variance, std=0.5)
        torch.nn.init.normal_(prior.logits)
    return prior


def test_a_residual_block_starts_as_the_identity() -> None:
    x = torch.randn(5, 8, generator=generator())
    assert torch.equal(layers.Residual(8)(x), x)


def test_standard_prior_kl_is_torchs() -> None:
    mean, log_variance = torch.randn(2, 50, 3, generator=generator())
    expected = dist.kl_divergence(normal(mean, log_variance), normal(torch.zeros(50, 3), torch.zeros(50, 3)))
    torch.testing.assert_close(priors.StandardPrior(3).kl(mean, mean, log_variance, none(50)), expected)


def test_mixture_prior_kl_is_the_difference_of_log_densities() -> None:
    prior = mixture_prior()
    mean, log_variance, z = torch.randn(3, 50, 2, generator=generator())
    mixture: Any = dist.MixtureSameFamily(dist.Categorical(logits=prior.logits), normal(prior.mean, prior.log_variance))
    expected = normal(mean, log_variance).log_prob(z) - mixture.log_prob(z)
    torch.testing.assert_close(prior.kl(z, mean, log_variance, none(50)), expected, rtol=1e-4, atol=1e-4)


def test_mixture_prior_samples_itself() -> None:
    prior = mixture_prior()
    with torch.no_grad():
        drawn = prior.sample(none(40000), generator())
        share = prior.logits.softmax(0)
        torch.testing.assert_close(drawn.mean(0), share @ prior.mean, atol=0.03, rtol=0)
        second = share @ (prior.mean.square() + prior.log_variance.exp())
    torch.testing.assert_close(drawn.square().mean(0), second, atol=0.1, rtol=0.02)


@pytest.mark.parametrize("components", [1, 3])
def test_mixture_decoder_density_integrates_to_one_and_is_what_it_samples(components: int) -> None:
    with scope(1), torch.no_grad():
        net = layers.perceptron(2, decoders.MixtureDecoder.outputs(1, components), 16, 1)
        decoder = decoders.MixtureDecoder(net, 1, components)
        latent = torch.randn(1, 2)
        grid = torch.linspace(-12, 12, 4001)
        density = decoder.log_likelihood(latent.expand(4001, 2), grid[:, None]).exp()
        drawn = decoder.sample(latent.expand(20000, 2), generator())
        expected = float(decoder.expected(latent))
    assert abs(float(torch.trapezoid(density, grid)) - 1) < 1e-3
    assert abs(float(torch.trapezoid(density * grid, grid)) - float(drawn.mean())) < 0.05
    assert abs(float(torch.trapezoid(density * grid, grid)) - expected) < 1e-3


def test_gaussian_decoder_learns_the_noise_of_the_data() -> None:
    rows = 0.3 * torch.randn(1000, 1, generator=generator())
    with scope(0):
        decoder = decoders.GaussianDecoder(layers.perceptron(1, 1, 4, 1), 1)
    optimizer = torch.optim.Adam(decoder.parameters(), lr=0.05, fused=True)
    for _ in range(100):
        optimizer.zero_grad()
        loss = -decoder.log_likelihood(torch.zeros(1000, 1), rows).mean()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        drawn = decoder.sample(torch.zeros(4000, 1), generator(1))
    assert abs(float(drawn.std()) - 0.3) < 0.02


@pytest.mark.parametrize("absolute", [True, False])
def test_a_point_decoder_scores_its_error_and_draws_no_noise(absolute: bool) -> None:
    decoder = decoders.PointDecoder(torch.nn.Identity(), absolute=absolute)
    z, x = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 2.5]])
    assert float(-decoder.log_likelihood(z, x)) == pytest.approx(2.5 if absolute else 4.25)
    assert torch.equal(decoder.sample(z, generator()), z)


def test_means_divide_the_sums_that_likelihoods_are() -> None:
    with scope(0):
        parts = (
            layers.perceptron(6, 4, 8, 1),
            decoders.PointDecoder(layers.perceptron(2, 6, 8, 1)),
            priors.StandardPrior(2),
        )
    rows = torch.randn(5, 6, generator=generator())
    sums = models.VariationalAutoencoder(*parts).losses(rows, generator())
    means = models.VariationalAutoencoder(*parts, reduce=models.Reduction(6, 2)).losses(rows, generator())
    torch.testing.assert_close(means.reconstruction * 6, sums.reconstruction)
    torch.testing.assert_close(means.kl * 2, sums.kl)


def test_regimes_are_seen_but_not_reconstructed() -> None:
    with scope(0):
        decoder = decoders.PointDecoder(layers.perceptron(2 + 2, 3, 8, 1))
        prior = priors.MixturePrior(2, 4, 2)
        model = models.VariationalAutoencoder(layers.perceptron(3 + 2, 4, 8, 1), decoder, prior, regimes=2)
    x = torch.randn(5, 3, generator=generator())
    one, other = (torch.cat([x, torch.eye(2)[kind].expand(5, -1)], dim=1) for kind in (0, 1))
    assert model.losses(one, generator()).reconstruction.shape == (5,)
    assert not torch.equal(model.losses(one, generator())[0], model.losses(other, generator())[0])


def test_a_mixture_prior_has_weights_of_its_own_for_each_regime() -> None:
    with scope(0), torch.no_grad():
        prior = priors.MixturePrior(2, 2, 2)
        prior.mean.copy_(torch.tensor([[-5.0, -5.0], [5.0, 5.0]]))
        prior.logits.copy_(torch.tensor([[20.0, -20.0], [-20.0, 20.0]]))
        drawn = prior.sample(torch.eye(2).repeat_interleave(50, dim=0), generator())
        mean, variance = prior.moments(torch.tensor([0.5, 0.5]))
    assert (drawn[:50] < 0).all()
    assert (drawn[50:] > 0).all()
    torch.testing.assert_close(mean, torch.zeros(2))
    torch.testing.assert_close(variance, torch.full((2,), 26.0))


def test_plain_layers_are_those_asked_for() -> None:
    net = layers.plain(9, 4, (8, 6), dropout=(0.5,), batch_norm=True)
    assert [type(layer).__name__ for layer in net] == (
        ["Linear", "ReLU", "BatchNorm1d", "Dropout", "Linear", "ReLU", "BatchNorm1d", "Linear"]
    )
    norm = net[2]
    assert isinstance(norm, torch.nn.BatchNorm1d)
    assert (norm.momentum, norm.eps) == (0.01, 1e-3)


def test_glorot_weights_fill_their_bound_and_two_heads_count_apart() -> None:
    with scope(0):
        net = layers.plain(100, 200, (300,))
        layers.glorot(net, heads=2)
    first, last = net[0], net[2]
    assert isinstance(first, torch.nn.Linear)
    assert isinstance(last, torch.nn.Linear)
    for layer, outputs in ((first, 300), (last, 100)):
        bound = (6 / (layer.in_features + outputs)) ** 0.5
        assert 0.99 * bound < float(layer.weight.detach().abs().max()) <= bound
        assert not layer.bias.detach().any()
