from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.plugins import entry_points
from bench.scoring.score_table import score_all

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from bench.api import MetricSet, Split


def test_real_rows_are_valid(split: Split, score: Callable[..., Any]) -> None:
    result = score("validity", split, split.train).metrics
    assert result["diagnostic"] == 1
    assert result["out_of_range"] == result["non_finite"] == result["constant_columns"] == 0


def test_out_of_range_counts_cells_of_every_column(split: Split, score: Callable[..., Any]) -> None:
    rows = split.train.copy()
    rows.iloc[:60, 1] = 1e6
    result = score("validity", split, rows).metrics
    assert result["out_of_range[slope]"] == pytest.approx(0.1)
    assert result["out_of_range[target]"] == 0
    assert result["out_of_range"] == pytest.approx(0.025)
    assert result["diagnostic"] < 1


def test_missing_and_infinite_cells_are_counted_and_out_of_range(split: Split, score: Callable[..., Any]) -> None:
    rows = split.train.copy()
    rows.iloc[:30, 0] = np.nan
    rows.iloc[30:60, 0] = np.inf
    result = score("validity", split, rows).metrics
    assert result["non_finite"] == pytest.approx(60 / 2400)
    assert result["out_of_range[target]"] == pytest.approx(0.1)


def test_a_frozen_column_is_counted(split: Split, score: Callable[..., Any]) -> None:
    assert score("validity", split, split.train.assign(noise=0.0)).metrics["constant_columns"] == 0.25


def test_a_column_frozen_in_train_is_no_fault(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train = table(100, 0).assign(noise=5.0)
    assert score("validity", split_of(train, train), train).metrics["constant_columns"] == 0


def test_another_dtype_lowers_the_diagnostic(split: Split, score: Callable[..., Any]) -> None:
    assert score("validity", split, split.train.astype("float32")).metrics["diagnostic"] < 1


def test_a_row_counts_once_however_many_of_its_cells_are_out(split: Split, score: Callable[..., Any]) -> None:
    rows = split.train.copy()
    rows.iloc[:30] = 1e6
    rows.iloc[30:60, 2] = -1e6
    result = score("validity", split, rows).metrics
    assert result["rows_out_of_range"] == pytest.approx(0.1)
    assert result["out_of_range"] == pytest.approx(0.05 + 0.05 / 4)


def test_negative_cells_count_where_train_is_never_negative(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train = table(100, 0).assign(noise=lambda frame: frame["noise"].abs())
    rows = train.copy()
    rows.iloc[:10, 3] = -0.5
    rows.iloc[:50, 1] = -5.0
    assert score("validity", split_of(train, train), rows).metrics["negative_cells"] == pytest.approx(0.025)


def test_cells_off_the_grid_are_counted_by_column(split: Split, score: Callable[..., Any]) -> None:
    rows = split.train.copy()
    rows.iloc[:60, 1] += 0.0004
    rows.iloc[:3, 2], rows.iloc[3:5, 2], rows.iloc[5, 2] = np.nan, np.inf, -np.inf
    result = score("validity", split, rows).metrics
    assert result["grid_violations[slope]"] == pytest.approx(0.1)
    assert result["grid_violations[curve]"] == pytest.approx(0.01)
    assert result["grid_violations"] == pytest.approx(0.11 / 4)
    assert result["grid_columns"] == 4


def test_other_ways_to_write_a_grid_point_are_on_the_grid(split: Split, score: Callable[..., Any]) -> None:
    rows = (split.train * 1000).round() * 0.001
    assert not rows.equals(split.train)
    assert score("validity", split, rows).metrics["grid_violations"] == 0
    assert score("validity", split, split.train + 5).metrics["grid_violations"] == 0


def test_a_float32_table_is_compared_at_its_own_precision(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train = (table(300, 0) + 100).round(3).astype(np.float32)
    result = score("validity", split_of(train, train), train).metrics
    assert (result["grid_columns"], result["grid_violations"]) == (4, 0)


def test_without_a_grid_there_is_nothing_to_violate(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train = table(100, 0) / 3
    result = score("validity", split_of(train, train), train)
    assert result.metrics["grid_columns"] == 0
    assert result.reasons["grid_violations"] == "no column of train lies on a grid"
    assert result.reasons["grid_violations[slope]"] == "no grid in train"


def test_snapping_brings_back_what_rounding_put_out_of_range(split: Split) -> None:
    low = split.train["slope"].min()
    rows = split.train.copy()
    rows.iloc[:60, 1], rows.iloc[60:90, 1] = low - 0.0004, low - 1
    family = entry_points.load("metrics", "validity")
    result = score_all([family], split, rows, {}, seed=0, metric_set="full").metrics
    assert result["out_of_range"] == pytest.approx(90 / 2400)
    assert result["out_of_range_snapped"] == pytest.approx(30 / 2400)
    raw, snapped = result["diagnostic"], result["diagnostic_snapped"]
    assert raw is not None
    assert snapped is not None
    assert raw < snapped < 1


@pytest.mark.parametrize("metric_set", ["core", "full"])
@pytest.mark.parametrize("fill", [np.nan, np.inf, 1e300, None])
def test_hopeless_tables_are_scored_as_such(split: Split, fill: float | None, metric_set: MetricSet) -> None:
    rows = split.train.iloc[:0] if fill is None else split.train * 0 + fill
    family = entry_points.load("metrics", "validity")
    result = score_all([family], split, rows, {}, seed=0, metric_set=metric_set)
    assert not [reason for reason in result.reasons.values() if "failed" in reason]
    assert result.metrics["out_of_range"] == (None if fill is None else 1)
    assert result.metrics["rows_out_of_range"] == (None if fill is None else 1)
