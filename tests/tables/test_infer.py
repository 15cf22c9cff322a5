"""The kinds of columns from their values, and from what a user says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.tables.infer import infer_schema
from bench.tables.overrides import ColumnChoice, Overrides
from tests.tables.inferred import ROWS, column, infer, note_of, refusal


def test_a_table_of_numbers_stays_as_it_is() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=ROWS), "n": rng.integers(0, 99, ROWS), "y": rng.normal(size=ROWS)})
    found = infer_schema(frame, "y", Overrides(), "t.csv", ordered=True)
    pd.testing.assert_frame_equal(found.frame, frame)
    assert found.schema.is_numeric
    assert (found.schema.ordered, found.schema.task, found.notes) == (True, "regression", ())


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        ([True, False], ("False", "True")),
        ([True, False, None], ("False", "True")),
        ([0.0, 1.0], ("0", "1")),
        ([1.0, np.nan, 0.0], ("0", "1")),
        ([2, -1], ("-1", "2")),
        (["1", "?", "0"], ("0", "1")),
        (["b", "a"], ("b", "a")),
        ([0.5, 1.5], ("0.5", "1.5")),
    ],
)
def test_two_values_are_categorical(values: list[Any], levels: tuple[str, ...]) -> None:
    found = column(values)
    assert found.schema.column("x").levels == levels
    assert found.frame["x"].dtype == pd.CategoricalDtype(list(levels))
    assert found.frame["x"].isna().sum() == pd.Series(values * ROWS)[:ROWS].isin([None, np.nan, "?"]).sum()
    assert "two values, hence categorical" in note_of(found)


def test_constants() -> None:
    found = infer({"n": 5, "t": "a", "gapped": [5, None] * 60})
    assert [found.schema.column(name).kind for name in ("n", "t", "gapped")] == ["numeric", *["categorical"] * 2]
    assert found.schema.column("gapped").levels == ("5",)
    assert found.frame["n"].dtype == np.int64


@pytest.mark.parametrize("values", [["1.5", "2", "3"], ["1,5", "2", "3"], ["1.5", " ", "2", "3", "?"]])
def test_numbers_in_text(values: list[str]) -> None:
    found = column(values)
    assert found.schema.column("x").kind == "numeric"
    assert found.schema.column("x").missing == (" " in values)
    assert found.frame["x"].iloc[0] == 1.5
    assert "numbers" in note_of(found)


def test_whole_numbers_with_gaps_are_whole_where_present() -> None:
    found = column([1, 2, 3, None])
    assert found.schema.column("x").missing
    assert set(found.frame["x"].dropna()) == {1.0, 2.0, 3.0}
    assert "--column x=categorical if these are codes" in note_of(found)


def test_hints_on_codes_share_a_sentence() -> None:
    notes = infer({"a": [1, 2, 3] * 40, "b": [4, 5, 6] * 40}).notes
    assert notes == ("a, b: numbers of few whole values; --column NAME=categorical if these are codes.",)


def test_row_numbers_are_left_out_unless_they_are_asked_for_or_the_target() -> None:
    table = {"id": np.arange(ROWS) + 100_000}
    found = infer(table)
    assert found.schema.left_out == (("id", "numbers that count the rows"),)
    asked = infer(table, Overrides(columns={"id": ColumnChoice("numeric")}))
    assert asked.schema.column("id").kind == "numeric"
    assert infer({"x": [3, 1] * (ROWS // 2), "y": np.arange(ROWS)}).schema.column("y").kind == "numeric"
    assert note_of(found, "id") == "id: left out, as it counts the rows; --column id=numeric keeps it."


@pytest.mark.parametrize(("share", "left_out"), [(0.49, False), (0.6, True)], ids=["half repeat", "most are different"])
def test_identifiers_are_left_out(share: float, left_out: bool) -> None:
    words = [f"word {at}" for at in range(int(200 * share))]
    found = infer({"x": (words * 5)[:200], "y": np.arange(200) * 0.7})
    assert bool(found.schema.left_out) == left_out
    assert ("x" in found.frame) != left_out
    if left_out:
        assert found.schema.left_out == (("x", "an identifier: 120 different texts in 200 cells"),)


def test_a_few_different_texts_are_no_identifier() -> None:
    found = infer({"x": [f"w{at}" for at in range(50)] + ["w0"] * 10, "y": np.arange(60) * 0.7})
    assert len(found.schema.column("x").levels) == 50


def test_many_levels_are_refused_with_a_hint() -> None:
    words = [f"w{at}" for at in range(1001)] * 3
    message = refusal({"x": words, "y": np.arange(3003) * 0.7})
    assert "1,001 levels; expected at most 1,000; leave it out with --leave-out x" in message


def test_levels_are_as_they_are_written() -> None:
    levels = ("<b>x</b>", " padded", 'it\'s, "quoted"', "line\nbreak")
    assert column(list(levels)).schema.column("x").levels == levels


def test_long_levels_are_refused() -> None:
    assert "a level of 10,000 characters" in refusal({"x": ["a" * 10_000, "b", "c"] * 40})


def test_dates() -> None:
    found = column(["01/02/2024", "02/03/2024", "13/04/2024"])
    assert found.schema.column("x").kind == "datetime"
    assert found.frame["x"].dtype == "datetime64[ns]"
    assert note_of(found) == "x: dates, day first."


def test_one_bad_date_is_a_gap() -> None:
    days = [*pd.date_range("2024-01-01", periods=ROWS - 1).strftime("%Y-%m-%d"), "soon"]
    found = infer({"x": days})
    assert found.schema.column("x").missing
    assert "1 without a date count as gaps (the first is 'soon')" in note_of(found)


@pytest.mark.parametrize(
    "choice", [None, ColumnChoice("datetime"), ColumnChoice("numeric"), ColumnChoice("categorical")]
)
@pytest.mark.parametrize("empty", [None, np.nan, pd.NaT, "", "NA"])
def test_columns_without_values_are_left_out(empty: object, choice: ColumnChoice | None) -> None:
    found = column([empty], choice)
    assert found.schema.left_out == (("x", "no values"),)
    assert "no cell has a value" in note_of(found)


def test_asked_kinds() -> None:
    frame = {"code": [3, 1, 2] * 40, "zip": ["007", "010", "100"] * 40, "day": [20240101, 20240102, 20240203] * 40}
    said = {"code": ColumnChoice("categorical"), "zip": ColumnChoice("numeric"), "day": ColumnChoice("datetime")}
    found = infer(frame, Overrides(columns=said))
    assert found.schema.column("code").levels == ("1", "2", "3")
    assert found.frame["zip"].tolist()[:3] == [7, 10, 100]
    assert found.frame["day"].iloc[2] == pd.Timestamp("2024-02-03")
    assert "code: categorical, as asked for." in found.notes


def test_asked_levels_and_their_order() -> None:
    choice = ColumnChoice("categorical", ("low", "mid", "high"), ordered=True)
    found = column(["high", "low"], choice)
    assert found.frame["x"].dtype == pd.CategoricalDtype(["low", "mid", "high"], ordered=True)
    assert "has the value 'top'; expected one of its levels: low" in refusal(
        {"x": ["top", "low"] * 60}, Overrides(columns={"x": choice})
    )


def test_asked_kinds_that_do_not_fit() -> None:
    words, stamps = {"x": ["a", "1", "1"] * 40}, {"x": pd.date_range("2024", periods=ROWS)}
    numeric = Overrides(columns={"x": ColumnChoice("numeric")})
    assert "40 cells that are no plain number, such as 'a'; --column x=numeric expects numbers" in refusal(
        words, numeric
    )
    assert "has dates" in refusal(stamps, numeric)
    assert "no dates in one format" in refusal(words, Overrides(columns={"x": ColumnChoice("datetime")}))


def test_what_is_said_of_unknown_columns() -> None:
    assert "did you mean 'hour'?" in refusal({"hour": 1}, Overrides(columns={"hou": ColumnChoice("numeric")}))
    assert "did you mean 'hour'?" in refusal({"hour": 1}, Overrides(leave_out=("hours",)))
    infer({}, Overrides(columns={"when": ColumnChoice("numeric")}), aside=("when",))


def test_left_out_columns() -> None:
    found = infer({"a": [3, 1] * (ROWS // 2), "x": ["?"] * ROWS}, Overrides(leave_out=("x",)))
    assert found.schema.left_out == (("x", "as asked for"),)
    assert "x: left out, as asked for." in found.notes
    assert "both the target of t.csv and left out" in refusal({"a": 1}, Overrides(leave_out=("y",)))
