from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.metrics._privacy import closer, closest, identical

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split

cells = st.floats(-10, 10, allow_nan=False, width=32)


def test_copies_of_train_are_closer_to_train(split: Split, score: Callable[..., Any]) -> None:
    found = score("privacy", split, split.train).metrics
    # A third of train is compared with: its rows are at distance 0, the others are near either by chance.
    assert found["dcr_share"] == pytest.approx(1 / 3 + 1 / 3, abs=0.06)
    assert found["copies"] == 1


def test_near_copies_are_no_copies_but_closer_to_train(split: Split, score: Callable[..., Any]) -> None:
    noise = np.random.default_rng(0).normal(size=split.train.shape) * split.train.std().to_numpy()
    found = score("privacy", split, split.train + 0.01 * noise).metrics
    assert found["copies"] == 0
    assert found["dcr_share"] > 0.6


def test_with_sets_of_one_size_every_copy_is_closer(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train, holdout = table(200, 0), table(200, 1)
    found = score("privacy", split_of(train, holdout), train).metrics
    assert found["dcr_share"] == 1
    assert found["dcr_train"] == 0 < found["dcr_holdout"]


def test_copies_of_holdout_are_closer_to_holdout(split: Split, score: Callable[..., Any]) -> None:
    found = score("privacy", split, split.holdout).metrics
    assert found["dcr_share"] == 0
    assert found["copies"] == 0


def test_rows_never_seen_are_as_close_to_either(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    split = split_of(table(1000, 0), table(1000, 1))
    found = score("privacy", split, table(1000, 2)).metrics
    assert found["dcr_share"] == pytest.approx(0.5, abs=0.05)
    assert found["dcr_train"] == pytest.approx(found["dcr_holdout"], rel=0.1)


def test_rows_in_both_sets_are_ties_and_count_half(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    rows = table(100, 0)
    assert score("privacy", split_of(rows, rows), rows).metrics["dcr_share"] == 0.5


def test_ties_up_to_rounding_count_half() -> None:
    near, far = np.array([0.1, 0.3, 0.2, 0.5]), np.array([0.1 + 1e-16, 0.1, 0.4, 0.5])
    assert closer(near, far) == (0.5 + 0 + 1 + 0.5) / 4


def test_half_of_the_rows_copied_is_seen_as_half(
    split: Split, score: Callable[..., Any], table: Callable[[int, int], pd.DataFrame]
) -> None:
    rows = pd.concat([split.train[:300], table(300, 9)])
    assert score("privacy", split, rows).metrics["copies"] == pytest.approx(0.5, abs=0.01)


def test_the_unit_of_a_column_does_not_matter(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    units = [1.0, 1024.0, 1.0, 1 / 1024]
    train, holdout, rows = (table(200, seed) for seed in range(3))
    plain = score("privacy", split_of(train, holdout), rows).metrics
    scaled = score("privacy", split_of(train * units, holdout * units), rows * units).metrics
    assert scaled == pytest.approx(plain, abs=1e-9)


def test_a_column_frozen_in_train_divides_nothing_by_zero(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train, holdout = (table(100, seed).assign(noise=5.0) for seed in range(2))
    found = score("privacy", split_of(train, holdout), train)
    assert found.metrics["dcr_share"] == 1


def test_missing_values_are_named(split: Split, score: Callable[..., Any]) -> None:
    found = score("privacy", split, split.train.assign(slope=np.nan))
    assert set(found.metrics.values()) == {None}
    assert "slope (600)" in found.reasons["dcr_share"]


@settings(max_examples=40, deadline=None)
@given(arrays(float, (7, 3), elements=cells), arrays(float, (11, 3), elements=cells))
def test_distances_agree_with_brute_force(rows: np.ndarray, reference: np.ndarray) -> None:
    expected = np.abs(rows[:, None] - reference[None]).mean(axis=2).min(axis=1)
    assert closest(rows, reference) == pytest.approx(expected, abs=1e-12)


def test_distances_agree_with_sdmetrics(split: Split) -> None:
    from sdmetrics.single_table.privacy.dcr_utils import calculate_dcr

    real, rows = split.train[:80], split.holdout[:40]
    metadata = {"columns": {name: {"sdtype": "numerical"} for name in real}}
    expected = calculate_dcr(dataset=rows, reference_dataset=real, metadata=metadata).to_numpy()
    span = np.ptp(real.to_numpy(), axis=0)
    assert closest(rows.to_numpy() / span, real.to_numpy() / span) == pytest.approx(expected, abs=1e-9)


def test_identical_rows_are_equal_in_every_column() -> None:
    reference = np.array([[1.0, 2.0], [3.0, 4.0]])
    rows = np.array([[3.0, 4.0], [3.0, 2.0], [1.0, 2.0]])
    assert identical(rows, reference).tolist() == [True, False, True]
