"""Scores of single columns against scipy, sdmetrics and formulas written out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp, wasserstein_distance

from bench.scoring.metrics.fidelity import column_distributions
from bench.scoring.metrics.shared.numerics import standard_deviations
from bench.scoring.metrics.shared.sdmetrics_calls import quality

if TYPE_CHECKING:
    from numpy.typing import NDArray

VALUES = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=40)


def tables(seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(70, 3)).round(1), (rng.gamma(2, size=(190, 3)) - 1).round(1)


@pytest.mark.parametrize("seed", range(3))
def test_shapes_agree_with_scipy_and_sdmetrics(seed: int) -> None:
    real, rows = tables(seed)
    result = column_distributions.ks_complement(real, rows)
    by_scipy = [1 - ks_2samp(*pair).statistic for pair in zip(real.T, rows.T, strict=True)]
    by_sdmetrics = quality(pd.DataFrame(real), pd.DataFrame(rows), 0).shapes
    assert result == pytest.approx(by_scipy, abs=1e-9)
    assert result == pytest.approx(by_sdmetrics, abs=1e-9)


@settings(max_examples=50)
@given(VALUES, VALUES)
def test_wasserstein_is_the_area_between_the_distribution_functions(first: list[float], second: list[float]) -> None:
    steps = np.arange(-20.0, 20)
    areas = [(np.array(values)[:, None] <= steps).mean(axis=0) for values in (first, second)]
    real, rows = (np.array(values).reshape(-1, 1) for values in (first, second))
    result = column_distributions.wasserstein(real, rows, np.array([2.0]))[0]
    assert result == pytest.approx(np.abs(areas[0] - areas[1]).sum() / 2, abs=1e-9)
    assert result == pytest.approx(wasserstein_distance(first, second) / 2, abs=1e-9)


def test_a_shift_is_its_size_in_units_for_wasserstein_and_tails() -> None:
    real, _ = tables(0)
    unit = standard_deviations(real, constant=np.nan)
    assert column_distributions.wasserstein(real, real + 2 * unit, unit) == pytest.approx([2, 2, 2])
    assert column_distributions.tail_error(real, real + 2 * unit, unit) == pytest.approx([2, 2, 2])


def test_the_scale_is_train_s_and_not_the_rows_own() -> None:
    real, rows = tables(0)
    once, twice = (
        column_distributions.wasserstein(real, rows, standard_deviations(train, constant=np.nan))
        for train in (real, 2 * real)
    )
    assert once == pytest.approx(2 * twice)


def test_tail_error_looks_at_the_ends_only() -> None:
    real = np.arange(1001.0).reshape(-1, 1)
    middle = np.clip(real, 100, 900)
    assert column_distributions.tail_error(real, middle, np.array([1.0]))[0] == pytest.approx(90)
    kept = np.where((real > 20) & (real < 980), 500, real)
    assert column_distributions.tail_error(real, kept, np.array([1.0]))[0] == 0


@given(st.floats(0.1, 100), st.floats(-100, 100))
def test_top_decile_error_does_not_depend_on_unit_or_origin(scale: float, shift: float) -> None:
    real, values = np.arange(50.0) ** 2, np.arange(80.0)
    plain = column_distributions.top_decile_error(real, values)
    assert column_distributions.top_decile_error(shift + scale * real, shift + scale * values) == pytest.approx(
        plain, rel=1e-6
    )


def test_top_decile_error_of_a_halved_tail_is_one_half() -> None:
    real = np.arange(100.0) - 49.5
    assert column_distributions.top_decile_error(real, real / 2) == pytest.approx(0.5)
    assert np.isnan(column_distributions.top_decile_error(np.ones(5), real))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_percentiles_are_of_finite_values(bad: float) -> None:
    assert column_distributions.percentiles(np.array([1.0, bad, 1.0])) == pytest.approx(np.ones(99))
    assert np.isnan(column_distributions.percentiles(np.full(4, bad))).all()
