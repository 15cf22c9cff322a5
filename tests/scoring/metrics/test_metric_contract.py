"""Every registered family keeps the contract, on real rows and on hopeless ones."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import Arrays, Cost, Family, Latents, Metric, Target
from bench.plugins import entry_points
from bench.scoring.reference_rows import reference_names
from bench.scoring.score_table import Scored, metrics_in, prepare_all, score_all, score_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split

NAMES = entry_points.names("metrics")
FAMILIES: list[Family] = [entry_points.load("metrics", name) for name in NAMES]
METRICS: list[Metric] = [metric for family in FAMILIES for metric in family.metrics]
COST = Cost(1.0, 0.1, 600, 1_000, 0.9, 100)
LATENTS = Latents(np.random.default_rng(0).normal(size=(100, 3)), np.full((100, 3), 0.1), np.zeros(3), np.ones(3))


@pytest.fixture(scope="module")
def split(split: Split) -> Split:
    """A split with stretches, so that every core metric has a value."""
    return replace(split, stretches=split.test)


def owed(split: Split) -> list[str]:
    return [
        key for family in FAMILIES for key in score_keys(metrics_in(family, "core", split.schema), split.schema.names)
    ]


def test_families_are_registered_under_their_own_name() -> None:
    assert [family.name for family in FAMILIES] == NAMES
    assert all(metric.family == family.name for family in FAMILIES for metric in family.metrics)


def test_metric_names_are_unique_over_families() -> None:
    assert [name for name, count in Counter(metric.name for metric in METRICS).items() if count > 1] == []


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_says_what_it_is(metric: Metric) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", metric.name)
    assert metric.meaning
    assert "\n" not in metric.meaning
    assert metric.range[0] < metric.range[1]
    assert metric.better in ("higher", "lower") or isinstance(metric.better, Target)
    assert set(metric.bounding_rows) <= set(reference_names())


@pytest.mark.parametrize("metric", [metric for metric in METRICS if metric.ranked], ids=lambda metric: metric.name)
def test_a_ranked_metric_has_two_bounds_its_family_speaks_of(metric: Metric) -> None:
    family = entry_points.load("metrics", metric.family)
    assert metric.source
    assert metric.ceiling not in metric.floors
    assert not family.blank_for & set(metric.bounding_rows)


def global_state() -> list[int]:
    return list(np.random.get_state(legacy=False)["state"]["key"])


@pytest.fixture(scope="module")
def real(split: Split) -> Scored:
    return score_all(FAMILIES, split, split.train, prepare_all(FAMILIES, split, 0), seed=0, cost=COST, latents=LATENTS)


def test_real_rows_have_every_value_within_its_range(split: Split, real: Scored) -> None:
    assert list(real.metrics) == owed(split)
    assert real.reasons == {}
    ranges = {metric.name: metric.range for metric in METRICS}
    for key, value in real.metrics.items():
        low, high = ranges[key.split("[")[0]]
        assert value is not None
        assert low <= value <= high, key


def test_details_are_plain_arrays_named_by_family(real: Scored) -> None:
    assert real.details
    for key, array in real.details.items():
        assert key.split("/")[0] in NAMES
        assert isinstance(array, np.ndarray)
        assert not array.dtype.hasobject


@pytest.mark.parametrize("fill", [np.nan, np.inf, 0.0, 1e300])
def test_hopeless_rows_have_a_value_or_a_reason_for_everything(split: Split, fill: float) -> None:
    rows = split.train.copy()
    rows[:] = fill
    result = score_all(FAMILIES, split, rows, prepare_all(FAMILIES, split, 0), seed=0, cost=COST, latents=LATENTS)
    assert list(result.metrics) == owed(split)
    for key, value in result.metrics.items():
        assert (value is None) == (key in result.reasons)
        assert value is None or np.isfinite(value)
    assert not [key for key, reason in result.reasons.items() if "the scorer failed" in reason]


def test_scoring_is_deterministic_and_leaves_global_state_and_input_alone(
    split: Split, real: Scored, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = split.train.copy()
    before = (random.getstate(), global_state())
    again = score_all(FAMILIES, split, rows, prepare_all(FAMILIES, split, 0), seed=0, cost=COST, latents=LATENTS)
    assert (random.getstate(), global_state()) == before
    assert rows.equals(split.train)
    assert again.metrics == real.metrics
    assert {k: v.tobytes() for k, v in again.details.items()} == {k: v.tobytes() for k, v in real.details.items()}
    assert capsys.readouterr() == ("", "")


@pytest.fixture(scope="module")
def prepared(patients: Split) -> dict[str, Arrays]:
    return prepare_all(FAMILIES, patients, 0)


@pytest.fixture(scope="module")
def mixed(patients: Split, prepared: dict[str, Arrays]) -> Scored:
    return score_all(FAMILIES, patients, patients.train, prepared, seed=0, cost=COST, latents=LATENTS)


def test_real_rows_of_all_kinds_have_every_overall_value(patients: Split, mixed: Scored) -> None:
    assert list(mixed.metrics) == owed(patients)
    assert {key: reason for key, reason in mixed.reasons.items() if "[" not in key} == {
        "means_correlation": "needs three numbers whose summaries differ",
        "stds_correlation": "needs three numbers whose summaries differ",
        "rare_level_recall": "no level has less than 1 % of train",
        "mia_stretch_tpr": "the split has no stretches of time with gaps beside them",
    }
    ranges = {metric.name: metric.range for metric in METRICS}
    for key, value in mixed.metrics.items():
        low, high = ranges[key.split("[")[0]]
        assert value is None or low <= value <= high, key


def one_row(table: pd.DataFrame) -> pd.DataFrame:
    return table.iloc[[0] * len(table)].reset_index(drop=True)


def all_gaps(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.copy()
    for name in ("smoker", "packs", "leave"):
        rows[name] = rows[name].mask(np.ones(len(rows), dtype=bool))
    return rows


def invented(table: pd.DataFrame) -> pd.DataFrame:
    names = ("town", "state", "smoker", "illness")
    levels = {name: pd.Categorical(["odd"] * len(table), [*table[name].cat.categories, "odd"]) for name in names}
    return table.assign(**levels)


def unexpected_gaps(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(age=np.nan)


@pytest.mark.parametrize("spoilt", [one_row, all_gaps, invented, unexpected_gaps])
def test_hopeless_rows_of_all_kinds_have_a_value_or_a_reason(
    patients: Split, prepared: dict[str, Arrays], spoilt: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    result = score_all(FAMILIES, patients, spoilt(patients.train), prepared, seed=0, cost=COST, latents=LATENTS)
    assert list(result.metrics) == owed(patients)
    assert {key for key, value in result.metrics.items() if value is None} == set(result.reasons)
    assert not [reason for reason in result.reasons.values() if "the scorer failed" in reason]


def test_scoring_rows_of_all_kinds_is_deterministic(patients: Split, mixed: Scored) -> None:
    artefacts = prepare_all(FAMILIES, patients, 0)
    rows = patients.train.copy()
    again = score_all(FAMILIES, patients, rows, artefacts, seed=0, cost=COST, latents=LATENTS)
    assert rows.equals(patients.train)
    assert again.metrics == mixed.metrics
    assert {k: v.tobytes() for k, v in again.details.items()} == {k: v.tobytes() for k, v in mixed.details.items()}
