"""How membership inference is graded, against scikit-learn and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest, norm
from sklearn.metrics import roc_auc_score, roc_curve

from bench.scoring.metrics.privacy.membership_attacks import (
    clopper_pearson,
    cross_fitted,
    density_ratio,
    tpr,
    tpr_interval,
)
from bench.scoring.metrics.shared.numerics import auc


def test_records_at_a_common_threshold_count_by_their_share() -> None:
    others = -np.repeat([0.0, 1.0], [5, 95])
    assert tpr(np.zeros(100), others) == 0
    assert tpr(np.zeros(100), others, share_ties=True) == pytest.approx(0.2)
    assert tpr(others, others, share_ties=True) == pytest.approx(0.01)


levels = st.integers(-5, 5).map(float)


def labelled(members: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat([1, 0], [len(members), len(others)]), np.concatenate([members, others])


@settings(max_examples=60)
@given(arrays(float, 13, elements=levels), arrays(float, 8, elements=levels))
def test_the_auc_is_that_of_scikit_learn(members: np.ndarray, others: np.ndarray) -> None:
    assert auc(members, others) == pytest.approx(roc_auc_score(*labelled(members, others)), abs=1e-12)


@settings(max_examples=60)
@given(arrays(float, 13, elements=levels), arrays(float, 20, elements=levels), st.sampled_from([0.01, 0.1, 0.29, 1.0]))
def test_the_rate_is_the_best_point_of_the_roc_curve(members: np.ndarray, others: np.ndarray, fpr: float) -> None:
    false, true, _ = roc_curve(*labelled(members, others), drop_intermediate=False)
    assert tpr(members, others, fpr) == pytest.approx(true[false <= fpr + 1e-12].max(), abs=1e-12)


@pytest.mark.parametrize("hits", [0, 1, 7, 29, 30])
def test_the_binomial_interval_is_that_of_scipy(hits: int) -> None:
    expected = binomtest(hits, 30).proportion_ci(0.95, method="exact")
    assert clopper_pearson(hits, 30, 0.025) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_a_useless_attack_and_a_perfect_one() -> None:
    values = np.arange(500.0)
    assert auc(values, values) == 0.5
    assert auc(values + 500, values) == tpr(values + 500, values) == 1
    assert auc(values, values + 500) == tpr(values, values + 500) == 0
    assert tpr(np.zeros(50), np.zeros(50)) == 0


def test_an_interval_of_a_perfect_attack_ends_at_one_and_of_few_records_says_little() -> None:
    low, high = tpr_interval(np.arange(500.0) + 500, np.arange(500.0))
    assert low > 0.98
    assert high == 1
    few = tpr_interval(np.arange(20.0), np.arange(20.0))
    assert few[0] == 0
    assert few[1] > 0.2


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_the_interval_covers_the_true_rate_in_at_least_95_percent_of_draws(shift: float) -> None:
    rng = np.random.default_rng(0)
    truth = norm.sf(norm.isf(0.01) - shift)
    draws = [tpr_interval(rng.normal(shift, 1, size=600), rng.normal(size=600)) for _ in range(400)]
    assert np.mean([low <= truth <= high for low, high in draws]) >= 0.95
    assert np.mean([high - low for low, high in draws]) < 0.2


def brute(records: np.ndarray, reference: np.ndarray, neighbour: int) -> np.ndarray:
    gaps = np.abs(records[:, None] - reference[None]).mean(axis=2)
    return np.asarray(np.sort(gaps, axis=1)[:, neighbour - 1])


@pytest.mark.parametrize("count", [20, 31])
def test_reference_densities_agree_with_brute_force(count: int) -> None:
    rng = np.random.default_rng(0)
    members, others = rng.normal(size=(2, count, 3))
    half = count // 2
    of_members, of_others = cross_fitted(members, others)
    early, late = others[:half], others[half:]
    assert of_others == pytest.approx(np.r_[brute(early, late, 3), brute(late, early, 3)], abs=1e-12)
    assert of_members == pytest.approx(
        np.r_[brute(members[:half], late, 3), brute(members[half:], early, 3)], abs=1e-12
    )


def test_no_record_is_its_own_reference() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 3))
    assert cross_fitted(rows, rows)[1].min() > 0


def test_the_density_ratio_is_that_of_nearest_neighbour_densities() -> None:
    near, far = np.array([0.1, 0.2, 0.4]), np.array([0.2, 0.2, 0.2])
    columns, synthetic, reference, neighbours = 3, 500, 100, 3
    densities = 1 / (synthetic * near**columns), neighbours / (reference * far**columns)
    logs = np.log(densities[0] / densities[1])
    assert columns * density_ratio(near, far) - logs == pytest.approx(np.full(3, np.log(15)), abs=1e-6)


def test_records_on_top_of_a_synthetic_row_are_ranked_first_and_stay_finite() -> None:
    ratios = density_ratio(np.array([0.0, 0.0, 0.1]), np.array([0.1, 0.0, 0.1]))
    assert np.isfinite(ratios).all()
    assert ratios[0] > ratios[1] == pytest.approx(ratios[2])
