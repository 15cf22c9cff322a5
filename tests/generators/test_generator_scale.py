from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from scipy.stats import kstest

from bench.generators.shared.scaling import Scaler, scale


def skewed(rows: int = 3000) -> np.ndarray:
    rng = np.random.default_rng(1)
    base = rng.normal(size=(rows, 1))
    return np.hstack([np.exp(2 * base), base + 0.1 * rng.normal(size=(rows, 1)), rng.poisson(2, (rows, 1))])


@pytest.mark.parametrize("whiten", [True, False])
@pytest.mark.parametrize("kind", ["normal", "standard", "robust"])
def test_train_comes_back(kind: Literal["normal", "standard", "robust"], whiten: bool) -> None:
    values = skewed()
    points, back_to = scale(values, kind, whiten=whiten, seed=0)
    back = back_to.inverse(points)
    spread = values.std(axis=0)
    # Between quantile knots normal scores are interpolated, widely so beyond the last but one of a heavy tail.
    assert (np.median(np.abs(back - values), axis=0) < 1e-3 * spread).all()
    assert np.corrcoef(back[:, 1], values[:, 1])[0, 1] > 0.9999


def test_whitened_points_are_uncorrelated_with_unit_variance() -> None:
    points, _ = scale(skewed(), "normal", whiten=True, seed=0)
    np.testing.assert_allclose(points.T @ points / len(points), np.eye(points.shape[1]), atol=1e-6)


def test_normal_scores_are_normal_even_for_counts() -> None:
    points, _ = scale(skewed(), "normal", whiten=False, seed=0)
    for column in points.T:
        assert kstest(column, "norm").statistic < 0.01


def test_equal_values_come_back_as_often_as_train_has_them() -> None:
    values = np.repeat([[0.0], [1.0], [7.0]], [800, 150, 50], axis=0)
    _, back_to = scale(values, "normal", whiten=False, seed=0)
    back = np.rint(back_to.inverse(np.random.default_rng(0).normal(size=(20000, 1))))
    for value, share in ((0, 0.8), (1, 0.15), (7, 0.05)):
        assert abs((back == value).mean() - share) < 0.01


def test_normal_scores_stay_within_trains_range() -> None:
    values = skewed()
    _, back_to = scale(values, "normal", whiten=True, seed=0)
    back = back_to.inverse(np.random.default_rng(0).normal(scale=50, size=(500, 3)))
    assert (back >= values.min(axis=0)).all()
    assert (back <= values.max(axis=0)).all()


def test_constant_and_duplicate_columns_cost_no_feature_and_come_back() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(200, 1))
    values = np.hstack([base, np.full((200, 1), 4.0), base * 3])
    points, back_to = scale(values, "standard", whiten=True, seed=0)
    assert points.shape == (200, 1)
    np.testing.assert_allclose(back_to.inverse(points), values, atol=1e-9)


def test_robust_scores_ignore_outliers_and_keep_columns_without_quartiles() -> None:
    column = np.r_[np.arange(99.0), 1e9]
    values = np.stack([column, np.r_[np.zeros(90), np.arange(10.0)]], axis=1)
    points, _ = scale(values, "robust", whiten=False, seed=0)
    assert np.median(points[:, 0]) == 0
    assert np.subtract(*np.quantile(points[:, 0], [0.75, 0.25])) == pytest.approx(1)
    np.testing.assert_array_equal(points[:, 1], values[:, 1])


@pytest.mark.parametrize("whiten", [True, False])
@pytest.mark.parametrize("kind", ["normal", "standard", "robust"])
def test_a_scaler_is_its_arrays(kind: Literal["normal", "standard", "robust"], whiten: bool) -> None:
    points, back_to = scale(skewed(200), kind, whiten=whiten, seed=0)
    again = Scaler.from_arrays(back_to.to_arrays())
    np.testing.assert_array_equal(again.inverse(points), back_to.inverse(points))
    assert again.features == points.shape[1]
