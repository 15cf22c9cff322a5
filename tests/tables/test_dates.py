"""Dates in text: orders, times, zones, and cells that are no dates."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.tables.dates import Dates, from_timestamps, parse_dates

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = 100


def read(cells: Sequence[str | None], **options: bool) -> Dates:
    found = parse_dates(pd.Series(cells, dtype=object), **options)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-05-31", "2024-05-31"),
        ("2024/5/31 7:05", "2024-05-31 07:05"),
        ("2024-05-31T12:00:01.25", "2024-05-31 12:00:01.25"),
        ("2024-05-31T12:00:00Z", "2024-05-31 12:00"),
        ("2024-05-31T12:00:00+05:30", "2024-05-31 06:30"),
        ("2024-05-31 12:00:00-02", "2024-05-31 14:00"),
        ("05/31/2024 12:30 AM", "2024-05-31 00:30"),
        ("31.05.2024", "2024-05-31"),
        ("31-5-2024 12:30 pm", "2024-05-31 12:30"),
    ],
)
def test_ways_to_write_a_date(cell: str, moment: str) -> None:
    assert read([cell]).values.tolist() == [pd.Timestamp(moment)]


def test_one_day_above_twelve_decides_the_order_of_all() -> None:
    found = read(["01/02/2024"] * ROWS + ["13/02/2024"])
    assert (found.order, found.ambiguous) == ("day first", False)
    assert found.values.iloc[0] == pd.Timestamp("2024-02-01")


def test_month_first_if_both_orders_fit() -> None:
    found = read(["01/02/2024"] * ROWS)
    assert found.values.iloc[0] == pd.Timestamp("2024-01-02")
    assert "the day could come first as well, which --column when=datetime:day-first says" in found.reason("when")
    assert read(["01/02/2024"], day_first=True).values.iloc[0] == pd.Timestamp("2024-02-01")


def test_equal_day_and_month_are_not_ambiguous() -> None:
    assert not read(["03/03/2024"]).ambiguous


def test_one_odd_cell_becomes_a_gap() -> None:
    found = read(["2024-01-01"] * ROWS + ["soon", None])
    assert found.odd == (1, "soon")
    assert found.values.isna().tolist() == [False] * ROWS + [True, True]
    assert "'soon'" in found.reason("when")


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [None, None],
        ["2024-02-30"],
        ["2024-13-01"],
        ["2024-01-01 24:00"],
        ["01/02/24"],
        ["18:00"],
        ["20240531"],
        ["2024-01-01"] * ROWS + ["soon"] * 2,
        ["2024-01-01"] * 10 + ["soon"],
        ["31/01/2024"] * ROWS + ["01/31/2024"] * ROWS,
        ["1.2.3", "a" * 10_000],
        ["9999-12-31"] * ROWS,
    ],
)
def test_no_dates(cells: list[str | None]) -> None:
    assert parse_dates(pd.Series(cells, dtype=object)) is None


def test_digits_are_dates_on_demand() -> None:
    assert read(["20240531"], digits=True).values.tolist() == [pd.Timestamp("2024-05-31")]


def test_years_that_nanoseconds_cannot_hold() -> None:
    found = read(["0001-01-01", *["2024-01-01"] * ROWS, "9999-12-31"])
    assert found.outside == 2
    assert found.values.isna().sum() == 2
    assert "2 outside the years 1678 to 2261 count as gaps" in found.reason("when")


@pytest.mark.parametrize("zone", ["+99:99", "+14:01", "-23:00", "+05:60"])
def test_time_zones_that_do_not_exist_are_no_dates(zone: str) -> None:
    assert parse_dates(pd.Series([f"2024-05-31T12:00{zone}"] * 3)) is None
    assert parse_dates(pd.Series(["2024-05-31T12:00+14:00"] * 3)) is not None


def test_time_zones_are_noted() -> None:
    assert "UTC" in read(["2024-01-01T00:00:00Z", "2024-01-01T00:00:00"]).reason("when")
    stamps = from_timestamps(pd.Series(pd.to_datetime(["2024-01-01T00:00:00+02:00"])))
    assert stamps.zones
    assert stamps.values.tolist() == [pd.Timestamp("2023-12-31 22:00")]


def test_stamps_of_other_units() -> None:
    stamps = from_timestamps(pd.Series(["2024-01-01", "9999-12-31", None], dtype="datetime64[us]"))
    assert stamps.values.dtype == "datetime64[ns]"
    assert (stamps.outside, int(stamps.values.isna().sum())) == (1, 2)


@given(
    st.lists(st.datetimes(datetime.datetime(1678, 1, 1), datetime.datetime(2261, 12, 31)), min_size=1),
    st.sampled_from(["%Y-%m-%dT%H:%M:%S.%f", "%Y/%m/%d %H:%M", "%m/%d/%Y", "%m.%d.%Y %I:%M %p"]),
)
def test_any_dates(moments: list[datetime.datetime], form: str) -> None:
    texts = [moment.strftime(form) for moment in moments]
    expected = [pd.to_datetime(text, format=form) for text in texts]
    order = None if form.startswith("%Y") else "month first"
    found = read([*texts, *(["12/31/2000"] if order else [])])
    assert found.values.tolist()[: len(texts)] == expected


@given(st.lists(st.text(max_size=20) | st.none()))
def test_any_text_is_read_or_is_none(cells: list[str | None]) -> None:
    found = parse_dates(pd.Series(cells, dtype=object))
    assert found is None or found.values.dtype == "datetime64[ns]"
