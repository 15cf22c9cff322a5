"""Grids: learned from train, found and restored elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.grid import describe, describe_series, snap


@pytest.mark.parametrize(
    ("values", "step"), [([1.0, 20.0], 19), ([0.1, 0.25], 0.15), ([1.0, 1.5, 3.0], 0.5), ([1 / 3, 0.1], 0), ([5], 0)]
)
def test_the_step_is_the_coarsest_that_holds_every_value(values: list[float], step: float) -> None:
    assert describe_series(pd.Series(values)).step == pytest.approx(step)


@given(st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=40), st.sampled_from([1.0, 0.5, 0.01, 0.005, 20.0]))
def test_values_on_a_grid_stay_and_others_reach_it(ticks: list[int], unit: float) -> None:
    values = np.round(np.array(ticks) * unit, 6)
    column = describe(values)
    assert (column.snap(values) == values).all()
    moved = column.snap(values + 0.3 * column.step)
    assert np.allclose(moved, values)


def test_snapping_a_table_keeps_its_types_and_leaves_columns_without_a_grid() -> None:
    rng = np.random.default_rng(3)
    train = pd.DataFrame({"a": rng.normal(size=50).round(1), "b": rng.normal(size=50), "n": rng.integers(0, 9, 50)})
    rows = pd.DataFrame(
        {"a": rng.normal(size=30), "b": rng.normal(size=30), "n": rng.integers(0, 9, 30)}, index=range(5, 35)
    )
    snapped = snap(rows, train)
    assert snapped.dtypes.equals(rows.dtypes)
    assert snapped.index.equals(rows.index)
    assert (snapped["a"].round(1) == snapped["a"]).all()
    assert not rows["a"].equals(snapped["a"])
    pd.testing.assert_series_equal(snapped["b"], rows["b"])
