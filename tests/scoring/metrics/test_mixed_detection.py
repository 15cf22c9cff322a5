"""Detection in tables with categories, dates and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import Column, Schema, Split
from bench.scoring.metrics.detection.classifier_two_sample_test import boosted_trees, label_rows, two_sample_auc
from bench.scoring.reference_rows import reference_table
from tests.scoring.mixed_tables import SCHEMA, gaps_at_random, mixed_split, noisy_levels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.scoring.score_table import Scored

SPLIT = mixed_split(rows=1_200)


@pytest.fixture(scope="module")
def results(score: Callable[..., Scored]) -> Mapping[str, Scored]:
    train = SPLIT.train
    tables = {
        "real": train,
        "independent": reference_table("independent", train, 0, SCHEMA),
        "noisy levels": noisy_levels(train, 0.8),
        "gaps at random": gaps_at_random(train),
        "invented": train.assign(place=pd.Categorical(np.where(train.index % 3, train["place"], "new"))),
    }
    return {name: score("detection", SPLIT, rows) for name, rows in tables.items()}


def value(results: Mapping[str, Scored], name: str, metric: str = "c2st_auc") -> float:
    found = results[name].metrics[metric]
    assert found is not None
    return found


def test_real_rows_are_not_detected(results: Mapping[str, Scored]) -> None:
    assert value(results, "real") == pytest.approx(0.5, abs=0.06)
    assert value(results, "real", "logistic_auc") == pytest.approx(0.5, abs=0.06)
    assert not results["real"].reasons


@pytest.mark.parametrize(
    ("name", "least", "columns"),
    [
        ("independent", 0.9, ("amount", "size")),
        ("noisy levels", 0.65, ("place", "day")),
        ("gaps at random", 0.57, ("size",)),
        ("invented", 0.65, ("place",)),
    ],
)
def test_spoilt_rows_are_detected_by_what_was_spoilt(
    results: Mapping[str, Scored], name: str, least: float, columns: tuple[str, ...]
) -> None:
    assert value(results, name) > least
    assert max(SCHEMA.names, key=lambda column: value(results, name, f"c2st_gain[{column}]")) in columns


def test_dates_at_other_hours_are_detected(score: Callable[..., Scored]) -> None:
    """Real dates are at eight to fifteen o'clock of any day, which a threshold on one number hardly shows."""
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 700, 2_000), "D")
    schema = Schema((Column("number"), Column("when", "datetime")), "number")
    table = pd.DataFrame(
        {"number": rng.normal(size=2_000), "when": days + pd.to_timedelta(rng.integers(8, 16, 2_000), "h")}
    )
    parts = [table[start : start + 500].reset_index(drop=True) for start in (0, 500, 1_000, 1_500)]
    split = Split(parts[0], parts[1], parts[2], schema, "random", 0)
    at_any_hour = parts[3].assign(when=days[:500] + pd.to_timedelta(rng.integers(0, 24, 500), "h"))
    scored = {"at any hour": score("detection", split, at_any_hour), "real": score("detection", split, parts[3])}
    assert value(scored, "at any hour") > 0.8
    assert value(scored, "at any hour", "c2st_gain[when]") > value(scored, "at any hour", "c2st_gain[number]")
    assert value(scored, "real") == pytest.approx(0.5, abs=0.08)


def test_a_linear_model_sees_levels_and_gaps(results: Mapping[str, Scored]) -> None:
    assert value(results, "invented", "logistic_auc") > 0.62


def test_trees_split_levels_into_groups() -> None:
    """Codes of real rows are odd, those of synthetic rows even: no threshold tells them apart, sets of levels do."""
    rng = np.random.default_rng(0)
    odd = np.array(rng.integers(0, 20, 400)[:, None] * 2 + 1, dtype=np.float64)
    sample = label_rows(odd, odd - 1, 0)
    grouped, _ = boosted_trees(sample, ["c"])
    assert two_sample_auc(sample, grouped) == 1
