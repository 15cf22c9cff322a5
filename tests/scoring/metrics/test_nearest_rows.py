"""Distances, against brute force and sdmetrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.scoring.metrics.privacy.closest_records import (
    authenticity,
    closer_share,
    closer_than_unseen,
    closest_distance,
    closest_other_distance,
    copied_share,
    distance_ratio,
    identical,
    nearest,
    time_steps,
)
from bench.scoring.metrics.shared.numerics import standard_deviations

if TYPE_CHECKING:
    from bench.api import Split

cells = st.floats(-10, 10, allow_nan=False, width=32)


def gower(rows: np.ndarray, reference: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(rows[:, None] - reference[None]).mean(axis=2))


@settings(max_examples=40)
@given(arrays(float, (7, 3), elements=cells), arrays(float, (11, 3), elements=cells))
def test_distances_agree_with_brute_force(rows: np.ndarray, reference: np.ndarray) -> None:
    expected = np.sort(gower(rows, reference), axis=1)
    assert closest_distance(rows, reference) == pytest.approx(expected[:, 0], abs=1e-12)
    distances, at = nearest(rows, reference, 3)
    assert distances == pytest.approx(expected[:, :3], abs=1e-12)
    assert np.take_along_axis(gower(rows, reference), at, axis=1) == pytest.approx(distances, abs=1e-12)


def test_distances_agree_with_brute_force_on_larger_trees() -> None:
    rng = np.random.default_rng(0)
    rows, reference = 3 * rng.normal(size=(300, 4)), rng.normal(size=(400, 4)).round(1)
    assert closest_distance(rows, reference) == pytest.approx(gower(rows, reference).min(axis=1), abs=1e-12)


def test_distances_agree_with_sdmetrics(split: Split) -> None:
    from sdmetrics.single_table.privacy.dcr_utils import calculate_dcr

    real, rows = split.train[:80], split.holdout[:40]
    metadata = {"columns": {name: {"sdtype": "numerical"} for name in real}}
    expected = calculate_dcr(dataset=rows, reference_dataset=real, metadata=metadata).to_numpy()
    unit = np.ptp(real.to_numpy(), axis=0)
    assert closest_distance(rows.to_numpy() / unit, real.to_numpy() / unit) == pytest.approx(expected, abs=1e-9)


def test_a_unit_is_the_spread_in_train_and_one_where_there_is_none() -> None:
    rows = np.array([[1.0, 0.1], [2.0, 0.1], [6.0, 0.1]])
    assert standard_deviations(rows, constant=1.0) == pytest.approx([rows[:, 0].std(), 1.0], abs=1e-12)


def test_ties_up_to_rounding_count_half() -> None:
    near, far = np.array([0.1, 0.3, 0.2, 0.5]), np.array([0.1 + 1e-16, 0.1, 0.4, 0.5])
    assert closer_share(near, far) == (0.5 + 0 + 1 + 0.5) / 4


def test_identical_rows_are_equal_in_every_column() -> None:
    reference = np.array([[1.0, 2.0], [3.0, 4.0]])
    rows = np.array([[3.0, 4.0], [3.0, 2.0], [1.0, 2.0]])
    assert identical(rows, reference).tolist() == [True, False, True]


def test_a_rows_own_neighbour_is_another_row_even_if_it_is_a_twin() -> None:
    assert closest_other_distance(np.array([[0.0], [0.0], [3.0]])).tolist() == [0, 0, 3]
    assert closest_other_distance(np.array([[7.0]])).tolist() == [np.inf]


@settings(max_examples=30)
@given(arrays(float, (9, 2), elements=cells), arrays(float, (12, 2), elements=cells))
def test_authenticity_and_ratio_agree_with_brute_force(rows: np.ndarray, train: np.ndarray) -> None:
    distances, at = nearest(rows, train, 2)
    among = gower(train, train) + np.diag(np.full(len(train), np.inf))
    pairs = zip(distances[:, 0], at[:, 0], strict=True)
    expected = np.mean([distance > among[index].min() + 1e-12 for distance, index in pairs])
    assert authenticity(distances[:, 0], closest_other_distance(train)[at[:, 0]]) == pytest.approx(expected)
    first, second = np.sort(gower(rows, train), axis=1)[:, :2].T
    assert distance_ratio(distances) == pytest.approx(
        np.median([a / b if b else 0 for a, b in zip(first, second, strict=True)]), abs=1e-9
    )


def test_steps_in_time_need_one_end_in_train_and_adjacent_places() -> None:
    rows, index = np.array([[0.0], [1.0], [3.0], [6.0], [10.0]]), np.array([4, 5, 6, 8, 9])
    in_train = np.array([False, False, True, False, True])
    assert time_steps(rows, index, in_train).tolist() == [2, 4]
    shuffled = [3, 0, 4, 2, 1]
    assert time_steps(rows[shuffled], index[shuffled], in_train[shuffled]).tolist() == [2, 4]


def test_copies_are_counted_beyond_those_of_unseen_rows() -> None:
    rng = np.random.default_rng(0)
    train, holdout, fresh = (rng.integers(0, 25, size=(rows, 2)).astype(float) for rows in (400, 200, 400))
    natural = np.mean([any((row == other).all() for other in train) for row in holdout])
    assert natural > 0.3
    assert copied_share(train, train, holdout) == pytest.approx(1 - natural, abs=0.1)
    assert copied_share(fresh, train, holdout) == pytest.approx(0, abs=0.08)
    far = holdout + 100
    assert copied_share(np.r_[train[:100], fresh[:300] + 50], train, far) == 0.25


def test_honest_rows_that_fall_on_the_most_frequent_combinations_are_no_copies() -> None:
    """Half of all rows are one combination; a model that makes nothing else has copied nobody."""
    rng = np.random.default_rng(0)
    train, holdout = (np.where(rng.random((rows, 1)) < 0.5, 0.0, rng.normal(size=(rows, 1))) for rows in (400, 100))
    assert copied_share(np.zeros((400, 1)), train, holdout) == pytest.approx(0, abs=0.06)


@settings(max_examples=40)
@given(
    arrays(float, 9, elements=st.integers(0, 4).map(float)), arrays(float, 30, elements=st.integers(0, 4).map(float))
)
def test_near_copies_are_counted_beyond_those_of_unseen_rows(distances: np.ndarray, unseen: np.ndarray) -> None:
    limit = sorted(unseen)[int(0.1 * 29)]
    expected = np.mean([value <= limit for value in distances]) - np.mean([value <= limit for value in unseen])
    assert closer_than_unseen(distances, unseen, 0.1) == pytest.approx(max(expected, 0), abs=1e-12)
