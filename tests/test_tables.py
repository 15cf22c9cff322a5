from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import registry
from bench.api import BenchError, Dataset, Schema
from bench.tables import TableOptions, check, is_registered, read_table, resolve, resolve_all

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 120


def frame(rows: int = ROWS) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({"x": rng.standard_normal(rows), "n": np.arange(rows), "y": rng.standard_normal(rows)})


def saved(table: pd.DataFrame, folder: Path, name: str = "mine.csv") -> Path:
    path = folder / name
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path)
    return path


def refused(
    path: Path, *, target: str | None = "y", time: str | None = None, missing: Literal["refuse", "drop"] = "refuse"
) -> str:
    """The message with which a table is refused: always one line."""
    with pytest.raises(BenchError) as error:
        read_table(path, target=target, time=time, missing=missing)
    message = str(error.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", ["mine.csv", "mine.parquet", "MINE.PQ"])
def test_a_table_is_read_as_it_is(tmp_path: Path, name: str) -> None:
    path = saved(frame(), tmp_path, name)
    data = read_table(path, target="y")
    pd.testing.assert_frame_equal(data.frame, frame())
    assert data.schema == Schema(numeric=("x", "n", "y"), target="y", ordered=False)
    assert (data.name, data.group, data.source, data.notes) == (path.stem, path.stem, name, ())
    assert data.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_path_is_not_kept(tmp_path: Path) -> None:
    data = read_table(saved(frame(), tmp_path), target="y")
    assert str(tmp_path) not in repr(data)


def test_whole_numbers_become_int64_and_others_float64(tmp_path: Path) -> None:
    table = frame().astype({"n": "uint8", "x": "float32"})
    data = read_table(saved(table, tmp_path, "t.parquet"), target="y")
    assert [str(kind) for kind in data.frame.dtypes] == ["float64", "int64", "float64"]


def test_a_parquet_index_is_no_column(tmp_path: Path) -> None:
    table = frame().set_index(np.arange(5, 5 + ROWS)[::-1])
    data = read_table(saved(table, tmp_path, "t.parquet"), target="y")
    assert list(data.frame.columns) == ["x", "n", "y"]
    assert list(data.frame.index) == list(range(ROWS))


def test_a_byte_order_mark_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\ufeff\n" + frame().to_csv(index=False), encoding="utf-8")
    assert list(read_table(path, target="y").frame.columns) == ["x", "n", "y"]


# --- files that are no tables ------------------------------------------------------------------


def test_missing_file(tmp_path: Path) -> None:
    assert "no file" in refused(tmp_path / "nowhere.csv")


def test_directory(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "is a directory" in refused(tmp_path / "folder.csv")


@pytest.mark.parametrize(("name", "text"), [("t.csv", ""), ("t.csv", "\n\n  \n"), ("t.parquet", "")])
def test_empty_file(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert "is empty" in refused(tmp_path / name)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_header_only(tmp_path: Path, name: str) -> None:
    assert "has a header and no rows" in refused(saved(frame(0), tmp_path, name))


def test_binary_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(bytes(range(256)) * 4)
    assert "is binary" in refused(tmp_path / "t.csv")


def test_text_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("größe,y\n1,2\n".encode("latin-1"))
    assert "is not UTF-8 text" in refused(tmp_path / "t.csv")


def test_broken_parquet(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and then nothing of the kind")
    assert "is not a Parquet file" in refused(tmp_path / "t.parquet")


def test_another_suffix(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    assert "'.xlsx'; expected .csv or .parquet" in refused(tmp_path / "t.xlsx")


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator(tmp_path: Path, separator: str, word: str) -> None:
    frame().to_csv(tmp_path / "t.csv", sep=separator, index=False)
    assert f"separated by {word}" in refused(tmp_path / "t.csv")


@pytest.mark.parametrize("row", ["1,2,3,4", '1,2,"3'])
def test_ragged_rows(tmp_path: Path, row: str) -> None:
    (tmp_path / "t.csv").write_text(f"x,n,y\n1,2,3\n{row}\n")
    assert "not a well-formed CSV" in refused(tmp_path / "t.csv")


def test_every_row_longer_than_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "1,2,3\n" * ROWS)
    assert "not a well-formed CSV" in refused(tmp_path / "t.csv")


def test_no_header(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "t.csv", header=False, index=False)
    assert "begins with numbers" in refused(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_duplicate_names(tmp_path: Path, name: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / name
    if name == "t.csv":
        path.write_text("x,y,x,y,z\n1,2,3,4,5\n")
    else:
        pq.write_table(pa.table([pa.array([1.0])] * 5, names=["x", "y", "x", "y", "z"]), path)
    assert "columns of the same name: x, y;" in refused(path)


def test_a_column_without_a_name(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "t.csv", index=True)
    message = refused(tmp_path / "t.csv")
    assert "column 1 of 4 has no name" in message
    assert "index=False" in message


# --- columns that cannot be modelled -----------------------------------------------------------


def test_no_target_lists_the_columns(tmp_path: Path) -> None:
    assert "--target with one of: x, n, y" in refused(saved(frame(), tmp_path), target=None)


def test_unknown_target_names_the_nearest(tmp_path: Path) -> None:
    table = frame().rename(columns={"y": "methane"})
    assert "did you mean 'methane'?" in refused(saved(table, tmp_path), target="metane")


def test_target_without_values(tmp_path: Path) -> None:
    path = saved(frame().assign(y=np.nan), tmp_path)
    assert "the target 'y' of mine has no values" in refused(path, missing="drop")


def test_constant_target(tmp_path: Path) -> None:
    assert "the target 'y' of mine is always 2.5" in refused(saved(frame().assign(y=2.5), tmp_path))


def test_target_that_only_varies_in_dropped_rows(tmp_path: Path) -> None:
    table = frame(300)
    table["y"], table["x"] = np.where(table.index < 5, 1.0, 2.5), table["x"].where(table.index >= 5)
    assert "is always 2.5" in refused(saved(table, tmp_path), missing="drop")


@pytest.mark.parametrize("missing", ["refuse", "drop"])
@pytest.mark.parametrize("name", ["mine.csv", "mine.parquet"])
def test_columns_without_values(tmp_path: Path, missing: Literal["refuse", "drop"], name: str) -> None:
    path = saved(frame().assign(a=None, x=np.nan), tmp_path, name)
    assert "columns without any value: x, a;" in refused(path, missing=missing)


def test_missing_values_are_counted_by_column(tmp_path: Path) -> None:
    table = frame()
    table.loc[:2, "x"], table.loc[7, "y"] = np.nan, np.nan
    message = refused(saved(table, tmp_path))
    assert "missing values (x: 3, y: 1)" in message
    assert "--missing drop" in message


def test_missing_values_are_dropped_on_demand(tmp_path: Path) -> None:
    table = frame()
    table.loc[:2, "x"], table.loc[2, "y"] = np.nan, np.nan
    data = read_table(saved(table, tmp_path), target="y", missing="drop")
    pd.testing.assert_frame_equal(data.frame, frame().iloc[3:].reset_index(drop=True))
    assert data.notes == ("3 of 120 rows lacked values (x: 3, y: 1) and were dropped.",)


@pytest.mark.parametrize("missing", ["refuse", "drop"])
def test_infinities(tmp_path: Path, missing: Literal["refuse", "drop"]) -> None:
    table = frame()
    table.loc[:1, "x"], table.loc[3, "y"] = np.inf, -np.inf
    assert "infinite values (x: 2, y: 1)" in refused(saved(table, tmp_path), missing=missing)


@pytest.mark.parametrize("name", ["mine.csv", "mine.parquet"])
def test_columns_that_are_not_numeric(tmp_path: Path, name: str) -> None:
    days = pd.date_range("2024", periods=ROWS)
    table = frame().assign(word=["a", "b"] * 60, flag=[True, False] * 60, day=days)
    assert "not numeric: word, flag, day; mixed tables are not supported yet" in refused(saved(table, tmp_path, name))


def test_only_the_target(tmp_path: Path) -> None:
    assert "no column but its target" in refused(saved(frame()[["y"]], tmp_path))


def test_too_few_rows(tmp_path: Path) -> None:
    assert "99 usable rows; a split needs at least 100" in refused(saved(frame(99), tmp_path))


def test_a_constant_feature_is_carried_through(tmp_path: Path) -> None:
    data = read_table(saved(frame().assign(c=3), tmp_path), target="y")
    assert data.schema.numeric == ("x", "n", "y", "c")
    assert data.notes == ("c is constant (3) and carried through.",)


# --- time --------------------------------------------------------------------------------------

WHENS: dict[str, Any] = {
    "numbers": np.arange(ROWS) * 0.5,
    "dates": pd.date_range("2024-01-30", periods=ROWS, freq="D").strftime("%Y-%m-%d"),
    "stamps": pd.date_range("2024-01-30", periods=ROWS, freq="h", tz="UTC"),
}


@pytest.mark.parametrize("kind", WHENS)
@pytest.mark.parametrize("name", ["mine.csv", "mine.parquet"])
def test_rows_are_sorted_by_time(tmp_path: Path, kind: str, name: str) -> None:
    table = frame().assign(when=WHENS[kind])
    path = saved(table.sample(frac=1, random_state=0), tmp_path, name)
    data = read_table(path, target="y", time="when")
    pd.testing.assert_frame_equal(data.frame, frame())
    assert data.schema.ordered
    assert data.notes == ("Rows were sorted by when.",)


def test_sorted_rows_need_no_note_and_ties_keep_their_order(tmp_path: Path) -> None:
    table = frame().assign(when=np.arange(ROWS) // 10)
    data = read_table(saved(table, tmp_path), target="y", time="when")
    pd.testing.assert_frame_equal(data.frame, frame())
    assert data.notes == ()


def test_ordered_rows_are_left_alone(tmp_path: Path) -> None:
    data = read_table(saved(frame(), tmp_path), target="y", ordered=True)
    assert data.schema.ordered
    pd.testing.assert_frame_equal(data.frame, frame())


def test_time_that_is_no_time(tmp_path: Path) -> None:
    path = saved(frame().assign(when=["2024-01-01"] * 119 + ["soon"]), tmp_path)
    assert "the time column 'when' of mine.csv has values that are no time" in refused(path, time="when")


def test_dates_in_two_formats_are_not_guessed(tmp_path: Path) -> None:
    path = saved(frame().assign(when=["01/02/2024"] * 119 + ["13/02/2024"]), tmp_path)
    assert "no time" in refused(path, time="when")


def test_unknown_time_names_the_nearest(tmp_path: Path) -> None:
    assert "did you mean 'when'?" in refused(saved(frame().assign(when=1), tmp_path), time="whn")


def test_time_cannot_be_the_target(tmp_path: Path) -> None:
    assert "both the target and the time" in refused(saved(frame(), tmp_path), time="y")


def test_rows_without_a_time(tmp_path: Path) -> None:
    table = frame().assign(when=[np.nan, *range(1, ROWS)])
    path = saved(table, tmp_path)
    assert "missing values in its time column 'when' (1)" in refused(path, time="when")
    data = read_table(path, target="y", time="when", missing="drop")
    assert len(data.frame) == ROWS - 1
    assert data.notes == ("1 of 120 rows had no when and were dropped.",)


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", registry.names("datasets"))
def test_registered_names_are_registered(name: str) -> None:
    assert is_registered(name)


def test_a_registered_name_resolves() -> None:
    data = resolve("diabetes")
    assert (data.name, data.frame.shape, data.schema.target) == ("diabetes", (442, 11), "target")


def test_a_path_resolves(tmp_path: Path) -> None:
    path = saved(frame(), tmp_path)
    assert resolve(str(path), TableOptions(target="y", ordered=True)).schema.ordered


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(BenchError, match=r"unknown data set 'statoin': did you mean 'station'\?"):
        resolve("statoin")


def test_options_of_files_are_refused_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="--ordered, --target is for CSV and Parquet files, and diabetes is none"):
        resolve_all([("diabetes", TableOptions(target="bmi", ordered=True))])
    options = TableOptions(target="y")
    both = resolve_all([("diabetes", options), (str(saved(frame(), tmp_path)), options)])
    assert {name: data.schema.target for name, data in both.items()} == {"diabetes": "target", "mine": "y"}


def test_two_data_sets_of_one_name_are_refused(tmp_path: Path) -> None:
    options, path = TableOptions(target="y"), saved(frame(), tmp_path, "diabetes.csv")
    with pytest.raises(BenchError, match="two data sets are called diabetes"):
        resolve_all([("diabetes", options), (str(path), options)])


# --- any table ---------------------------------------------------------------------------------

cells = st.one_of(st.floats(), st.integers(-10, 10).map(float), st.just(np.nan))


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_what_passes_the_check_is_fit(data: st.DataObject) -> None:
    """Whatever the cells: either a complaint (and no other error), or a finite table whose target varies."""
    values = np.tile(data.draw(st.lists(st.tuples(cells, cells), min_size=1, max_size=6)), (100, 1))
    table = pd.DataFrame(values, columns=["x", "y"])
    schema = Schema(numeric=("x", "y"), target="y")
    raw = Dataset(name="t", group="t", frame=table, schema=schema, sha256="", source="", licence="")
    try:
        fit = check(raw, missing="drop")
    except BenchError:
        return
    assert np.isfinite(fit.frame.to_numpy()).all()
    assert fit.frame["y"].nunique() > 1
    assert list(fit.frame.index) == list(range(len(fit.frame)))
