"""The computing of the full metric set, against independent implementations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr
from sklearn.ensemble import IsolationForest
from sklearn.metrics import r2_score, roc_auc_score
from xgboost import XGBRegressor

from bench.scoring.metrics.shared.numerics import auc
from bench.scoring.metrics.utility.augmentation import fit_to_real, random_subset
from bench.scoring.metrics.utility.other_tasks import (
    anomaly_auc,
    importance_agreement,
    other_targets,
    permutation_importance,
)
from bench.scoring.metrics.utility.regressors import fit
from bench.scoring.metrics.utility.rows import Rows, r2
from bench.scoring.metrics.utility.tstr import errors_by_regime

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

NUMBERS = st.integers(-50, 50).map(float)


def test_tables_have_the_same_scarce_rows() -> None:
    assert np.array_equal(random_subset(1_000, 0.05, 4), random_subset(1_000, 0.05, 4))
    assert len(random_subset(1_000, 0.05, 4)) == 50
    assert set(random_subset(1_000, 0.05, 4)) < set(random_subset(1_000, 0.2, 4))
    assert not np.array_equal(random_subset(1_000, 0.05, 4), random_subset(1_000, 0.05, 5))


def test_what_a_scarce_share_gives_alone_is_measured_on_those_rows(table: Callable[[int, int], pd.DataFrame]) -> None:
    train, test = (Rows.of(table(count, seed).to_numpy(), 0) for count, seed in ((300, 1), (50, 2)))
    result = fit_to_real(train, test, 3)
    kept = result["scarce5/rows"]
    assert len(kept) == 15
    design = np.column_stack([train.x[kept], np.ones(15)])
    solution = np.linalg.lstsq(design, train.y[kept], rcond=None)[0]
    expected = r2_score(test.y, np.column_stack([test.x, np.ones(50)]) @ solution)
    assert float(result["scarce5/linear"]) == pytest.approx(expected, abs=1e-6)


def test_other_columns_agree_with_scikit_learn(table: Callable[[int, int], pd.DataFrame]) -> None:
    rows, test = table(200, 1), table(100, 2)
    columns = list(rows.columns)
    mean, *slots = other_targets(rows.to_numpy(), test.to_numpy(), columns, 0, 0)
    expected = []
    for column in columns[1:]:
        rest = [name for name in columns if name != column]
        model = XGBRegressor(n_estimators=100, max_depth=6, learning_rate=0.1, n_jobs=1)
        predicted = model.fit(rows[rest].to_numpy(), rows[column]).predict(test[rest].to_numpy())
        expected.append(r2_score(test[column], predicted))
    assert [slot.value for slot in slots[:3]] == pytest.approx(expected, abs=1e-6)
    assert expected[2] < 0 < expected[0]
    assert mean.value == pytest.approx(np.maximum(expected, 0).mean(), abs=1e-6)
    assert (slots[3].column, slots[3].value, slots[3].reason) == ("target", None, "is the target")


def test_a_column_that_is_constant_in_test_is_left_out_of_the_mean(table: Callable[[int, int], pd.DataFrame]) -> None:
    rows, test = table(200, 1), table(100, 2).assign(noise=1.0)
    mean, slope, curve, noise, _ = other_targets(rows.to_numpy(), test.to_numpy(), list(rows.columns), 0, 0)
    assert (noise.value, noise.reason) == (None, "constant in test")
    assert mean.value == pytest.approx((slope.value + curve.value) / 2, abs=1e-12)  # type: ignore[operator]
    flat = test.assign(slope=0.0, curve=0.0)
    assert other_targets(rows.to_numpy(), flat.to_numpy(), list(rows.columns), 0, 0)[0].reason


def test_the_importance_of_a_line_is_twice_the_variance_that_a_column_adds() -> None:
    x = np.random.default_rng(0).normal(size=(20_000, 3))
    test = Rows(x, x @ [3.0, 1.0, 0.0])
    result = permutation_importance("linear", fit("linear", test.x, test.y, 0), test, 0)
    assert result == pytest.approx([18, 2, 0], rel=0.05, abs=1e-9)
    assert np.array_equal(result, permutation_importance("linear", fit("linear", test.x, test.y, 0), test, 0))


def test_importances_agree_as_far_as_their_ranks_do() -> None:
    first, second = np.random.default_rng(0).normal(size=(2, 9))
    assert importance_agreement(first, second).value == pytest.approx(spearmanr(first, second).statistic, abs=1e-6)
    assert importance_agreement(first, -first).value == -1
    assert importance_agreement(first, np.ones(9)).reason == "all columns are equally important"
    assert importance_agreement(first[:1], second[:1]).reason == "fewer than two other columns"


def plumes(seed: int, count: int = 400) -> tuple[Rows, float]:
    """Every tenth row is a plume, and away from the others in both features."""
    rng = np.random.default_rng(seed)
    high = np.arange(count) % 10 == 0
    return Rows(rng.normal(size=(count, 2)) + 6.0 * high[:, None], rng.uniform(size=count) + 10.0 * high), 5.0


def test_plumes_stand_out_from_normal_rows_but_not_from_rows_that_lie_there() -> None:
    (rows, threshold), (test, _) = plumes(0), plumes(1)
    assert anomaly_auc(rows, test, threshold, 0).value == pytest.approx(1, abs=1e-3)
    astray = Rows(rows.x + 6.0, rows.y)
    assert anomaly_auc(astray, test, threshold, 0).value < 0.1  # type: ignore[operator]
    normal = rows.y <= threshold
    forest = IsolationForest(random_state=0).fit(rows.x[normal])
    noisy = Rows(test.x - 4.0 * (test.y > threshold)[:, None], test.y)
    expected = roc_auc_score(test.y > threshold, -forest.score_samples(noisy.x))
    assert 0.6 < expected < 1
    assert anomaly_auc(rows, noisy, threshold, 0).value == pytest.approx(expected, abs=1e-6)


def test_without_plumes_or_normal_rows_there_is_no_anomaly() -> None:
    rows, threshold = plumes(0)
    calm = Rows(rows.x, np.zeros(len(rows.y)))
    assert anomaly_auc(rows, calm, threshold, 0).reason == "test has no plume rows"
    assert anomaly_auc(rows, Rows(rows.x, calm.y + 9), threshold, 0).reason == "test has no baseline rows"
    assert anomaly_auc(Rows(rows.x, calm.y + 9), rows, threshold, 0).reason == "fewer than 10 normal synthetic rows"


@given(arrays(float, (2, 12), elements=NUMBERS), st.integers(1, 11))
def test_the_area_agrees_with_scikit_learn(values: NDArray[np.float64], cut: int) -> None:
    labels = np.arange(12) < cut
    expected = roc_auc_score(labels, values[0])
    assert auc(values[0][labels], values[0][~labels]) == pytest.approx(expected, abs=1e-9)


@given(arrays(float, (2, 12), elements=NUMBERS), NUMBERS)
def test_regimes_share_out_the_error(values: NDArray[np.float64], threshold: float) -> None:
    actual, predicted = values
    low, high = (result.value for result in errors_by_regime("m", actual, predicted, threshold))
    count = int((actual > threshold).sum())
    assert (high is None, low is None) == (count == 0, count == 12)
    total = (low or 0.0) * (12 - count) + (high or 0.0) * count
    assert total == pytest.approx(np.abs(actual - predicted).sum())


@given(arrays(float, (2, 12), elements=NUMBERS))
def test_r2_agrees_with_scikit_learn(values: NDArray[np.float64]) -> None:
    result = r2(*values)
    if np.ptp(values[0]):
        assert result == pytest.approx(r2_score(*values), rel=1e-6, abs=1e-6)
    else:
        assert np.isnan(result)
