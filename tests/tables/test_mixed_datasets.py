"""Files with categories, dates and gaps as checked data sets."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from bench.api import BenchError, Column, Dataset, Schema
from bench.tables.checked_tables import check_dataset
from tests.tables.mixed_tables import ROWS, mixed_frame
from tests.tables.small_tables import frame, read_path, saved

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_with_every_kind(tmp_path: Path) -> None:
    data = read_path(saved(mixed_frame(), tmp_path), target="grade")
    assert data.schema.numeric == ("size", "count")
    assert data.schema.categorical == ("place", "smoker", "grade")
    assert data.schema.datetime == ("day",)
    assert data.schema.missing == ("size", "place", "day")
    assert (data.schema.task, [name for name, _ in data.schema.left_out]) == ("multiclass", ["code"])
    for column in data.schema.columns:
        values = data.frame[column.name]
        if column.kind == "categorical":
            assert (tuple(values.cat.categories), values.cat.ordered) == (column.levels, column.ordered)
    assert [str(dtype) for dtype in data.frame.dtypes] == [
        *("float64", "int64", "category", "category", "datetime64[ns]", "category")
    ]
    assert data.notes[-2:] == (
        "Gaps are kept and modelled (size: 22, place: 16, day: 11).",
        "Classes of grade with fewer than 10 rows: low (8).",
    )


def test_what_is_said_changes_the_schema_and_the_checksum(tmp_path: Path) -> None:
    path = saved(mixed_frame(), tmp_path)
    plain = read_path(path, target="grade")
    said = read_path(path, target="grade", column=("count=categorical",), leave_out=("smoker",))
    assert plain.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert said.sha256 != plain.sha256
    assert said.schema.column("count").kind == "categorical"
    assert "smoker" not in said.frame


def test_flags_and_a_toml_file_say_the_same(tmp_path: Path) -> None:
    path = saved(mixed_frame(), tmp_path)
    flags = read_path(
        path, target="grade", column=("count=categorical",), missing_code=("count=0",), leave_out=("smoker",)
    )
    (tmp_path / "mine.toml").write_text(
        'target = "grade"\nleave_out = ["smoker"]\n[columns]\ncount = {kind = "categorical", missing = [0]}\n'
    )
    file = read_path(path, target=None)
    assert (file.sha256, file.schema) == (flags.sha256, flags.schema)
    pd.testing.assert_frame_equal(file.frame, flags.frame)
    assert file.notes[0] == "mine.toml says how columns are read."


def test_a_flag_wins_over_the_file_and_another_target_has_its_own_task(tmp_path: Path) -> None:
    path = saved(mixed_frame(), tmp_path)
    (tmp_path / "mine.toml").write_text('target = "grade"\ntask = "multiclass"\n[columns]\ncount = "categorical"\n')
    data = read_path(path, target="size", column=("count=numeric",))
    assert (data.schema.task, data.schema.column("count").kind) == ("regression", "numeric")


@pytest.mark.parametrize(("missing", "rows"), [("keep", ROWS), ("drop", ROWS - 45)])
def test_gaps_are_kept_or_dropped(tmp_path: Path, missing: str, rows: int) -> None:
    data = read_path(saved(mixed_frame(), tmp_path), target="grade", missing=missing)
    assert len(data.frame) == rows
    assert bool(data.schema.missing) == (missing == "keep")


def test_gaps_are_refused_on_demand(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"missing values \(size: 22, place: 16, day: 11\).*--missing keep"):
        read_path(saved(mixed_frame(), tmp_path), target="grade", missing="refuse")


def test_dropping_gaps_can_leave_a_table_of_numbers(tmp_path: Path) -> None:
    table = frame().assign(x=frame()["x"].mask(frame().index < 3))
    data = read_path(saved(table, tmp_path), missing="drop")
    assert data.schema == Schema.of_numbers(("x", "n", "y"), "y")


def test_the_time_and_group_columns_may_have_kinds(tmp_path: Path) -> None:
    table = mixed_frame().assign(who=range(ROWS))
    table["day"] = table["day"].fillna("01.01.2024")
    data = read_path(saved(table, tmp_path), target="grade", time="day", group="who", column=("who=categorical",))
    assert data.schema.ordered
    assert {"day", "who"}.isdisjoint(data.frame)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (Schema((Column("x"), Column("y", "categorical", ("a",))), "y", task="binary"), "none of its levels"),
        (Schema((Column("x"), Column("y", "categorical", ("a", "b"))), "y"), "does not fit the task regression"),
        (Schema((Column("y"), Column("x", "categorical", ("0",))), "y"), "not numeric: y"),
    ],
)
def test_a_registered_schema_must_fit_its_table(schema: Schema, said: str) -> None:
    table = pd.DataFrame({"x": range(120), "y": ["a", "b"] * 60})
    with pytest.raises(BenchError, match=said):
        check_dataset(Dataset("t", "t", table, schema, "", "", ""))


def test_a_class_of_one_row_is_refused(tmp_path: Path) -> None:
    table = mixed_frame().assign(grade=["rare", *["a", "b"] * 79, "a"])
    with pytest.raises(BenchError, match="classes with fewer than 2 rows: rare"):
        read_path(saved(table, tmp_path), target="grade")


def test_a_categorical_target_for_regression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="--task regression expects numbers"):
        read_path(saved(mixed_frame(), tmp_path), target="grade", task="regression")


@pytest.mark.parametrize("level", ["<script>alert(1)</script>", "a,b", "ä\u202e", "nan "])
def test_odd_levels_are_levels(tmp_path: Path, level: str) -> None:
    table = mixed_frame().assign(place=[level, "x", "z"] * 53 + ["x"])
    data = read_path(saved(table, tmp_path, "t.parquet"), target="grade")
    expected = {level, "x", "z"} if level != "nan " else {"x", "z"}
    assert set(data.schema.column("place").levels) == expected


def test_a_level_of_10000_characters_is_refused(tmp_path: Path) -> None:
    table = mixed_frame().assign(place=["z" * 10_000, "x", "y"] * 53 + ["x"])
    with pytest.raises(BenchError, match=r"column 'place' of mine.csv has a level of 10,000 characters"):
        read_path(saved(table, tmp_path), target="grade")
