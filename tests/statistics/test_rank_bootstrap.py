import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from bench.statistics import rank_uncertainty as module
from bench.statistics.paired_tests import compare
from bench.statistics.rank_uncertainty import bootstrap_ranks, bootstrap_weights

RATIO = 0.25


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("splits", [2, 3, 5, 40])
def test_bootstrapped_means_have_the_corrected_distribution(splits: int) -> None:
    values = np.random.default_rng(4).normal(size=splits)
    drawn = (values - values.mean()) @ bootstrap_weights(splits, RATIO, 40_000, np.random.default_rng(5))
    error = math.sqrt((1 / splits + RATIO) * np.var(values, ddof=1))
    shares = (0.025, 0.16, 0.5, 0.84, 0.975)
    assert t.cdf(np.quantile(drawn / error, shares), splits - 1) == pytest.approx(shares, abs=0.01)


@pytest.mark.parametrize("splits", [2, 5])
def test_one_beats_another_as_often_as_the_comparison_says(splits: int) -> None:
    rng = np.random.default_rng(6)
    shared = rng.normal(0, 50, size=splits)
    first, second = (list(shared + rng.normal(mean, 1.0, size=splits)) for mean in (1.0, 0.0))
    result, compared = bootstrap_ranks([first, second], RATIO, samples=40_000), compare(first, second, RATIO)
    assert result is not None
    assert compared.p is not None
    assert max(result[0][0], result[1][0]) == pytest.approx(1 - compared.p / 2, abs=0.01)
    assert result[1][0] == pytest.approx(1 - result[0][0], abs=1e-9)


def test_equal_generators_share_the_better_rank() -> None:
    assert bootstrap_ranks([[0.5, 0.7], [0.5, 0.7], [0.1, 0.3]], RATIO) == ((1, 0, 0), (1, 0, 0), (0, 0, 1))


def test_one_split_has_no_rank_probabilities() -> None:
    assert bootstrap_ranks([[0.5], [0.6]], RATIO) is None


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=1, max_size=5), st.integers(0, 9))
def test_every_generator_has_some_rank(matrix: list[tuple[float, ...]], seed: int) -> None:
    result = bootstrap_ranks(matrix, RATIO, samples=50, seed=seed)
    assert result == bootstrap_ranks(matrix, RATIO, samples=50, seed=seed)
    assert result is not None
    assert [sum(shares) for shares in result] == pytest.approx([1.0] * len(matrix))
