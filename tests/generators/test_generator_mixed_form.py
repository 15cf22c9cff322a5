from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Column, Schema
from bench.generators.shared.mixed_form import MixedForm, MixedTable, one_hot, read_mixed

_ROWS = 60


def _column(values: Any, **declared: Any) -> tuple[pd.DataFrame, Schema]:  # noqa: ANN401
    """A table of the column `x` and a number `y`."""
    frame = pd.DataFrame({"x": values, "y": np.arange(len(values)) / 2})
    return frame, Schema((Column("x", **declared), Column("y")), "y")


def _levels(texts: list[str | None], levels: tuple[str, ...], *, ordered: bool = False) -> tuple[pd.DataFrame, Schema]:
    values = pd.Categorical(texts, categories=list(levels), ordered=ordered)
    return _column(values, kind="categorical", levels=levels, ordered=ordered, missing=None in texts)


def _dates(values: Any) -> tuple[pd.DataFrame, Schema]:  # noqa: ANN401
    return _column(pd.to_datetime(values, format="ISO8601").astype("datetime64[ns]"), kind="datetime")


def _mixed() -> tuple[pd.DataFrame, Schema]:
    """Every kind with gaps, and columns with one value."""
    rng = np.random.default_rng(0)
    gap = rng.random((3, _ROWS)) < 0.3
    days = pd.Series(pd.Timestamp("2024-02-01") + pd.to_timedelta(rng.integers(0, 90, _ROWS), "D"))
    size = pd.Series(rng.choice(["s", "m", "l"], _ROWS)).mask(gap[2])
    size = size.astype(pd.CategoricalDtype(["s", "m", "l"], ordered=True))
    frame = pd.DataFrame(
        {
            "day": days.astype("datetime64[ns]").mask(gap[0]),
            "count": rng.poisson(4, _ROWS),
            "size": size,
            "price": np.where(gap[1], np.nan, np.round(rng.random(_ROWS) * 9, 1)),
            "city": pd.Categorical(["Bern"] * _ROWS, categories=["Bern", "Rome"]),
            "whole": np.full(_ROWS, 7),
            "never": np.full(_ROWS, np.nan),
            "seen": np.where(gap[0], np.nan, 2.5),
        }
    )
    columns = (
        Column("day", "datetime", missing=True),
        Column("count"),
        Column("size", "categorical", ("s", "m", "l"), ordered=True, missing=True),
        Column("price", missing=True),
        Column("city", "categorical", ("Bern", "Rome")),
        Column("whole"),
        Column("never", missing=True),
        Column("seen", missing=True),
    )
    return frame, Schema(columns, "count")


def _read(table: tuple[pd.DataFrame, Schema], seed: int = 1) -> MixedTable:
    return read_mixed(*table, seed=seed)


def test_a_table_of_all_kinds_comes_back() -> None:
    frame, schema = _mixed()
    read = read_mixed(frame, schema, seed=1)
    pd.testing.assert_frame_equal(read.form.table(read.numbers, read.codes), frame)


def test_models_see_complete_numbers_and_codes_that_vary() -> None:
    read = _read(_mixed())
    assert read.form.number_names == ("day", "count", "price")
    assert read.form.code_names == ("day", "size", "price", "seen")
    assert read.form.flags == (0, -1, 2)
    assert read.sizes == (2, 4, 2, 2)
    assert np.isfinite(read.numbers).all()
    assert [len(np.unique(codes)) for codes in read.codes.T] == [2, 4, 2, 2]


def test_gaps_of_numbers_are_filled_with_values_of_the_column() -> None:
    frame, schema = _mixed()
    read = read_mixed(frame, schema, seed=1)
    filled = read.numbers[frame["price"].isna(), 2]
    assert set(filled) <= set(frame["price"].dropna())
    assert not np.array_equal(filled, read_mixed(frame, schema, seed=2).numbers[frame["price"].isna(), 2])
    np.testing.assert_array_equal(read.numbers, read_mixed(frame, schema, seed=1).numbers)


def test_the_form_survives_json() -> None:
    read = _read(_mixed())
    restored = MixedForm.from_dict(json.loads(json.dumps(read.form.to_dict())))
    assert restored == read.form


def test_drawn_numbers_get_range_grid_and_type() -> None:
    frame, schema = _mixed()
    read = read_mixed(frame, schema, seed=1)
    made = read.form.table(read.numbers * 1.7 + 0.123, read.codes)
    assert made["count"].dtype == np.int64
    assert made["count"].max() == frame["count"].max()
    assert made["price"].dropna().round(1).tolist() == made["price"].dropna().tolist()
    assert (made["day"].dropna().dt.normalize() == made["day"].dropna()).all()
    assert made["day"].max() <= frame["day"].max()
    assert (made["whole"] == 7).all()


def test_levels_that_train_lacks_have_no_code_but_stay_levels() -> None:
    read = _read(_levels(["b", "a", None, "b"], ("never", "a", "b", "other"), ordered=True))
    assert read.codes[:, 0].tolist() == [1, 0, 2, 1]
    assert read.sizes == (3,)
    made = read.form.table(read.numbers[:3], np.array([[2], [1], [0]]))["x"]
    assert made.isna().tolist() == [True, False, False]
    assert made[1:].tolist() == ["b", "a"]
    assert made.dtype == pd.CategoricalDtype(["never", "a", "b", "other"], ordered=True)


def test_codes_do_not_depend_on_the_categories_of_the_frame() -> None:
    frame, schema = _levels(["b", "a", "b"], ("a", "b"))
    other = frame.assign(x=pd.Categorical(["b", "a", "b"], categories=["b", "z", "a"]))
    assert read_mixed(other, schema, seed=0).codes.tolist() == read_mixed(frame, schema, seed=0).codes.tolist()


def test_a_cell_that_is_no_level_is_refused() -> None:
    frame, schema = _levels(["b", "a", "b"], ("a", "b"))
    with pytest.raises(BenchError, match=r"'x' has the value 'c'; expected a level"):
        read_mixed(frame.assign(x=["a", "b", "c"]), schema, seed=0)


@pytest.mark.parametrize(
    "dates",
    [
        ["2024-01-31", "2024-03-01", "1999-12-31"],
        ["2024-01-31 10:20", "2024-03-01 23:50", "2024-03-02"],
        ["1678-01-01 00:00:00.123456789", "2261-12-31", "1970-01-01"],
    ],
)
def test_dates_come_back(dates: list[str]) -> None:
    frame, schema = _dates(dates)
    read = read_mixed(frame, schema, seed=0)
    pd.testing.assert_frame_equal(read.form.table(read.numbers, read.codes), frame)


def test_dates_keep_their_grid_and_are_never_outside_train() -> None:
    frame, schema = _dates(["2024-01-01 10:05", "2024-01-01 10:20", "2024-01-02 00:00"])
    read = read_mixed(frame, schema, seed=0)
    made = read.form.table(np.array([[470.0, 0.0], [-1e30, 0.0], [1e30, 0.0]]), read.codes, clip=False)["x"]
    assert made.tolist() == [pd.Timestamp("2024-01-01 10:15"), frame["x"].min(), frame["x"].max()]


def test_a_table_without_numbers_has_codes_alone() -> None:
    frame = pd.DataFrame({"x": pd.Categorical(["a", "b", "b"])})
    read = read_mixed(frame, Schema((Column("x", "categorical", ("a", "b")),), "x", task="binary"), seed=0)
    assert read.numbers.shape == (3, 0)
    pd.testing.assert_frame_equal(read.form.table(read.numbers, read.codes), frame)


def test_tables_without_anything_to_model_are_refused() -> None:
    frame = pd.DataFrame({"x": pd.Categorical(["a", "a"])})
    schema = Schema((Column("x", "categorical", ("a",)),), "x", task="binary")
    with pytest.raises(BenchError, match="constant"):
        read_mixed(frame, schema, seed=0)
    with pytest.raises(BenchError, match="at least 2"):
        read_mixed(frame.iloc[:1], schema, seed=0)


def test_infinite_values_are_refused() -> None:
    frame, schema = _column([1.0, np.inf, np.nan], missing=True)
    with pytest.raises(BenchError, match=r"'x' holds infinite"):
        read_mixed(frame, schema, seed=0)


def test_numbers_that_are_not_finite_are_refused_by_name() -> None:
    read = _read(_mixed())
    read.numbers[3, 2] = np.nan
    with pytest.raises(BenchError, match="in price, so its fit failed"):
        read.form.table(read.numbers, read.codes)


def test_one_hot_has_a_block_for_each_column() -> None:
    assert one_hot(np.array([[2, 0], [0, 1]]), (3, 2)).tolist() == [[0, 0, 1, 1, 0], [1, 0, 0, 0, 1]]
    assert one_hot(np.empty((4, 0), dtype=np.int64), ()).shape == (4, 0)
