from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.plugins import entry_points
from bench.scoring.metrics.detection.classifier_two_sample_test import (
    LabelledRows,
    boosted_trees,
    grouped_folds,
    histogram,
    label_rows,
    logistic_regression,
    two_sample_auc,
)
from bench.scoring.score_table import score_all

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from bench.api import Split


def c2st(score: Callable[..., Any], split: Split, rows: pd.DataFrame) -> float:
    return float(score("detection", split, rows).metrics["c2st_auc"])


def test_exchangeable_rows_cannot_be_told_apart(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    split = split_of(table(100, 0), table(500, 1))
    assert c2st(score, split, table(500, 2)) == pytest.approx(0.5, abs=0.06)


def test_shifted_rows_are_told_apart_by_the_shifted_column(split: Split, score: Callable[..., Any]) -> None:
    result = score("detection", split, split.train.assign(curve=split.train["curve"] + 5))
    assert result.metrics["c2st_auc"] > 0.99
    columns = result.details["detection/columns"].tolist()
    assert columns[int(result.details["detection/importance"].argmax())] == "curve"
    assert result.metrics["c2st_gain"] == result.metrics["c2st_gain[curve]"] > 0.95
    assert result.metrics["logistic_auc"] > 0.95


def test_noise_is_told_apart_the_better_the_more_there_is(split: Split, score: Callable[..., Any]) -> None:
    noise = np.random.default_rng(0).normal(size=split.train.shape) * split.train.std().to_numpy()
    values = [c2st(score, split, split.train + level * noise) for level in (0, 0.3, 1, 3)]
    assert values == sorted(values)
    assert values[-1] > 0.85


def test_copies_of_holdout_score_one_half_and_not_below(split: Split, score: Callable[..., Any]) -> None:
    assert c2st(score, split, split.holdout) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("times", [2, 3])
def test_repeated_rows_are_told_apart_as_well_as_the_same_rows_once(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any], times: int
) -> None:
    split = split_of(table(1200, 1), table(400, 2))
    rows = table(1200, 3).assign(noise=lambda frame: 1.3 * frame["noise"])
    repeated = rows.iloc[np.repeat(np.arange(1200 // times), times)]
    assert c2st(score, split, repeated) == pytest.approx(c2st(score, split, rows), abs=0.06)


def test_fresh_rows_on_a_coarse_grid_cannot_be_told_apart(table: Callable[[int, int], pd.DataFrame]) -> None:
    def value(seed: int) -> float:
        real, rows = (table(600, 2 * seed + part).round(0).to_numpy() + 0.0 for part in range(2))
        sample = label_rows(real, rows, seed)
        return two_sample_auc(sample, boosted_trees(sample)[0])

    assert np.mean([value(seed) for seed in range(10)]) == pytest.approx(0.5, abs=0.015)


@pytest.mark.parametrize("distinct", [1, 3])
def test_a_collapsed_table_is_told_apart(split: Split, score: Callable[..., Any], distinct: int) -> None:
    rows = split.train.iloc[np.arange(600) % distinct]
    assert c2st(score, split, rows) > 0.95


def test_a_few_rows_are_no_test(split: Split, score: Callable[..., Any]) -> None:
    result = score("detection", split, split.train.iloc[:9])
    assert result.metrics["c2st_auc"] is None
    assert "fewer than 10" in result.reasons["c2st_auc"]


def test_missing_values_are_named_and_not_learned_from(split: Split, score: Callable[..., Any]) -> None:
    result = score("detection", split, split.train.assign(slope=np.nan))
    assert result.metrics["c2st_auc"] is None
    assert "slope" in result.reasons["c2st_auc"]


def test_the_judge_is_deterministic_and_depends_on_its_seed(split: Split, score: Callable[..., Any]) -> None:
    first, again, other = (score("detection", split, split.train, seed=seed).metrics["c2st_auc"] for seed in (1, 1, 2))
    assert first == again != other


def full(split: Split, rows: pd.DataFrame) -> Any:  # noqa: ANN401 - values are compared, though a Scored's may be None
    return score_all([entry_points.load("metrics", "detection")], split, rows, {}, seed=0, metric_set="full")


def test_digits_give_rows_away_until_they_are_snapped(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame]
) -> None:
    split = split_of(*(table(1000, seed).round(0) for seed in range(2)))
    rows = table(1000, 2).round(0) + np.random.default_rng(0).uniform(-0.4, 0.4, size=(1000, 4))
    result = full(split, rows).metrics
    assert result["c2st_auc"] > 0.95
    assert result["c2st_auc_snapped"] == pytest.approx(0.5, abs=0.05)
    # Other values are scored in another order.
    assert result["c2st_auc_snapped"] == pytest.approx(full(split, rows.round(0)).metrics["c2st_auc"], abs=0.01)


def test_rows_on_the_grid_are_judged_once(split: Split) -> None:
    result = full(split, split.train).metrics
    assert result["c2st_auc_snapped"] == result["c2st_auc"]


def test_holdout_is_snapped_too(split: Split) -> None:
    coarse = replace(split, train=split.train.round(1))
    result = full(coarse, coarse.train).metrics
    assert result["c2st_auc"] > 0.8
    assert result["c2st_auc_snapped"] == pytest.approx(0.5, abs=0.1)


def test_shuffled_columns_escape_the_weak_judge_alone(split: Split, score: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    rows = split.train.apply(lambda column: rng.permutation(column))
    result = score("detection", split, rows).metrics
    assert result["c2st_auc"] > 0.7
    assert result["logistic_auc"] < 0.6


def test_gains_are_shares_and_the_largest_is_the_overall_value(split: Split, score: Callable[..., Any]) -> None:
    result = score("detection", split, split.train)
    shares = [result.metrics[f"c2st_gain[{column}]"] for column in split.schema.names]
    assert sum(shares) == pytest.approx(1)
    assert max(shares) == result.metrics["c2st_gain"]
    assert result.details["detection/importance"].tolist() == shares


def test_a_judge_that_finds_nothing_shares_nothing_out() -> None:
    rows = np.zeros((40, 2))
    rows[:, 0] = 1
    sample = LabelledRows(rows, np.repeat([0, 1], 20), np.arange(40) % 5)
    probabilities, gains = boosted_trees(sample)
    assert gains.tolist() == [0, 0]
    assert two_sample_auc(sample, probabilities) == pytest.approx(0.5, abs=0.1)


def test_histograms_hold_every_row(split: Split, score: Callable[..., Any]) -> None:
    details = score("detection", split, split.train + 10).details
    real, synthetic = (details[f"detection/probability/{kind}"] for kind in ("real", "synthetic"))
    assert real.sum() == pytest.approx(1)
    assert synthetic.sum() == pytest.approx(1)
    assert real[:10].sum() > 0.95
    assert synthetic[10:].sum() > 0.95
    assert histogram(np.array([0.0, 0.5, 1.0])).shape == (20,)


def test_aucs_are_those_of_scikit_learn_refitted_by_hand() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    sample = label_rows(rng.normal(size=(60, 3)), rng.normal(0.5, 1, size=(60, 3)), 0)
    probabilities = np.empty(120)
    for fold in range(5):
        held = sample.folds == fold
        mean, spread = sample.rows[~held].mean(axis=0), sample.rows[~held].std(axis=0)
        model = LogisticRegression(max_iter=1_000).fit((sample.rows[~held] - mean) / spread, sample.labels[~held])
        probabilities[held] = model.predict_proba((sample.rows[held] - mean) / spread)[:, 1]
    assert logistic_regression(sample) == pytest.approx(probabilities, abs=1e-6)
    assert two_sample_auc(sample, probabilities) == pytest.approx(
        roc_auc_score(sample.labels, probabilities), abs=1e-12
    )


def test_a_constant_column_gives_rows_away_and_is_no_obstacle(split: Split, score: Callable[..., Any]) -> None:
    frozen = score("detection", split, split.train.assign(noise=0.0))
    assert frozen.reasons == {}
    assert frozen.metrics["c2st_auc"] > 0.9
    assert frozen.metrics["c2st_gain[noise]"] > 0.9


def test_a_single_column_is_judged(split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame]) -> None:
    split = split_of(*(table(200, seed)[["target"]] for seed in range(2)))
    assert full(split, split.train).metrics["c2st_gain"] == pytest.approx(1)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=20, max_size=120), st.integers(0, 99))
def test_identical_rows_share_a_fold_unless_they_are_many(cells: list[tuple[int, bool]], seed: int) -> None:
    rows = np.array([[float(value)] for value, _ in cells])
    labels = np.array([int(label) for _, label in cells])
    folds = grouped_folds(rows, labels, np.random.default_rng(seed))
    assert set(folds) <= set(range(5))
    for value in np.unique(rows):
        same = folds[rows[:, 0] == value]
        assert len(set(same)) == 1 if len(same) <= 10 else len(set(same)) > 1


@given(st.integers(10, 200), st.integers(0, 99))
@settings(max_examples=30)
def test_distinct_rows_are_dealt_evenly_with_both_labels(count: int, seed: int) -> None:
    rows = np.arange(2.0 * count).reshape(-1, 1)
    labels = np.repeat([0, 1], count)
    folds = grouped_folds(rows, labels, np.random.default_rng(seed))
    for label in (0, 1):
        sizes = np.bincount(folds[labels == label], minlength=5)
        assert np.ptp(sizes) <= 1
