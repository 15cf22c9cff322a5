from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from scipy.stats import kstest

from bench.generators._scale import scale


def skewed(rows: int = 3000) -> np.ndarray:
    rng = np.random.default_rng(1)
    base = rng.normal(size=(rows, 1))
    return np.hstack([np.exp(2 * base), base + 0.1 * rng.normal(size=(rows, 1)), rng.poisson(2, (rows, 1))])


@pytest.mark.parametrize("whiten", [True, False])
@pytest.mark.parametrize("kind", ["normal", "standard"])
def test_train_comes_back(kind: Literal["normal", "standard"], whiten: bool) -> None:
    values = skewed()
    points, scaler = scale(values, kind, whiten=whiten, seed=0)
    back = scaler.inverse(points)
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
    _, scaler = scale(values, "normal", whiten=False, seed=0)
    back = np.rint(scaler.inverse(np.random.default_rng(0).normal(size=(20000, 1))))
    for value, share in ((0, 0.8), (1, 0.15), (7, 0.05)):
        assert abs((back == value).mean() - share) < 0.01


def test_normal_scores_stay_within_trains_range() -> None:
    values = skewed()
    _, scaler = scale(values, "normal", whiten=True, seed=0)
    back = scaler.inverse(np.random.default_rng(0).normal(scale=50, size=(500, 3)))
    assert (back >= values.min(axis=0)).all()
    assert (back <= values.max(axis=0)).all()


def test_constant_and_duplicate_columns_cost_no_feature_and_come_back() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(size=(200, 1))
    values = np.hstack([base, np.full((200, 1), 4.0), base * 3])
    points, scaler = scale(values, "standard", whiten=True, seed=0)
    assert points.shape == (200, 1)
    np.testing.assert_allclose(scaler.inverse(points), values, atol=1e-9)
