from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from bench.api import Latents
from bench.plugins import entry_points
from bench.scoring.metrics.latent import kl_and_active_units
from bench.scoring.score_table import Scored, score_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from bench.api import Family, Split

FAMILY: Family = entry_points.load("metrics", "latent")
ROWS = 400


def normal(seed: int, *shape: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=shape)


@pytest.fixture
def judge(split: Split) -> Callable[[Latents | None], Scored]:
    def run(latents: Latents | None) -> Scored:
        return score_all([FAMILY], split, split.train, {}, seed=0, latents=latents)

    return run


def encoder(spread: tuple[float, ...], noise: float = 0.1) -> Latents:
    """Latents whose means spread so over rows, under a standard prior."""
    count = len(spread)
    means = normal(0, ROWS, count) * spread
    return Latents(means, np.full((ROWS, count), noise), np.zeros(count), np.ones(count))


def collapsed(count: int) -> Latents:
    return replace(encoder((0.0,) * count), variances=np.ones((ROWS, count)))


def test_an_encoder_that_says_nothing_is_collapsed(judge: Callable[..., Scored]) -> None:
    result = judge(collapsed(3))
    assert result.metrics == {
        "latent_kl": 0.0,
        "active_units": 0.0,
        "active_share": 0.0,
        "collapsed": 1.0,
        "latent_correlation": None,
    }
    assert result.reasons == {"latent_correlation": "fewer than two active units"}


def test_two_of_four_latents_at_work(judge: Callable[..., Scored]) -> None:
    half = encoder((1.0, 0.0, 1.0, 0.0))
    variances = np.where(np.array([True, False, True, False]), 0.1, np.ones((ROWS, 4)))
    result = judge(replace(half, variances=variances))
    assert [result.metrics[name] for name in ("active_units", "active_share", "collapsed")] == [2, 0.5, 0.5]
    assert result.details["latent/active"].tolist() == [True, False, True, False]
    assert result.details["latent/kl"][[1, 3]].tolist() == [0, 0]
    assert result.metrics["latent_kl"] == pytest.approx(result.details["latent/kl"].sum(), rel=1e-6)


@pytest.mark.parametrize(("mean", "variance", "prior"), [(0.3, 0.2, (0.0, 1.0)), (-2.0, 3.0, (1.0, 0.5))])
def test_the_divergence_is_that_of_numerical_integration(
    mean: float, variance: float, prior: tuple[float, float]
) -> None:
    q, p = stats.norm(mean, np.sqrt(variance)), stats.norm(prior[0], np.sqrt(prior[1]))
    expected, _ = integrate.quad(lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), -30, 30, limit=200)
    one_by_one = np.full((1, 1), mean), np.full((1, 1), variance)
    result = kl_and_active_units.kl_by_dimension(*one_by_one, np.array(prior[:1]), np.array(prior[1:]))
    assert result[0] == pytest.approx(expected, abs=1e-6)


def test_a_wide_posterior_and_a_faraway_one_both_cost_nats() -> None:
    def nats(mean: float, variance: float) -> float:
        one = np.ones(1)
        return float(
            kl_and_active_units.kl_by_dimension(np.full((1, 1), mean), np.full((1, 1), variance), 0 * one, one)[0]
        )

    assert nats(0, 1) == 0 < nats(0, 2) < nats(1, 2) < nats(2, 2)


def test_activity_is_in_units_of_the_prior(judge: Callable[..., Scored]) -> None:
    """A narrow learned prior makes small codes; they say as much as large ones."""
    wide = encoder((1.0, 0.5, 0.0))
    narrow = Latents(wide.means / 50, np.full((ROWS, 3), 0.1 / 2500), np.zeros(3), np.full(3, 1 / 2500))
    for name, value in judge(wide).metrics.items():
        assert judge(narrow).metrics[name] == pytest.approx(value, abs=1e-9)


def test_codes_that_are_points_have_activity_but_no_posterior(judge: Callable[..., Scored]) -> None:
    result = judge(Latents(normal(0, ROWS, 3) * (40.0, 40.0, 0.1)))
    assert result.metrics["active_units"] == 2
    assert result.metrics["latent_kl"] is None
    assert result.metrics["collapsed"] is None
    assert "no posterior" in result.reasons["latent_kl"]
    assert "latent/kl" not in result.details


def test_latents_that_repeat_each_other_are_correlated(judge: Callable[..., Scored]) -> None:
    apart = encoder((1.0, 1.0, 1.0))
    first = apart.means[:, :1]
    same = replace(apart, means=np.hstack([first, -first, 2 * first]))
    loose = replace(apart, means=np.hstack([first, first + apart.means[:, 1:2], apart.means[:, 2:]]))
    values = [judge(latents).metrics["latent_correlation"] for latents in (apart, loose, same)]
    assert values[2] == pytest.approx(1)
    assert values[0] is not None
    assert values[1] is not None
    assert values[0] < 0.1 < values[1] < 0.9


def test_the_correlation_is_numpys(judge: Callable[..., Scored]) -> None:
    latents = encoder((1.0, 0.7, 2.0))
    expected = np.corrcoef(latents.means, rowvar=False)
    result = judge(latents)
    assert result.metrics["latent_correlation"] == pytest.approx(np.abs(expected[np.triu_indices(3, 1)]).mean())
    assert result.details["latent/correlation"] == pytest.approx(expected, abs=1e-6)


def test_silent_latents_do_not_count_as_correlated(judge: Callable[..., Scored]) -> None:
    latents = encoder((1.0, 1.0, 1.0))
    echo = replace(latents, means=np.hstack([latents.means, 1e-3 * latents.means[:, :1]]))
    echo = replace(echo, variances=np.full((ROWS, 4), 0.1), prior_mean=np.zeros(4), prior_variance=np.ones(4))
    assert judge(echo).metrics["latent_correlation"] == pytest.approx(judge(latents).metrics["latent_correlation"])


def test_a_model_without_an_encoder_says_so(judge: Callable[..., Scored]) -> None:
    result = judge(None)
    assert set(result.metrics.values()) == {None}
    assert set(result.reasons.values()) == {"the model has no encoder"}
    assert result.details == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"means": np.full((ROWS, 2), np.nan)}, "non-finite"),
        ({"variances": np.full((ROWS, 2), np.inf)}, "non-finite"),
        ({"variances": np.zeros((ROWS, 2))}, "not positive"),
        ({"prior_variance": np.array([1.0, -1.0])}, "not positive"),
        ({"means": np.zeros((1, 2))}, "at least 2 rows"),
        ({"means": np.zeros((ROWS, 0))}, "at least 1 latent"),
        ({"means": np.zeros(ROWS)}, "expected at least 2 rows"),
        ({"variances": np.ones((ROWS, 3))}, "do not fit"),
        ({"prior_mean": np.zeros(3)}, "do not fit"),
    ],
)
def test_what_cannot_be_judged_has_a_reason(judge: Callable[..., Scored], change: dict[str, Any], reason: str) -> None:
    result = judge(replace(encoder((1.0, 1.0)), **change))
    assert set(result.metrics.values()) == {None}
    assert all(reason in why for why in result.reasons.values())


@given(st.integers(2, 30), st.integers(1, 6), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.integers(0, 2**32 - 1))
def test_every_value_is_within_its_range(rows: int, count: int, spread: float, noise: float, seed: int) -> None:
    latents = Latents(
        spread * normal(seed, rows, count), np.full((rows, count), noise), normal(1, count), np.ones(count)
    )
    values, details = kl_and_active_units.diagnose(latents)
    ranges = {metric.name: metric.range for metric in FAMILY.metrics}
    assert set(values) == set(ranges)
    for name, value in values.items():
        assert np.isnan(value) or ranges[name][0] <= value <= ranges[name][1]
    assert not np.isnan([values[name] for name in values if name != "latent_correlation"]).any()
    assert details["points"].shape == (rows, 2)


def test_the_points_drawn_lie_on_the_axes_that_spread_most() -> None:
    means = normal(0, 900, 3) * (1.0, 10.0, 3.0)
    points = kl_and_active_units.principal_components(means)
    assert points.shape == (500, 2)
    assert abs(np.corrcoef(points[:, 0], means[:500, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(points[:, 1], means[:500, 2])[0, 1]) > 0.99


def test_the_same_latents_give_the_same_bytes(judge: Callable[..., Scored]) -> None:
    one, two = judge(encoder((1.0, 0.2, 0.0))), judge(encoder((1.0, 0.2, 0.0)))
    assert one.metrics == two.metrics
    assert {key: array.tobytes() for key, array in one.details.items()} == {
        key: array.tobytes() for key, array in two.details.items()
    }


def test_nothing_of_it_is_ranked() -> None:
    assert not any(metric.ranked for metric in FAMILY.metrics)
