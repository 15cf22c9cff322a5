"""Tables of all kinds of columns become matrices of codes, and points whose distances can be added up by hand."""

from __future__ import annotations

import doctest

import numpy as np
import pandas as pd
import pytest

from bench.api import Column, Schema
from bench.scoring import encoding, points
from bench.scoring.encoding import Encoding, code_table, encoding_of
from bench.scoring.points import Points, block_distances, column_count, nearest_points

SCHEMA = Schema(
    (
        Column("n"),
        Column("gappy", missing=True),
        Column("level", "categorical", ("a", "b", "c"), missing=True),
        Column("day", "datetime", missing=True),
    ),
    "n",
)


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n": [0.0, 2.0, 0.0, 2.0],
            "gappy": [1.0, np.nan, 5.0, 3.0],
            "level": pd.Categorical(["a", None, "c", "a"], categories=["a", "b", "c"]),
            "day": pd.to_datetime(["2020-01-01", "2020-01-03", "", "2020-01-02"]),
        }
    )


def encoded() -> Encoding:
    return encoding_of(frame(), SCHEMA)


@pytest.mark.parametrize("module", [encoding, points])
def test_examples(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted
    assert not result.failed


def test_codes_are_positions_of_the_schema_whatever_the_categories_of_a_frame() -> None:
    other = frame().assign(level=pd.Categorical(["c", "new", None, "b"], categories=["new", "c", "b"]))
    np.testing.assert_array_equal(code_table(other, SCHEMA)[:, 2], [2, 3, np.nan, 1])


def test_dates_are_seconds_and_keep_their_gaps() -> None:
    days = code_table(frame(), SCHEMA)[:, 3]
    np.testing.assert_array_equal(np.diff(days[[0, 3, 1]]), [86_400, 86_400])
    assert np.isnan(days[2])


def test_numbers_without_gaps_are_divided_by_their_units_and_nothing_else() -> None:
    table = pd.DataFrame({"x": np.random.default_rng(0).normal(size=50), "one": 7})
    numbers = Schema.of_numbers(table.columns, "x")
    codes, encoding = code_table(table, numbers), encoding_of(table, numbers)
    np.testing.assert_array_equal(encoding.points(codes), codes / [table["x"].std(ddof=0), 1.0])
    assert encoding.plain(codes) is codes


def test_a_distance_is_a_sum_of_standard_deviations_mismatches_and_gaps() -> None:
    rows = encoded().points(code_table(frame(), SCHEMA))
    assert isinstance(rows, Points)
    assert column_count(rows) == len(rows) == 4
    ((_, distances),) = block_distances(rows, rows, 1)
    (unit, gappy), day = frame()[["n", "gappy"]].std(ddof=0), np.std([0, 1, 2])
    cost = np.maximum(1 - np.array([4 / 3 / gappy, 2 / 3 / day]), 0.25)
    assert distances[0, 3] == pytest.approx(2 / unit + 2 / gappy + 1 / day)
    assert distances[0, 1] == pytest.approx(2 / unit + 2 / gappy + cost[0] + 1 + 2 / day)
    assert distances[0, 2] == pytest.approx(4 / gappy + 1 + 1 / day + cost[1])
    np.testing.assert_array_equal(np.diag(distances), 0)
    ((_, squares),) = block_distances(rows, rows, 2)
    assert squares[0, 2] == pytest.approx(np.sqrt((4 / gappy) ** 2 + 1 + (1 / day) ** 2 + cost[1] ** 2))


def test_nearest_points_come_in_order_over_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "_CELLS", 8)
    rng = np.random.default_rng(0)
    rows = Points(rng.normal(size=(11, 2)), rng.integers(0, 3, (11, 2)).astype(np.int16), 4)
    distances, positions = nearest_points(rows, rows[:7], 3, 1)
    full = np.vstack([block for _, block in block_distances(rows, rows[:7], 1)])
    np.testing.assert_array_equal(distances, np.sort(full, axis=1)[:, :3])
    np.testing.assert_array_equal(np.take_along_axis(full, positions, 1), distances)


def test_features_of_a_column_are_where_plain_has_them() -> None:
    encoding = encoded()
    plain = encoding.plain(code_table(frame(), SCHEMA))
    assert np.isfinite(plain).all()
    assert [encoding.features(column) for column in range(4)] == [slice(0, 1), slice(1, 3), slice(3, 8), slice(8, 10)]
    assert plain[1].tolist()[:8] == [2, 3, 1, 0, 0, 0, 0, 1]


def test_an_empty_train_column_has_units_and_no_features_that_are_not_finite() -> None:
    empty = frame().assign(gappy=np.nan)
    encoding = encoding_of(empty, SCHEMA)
    assert np.isfinite(encoding.plain(code_table(frame(), SCHEMA))).all()


def test_rare_levels_of_a_category_with_many_share_a_feature() -> None:
    names = tuple(f"level {code:03d}" for code in range(150))
    codes = np.concatenate([np.arange(150), np.arange(20, 150)])
    table = pd.DataFrame({"c": pd.Categorical(np.array(names)[codes], categories=list(names))})
    schema = Schema((Column("c", "categorical", names),), "c")
    plain = encoding_of(table, schema).plain(code_table(table, schema))
    assert plain.shape == (280, 101)
    assert plain[:, :100].sum() == 200
    assert (plain.sum(axis=1) == 1).all()
    assert plain[:20, 100].all()


def test_trees_see_single_seconds_of_dates() -> None:
    days = frame().assign(day=pd.to_datetime(["2020-01-01 00:00:00", "2020-01-01 00:00:01"] * 2))
    codes = encoding_of(days, SCHEMA).for_trees(code_table(days, SCHEMA))
    assert len(np.unique(codes[:, 3].astype(np.float32))) == 2
    np.testing.assert_array_equal(codes[:, :3], code_table(days, SCHEMA)[:, :3])


def test_features_in_units_are_as_far_apart_as_points() -> None:
    codes = code_table(frame(), SCHEMA)
    features, rows = encoded().in_units(codes), encoded().points(codes)
    assert isinstance(rows, Points)
    (_, distances) = next(block_distances(rows, rows, 2))
    between = np.linalg.norm(features[:, None] - features[None], axis=2)
    np.testing.assert_allclose(between, distances, atol=1e-12)


def test_numbers_in_units_are_divided_by_them() -> None:
    table = pd.DataFrame({"a": [0.0, 4.0], "b": [1.0, 1.0]})
    encoding = encoding_of(table, Schema.of_numbers(["a", "b"], "a"))
    assert encoding.in_units(table.to_numpy()).tolist() == [[0.0, 1.0], [2.0, 1.0]]
