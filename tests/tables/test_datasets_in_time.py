"""Tables whose rows are in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    from pathlib import Path
from tests.tables.small_tables import ROWS, frame, read_path, refused, saved

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
    data = read_path(path, target="y", time="when")
    pd.testing.assert_frame_equal(data.frame, frame())
    assert data.schema.ordered
    assert data.notes == ("Rows were sorted by when.",)


def test_sorted_rows_need_no_note_and_ties_keep_their_order(tmp_path: Path) -> None:
    table = frame().assign(when=np.arange(ROWS) // 10)
    data = read_path(saved(table, tmp_path), target="y", time="when")
    pd.testing.assert_frame_equal(data.frame, frame())
    assert data.notes == ()


def test_ordered_rows_are_left_alone(tmp_path: Path) -> None:
    data = read_path(saved(frame(), tmp_path), target="y", ordered=True)
    assert data.schema.ordered
    pd.testing.assert_frame_equal(data.frame, frame())


def test_time_that_is_no_time(tmp_path: Path) -> None:
    path = saved(frame().assign(when=["2024-01-01"] * 110 + ["soon"] * 10), tmp_path)
    assert "the time column 'when' of mine.csv has values that are no time" in refused(path, time="when")


def test_one_order_of_day_and_month_holds_for_the_whole_column(tmp_path: Path) -> None:
    path = saved(frame().assign(when=["13/02/2024", *["02/03/2024"] * 118, "01/02/2024"]), tmp_path)
    assert read_path(path, time="when").frame["n"].to_list()[:2] == [3 * 119, 0]


def test_one_odd_time_is_a_gap(tmp_path: Path) -> None:
    path = saved(frame().assign(when=["soon", *["2024-01-01"] * 119]), tmp_path)
    assert read_path(path, time="when").notes == ("1 of 120 rows had no when and were dropped.",)


def test_times_of_the_year_9999_are_told(tmp_path: Path) -> None:
    times = ["9999-12-31", *pd.date_range("2024-01-01", periods=119).strftime("%Y-%m-%d")]
    path = tmp_path / "far.csv"
    pd.DataFrame({"when": times, "a": np.arange(120) * 0.7, "y": np.arange(120) * 0.3}).to_csv(path, index=False)
    note = "1 of 120 rows had no when (1 are outside the years 1678 to 2261) and were dropped."
    assert note in read_path(path, time="when").notes


def test_unknown_time_names_the_nearest(tmp_path: Path) -> None:
    assert "did you mean 'when'?" in refused(saved(frame().assign(when=1), tmp_path), time="whn")


def test_time_cannot_be_the_target(tmp_path: Path) -> None:
    assert "both the target and the time" in refused(saved(frame(), tmp_path), time="y")


def test_rows_without_a_time(tmp_path: Path) -> None:
    table = frame().assign(when=[np.nan, *range(1, ROWS)])
    path = saved(table, tmp_path)
    assert "missing values in its time column 'when' (1)" in refused(path, time="when")
    data = read_path(path, target="y", time="when", missing="drop")
    assert len(data.frame) == ROWS - 1
    assert data.notes == ("1 of 120 rows had no when and were dropped.",)
