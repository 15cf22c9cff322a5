"""Detection in tables with categories, dates and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

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


def test_a_linear_model_sees_levels_and_gaps(results: Mapping[str, Scored]) -> None:
    assert value(results, "invented", "logistic_auc") > 0.62


def test_trees_split_levels_into_groups() -> None:
    """Codes of real rows are odd, those of synthetic rows even: no threshold tells them apart, sets of levels do."""
    rng = np.random.default_rng(0)
    odd = np.array(rng.integers(0, 20, 400)[:, None] * 2 + 1, dtype=np.float64)
    sample = label_rows(odd, odd - 1, 0)
    grouped, _ = boosted_trees(sample, ["c"])
    assert two_sample_auc(sample, grouped) == 1
