"""Validity of tables with categories, dates and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import Column, Schema, Split
from tests.scoring.mixed_tables import LEVELS, mixed_split

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.scoring.score_table import Scored

SPLIT = mixed_split(rows=200)
TRAIN = SPLIT.train


def spoilt() -> pd.DataFrame:
    """Real rows of which every fourth is invalid in most columns."""
    bad = TRAIN.index % 4 == 0
    return TRAIN.assign(
        size=np.where(bad, 99.005, TRAIN["size"]),
        count=np.where(bad, -1, TRAIN["count"]),
        label=TRAIN["label"].where(~bad),
        place=pd.Categorical(np.where(bad, "moon", TRAIN["place"].astype(object)), [*LEVELS, "moon"]),
        day=TRAIN["day"].where(~bad, pd.Timestamp("2030-01-01 12:00")),
    )


def test_real_rows_are_valid_with_their_gaps(score: Callable[..., Scored]) -> None:
    metrics = score("validity", SPLIT, TRAIN).metrics
    assert metrics["grid_columns"] == 4
    others = {name: value for name, value in metrics.items() if value is not None and name != "grid_columns"}
    assert set(others.values()) == {0}
    assert "diagnostic" not in metrics


@pytest.mark.parametrize(
    ("metric", "share"),
    [
        ("out_of_range[size]", 0.25),
        ("out_of_range[day]", 0.25),
        ("out_of_range[amount]", 0),
        ("out_of_range", 0.75 / 4),
        ("rows_out_of_range", 0.25),
        ("negative_cells", 0.25 / 3),
        ("grid_violations[size]", 0.25),
        ("grid_violations[day]", 0.25),
        ("invented_levels", 0.125),
        ("invented_levels[place]", 0.25),
        ("invented_levels[label]", 0),
        ("unexpected_gaps", 0.25 / 6),
        ("unexpected_gaps[label]", 0.25),
        ("unexpected_gaps[size]", 0),
        ("non_finite", 0.25 / 6),
        ("constant_columns", 0),
    ],
)
def test_every_fault_is_counted_where_it_is(score: Callable[..., Scored], metric: str, share: float) -> None:
    assert score("validity", SPLIT, spoilt()).metrics[metric] == pytest.approx(share)


def test_columns_of_other_kinds_have_a_reason(score: Callable[..., Scored]) -> None:
    reasons = score("validity", SPLIT, TRAIN).reasons
    assert reasons["out_of_range[place]"] == "is categorical"
    assert reasons["invented_levels[day]"] == "is a date"
    assert reasons["grid_violations[label]"] == "no grid in train"


def test_a_column_that_is_all_gaps_or_one_level_is_constant(score: Callable[..., Scored]) -> None:
    frozen = TRAIN.assign(size=np.nan, label=pd.Categorical(["no"] * 200, ["no", "yes"]))
    assert score("validity", SPLIT, frozen).metrics["constant_columns"] == pytest.approx(2 / 6)


def test_a_table_of_categories_alone_has_no_metrics_of_numbers(score: Callable[..., Scored]) -> None:
    schema = Schema(
        (Column("label", "categorical", ("no", "yes")), Column("place", "categorical", LEVELS, missing=True)), "label"
    )
    part = TRAIN[["label", "place"]]
    result = score("validity", Split(part, part, part, schema, "random", 0), part)
    assert "negative_cells" not in result.metrics
    assert result.metrics["invented_levels"] == 0
    assert result.reasons["out_of_range"] == "the table has no such column"
    assert not [reason for reason in result.reasons.values() if "failed" in reason or "nothing" in reason]
