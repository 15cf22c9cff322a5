"""Numbers in text, as people write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.tables.number_text import has_leading_zeros, odd_cells, parse_numbers


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1", " 2 "], [1, 2]),
        (["1.5", "-2e3", ".5"], [1.5, -2000.0, 0.5]),
        (["1,5", "2"], [1.5, 2.0]),
        (["0,123"], [0.123]),
        (["1,234", "12,345,678"], [1234, 12345678]),
        (["34,210.0", "5"], [34210.0, 5.0]),
        (["1.234,5", "7"], [1234.5, 7.0]),
        (["1\u202f234,5", "1 000"], [1234.5, 1000.0]),
        (["5%", "7.5 %"], [5.0, 7.5]),
        (["$5", "-$1,000"], [5, -1000]),
        (["\u22125"], [-5]),
        (["18446744073710342528"], [18446744073710342528.0]),
    ],
)
def test_ways_to_write_numbers(cells: list[str], numbers: list[float]) -> None:
    found = parse_numbers(pd.Series(cells, dtype=object))
    assert found is not None
    assert found.values.tolist() == numbers


@pytest.mark.parametrize(
    ("cell", "beyond"),
    [(str(2**53), False), (str(2**53 + 1), True), (str(-(2**53)), False), (str(-(2**64)), True), ("1e30", False)],
)
def test_whole_numbers_that_are_rounded_are_named(cell: str, beyond: bool) -> None:
    found = parse_numbers(pd.Series([cell, "5"], dtype=object))
    assert found is not None
    assert ("beyond 2^53" in found.reason) == beyond


def test_whole_numbers_without_gaps_are_int64() -> None:
    found = parse_numbers(pd.Series(["1", "2"], dtype=object))
    assert found is not None
    assert found.values.dtype == np.int64
    gapped = parse_numbers(pd.Series(["1", None], dtype=object))
    assert gapped is not None
    assert gapped.values.dtype == np.float64


def test_a_comma_in_a_file_of_semicolons() -> None:
    found = parse_numbers(pd.Series(["1,234"], dtype=object), comma_first=True)
    assert found is not None
    assert (found.values.tolist(), found.reason) == ([1.234], "numbers with decimal commas")


@pytest.mark.parametrize(
    "cells", [[], ["a"], ["1", "x"], ["0311", "4"], ["1,2,3"], ["5%", "6"], ["12:00"], ["1_000"], ["$"]]
)
def test_no_numbers(cells: list[str]) -> None:
    assert parse_numbers(pd.Series(cells, dtype=object)) is None


def test_leading_zeros() -> None:
    codes = pd.Series(["0311", "4", None], dtype=object)
    assert has_leading_zeros(codes)
    assert not has_leading_zeros(pd.Series(["0", "311"], dtype=object))
    assert not has_leading_zeros(pd.Series(["0.5", "311"], dtype=object))
    found = parse_numbers(codes, leading_zeros=True)
    assert found is not None
    assert found.values.iloc[0] == 311


def test_odd_cells_are_counted() -> None:
    assert odd_cells(pd.Series(["1", "n/d", "n/d", None, "2 C"], dtype=object)) == {"n/d": 2, "2 C": 1}


@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_any_floats_are_exact(values: list[float]) -> None:
    found = parse_numbers(pd.Series(list(map(repr, values)), dtype=object))
    assert found is not None
    assert found.values.tolist() == values


@given(st.lists(st.text(max_size=20) | st.none()))
def test_any_text_is_read_or_is_none(cells: list[str | None]) -> None:
    found = parse_numbers(pd.Series(cells, dtype=object))
    assert found is None or found.values.dtype.kind in "if"
