"""A mixed table goes through scoring as a whole: floors, ceilings, and rows that are spoilt in one way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import Family, MetricSet
from bench.plugins import entry_points
from bench.scoring.bounding_values import bounding_values
from bench.scoring.reference_rows import reference_names
from bench.scoring.score_table import Scored, metrics_in, prepare_all, score_all, score_keys
from bench.statistics.scores import loss
from tests.reference_scores import References, references
from tests.scoring.mixed_tables import REGRESSION, SCHEMA, mixed_split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Schema

FAMILIES: list[Family] = [
    entry_points.load("metrics", name) for name in ("validity", "fidelity", "detection", "privacy")
]
SPLIT = mixed_split()


@pytest.fixture(scope="module")
def result() -> References:
    return references(SPLIT, 7, FAMILIES, "full")


def values(result: References, name: str) -> Mapping[str, float | None]:
    return result.rows[name].metrics


def test_every_reference_row_has_every_metric_with_a_value_or_a_reason(result: References) -> None:
    keys = [key for family in FAMILIES for key in score_keys(metrics_in(family, "full", SCHEMA), SCHEMA.names)]
    assert set(result.rows) == set(reference_names()) - {"time-interpolated"}
    for row in result.rows.values():
        assert list(row.metrics) == keys
        assert {key for key, value in row.metrics.items() if value is None} == set(row.reasons)
        assert not [reason for reason in row.reasons.values() if "failed" in reason or "nothing" in reason]


def test_every_ranked_metric_has_a_better_ceiling_than_floor(result: References) -> None:
    for family in FAMILIES:
        for metric in metrics_in(family, "full", SCHEMA):
            if not metric.ranked or metric.floors == ("time-interpolated",) or metric.name == "rare_level_recall":
                continue  # Rows are in no order, and no level is rare.
            bounds = {
                bound: values(result, bound)[metric.name] if isinstance(bound, str) else bound
                for bound in (*metric.floors, metric.ceiling)
                if bound in result.rows or not isinstance(bound, str)
            }
            known = {bound: value for bound, value in bounds.items() if value is not None}
            floor = min(loss(known[bound], metric) for bound in metric.floors if bound in known)
            assert loss(known[metric.ceiling], metric) < floor, metric.name


def test_numeric_metrics_without_sense_here_are_none_of_the_table(result: References) -> None:
    absent = {"diagnostic", "top_decile_error", "c2st_auc_snapped", "wasserstein_snapped", "out_of_range_snapped"}
    assert not absent & set(values(result, "copy"))


def test_bounds_of_ranked_metrics_are_found(result: References) -> None:
    privacy = [family for family in FAMILIES if family.name == "privacy"]
    bounds = bounding_values(SPLIT, 7, privacy, "core")
    assert bounds["interpolated"]["near_copies"] == values(result, "interpolated")["near_copies"]


def unlike(fill: str) -> pd.DataFrame:
    """Rows of one value, of gaps, or of levels that nobody knows."""
    train = SPLIT.train
    if fill == "one row":
        return train.iloc[[0] * len(train)].reset_index(drop=True)
    if fill == "gaps":
        place = pd.Categorical([None] * 600, train["place"].cat.categories)
        return train.assign(size=np.nan, place=place, day=train["day"].shift(600))
    return train.assign(place=pd.Categorical(["moon"] * 600, [*train["place"].cat.categories, "moon"]))


@pytest.mark.parametrize("fill", ["one row", "gaps", "invented"])
def test_hopeless_rows_have_a_value_or_a_reason_for_everything(result: References, fill: str) -> None:
    rows = unlike(fill)
    scored = score_all(FAMILIES, SPLIT, rows, result.artefacts, seed=7, metric_set="full")
    assert not [reason for reason in scored.reasons.values() if "failed" in reason]
    assert all(value is None or np.isfinite(value) for value in scored.metrics.values())


@pytest.mark.parametrize("kept", [("label", "place"), ("label", "day"), ("size", "label"), ("place",)], ids="+".join)
@pytest.mark.parametrize("size", ["core"])
def test_tables_of_few_kinds_are_scored(kept: tuple[str, ...], size: MetricSet) -> None:
    schema = replace(SCHEMA, columns=tuple(SCHEMA.column(name) for name in kept), target=kept[0])
    split = mixed_split(schema, 120)
    parts = {name: getattr(split, name)[list(kept)] for name in ("train", "holdout", "test")}
    scored = score_table(replace(split, **parts), schema, size)
    assert not [reason for reason in scored.reasons.values() if "failed" in reason]


def score_table(split: object, schema: Schema, size: MetricSet) -> Scored:
    from bench.api import Split

    assert isinstance(split, Split)
    return score_all(FAMILIES, split, split.train, prepare_all(FAMILIES, split, 0), seed=0, metric_set=size)


def test_a_regression_has_the_metrics_of_its_target() -> None:
    split = mixed_split(REGRESSION, 120)
    assert score_table(split, REGRESSION, "core").metrics["top_decile_error_train"] == 0


def test_scoring_is_deterministic(result: References) -> None:
    again = score_all(FAMILIES, SPLIT, SPLIT.train, prepare_all(FAMILIES, SPLIT, 7), seed=7, metric_set="full")
    other = score_all(FAMILIES, SPLIT, SPLIT.train[::-1], result.artefacts, seed=7, metric_set="full")
    assert again.metrics == other.metrics
