"""What fidelity has on tables with levels, dates and gaps: each fault is noticed by the metric that is meant for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import Column, Context, Schema
from bench.scoring.encoding import code_table
from bench.scoring.metrics.fidelity.date_shapes import date_similarity
from bench.scoring.metrics.fidelity.gaps import gap_auc, pattern_difference
from bench.scoring.metrics.fidelity.levels import kept_levels, share_difference
from bench.scoring.metrics.fidelity.mixed_metrics import MIXED_METRICS
from bench.scoring.metrics.fidelity.score_mixed_metrics import score_mixed_metrics, stored_relations
from bench.scoring.metrics.fidelity.trivariate import chosen_triples, joint_difference

if TYPE_CHECKING:
    from bench.api import Split


def values(split: Split, rows: pd.DataFrame) -> dict[str, float | None]:
    artefacts = stored_relations(code_table(split.train, split.schema), split.schema, 0)
    context = Context(split, rows, artefacts, 0, metric_set="full")
    scores, _ = score_mixed_metrics(context, code_table(rows, split.schema))
    return {score.key: score.value for score in scores}


@pytest.fixture(scope="module")
def real(patients: Split) -> dict[str, float | None]:
    return values(patients, patients.train)


def worse(split: Split, real: dict[str, float | None], rows: pd.DataFrame) -> set[str]:
    """The metrics that rows fail: by more than 0.05, on their side."""
    better = {metric.name: -1 if metric.better == "lower" else 1 for metric in MIXED_METRICS}
    found = values(split, rows)
    losses = {name: better[name] * ((real[name] or 0.0) - (found[name] or 0.0)) for name in found if "[" not in name}
    return {name for name, loss in losses.items() if loss > 0.05}


def test_every_metric_of_the_table_is_scored(patients: Split, real: dict[str, float | None]) -> None:
    expected = [metric for metric in MIXED_METRICS if metric.applies_to(patients.schema)]
    assert {key for key in real if "[" not in key} == {metric.name for metric in expected}
    for metric in expected:
        assert {key for key in real if key.startswith(f"{metric.name}[")} == (
            {f"{metric.name}[{name}]" for name in patients.schema.names} if metric.per_column else set()
        )
        low, high = metric.range
        assert real[metric.name] is None or low <= (real[metric.name] or 0.0) <= high


def test_a_table_of_numbers_has_none_of_them() -> None:
    schema = Schema.of_numbers(("a", "b", "c"), "a")
    assert not [metric for metric in MIXED_METRICS if metric.applies_to(schema)]


def test_gaps_at_random_are_noticed_by_dependence_alone(patients: Split, real: dict[str, float | None]) -> None:
    rng = np.random.default_rng(0)
    leave = patients.train["leave"]
    filled = leave.fillna(patients.train["visit"] + pd.Timedelta(days=9))
    assert worse(patients, real, patients.train.assign(leave=filled.mask(rng.permutation(leave.isna())))) == {
        "missing_dependence"
    }


def test_gaps_that_vanish_are_noticed(patients: Split, real: dict[str, float | None]) -> None:
    rows = patients.train.assign(packs=patients.train["packs"].fillna(9.0))
    assert {"missing_rate_error", "missing_pattern", "relation_violations"} <= worse(patients, real, rows)


def test_a_broken_dependency_is_noticed(patients: Split, real: dict[str, float | None]) -> None:
    state = patients.train["state"].array[np.random.default_rng(0).permutation(300)]
    assert "relation_violations" in worse(patients, real, patients.train.assign(state=state))


def test_shuffled_hours_and_shifted_months_are_noticed(patients: Split, real: dict[str, float | None]) -> None:
    hours = pd.to_timedelta(np.random.default_rng(0).integers(0, 24, 300), "h")
    day = patients.train["visit"].dt.normalize()
    assert worse(patients, real, patients.train.assign(visit=day + hours)) == {"date_shapes"}
    first_half = day.where(day.dt.month <= 6, day - pd.Timedelta(days=182))
    assert "date_shapes" in worse(patients, real, patients.train.assign(visit=first_half))


def test_other_shares_of_classes_are_noticed(patients: Split, real: dict[str, float | None]) -> None:
    rows = patients.train.copy()
    rows.loc[:99, "illness"] = "severe"
    assert "target_balance" in worse(patients, real, rows)


def test_a_dropped_rare_level_is_noticed() -> None:
    train = np.repeat([0.0, 1.0, 2.0, 3.0], [900, 85, 9, 6])
    assert kept_levels(train, train) == (1.0, 1.0)
    assert kept_levels(train, train[:994]) == (0.75, 0.5)
    assert kept_levels(train, np.full(1_000, np.nan)) == (0.0, 0.0)


def test_shares_agree_with_counting_by_hand() -> None:
    rng = np.random.default_rng(0)
    real, synthetic = (
        rng.choice([0.0, 1.0, 2.0, np.nan], size, p=shares)
        for size, shares in (
            (500, [0.4, 0.3, 0.2, 0.1]),
            (300, [0.1, 0.2, 0.3, 0.4]),
        )
    )
    tables = [pd.Series(column).value_counts(normalize=True, dropna=False) for column in (real, synthetic)]
    assert share_difference(real, synthetic) == pytest.approx(tables[0].sub(tables[1]).abs().sum() / 2)


def test_patterns_of_gaps_differ_though_rates_agree() -> None:
    together = np.repeat([[True, True], [False, False]], 50, axis=0)
    apart = np.repeat([[True, False], [False, True]], 50, axis=0)
    assert together.mean() == apart.mean()
    assert pattern_difference(together, apart) == 1


def test_many_patterns_count_as_one() -> None:
    bits = (np.arange(64)[:, None] >> np.arange(6)) % 2 == 1
    assert pattern_difference(bits, bits[::-1]) == 0
    assert pattern_difference(bits, np.zeros((64, 6), dtype=bool)) == pytest.approx(63 / 64)


def test_gaps_follow_from_other_gaps_and_levels() -> None:
    rng = np.random.default_rng(0)
    schema = Schema((Column("a", missing=True), Column("b", "categorical", ("x", "y"), missing=True)), "a")

    def table(rows: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        level = rng.choice([0.0, 1.0, np.nan], rows)
        return np.column_stack([np.where(np.nan_to_num(level, nan=1.0) > 0, np.nan, 1.0), level])

    assert gap_auc(table(200), table(100), schema, 0, 0) == 1
    assert gap_auc(np.ones((50, 2)), table(100), schema, 0, 0) == 0.5
    assert np.isnan(gap_auc(table(200), np.ones((50, 2)), schema, 0, 0))


def test_parts_of_dates_that_do_not_vary_are_left_out() -> None:
    days = pd.date_range("2024-03-01", periods=28).to_numpy("datetime64[s]").astype(float)
    assert date_similarity(days, days + 3_600 * 5) == 1
    assert date_similarity(days, np.array([np.nan])) == 0
    assert np.isnan(date_similarity(np.array([np.nan]), days))


@pytest.mark.parametrize("columns", [5, 40])
def test_triples_are_distinct_and_decided_by_the_seed(columns: int) -> None:
    triples = [tuple(triple) for triple in chosen_triples(columns, 3)]
    assert len(set(triples)) == len(triples) == min(200, columns * (columns - 1) * (columns - 2) // 6)
    assert triples == [tuple(triple) for triple in chosen_triples(columns, 3)]
    assert all(len(set(triple)) == 3 and max(triple) < columns for triple in triples)


def test_three_columns_can_differ_though_all_pairs_agree() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 2, (2, 4_000))
    parity, other = (np.column_stack([first, second, (first + second + shift) % 2]) for shift in (0, 1))
    pairs = [(0, 1), (0, 2), (1, 2)]
    assert max(joint_difference(parity[:, pair], other[:, pair]) for pair in map(list, pairs)) < 0.05
    assert joint_difference(parity, other) == 1
