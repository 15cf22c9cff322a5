from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.scoring.metrics.utility.residuals import Residuals, interval_error, residual_spread, score_residuals
from bench.scoring.metrics.utility.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split


def rows_with(noise: float, seed: int, count: int = 2000) -> Rows:
    """A target that follows two features, with a residual that grows with the first."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(count, 3))
    return Rows(x, 3 * x[:, 0] + np.sin(6 * x[:, 1]) + noise * (0.2 + x[:, 0]) * rng.normal(size=count))


def values(rows: Rows) -> tuple[float, float]:
    spread, interval = (score.value for score in score_residuals(rows, rows_with(1.0, 99, 1000), 0))
    assert spread is not None
    assert interval is not None
    return spread, interval


def test_rows_with_the_real_residual_are_near_zero() -> None:
    for seed in range(3):
        spread, interval = values(rows_with(1.0, seed))
        assert spread < 0.1
        assert interval < 0.03


@pytest.mark.parametrize("noise", [0.0, 0.5, 2.0])
def test_residuals_that_are_missing_too_small_or_too_large_are_detected(noise: float) -> None:
    spread, interval = values(rows_with(noise, 1))
    assert spread > 0.4
    assert interval > 0.05


def test_no_residual_is_worse_than_half_of_it() -> None:
    none, half, right = (values(rows_with(noise, 2)) for noise in (0.0, 0.5, 1.0))
    assert none[0] > half[0] > right[0]
    assert none[1] > half[1] > right[1]


def test_residuals_of_one_size_everywhere_have_the_spread_but_not_the_intervals() -> None:
    rng, right = np.random.default_rng(0), rows_with(0.0, 3)
    spread, interval = values(Rows(right.x, right.y + 0.7 * rng.normal(size=2000)))
    assert spread < 0.1
    assert interval > 0.04


def test_the_ratio_is_capped_and_symmetric() -> None:
    one, none = np.ones(3), np.zeros(3)
    assert [residual_spread(none, one), residual_spread(one, none)] == pytest.approx([np.log(100)] * 2)
    assert residual_spread(none, none) == 0


def test_intervals_without_real_rows_in_a_bin_are_left_out() -> None:
    synthetic = Residuals(np.arange(1000.0), np.tile([-1.0, 1.0], 500))
    assert interval_error(synthetic, Residuals(np.full(600, 999.0), np.zeros(600))) == pytest.approx(0.1)


def test_few_rows_have_no_residuals(split: Split, score: Callable[..., Any]) -> None:
    result = score("utility", split, split.train.iloc[:15])
    assert result.metrics["residual_spread"] is None
    assert "fewer than 20 rows" in result.reasons["interval_error"]


def test_residuals_of_models_that_predict_nothing_have_no_value() -> None:
    rows, rng = rows_with(1.0, 4), np.random.default_rng(0)
    scores = score_residuals(Rows(rows.x, rng.permutation(rows.y)), rows_with(1.0, 99, 1000), 0)
    assert [found.value for found in scores] == [None, None]
    assert "no better than its mean" in str(scores[0].reason)
