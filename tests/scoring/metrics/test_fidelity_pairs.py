"""Scores of pairs and of whole rows against scipy, scikit-learn and formulas written out again."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import energy_distance, spearmanr
from sklearn.metrics import mutual_info_score

from bench.scoring.metrics.fidelity import pair_dependence, row_distributions

if TYPE_CHECKING:
    from numpy.typing import NDArray


def tables(seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Correlated columns with ties, and columns tied otherwise."""
    rng = np.random.default_rng(seed)
    real, rows = rng.normal(size=(80, 4)), rng.normal(size=(150, 4))
    real[:, 1] += 2 * real[:, 0]
    rows[:, 2] += rows[:, 3] ** 2
    return real.round(1), rows.round(1)


@pytest.mark.parametrize("seed", range(3))
def test_rank_correlations_agree_with_scipy(seed: int) -> None:
    real, rows = tables(seed)
    gaps = np.abs(spearmanr(real).statistic - spearmanr(rows).statistic)
    expected = 1 - gaps / 2
    result = pair_dependence.spearman_similarity(real, rows)
    assert result[np.triu_indices(4, 1)] == pytest.approx(expected[np.triu_indices(4, 1)], abs=1e-9)
    assert pair_dependence.mean_over_pairs(result) == pytest.approx(expected[np.triu_indices(4, 1)].mean(), abs=1e-9)


def test_rank_correlations_ignore_monotone_maps() -> None:
    real, rows = tables(0)
    assert pair_dependence.spearman_similarity(np.exp(real), rows**3) == pytest.approx(
        pair_dependence.spearman_similarity(real, rows), abs=1e-12, nan_ok=True
    )


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=60))
def test_mutual_information_agrees_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs).T
    assert pair_dependence.mutual_information(first, second, 4, 3) == pytest.approx(
        mutual_info_score(first, second), abs=1e-9
    )


@pytest.mark.parametrize("seed", range(3))
def test_information_gaps_agree_with_pandas_deciles_and_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    train = rng.normal(size=(200, 3)) @ rng.normal(size=(3, 3))
    real, rows = train[:90] + 0.01, rng.normal(size=(120, 3))
    result = pair_dependence.information_gap(train, real, rows)
    # Deciles are halfway between train's rows 20 and 21, 40 and 41, ...: no value of train is near.
    inner = np.sort(train, axis=0)
    edges = (inner[19:199:20] + inner[20:200:20]) / 2
    bins = [
        [np.asarray(pd.cut(table[:, c], [-np.inf, *edges[:, c], np.inf], labels=False)) for c in range(3)]
        for table in (real, rows)
    ]
    for i, j in combinations(range(3), 2):
        shared = [mutual_info_score(codes[i], codes[j]) for codes in bins]
        assert result[i, j] == result[j, i] == pytest.approx(abs(shared[0] - shared[1]) / np.log(10), abs=1e-9)


def test_the_largest_information_is_that_of_the_column_with_fewer_bins() -> None:
    x = np.arange(1000.0)
    coin = (x >= 500).astype(float)
    real, rows = np.column_stack([x, coin]), np.column_stack([x, np.tile([0.0, 1.0], 500)])
    assert pair_dependence.information_gap(real, real, rows)[0, 1] == pytest.approx(1, abs=1e-3)


def test_a_dependence_without_correlation_is_noticed_by_information_only() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=4000)
    real = np.column_stack([x, x**2])
    rows = np.column_stack([x, rng.permutation(x**2)])
    assert pair_dependence.mean_over_pairs(pair_dependence.information_gap(real, real, rows)) > 0.5
    assert pair_dependence.mean_over_pairs(pair_dependence.spearman_similarity(real, rows)) > 0.97


@given(st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=50))
def test_bins_are_never_empty_in_train(values: list[float]) -> None:
    train = np.array(values)
    edges = pair_dependence.decile_edges(train)
    counts = np.bincount(np.searchsorted(edges, train), minlength=len(edges) + 1)
    assert len(edges) <= 9
    assert (counts > 0).all()
    assert (len(edges) == 0) == (len(set(values)) == 1)


def test_values_nearly_on_the_grid_fall_into_the_bin_of_their_grid_point() -> None:
    rng = np.random.default_rng(0)
    train = rng.integers(0, 30, size=(500, 2)).astype(float)
    rows = train + rng.uniform(-1e-6, 1e-6, train.shape)
    assert pair_dependence.mean_over_pairs(pair_dependence.information_gap(train, train, rows)) == 0


@pytest.mark.parametrize("seed", range(3))
def test_energy_agrees_with_scipy_in_one_dimension(seed: int) -> None:
    real, rows = (table[:, :1] for table in tables(seed))
    expected = energy_distance(real[:, 0], rows[:, 0])
    assert row_distributions.energy_distance(real, rows) == pytest.approx(expected, abs=1e-6)
    assert row_distributions.energy(real, rows, np.array([0.5]), 0) ** 2 == pytest.approx(2 * expected**2, abs=1e-6)


def test_energy_agrees_with_its_formula_in_several_dimensions() -> None:
    first, second = tables(1)

    def mean(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
        return float(np.linalg.norm(one[:, None] - other[None], axis=2).mean())

    expected = 2 * mean(first, second) - mean(first, first) - mean(second, second)
    assert row_distributions.energy_distance(first, second) == pytest.approx(np.sqrt(expected), abs=1e-9)


def test_energy_sees_what_no_pair_does() -> None:
    """Three fair coins of which any two are independent, but whose product is fixed."""
    rng = np.random.default_rng(0)
    coins = rng.choice([-1.0, 1.0], size=(2000, 3))
    tied = coins.copy()
    tied[:, 2] = tied[:, 0] * tied[:, 1]
    again = rng.choice([-1.0, 1.0], size=(2000, 3))
    assert row_distributions.energy_distance(coins, tied) > 4 * row_distributions.energy_distance(coins, again)


def test_a_large_table_is_cut_by_the_seed() -> None:
    rng = np.random.default_rng(0)
    real, rows = rng.normal(size=(2, 3_200, 2))
    unit = np.array([1.0, 1.0])
    first, again, other = (row_distributions.energy(real, rows, unit, seed) for seed in (1, 1, 2))
    assert first == again != other
