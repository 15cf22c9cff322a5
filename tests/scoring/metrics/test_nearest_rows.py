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
    closest_distance,
    closest_other_distance,
    distance_ratio,
    identical,
    match_targets,
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


def test_matched_sets_have_as_many_rows_of_every_tenth() -> None:
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=1000), rng.normal(0.7, 1, size=400)
    a, b = match_targets(train, test, 400, rng)
    assert len(a) == len(b) == len(set(a)) == len(set(b))
    edges = np.quantile(train, np.arange(1, 10) / 10)
    counts = [np.bincount(np.searchsorted(edges, values, side="right"), minlength=10) for values in (train[a], test[b])]
    assert counts[0].tolist() == counts[1].tolist()
    assert counts[0].max() == 40
    assert train[a].mean() == pytest.approx(test[b].mean(), abs=0.1)


def test_a_constant_target_is_matched_too() -> None:
    a, b = match_targets(np.zeros(50), np.zeros(20), 20, np.random.default_rng(0))
    assert len(a) == len(b) == 20
