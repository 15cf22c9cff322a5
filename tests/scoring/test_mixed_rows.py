"""Reference rows of a table with categories, dates and gaps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.scoring.encoding import code_table, encoding_of
from bench.scoring.mixed_rows import blurred, resolution
from bench.scoring.points import Points, nearest_points
from bench.scoring.reference_rows import reference_names, reference_table
from tests.scoring.mixed_tables import LEVELS, SCHEMA, mixed_table

if TYPE_CHECKING:
    from collections.abc import Mapping

TRAIN = mixed_table(300, 0)
IN_TIME = replace(SCHEMA, ordered=True)


@pytest.fixture(scope="module")
def tables() -> Mapping[str, pd.DataFrame]:
    return {name: reference_table(name, TRAIN, 7, SCHEMA) for name in reference_names()}


def cells(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return sorted(map(tuple, frame.astype(str).to_numpy().tolist()))


@pytest.mark.parametrize("name", reference_names())
def test_rows_have_the_form_of_train(tables: Mapping[str, pd.DataFrame], name: str) -> None:
    rows = tables[name]
    assert rows.shape == TRAIN.shape
    assert rows.dtypes.equals(TRAIN.dtypes)
    assert rows.index.equals(pd.RangeIndex(len(TRAIN)))
    pd.testing.assert_frame_equal(rows, reference_table(name, TRAIN, 7, SCHEMA))
    assert (rows["size"].dropna() * 100 % 1).round(6).isin([0, 1]).all()
    assert (rows["day"].dropna().dt.normalize() == rows["day"].dropna()).all()


def test_real_train_has_the_rows_of_train(tables: Mapping[str, pd.DataFrame]) -> None:
    assert cells(tables["real-train"]) == cells(TRAIN)
    assert set(cells(tables["copy"])) < set(cells(TRAIN))


def test_independent_keeps_columns_with_their_gaps_and_breaks_rows(tables: Mapping[str, pd.DataFrame]) -> None:
    rows = tables["independent"]
    for name in TRAIN:
        assert sorted(rows[name].astype(str)) == sorted(TRAIN[name].astype(str))
    assert len(set(cells(rows)) & set(cells(TRAIN))) < 10


def test_uniform_has_all_levels_equally_often_and_as_many_gaps(tables: Mapping[str, pd.DataFrame]) -> None:
    rows = tables["uniform"]
    assert rows["place"].value_counts(normalize=True).loc[list(LEVELS)].between(0.1, 0.3).all()
    assert rows["size"].isna().mean() == pytest.approx(TRAIN["size"].isna().mean(), abs=0.08)
    assert rows["day"].min() >= TRAIN["day"].min()


def test_interpolated_rows_lie_close_to_train_without_being_in_it(tables: Mapping[str, pd.DataFrame]) -> None:
    encoding = encoding_of(TRAIN, SCHEMA)
    points = {name: encoding.points(code_table(rows, SCHEMA)) for name, rows in tables.items()}
    train = encoding.points(code_table(TRAIN, SCHEMA))
    assert isinstance(train, Points)

    def closest(name: str) -> float:
        rows = points[name]
        assert isinstance(rows, Points)
        return float(np.median(nearest_points(rows, train, 1, 1)[0]))

    assert 0 < closest("interpolated") < 0.6 * closest("independent")


def test_near_copies_are_moved_by_the_resolution() -> None:
    rows = TRAIN.drop(columns=["size", "day"])
    schema = replace(SCHEMA, columns=tuple(column for column in SCHEMA.columns if column.name in rows))
    moved = blurred(rows, schema, 0.2, np.random.default_rng(0))
    order = np.random.default_rng(0).permutation(len(rows))
    assert (moved["place"].astype(str).to_numpy() != rows["place"].astype(str).to_numpy()[order]).mean() == (
        pytest.approx(0.2, abs=0.07)
    )
    assert set(moved["place"].dropna()) <= set(rows["place"].dropna())
    gap = (moved["amount"].to_numpy() - rows["amount"].to_numpy()[order]) / rows["amount"].std()
    assert np.abs(gap).mean() == pytest.approx(0.2, rel=0.2)


def test_rows_interpolated_in_time_have_the_levels_of_the_earlier_row() -> None:
    rows = reference_table("time-interpolated", TRAIN, 7, IN_TIME)
    assert rows["place"].astype(str).tolist()[:-1] == TRAIN["place"].astype(str).tolist()[:-1]
    means = (TRAIN["amount"] + TRAIN["amount"].shift(-1))[:-1] / 2
    assert (rows["amount"][:-1] - means).abs().max() < 0.06


def test_the_resolution_in_time_is_the_median_step() -> None:
    ordered = TRAIN.sort_values(["place", "size"], ignore_index=True)
    assert resolution(ordered, IN_TIME) < resolution(TRAIN, IN_TIME)


def test_a_column_of_gaps_and_a_single_level_are_kept() -> None:
    train = TRAIN.assign(size=np.nan, label=pd.Categorical(["no"] * 300, categories=["no", "yes"]))
    for name in reference_names():
        rows = reference_table(name, train, 7, SCHEMA)
        assert rows["size"].isna().all()
        assert (rows["label"] == "no").all()
