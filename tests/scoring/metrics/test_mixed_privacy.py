"""Privacy in tables with categories, dates and gaps: rows that leak, and rows that do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import Shadows
from bench.plugins import entry_points
from bench.scoring import points
from bench.scoring.encoding import encoding_of
from bench.scoring.metrics.privacy import privacy_values
from bench.scoring.metrics.shared.matrix import matrix
from bench.scoring.points import Points, block_distances
from bench.scoring.reference_rows import reference_table
from bench.scoring.score_table import prepare_all, score_all
from tests.scoring.mixed_tables import REGRESSION, SCHEMA, mixed_split, mixed_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.api import Schema
    from bench.scoring.score_table import Scored

SPLIT = mixed_split(rows=500)
FRESH = mixed_table(500, 9)


@pytest.fixture(scope="module")
def results(score: Callable[..., Scored]) -> Mapping[str, Scored]:
    tables = {
        "fresh": FRESH,
        **{name: reference_table(name, SPLIT.train, 0, SCHEMA) for name in ("copy", "near-copy", "interpolated")},
        "some copies": pd.concat([SPLIT.train[:50], FRESH[50:]], ignore_index=True),
    }
    return {name: score("privacy", SPLIT, rows) for name, rows in tables.items()}


def value(results: Mapping[str, Scored], name: str, metric: str) -> float:
    found = results[name].metrics[metric]
    assert found is not None
    return found


def test_fresh_rows_reveal_nothing(results: Mapping[str, Scored]) -> None:
    for metric, best, slack in (
        ("copies", 0, 0),
        ("near_copies", 0, 0.03),
        ("mia_dcr_auc", 0.5, 0.07),
        ("mia_density_auc", 0.5, 0.07),
        ("dcr_share", 0.5, 0.06),
        ("attribute_inference", 0, 0.25),
        ("mia_isolated", 0, 0.05),
    ):
        assert value(results, "fresh", metric) == pytest.approx(best, abs=slack), metric


def test_copies_are_found_with_their_gaps(results: Mapping[str, Scored]) -> None:
    assert value(results, "copy", "copies") == 1
    assert value(results, "some copies", "copies") == pytest.approx(0.1, abs=0.01)
    assert value(results, "copy", "mia_dcr_auc") > 0.75
    assert value(results, "copy", "dcr_share") > 0.6


def test_floors_are_clearly_worse_than_fresh_rows(results: Mapping[str, Scored]) -> None:
    assert value(results, "interpolated", "near_copies") > value(results, "fresh", "near_copies") + 0.05
    assert value(results, "near-copy", "mia_dcr_auc") > value(results, "fresh", "mia_dcr_auc") + 0.05


@pytest.mark.parametrize("schema", [SCHEMA, REGRESSION], ids=["class", "number"])
def test_a_secret_is_inferred_from_copies(score: Callable[..., Scored], schema: Schema) -> None:
    split = mixed_split(schema, 500)
    assert value({"copy": score("privacy", split, split.train)}, "copy", "attribute_inference") > 0.9


def test_distances_are_those_of_all_pairs(results: Mapping[str, Scored], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "MOST_POINTS", 150)
    encoding = encoding_of(SPLIT.train, SCHEMA)
    train, rows = (encoding.points(matrix(table, SCHEMA)) for table in (SPLIT.train, FRESH))
    assert isinstance(train, Points)
    assert isinstance(rows, Points)
    artefacts = privacy_values.split_artefacts(SPLIT, 0)
    distances, _ = privacy_values.core_values(matrix(FRESH, SCHEMA), SPLIT, artefacts, 0)
    chosen = np.random.default_rng(0).permutation(len(FRESH))[:150]
    full = np.vstack([block for _, block in block_distances(rows[chosen], train, 1)]) / 6
    np.testing.assert_allclose(distances, np.sort(full, axis=1)[:, :2])


def test_rows_in_time_and_shadow_fits_are_scored(score: Callable[..., Scored]) -> None:
    in_time = replace(SPLIT, schema=replace(SCHEMA, ordered=True), stretches=SPLIT.test)
    members = np.array([half for _ in range(4) for half in (np.arange(500) < 250, np.arange(500) >= 250)])
    tables = tuple(SPLIT.train[chosen].reset_index(drop=True) for chosen in members)
    family = [entry_points.load("metrics", "privacy")]
    artefacts = prepare_all(family, in_time, 0)
    shadows = Shadows(tables, members)
    scored = score_all(family, in_time, FRESH, artefacts, seed=0, metric_set="audit", shadows=shadows)
    assert scored.reasons == {}
    assert value({"copies": scored}, "copies", "shadow_auc") > 0.8
    assert value({"fresh": scored}, "fresh", "resolution_limit") > 0
