from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.metrics._detection import grouped_folds

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from bench.api import Split


def auc(score: Callable[..., Any], split: Split, rows: pd.DataFrame) -> float:
    return float(score("detection", split, rows).metrics["c2st_auc"])


def test_exchangeable_rows_cannot_be_told_apart(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    split = split_of(table(100, 0), table(500, 1))
    assert auc(score, split, table(500, 2)) == pytest.approx(0.5, abs=0.06)


def test_shifted_rows_are_told_apart_by_the_shifted_column(split: Split, score: Callable[..., Any]) -> None:
    found = score("detection", split, split.train.assign(curve=split.train["curve"] + 5))
    assert found.metrics["c2st_auc"] > 0.99
    columns = found.details["detection/columns"].tolist()
    assert columns[int(found.details["detection/importance"].argmax())] == "curve"


def test_noise_is_told_apart_the_better_the_more_there_is(split: Split, score: Callable[..., Any]) -> None:
    noise = np.random.default_rng(0).normal(size=split.train.shape) * split.train.std().to_numpy()
    values = [auc(score, split, split.train + level * noise) for level in (0, 0.3, 1, 3)]
    assert values == sorted(values)
    assert values[-1] > 0.85


def test_copies_of_holdout_score_one_half_and_not_below(split: Split, score: Callable[..., Any]) -> None:
    assert auc(score, split, split.holdout) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("distinct", [1, 3])
def test_a_collapsed_table_is_told_apart(split: Split, score: Callable[..., Any], distinct: int) -> None:
    rows = split.train.iloc[np.arange(600) % distinct]
    assert auc(score, split, rows) > 0.95


def test_a_few_rows_are_no_test(split: Split, score: Callable[..., Any]) -> None:
    found = score("detection", split, split.train.iloc[:9])
    assert found.metrics["c2st_auc"] is None
    assert "fewer than 10" in found.reasons["c2st_auc"]


def test_missing_values_are_named_and_not_learned_from(split: Split, score: Callable[..., Any]) -> None:
    found = score("detection", split, split.train.assign(slope=np.nan))
    assert found.metrics["c2st_auc"] is None
    assert "slope" in found.reasons["c2st_auc"]


def test_the_judge_is_deterministic_and_depends_on_its_seed(split: Split, score: Callable[..., Any]) -> None:
    first, again, other = (score("detection", split, split.train, seed=seed).metrics["c2st_auc"] for seed in (1, 1, 2))
    assert first == again != other


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=20, max_size=120), st.integers(0, 99))
def test_identical_rows_share_a_fold_unless_they_are_many(cells: list[tuple[int, bool]], seed: int) -> None:
    rows = np.array([[float(value)] for value, _ in cells])
    labels = np.array([int(label) for _, label in cells])
    folds = grouped_folds(rows, labels, np.random.default_rng(seed))
    assert set(folds) <= set(range(5))
    for value in np.unique(rows):
        same = folds[rows[:, 0] == value]
        assert len(set(same)) == 1 if len(same) <= 10 else len(set(same)) == 5


@given(st.integers(10, 200), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_distinct_rows_are_dealt_evenly_with_both_labels(count: int, seed: int) -> None:
    rows = np.arange(2.0 * count).reshape(-1, 1)
    labels = np.repeat([0, 1], count)
    folds = grouped_folds(rows, labels, np.random.default_rng(seed))
    for label in (0, 1):
        sizes = np.bincount(folds[labels == label], minlength=5)
        assert np.ptp(sizes) <= 1
