"""The kinds of columns from their values: the rules, and what has gone wrong elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError
from bench.tables.infer import Inference, infer_schema
from bench.tables.overrides import ColumnChoice, Overrides

ROWS = 120


def infer(columns: dict[str, Any], overrides: Overrides | None = None, **options: Any) -> Inference:  # noqa: ANN401
    """A table of some columns and a target of numbers, unless there is a `y` among them."""
    frame = pd.DataFrame({**columns, **({} if "y" in columns else {"y": np.arange(ROWS) * 0.7})})
    return infer_schema(frame, "y", overrides or Overrides(), "t.csv", **options)


def column(values: list[Any], choice: ColumnChoice | None = None, **options: Any) -> Inference:  # noqa: ANN401
    """A table whose column `x` repeats some values."""
    cells = (values * ROWS)[:ROWS]
    return infer({"x": cells}, Overrides(columns={"x": choice} if choice else {}), **options)


def note_of(found: Inference, name: str = "x") -> str:
    return next(note for note in found.notes if note.startswith(f"{name}:"))


def refusal(columns: dict[str, Any], overrides: Overrides | None = None) -> str:
    with pytest.raises(BenchError) as error:
        infer(columns, overrides)
    assert "\n" not in str(error.value)
    return str(error.value)


# The rules.


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


def test_row_numbers_are_told() -> None:
    found = infer({"id": np.arange(ROWS) + 100_000})
    assert found.schema.column("id").kind == "numeric"
    assert note_of(found, "id") == "id: counts the rows; --leave-out id leaves it out."


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


# What the user says.


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
    found = infer({"a": range(ROWS), "x": ["?"] * ROWS}, Overrides(leave_out=("x",)))
    assert found.schema.left_out == (("x", "as asked for"),)
    assert "x: left out, as asked for." in found.notes
    assert "both the target of t.csv and left out" in refusal({"a": 1}, Overrides(leave_out=("y",)))


# Gaps.


def test_missing_codes() -> None:
    frame = {"x": [1.5, -200.0, 2.5] * 40, "n": [7, -200, 9] * 40, "t": ["1,5", "-200,0", "2"] * 40}
    found = infer(frame, Overrides(missing=("-200", "-999")))
    assert found.frame[["x", "n", "t"]].isna().sum().tolist() == [40, 40, 40]
    assert "'-200' counts as a gap: x (40), n (40)." in found.notes
    assert "'-200,0' counts as a gap: t (40)." in found.notes
    assert "No cell is '-999', a code for gaps." in found.notes


def test_a_code_of_one_column() -> None:
    found = infer({"a": [1, -1, 3] * 40, "b": [1, -1, 3] * 40}, Overrides(columns={"a": ColumnChoice(missing=("-1",))}))
    assert found.schema.missing == ("a",)


@pytest.mark.parametrize("mark", ["?", "-", "", "  ", "NA", "n/a", "NULL", "None", "nan"])
def test_marks_in_text_are_gaps(mark: str) -> None:
    found = column(["a", "b", "c", mark])
    assert found.schema.column("x").levels == ("a", "b", "c")
    assert found.frame["x"].isna().sum() == 30


def test_minus_beside_plus_is_a_level() -> None:
    assert column(["+", "-"]).schema.column("x").levels == ("+", "-")


def test_gaps_stay_where_they_are() -> None:
    first, second = [None, 1.5, 2.5, 3.5] * 30, ["a", None, "b", "c"] * 30
    found = infer({"x": first, "t": second})
    assert found.frame["x"].isna().tolist() == [cell is None for cell in first]
    assert found.frame["t"].isna().tolist() == [cell is None for cell in second]
    assert found.schema.missing == ("x", "t")


def test_rows_without_target_are_dropped() -> None:
    found = infer({"x": ["a", "b", "gone"] * 40, "y": [1.5, 2.5, None] * 40})
    assert found.schema.column("x").levels == ("a", "b")
    assert list(found.frame.index[:3]) == [0, 1, 3]
    assert found.notes[0] == "40 of 120 rows had no y and were dropped."
    kept = infer({"x": 1, "y": [1.5, 2.5, None] * 40}, missing="refuse")
    assert kept.schema.column("y").missing


# The target.


@pytest.mark.parametrize(
    ("values", "asked", "task", "kind"),
    [
        ([1.5, 2.5, 3.5], None, "regression", "numeric"),
        ([0, 1], None, "binary", "categorical"),
        (["a", "b"], "binary", "binary", "categorical"),
        (["a", "b", "c"], None, "multiclass", "categorical"),
        ([1, 2, 3], "multiclass", "multiclass", "categorical"),
        ([0, 1], "regression", "regression", "numeric"),
        ([0.5, 1.5], "binary", "binary", "categorical"),
    ],
)
def test_tasks(values: list[Any], asked: Any, task: str, kind: str) -> None:  # noqa: ANN401
    found = infer({"x": np.arange(ROWS) * 0.3, "y": (values * ROWS)[:ROWS]}, Overrides(task=asked))
    assert (found.schema.task, found.schema.column("y").kind) == (task, kind)


@pytest.mark.parametrize(
    ("values", "said", "message"),
    [
        (["a", "b"], Overrides(task="regression"), "--task regression expects numbers"),
        ([1.5, 2.5, 3.5], Overrides(task="multiclass"), "--task multiclass expects classes"),
        (["1.5", "2.5", "3.5"], Overrides(task="multiclass"), "--task multiclass expects classes"),
        ([1, 2, 3], Overrides(task="binary"), "has 3 classes"),
        (["a"], Overrides(), "is always a"),
        (["2024-01-01", "2024-01-02", "2024-01-03"], Overrides(), "is a date"),
        ([None], Overrides(), "has no values"),
        ([f"n{at}" for at in range(ROWS)], Overrides(), "is an identifier"),
        ([1, 2], Overrides(task="regression", columns={"y": ColumnChoice("categorical")}), "leave one of both out"),
    ],
)
def test_targets_that_are_refused(values: list[Any], said: Overrides, message: str) -> None:
    found = refusal({"x": np.arange(ROWS) * 0.3, "y": (values * ROWS)[:ROWS]}, said)
    assert message in found
    assert "the target 'y' of t.csv" in found


def test_an_unknown_target() -> None:
    with pytest.raises(BenchError, match="did you mean 'total'"):
        infer_schema(pd.DataFrame({"total": [1.0]}), "totl", Overrides(), "t.csv")


# What has gone wrong elsewhere.


@pytest.mark.parametrize("name", ["city-mpg", "phone", "email", "ssn", "id", "latitude"])
def test_names_say_nothing_of_kinds(name: str) -> None:
    numbers = np.random.default_rng(0).normal(size=ROWS)
    assert infer({name: numbers}).schema.column(name).kind == "numeric"


def test_names_that_are_integers_become_text() -> None:
    frame = pd.DataFrame({2019: np.arange(ROWS) * 0.5, 2020: np.arange(ROWS) * 0.7})
    assert infer_schema(frame, "2020", Overrides(), "t.csv").schema.names == ("2019", "2020")
    message = "columns of the same name: 1"
    with pytest.raises(BenchError, match=message):
        infer_schema(pd.DataFrame([[1, 2]], columns=[1, "1"]), "1", Overrides(), "t.csv")


def test_integer_categories_have_the_same_text_with_and_without_gaps() -> None:
    choice = ColumnChoice("categorical")
    assert column([1, 2, 10], choice).schema.column("x").levels == ("1", "2", "10")
    assert column([1, 2, 10, None], choice).schema.column("x").levels == ("1", "2", "10")


def test_whole_numbers_are_no_seconds() -> None:
    assert column([1712345678, 1712345679, 1712345999]).schema.column("x").kind == "numeric"


def test_leading_zeros_stay_text() -> None:
    found = column(["0311", "0450", "1200"])
    assert found.schema.column("x").levels == ("0311", "0450", "1200")
    assert "--column x=numeric reads numbers" in note_of(found)


def test_mixed_types_become_text() -> None:
    found = column([1, "a", 2.5, True])
    assert found.schema.column("x").levels == ("1", "a", "2.5", "True")


def test_words_among_numbers_are_told() -> None:
    found = infer({"x": [*map(str, np.arange(ROWS - 2) * 0.3), "n/d", "12.1 C"]})
    assert (
        "2 cells are no numbers; --missing-code n/d --missing-code '12.1 C' makes gaps" in found.schema.left_out[0][1]
    )


def test_cells_of_several_values_are_refused() -> None:
    assert "column 'x' of t.csv has a cell of the type list" in refusal({"x": [[1, 2]] * ROWS})


def test_types_of_frames() -> None:
    import decimal

    found = infer(
        {
            "int": pd.array([1, None, 4, 7] * 30, dtype="Int64"),
            "flag": pd.array([True, None, False] * 40, dtype="boolean"),
            "word": pd.array(["a", None, "b", "c"] * 30, dtype="string"),
            "span": pd.to_timedelta(np.arange(ROWS) ** 2, unit="s"),
            "money": [decimal.Decimal("1.10"), decimal.Decimal("2.5"), decimal.Decimal(3), None] * 30,
            "size": pd.Categorical(["s", "l", "m"] * 40, categories=["s", "m", "l", "xl"], ordered=True),
            "zone": pd.date_range("2024", periods=ROWS, tz="Europe/Oslo"),
            "day": pd.date_range("2024", periods=ROWS).date,
            "wide": np.arange(ROWS, dtype=np.uint64) ** 2 + np.uint64(2**63),
        }
    )
    kinds = {name: found.schema.column(name).kind[0] for name in found.schema.names}
    assert "".join(kinds.values()) == "nccnncddnn"
    assert found.frame["wide"].dtype == np.float64
    assert found.frame["size"].dtype == pd.CategoricalDtype(["s", "m", "l"], ordered=True)
    assert str(found.frame["zone"].dtype) == "datetime64[ns]"
    assert found.frame["money"].iloc[0] == 1.1
