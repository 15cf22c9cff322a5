"""Tables from elsewhere in the form of a table that is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Column, Schema
from bench.tables.conform import conform, exact_dtypes

SCHEMA = Schema(
    (
        Column("flag", "categorical", ("0", "1")),
        Column("grade", "categorical", ("low", "mid"), ordered=True),
        Column("day", "datetime"),
        Column("x"),
    ),
    "x",
)
DTYPES = exact_dtypes(SCHEMA)


def conformed(**columns: list[Any]) -> pd.DataFrame:
    """A table of two rows; columns that are not given have what fits."""
    usual = {"x": [1.5, 2.5], "day": ["2024-05-31", None], "grade": ["mid", "low"], "flag": ["1", "0"]}
    return conform(pd.DataFrame({**usual, **columns}), DTYPES, "a.csv")


def test_columns_come_in_order_and_of_the_types() -> None:
    rows = conformed()
    assert list(rows) == list(SCHEMA.names)
    assert rows.dtypes.to_dict() == DTYPES


def test_what_fits_stays_as_it_is() -> None:
    rows = conformed()
    pd.testing.assert_frame_equal(conform(rows, DTYPES, "a.csv"), rows)


@pytest.mark.parametrize("flags", [[True, False], [1, 0], [1.0, 0.0], ["1.0", "0"], ["True", "False"]])
def test_flags_and_numbers_are_the_levels_that_they_stand_for(flags: list[Any]) -> None:
    assert conformed(flag=flags)["flag"].to_list() == ["1", "0"]


def test_invented_levels_come_after_the_known_ones() -> None:
    grade = conformed(grade=["new", "low"])["grade"]
    assert list(grade.cat.categories) == ["low", "mid", "new"]
    assert (grade.to_list(), grade.cat.ordered) == (["new", "low"], True)


def test_codes_that_differ_between_tables_are_put_right() -> None:
    other = pd.Categorical(["0", "1"], ["1", "0"])
    flag = conform(conformed().assign(flag=other), DTYPES, "a.csv")["flag"]
    assert (list(flag.cat.categories), flag.cat.codes.to_list()) == (["0", "1"], [0, 1])


@pytest.mark.parametrize("gap", [None, np.nan, "?", " NA "])
def test_gaps_are_gaps(gap: object) -> None:
    rows = conformed(flag=[gap, "1"], day=[gap, "2024-05-31"], x=[gap, "1,234"])
    assert rows.isna().to_numpy()[0].tolist() == [True, False, True, True]
    assert rows["x"][1] == 1234


@pytest.mark.parametrize("days", [[None, None], [pd.NaT, pd.NaT]])
def test_dates_may_all_be_missing(days: list[Any]) -> None:
    assert str(conformed(day=days)["day"].dtype) == "datetime64[ns]"


def test_the_day_comes_first_where_it_is_said() -> None:
    days = pd.DataFrame({"day": ["01/02/2024", "01/03/2024"]})
    read = [conform(days, {"day": DTYPES["day"]}, "a.csv", day_first=first)["day"][0] for first in ((), ("day",))]
    assert read == [pd.Timestamp("2024-01-02"), pd.Timestamp("2024-02-01")]


def test_zones_are_dropped() -> None:
    days = [pd.Timestamp("2024-05-31 02:00", tz="Europe/Berlin"), pd.NaT]
    assert conformed(day=days)["day"][0] == pd.Timestamp("2024-05-31")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"x": ["1.5", "many"]}, "column 'x' of a.csv has the cell 'many'; expected numbers"),
        ({"x": [pd.Timestamp("2024"), pd.NaT]}, "column 'x' of a.csv has dates; expected numbers"),
        ({"day": ["soon", "later"]}, "column 'day' of a.csv has cells such as 'soon'; expected dates"),
    ],
)
def test_what_cannot_be_read_is_named(columns: dict[str, list[Any]], said: str) -> None:
    with pytest.raises(BenchError, match=said):
        conformed(**columns)
