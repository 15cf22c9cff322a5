import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from bench.api import Moderation
from bench.statistics import rank_bootstrap as module
from bench.statistics.moderation import moderated_p, moderated_variance
from bench.statistics.paired_tests import compare
from bench.statistics.rank_bootstrap import bootstrap_moves, bootstrap_ranks

RATIO = 0.25


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("splits", [2, 3, 5, 40])
def test_bootstrapped_means_have_the_corrected_distribution(splits: int) -> None:
    values = np.random.default_rng(4).normal(size=splits)
    drawn = bootstrap_moves(values[np.newaxis], RATIO, 40_000, 5)[0]
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


@pytest.mark.parametrize("splits", [2, 3, 5])
def test_moderated_differences_have_the_moderated_distribution(splits: int) -> None:
    scores, board = np.random.default_rng(8).normal(size=(2, splits)), Moderation(variance=3.0, freedom=2.5)
    moves = bootstrap_moves(scores, RATIO, 40_000, 5, board)
    error = math.sqrt((1 / splits + RATIO) * moderated_variance(list(scores[0] - scores[1]), board))
    shares = (0.025, 0.16, 0.5, 0.84, 0.975)
    quantiles = np.quantile((moves[0] - moves[1]) / error, shares)
    assert t.cdf(quantiles, splits + 1.5) == pytest.approx(shares, abs=0.01)


@pytest.mark.parametrize("splits", [2, 5])
def test_with_moderation_too_one_beats_another_as_often_as_the_comparison_says(splits: int) -> None:
    scores, board = np.random.default_rng(6).normal(size=(2, splits)), Moderation(variance=1.0, freedom=3.0)
    result, p = (
        bootstrap_ranks(scores.tolist(), RATIO, 40_000, board=board),
        moderated_p(list(scores[0] - scores[1]), RATIO, board),
    )
    assert result is not None
    assert p is not None
    assert max(result[0][0], result[1][0]) == pytest.approx(1 - p / 2, abs=0.01)


def test_equal_generators_share_their_rank_with_moderation_too() -> None:
    matrix = [[0.5, 0.7], [0.5, 0.7], [0.1, 0.3]]
    assert bootstrap_ranks(matrix, RATIO, board=Moderation(1e-6, 3.0)) == ((1, 0, 0), (1, 0, 0), (0, 0, 1))


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
