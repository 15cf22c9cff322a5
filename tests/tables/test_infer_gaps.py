"""Gaps and targets of tables whose kinds are inferred."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError
from bench.tables.infer import infer_schema
from bench.tables.overrides import ColumnChoice, Overrides
from tests.tables.inferred import ROWS, column, infer, refusal


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
