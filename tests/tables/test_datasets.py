"""Names and files as data sets: what is read, and what cannot be modelled."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.api import BenchError, Dataset, Schema
from bench.plugins import entry_points
from bench.tables.checked_tables import check_dataset
from bench.tables.datasets import is_registered, resolve, resolve_all
from bench.tables.table_request import TableRequest

if TYPE_CHECKING:
    from pathlib import Path
from tests.tables.small_tables import ROWS, frame, read_path, refused, saved


@pytest.mark.parametrize("name", ["mine.csv", "mine.parquet", "MINE.PQ"])
def test_a_table_is_read_as_it_is(tmp_path: Path, name: str) -> None:
    path = saved(frame(), tmp_path, name)
    data = read_path(path, target="y")
    pd.testing.assert_frame_equal(data.frame, frame())
    assert data.schema == Schema.of_numbers(("x", "n", "y"), "y", ordered=False)
    assert (data.name, data.group, data.source, data.notes) == (path.stem, path.stem, name, ())
    assert data.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_path_is_not_kept(tmp_path: Path) -> None:
    data = read_path(saved(frame(), tmp_path), target="y")
    assert str(tmp_path) not in repr(data)


def test_whole_numbers_become_int64_and_others_float64(tmp_path: Path) -> None:
    table = frame().astype({"n": "uint8", "x": "float32"})
    data = read_path(saved(table, tmp_path, "t.parquet"), target="y")
    assert [str(kind) for kind in data.frame.dtypes] == ["float64", "int64", "float64"]


def test_numbers_beyond_int64_stay_what_they_are(tmp_path: Path) -> None:
    large = np.array([2**63 + 5, *range(ROWS - 1)], dtype=np.uint64)
    data = read_path(saved(frame().assign(n=large), tmp_path, "t.parquet"), target="y")
    assert data.frame["n"].to_list() == [float(number) for number in large]
    assert "n: numbers, whole numbers beyond 2^53 are rounded to 16 digits." in data.notes


def test_a_parquet_index_is_no_column(tmp_path: Path) -> None:
    table = frame().set_index(np.arange(5, 5 + ROWS)[::-1])
    data = read_path(saved(table, tmp_path, "t.parquet"), target="y")
    assert list(data.frame.columns) == ["x", "n", "y"]
    assert list(data.frame.index) == list(range(ROWS))


def test_a_byte_order_mark_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\ufeff\n" + frame().to_csv(index=False), encoding="utf-8")
    assert list(read_path(path, target="y").frame.columns) == ["x", "n", "y"]


def test_no_target_lists_the_columns(tmp_path: Path) -> None:
    assert "--target with one of: x, n, y" in refused(saved(frame(), tmp_path), target=None)


def test_no_target_says_which_columns_hold_text(tmp_path: Path) -> None:
    table = pd.DataFrame({"age": range(60), "city": ["Rome", "Oslo"] * 30})
    said = refused(saved(table, tmp_path), target=None)
    assert "one of: age, city. city holds text; `bench data describe " in said


def test_unknown_target_names_the_nearest(tmp_path: Path) -> None:
    table = frame().rename(columns={"y": "methane"})
    assert "did you mean 'methane'?" in refused(saved(table, tmp_path), target="metane")


def test_target_without_values(tmp_path: Path) -> None:
    path = saved(frame().assign(y=np.nan), tmp_path)
    assert "the target 'y' of mine.csv has no values" in refused(path, missing="drop")


def test_constant_target(tmp_path: Path) -> None:
    assert "the target 'y' of mine is always 2.5" in refused(saved(frame().assign(y=2.5), tmp_path))


def test_target_that_only_varies_in_dropped_rows(tmp_path: Path) -> None:
    table = frame(300)
    table["y"], table["x"] = np.where(table.index < 5, 1.0, 2.5), table["x"].where(table.index >= 5)
    assert "is always 2.5" in refused(saved(table, tmp_path), missing="drop")


@pytest.mark.parametrize("missing", ["refuse", "drop"])
@pytest.mark.parametrize("name", ["mine.csv", "mine.parquet"])
def test_columns_without_values(tmp_path: Path, missing: Literal["refuse", "drop"], name: str) -> None:
    data = read_path(saved(frame().assign(a=None, x=np.nan), tmp_path, name), missing=missing)
    assert data.schema.left_out == (("x", "no values"), ("a", "no values"))
    assert data.notes == ("x, a: left out, as no cell has a value.",)


def test_missing_values_are_counted_by_column(tmp_path: Path) -> None:
    table = frame()
    table.loc[:2, "x"], table.loc[7, "y"] = np.nan, np.nan
    message = refused(saved(table, tmp_path), missing="refuse")
    assert "missing values (x: 3, y: 1)" in message
    assert "--missing drop" in message


def test_missing_values_are_kept_and_rows_without_target_dropped(tmp_path: Path) -> None:
    table = frame()
    table.loc[:2, "x"], table.loc[7, "y"] = np.nan, np.nan
    data = read_path(saved(table, tmp_path))
    assert (data.schema.missing, data.schema.is_numeric, len(data.frame)) == (("x",), False, ROWS - 1)
    assert data.notes == ("1 of 120 rows had no y and were dropped.", "Gaps are kept and modelled (x: 3).")


def test_missing_values_are_dropped_on_demand(tmp_path: Path) -> None:
    table = frame()
    table.loc[:2, "x"], table.loc[2, "y"] = np.nan, np.nan
    data = read_path(saved(table, tmp_path), target="y", missing="drop")
    pd.testing.assert_frame_equal(data.frame, frame().iloc[3:].reset_index(drop=True))
    assert data.notes == ("3 of 120 rows lacked values (x: 3, y: 1) and were dropped.",)


@pytest.mark.parametrize("missing", ["refuse", "drop"])
def test_infinities(tmp_path: Path, missing: Literal["refuse", "drop"]) -> None:
    table = frame()
    table.loc[:1, "x"], table.loc[3, "y"] = np.inf, -np.inf
    assert "infinite values (x: 2, y: 1)" in refused(saved(table, tmp_path), missing=missing)


@pytest.mark.parametrize("cell", [-3.25e38, -1.75e308, 1e40])
def test_numbers_that_no_model_can_square_are_refused_by_cell(tmp_path: Path, cell: float) -> None:
    table = frame()
    table.loc[7, "x"] = cell
    path = saved(table, tmp_path)
    assert f"column 'x' of mine has the value {cell!r} in row 8; expected sizes below 1e+37" in refused(path)
    assert f"--missing-code x={cell!r}" in refused(path)
    assert read_path(path, missing_code=(f"x={cell!r}",)).frame["x"].isna().sum() == 1


def test_numbers_whose_variance_is_zero_are_refused(tmp_path: Path) -> None:
    table = frame()
    table["x"] = np.linspace(1, 2, len(table)) * 1e-170
    assert "column 'x' of mine has values so small (at most 2e-170) that their variance is zero" in refused(
        saved(table, tmp_path)
    )


@pytest.mark.parametrize("name", ["mine.csv", "mine.parquet"])
def test_columns_that_are_not_numeric(tmp_path: Path, name: str) -> None:
    days = pd.date_range("2024", periods=ROWS)
    table = frame().assign(word=["a", "b"] * 60, flag=[True, False] * 60, day=days)
    data = read_path(saved(table, tmp_path, name))
    assert (data.schema.categorical, data.schema.datetime, data.schema.task) == (
        ("word", "flag"),
        ("day",),
        "regression",
    )
    assert data.schema.column("flag").levels == ("False", "True")
    assert data.frame["day"].to_list() == list(days)


def test_only_the_target(tmp_path: Path) -> None:
    assert "no column but its target" in refused(saved(frame()[["y"]], tmp_path))


def test_too_few_rows(tmp_path: Path) -> None:
    assert "99 usable rows; expected at least 100" in refused(saved(frame(99), tmp_path))


def test_a_constant_feature_is_carried_through(tmp_path: Path) -> None:
    data = read_path(saved(frame().assign(c=3), tmp_path), target="y")
    assert data.schema.numeric == ("x", "n", "y", "c")
    assert data.notes == ("c is constant (3) and carried through.",)


@pytest.mark.parametrize("name", entry_points.names("datasets"))
def test_registered_names_are_registered(name: str) -> None:
    assert is_registered(name)


def test_a_registered_name_resolves() -> None:
    data = resolve(TableRequest("diabetes"))
    assert (data.name, data.frame.shape, data.schema.target) == ("diabetes", (442, 11), "target")


def test_a_path_resolves(tmp_path: Path) -> None:
    path = saved(frame(), tmp_path)
    assert resolve(TableRequest(str(path), target="y", ordered=True)).schema.ordered


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(BenchError, match=r"unknown data set 'statoin': did you mean 'station'\?"):
        resolve(TableRequest("statoin"))


def test_options_of_files_are_refused_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="--ordered, --target is for CSV and Parquet files, and diabetes is none"):
        resolve_all([TableRequest("diabetes", target="bmi", ordered=True)])
    both = resolve_all([TableRequest(name, "y") for name in ("diabetes", str(saved(frame(), tmp_path)))])
    assert {name: data.schema.target for name, data in both.items()} == {"diabetes": "target", "mine": "y"}


def test_two_data_sets_of_one_name_are_refused(tmp_path: Path) -> None:
    path = saved(frame(), tmp_path, "diabetes.csv")
    with pytest.raises(BenchError, match="two data sets are called diabetes"):
        resolve_all([TableRequest(name, "y") for name in ("diabetes", str(path))])


cells = st.one_of(st.floats(), st.integers(-10, 10).map(float), st.just(np.nan))


@given(st.data())
@settings(max_examples=40)
def test_what_passes_the_check_is_fit(data: st.DataObject) -> None:
    """Whatever the cells: either a complaint (and no other error), or a finite table whose target varies."""
    values = np.tile(data.draw(st.lists(st.tuples(cells, cells), min_size=1, max_size=6)), (100, 1))
    table = pd.DataFrame(values, columns=["x", "y"])
    schema = Schema.of_numbers(("x", "y"), "y")
    raw = Dataset(name="t", group="t", frame=table, schema=schema, sha256="", source="", licence="")
    try:
        fit = check_dataset(raw, missing="drop")
    except BenchError:
        return
    assert np.isfinite(fit.frame.to_numpy()).all()
    assert fit.frame["y"].nunique() > 1
    assert list(fit.frame.index) == list(range(len(fit.frame)))
