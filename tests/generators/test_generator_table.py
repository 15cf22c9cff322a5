from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import BenchError, Column, Schema
from bench.generators.shared.table_form import read_table
from bench.grid import describe


@given(
    ticks=st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=30),
    step=st.integers(1, 50),
    decimals=st.integers(0, 5),
)
def test_values_on_a_grid_are_fixed_points_of_snapping(ticks: list[int], step: int, decimals: int) -> None:
    values = np.round(np.array(ticks) * step / 10**decimals, decimals)
    column = describe(values)
    np.testing.assert_array_equal(column.snap(values), values)


@given(
    ticks=st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=30, unique=True),
    step=st.sampled_from([0.005, 0.05, 1.0, 25.0]),
    noise=st.floats(-10, 10),
)
def test_snapping_lands_on_the_grid_and_moves_at_most_half_a_step(ticks: list[int], step: float, noise: float) -> None:
    values = np.round(np.array(ticks) * step, 3)
    column = describe(values)
    moved = column.snap(values + noise)
    assert column.step >= step * (1 - 1e-9)
    assert (np.abs(moved - (values + noise)) <= column.step / 2 * (1 + 1e-6)).all()
    whole = (moved - values[0]) / step
    np.testing.assert_allclose(whole, np.rint(whole), atol=1e-3)


def test_a_grid_may_be_coarser_than_its_decimals() -> None:
    column = describe(np.array([9.015, 26.67, 26.850]))
    assert (column.step, column.decimals) == (0.015, 3)


def test_irregular_values_are_left_alone() -> None:
    values = np.random.default_rng(0).normal(size=50)
    assert describe(values).step == 0
    np.testing.assert_array_equal(describe(values).snap(values / 3), values / 3)


def test_float32_decimals_are_seen() -> None:
    assert describe(np.array([0.1, 0.7, 1.2], dtype=np.float32)).decimals == 1


def test_form_restores_types_range_and_grid() -> None:
    train = pd.DataFrame({"i": np.array([1, 5, 9], dtype="int16"), "f": np.array([0.1, 0.2, 0.4], dtype="float32")})
    _, form = read_table(train, Schema.of_numbers(("i", "f"), "f"))
    made = form.table(np.array([[-3.2, 0.29], [6.4, 7.0]]))
    assert made["i"].tolist() == [1, 5]
    assert made["f"].tolist() == [np.float32(0.3), np.float32(0.4)]
    assert list(made.dtypes) == list(train.dtypes)
    free = form.table(np.array([[-3.2, 7.25]]), clip=False, snap=False)
    assert free.iloc[0].tolist() == [-3, 7.25]


def test_values_that_are_not_finite_name_their_column() -> None:
    _, form = read_table(pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 3.0]}), Schema.of_numbers(("a", "b"), "b"))
    with pytest.raises(BenchError, match="in b"):
        form.table(np.array([[1.0, np.nan]]))


@pytest.mark.parametrize(
    ("frame", "schema", "message"),
    [
        (pd.DataFrame({"a": [1.0]}), Schema.of_numbers(("a",), "a"), "1 train rows"),
        (pd.DataFrame({"a": [1.0, np.inf]}), Schema.of_numbers(("a",), "a"), "infinite"),
        (
            pd.DataFrame({"a": [1.0, 2.0]}),
            Schema((Column("a"), Column("c", "categorical")), "a"),
            "numeric columns only",
        ),
    ],
)
def test_tables_that_cannot_be_modelled_are_refused(frame: pd.DataFrame, schema: Schema, message: str) -> None:
    with pytest.raises(BenchError, match=message):
        read_table(frame, schema)
