from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from bench.api import Schema, Split
from bench.plugins import entry_points
from bench.scoring.reference_rows import (
    blurred,
    reference_names,
    reference_names_of,
    reference_table,
    resolution,
    time_interpolated,
)
from bench.scoring.score_table import flatten, metrics_in
from bench.statistics.scores import loss
from tests.reference_scores import References, references

if TYPE_CHECKING:
    from pathlib import Path

FAMILIES = [entry_points.load("metrics", name) for name in entry_points.names("metrics")]
TABLES = reference_names()


def table(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, noise = rng.normal(size=(2, rows))
    frame = pd.DataFrame({"y": 3 * x + 0.1 * noise, "x": x, "z": x**2})
    return frame.round(2).assign(whole=rng.integers(0, 5, rows), single=x.astype(np.float32))


def assert_same_rows(first: pd.DataFrame, second: pd.DataFrame) -> None:
    keys = list(first.columns)
    one, other = (frame.sort_values(keys).reset_index(drop=True) for frame in (first, second))
    pd.testing.assert_frame_equal(one, other)


def values(result: References, name: str) -> dict[str, Any]:
    return dict(result.rows[name].metrics)


@pytest.fixture(scope="module")
def split() -> Split:
    train, holdout = table(400, 0), table(120, 1)
    return Split(train, holdout, holdout, Schema.of_numbers(train.columns, "y"), "random", 0)


@pytest.fixture(scope="module")
def result(split: Split) -> References:
    return references(split, 7, FAMILIES, "core")


def test_there_are_artefacts_by_family_and_six_rows(result: References) -> None:
    assert set(result.artefacts) == set(entry_points.names("metrics"))
    rows = ["real-train", "copy", "independent", "uniform", "interpolated", "near-copy"]
    assert list(result.rows) == rows


@pytest.mark.parametrize("name", TABLES)
def test_a_reference_table_looks_like_train(split: Split, name: str) -> None:
    rows = reference_table(name, split.train, 7, split.schema)
    assert rows.shape == split.train.shape
    assert rows.dtypes.equals(split.train.dtypes)
    if name != "near-copy":  # whose noise may lead out of it
        assert (rows.min() >= split.train.min()).all()
        assert (rows.max() <= split.train.max()).all()
    pd.testing.assert_frame_equal(rows, reference_table(name, split.train, 7, split.schema))
    assert rows.equals(reference_table(name, split.train, 8, split.schema)) == (name == "time-interpolated")


def test_real_train_holds_every_row_once_in_another_order(split: Split) -> None:
    rows = reference_table("real-train", split.train, 7, split.schema)
    assert not rows.equals(split.train)
    assert_same_rows(rows, split.train)


def test_copy_repeats_rows_of_train(split: Split) -> None:
    rows = reference_table("copy", split.train, 7, split.schema)
    assert 0.55 < len(rows.drop_duplicates()) / len(rows) < 0.72
    assert len(rows.merge(split.train.drop_duplicates())) == len(rows)


def test_independent_keeps_the_columns_and_breaks_the_rows(split: Split) -> None:
    rows = reference_table("independent", split.train, 7, split.schema)
    for name in rows:
        assert sorted(rows[name]) == sorted(split.train[name])
    assert abs(np.corrcoef(rows["x"], rows["y"])[0, 1]) < 0.2 < np.corrcoef(split.train["x"], split.train["y"])[0, 1]


def test_uniform_stays_on_the_grid_of_each_column(split: Split) -> None:
    rows = reference_table("uniform", split.train, 7, split.schema)
    assert (rows["y"].round(2) == rows["y"]).all()
    assert set(rows["whole"]) == set(range(5))


def test_interpolated_lies_between_neighbours_on_the_grid(split: Split) -> None:
    rows = reference_table("interpolated", split.train, 7, split.schema)
    assert (rows["y"].round(2) == rows["y"]).all()
    assert len(rows.merge(split.train)) < len(rows) / 2
    real = np.corrcoef(split.train["x"], split.train["y"])[0, 1]
    assert abs(np.corrcoef(rows["x"], rows["y"])[0, 1] - real) < 0.05


def test_near_copies_are_as_far_from_train_as_neighbours_are(split: Split) -> None:
    rows, distance = split.train, resolution(split.train, ordered=False)
    moved = blurred(rows, distance, np.random.default_rng(0))
    assert (moved["y"].round(2) == moved["y"]).all()
    assert moved.dtypes.equals(rows.dtypes)
    order = np.random.default_rng(0).permutation(len(rows))
    gap = (moved.to_numpy(float) - rows.to_numpy(float)[order]) / rows.to_numpy(float).std(axis=0)
    assert np.abs(gap).mean() == pytest.approx(distance, rel=0.3)


def test_the_resolution_of_rows_in_time_is_their_median_step() -> None:
    frame = pd.DataFrame({"a": np.arange(100.0)}, index=np.r_[0:50, 60:110])
    assert resolution(frame, ordered=True) == pytest.approx(1 / frame["a"].std(ddof=0))


def test_rows_interpolated_in_time_are_means_of_neighbours_on_the_grid() -> None:
    frame = pd.DataFrame(
        {"a": [0.0, 0.02, 0.04, 1.0], "b": np.array([0, 10, 2, 4], dtype=np.int64)}, index=[3, 4, 9, 10]
    )
    expected = pd.DataFrame({"a": [0.0, 0.04, 0.52, 0.0], "b": [4, 6, 4, 4]})
    pd.testing.assert_frame_equal(time_interpolated(frame), expected, check_dtype=False)
    assert time_interpolated(frame).dtypes.equals(frame.dtypes)


def test_rows_interpolated_in_time_exist_where_holdout_lies_away_from_train(split: Split) -> None:
    in_time = replace(split.schema, ordered=True)
    assert reference_names_of(in_time, "blocked") == reference_names()
    for names in (reference_names_of(in_time, "random"), reference_names_of(split.schema, "blocked")):
        assert names == reference_names()[:-1]


def test_every_row_has_every_metric_with_a_value_or_a_reason(result: References) -> None:
    keys = {tuple(sorted(row.metrics)) for row in result.rows.values()}
    assert len(keys) == 1
    for row in result.rows.values():
        assert {key for key, value in row.metrics.items() if value is None} == set(row.reasons)


def test_every_ranked_metric_has_a_better_ceiling_than_floor(split: Split, result: References) -> None:
    """Apart from the metric whose floor is made of rows in time, which these are not."""
    for family in FAMILIES:
        for metric in metrics_in(family, "core", split.schema):
            if not metric.ranked or metric.floors == ("time-interpolated",):
                continue
            known = {
                bound: values(result, bound)[metric.name] if isinstance(bound, str) else bound
                for bound in (*metric.floors, metric.ceiling)
                if bound in result.rows or not isinstance(bound, str)
            }
            floor = min(loss(known[bound], metric) for bound in metric.floors if bound in known)
            assert loss(known[metric.ceiling], metric) < floor, metric.name


def test_privacy_is_blank_for_real_train(result: References) -> None:
    assert result.rows["real-train"].reasons["dcr_share"] == "these are the training rows themselves"


def test_copies_fail_privacy_and_nothing_else(result: References) -> None:
    copied, real = values(result, "copy"), values(result, "real-train")
    assert copied["copies"] > 0.95
    assert copied["dcr_share"] > 0.55
    assert copied["quality"] == pytest.approx(real["quality"], abs=0.05)


def test_the_same_seed_gives_the_same_references(split: Split, result: References) -> None:
    again = references(split, 7, FAMILIES, "core")
    assert {name: row.metrics for name, row in again.rows.items()} == {
        name: row.metrics for name, row in result.rows.items()
    }
    first, second = flatten(result.artefacts), flatten(again.artefacts)
    assert {key: array.tobytes() for key, array in first.items()} == {
        key: array.tobytes() for key, array in second.items()
    }


def test_all_arrays_can_be_stored_without_pickle(result: References, tmp_path: Path) -> None:
    arrays: dict[str, Any] = flatten(result.artefacts) | {
        f"{name}/{key}": array for name, row in result.rows.items() for key, array in row.details.items()
    }
    np.savez_compressed(tmp_path / "all.npz", **arrays)
    with np.load(tmp_path / "all.npz", allow_pickle=False) as stored:
        assert {key: stored[key].tobytes() for key in stored} == {key: array.tobytes() for key, array in arrays.items()}
