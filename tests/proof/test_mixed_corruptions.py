"""A corruption spoils what it says, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.plugins import entry_points
from tests.proof.corruptions import label, spoilt
from tests.proof.mixed_corruptions import MIXED_CORRUPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Changes = Callable[[str], set[str]]

COUNT = 400


@pytest.fixture(scope="module")
def tables() -> Mapping[str, pd.DataFrame]:
    """The spoilt tables of each corruption, made of all but the first rows of the clinic."""
    rows = entry_points.load("datasets", "clinic").load().frame
    return spoilt(rows[COUNT:], rows[:COUNT], 0, MIXED_CORRUPTIONS)


@pytest.fixture(scope="module")
def changes(tables: Mapping[str, pd.DataFrame]) -> Changes:
    """The columns in which a spoilt table differs from the untouched rows."""
    fresh = tables["fresh"]
    return lambda name: {str(column) for column in fresh if not fresh[column].equals(tables[name][column])}


def test_all_tables_have_the_size_and_the_types_of_train(tables: Mapping[str, pd.DataFrame]) -> None:
    assert len(tables) == 1 + sum(len(corruption.levels) for corruption in MIXED_CORRUPTIONS)
    assert {len(rows) for rows in tables.values()} == {COUNT}
    assert all(rows.dtypes.equals(tables["fresh"].dtypes) for rows in tables.values())


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("levels 0.5", {"sex", "ward", "insurance", "district", "smoker", "readmitted"}),
        ("rare level 1", {"ward"}),
        ("gaps 1", {"pack_years", "crp", "discharge"}),
        ("gaps of crp 1", {"crp"}),
        ("dependency 1", {"pack_years"}),
        ("dates 1", {"visit", "discharge"}),
    ],
)
def test_other_columns_stay(changes: Changes, name: str, columns: set[str]) -> None:
    assert changes(name) == columns


def test_the_share_of_other_levels_is_as_said(tables: Mapping[str, pd.DataFrame]) -> None:
    assert (tables["levels 0.2"]["district"] != tables["fresh"]["district"]).mean() == pytest.approx(0.2, abs=0.05)


def test_the_rarest_ward_disappears() -> None:
    rows, rare = entry_points.load("datasets", "clinic").load().frame, MIXED_CORRUPTIONS[1]
    left = [rare.spoil(rows, rows, level, np.random.default_rng(0))["ward"] == "burns" for level in rare.levels]
    shares = [ward.sum() / (rows["ward"] == "burns").sum() for ward in left]
    assert shares == pytest.approx([0.5, 0.25, 0.0], abs=0.2)
    assert shares[-1] == 0


def test_moved_gaps_are_as_many_and_no_longer_follow(tables: Mapping[str, pd.DataFrame]) -> None:
    fresh, moved = tables["fresh"], tables["gaps 1"]
    assert (moved.isna().mean() - fresh.isna().mean()).abs().max() < 0.06
    assert (fresh["pack_years"].isna() == (fresh["smoker"] == "no")).all()
    assert 0.3 < (moved["pack_years"].isna() == (moved["smoker"] == "no")).mean() < 0.7


def test_a_broken_dependency_keeps_the_column(tables: Mapping[str, pd.DataFrame]) -> None:
    fresh, shuffled = tables["fresh"]["pack_years"], tables["dependency 1"]["pack_years"]
    pd.testing.assert_series_equal(fresh.sort_values(ignore_index=True), shuffled.sort_values(ignore_index=True))


def test_moved_visits_fall_at_night_and_stays_keep_their_length(tables: Mapping[str, pd.DataFrame]) -> None:
    fresh, moved = tables["fresh"], tables["dates 1"]
    assert (fresh["visit"].dt.hour < 7).sum() == 0
    assert (moved["visit"].dt.hour < 7).mean() == pytest.approx(7 / 24, abs=0.07)
    pd.testing.assert_series_equal(moved["discharge"] - moved["visit"], fresh["discharge"] - fresh["visit"])


def test_classes_move_to_equal_shares(tables: Mapping[str, pd.DataFrame]) -> None:
    shares = [tables[label(MIXED_CORRUPTIONS[-1], level)]["readmitted"].value_counts() for level in (0.1, 0.3)]
    assert shares[0]["no"] > shares[1]["no"] > COUNT / 2
    assert not tables["classes 1"].duplicated().any()
