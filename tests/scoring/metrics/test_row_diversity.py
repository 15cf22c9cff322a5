from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from bench.scoring.metrics.fidelity.row_diversity import crowding, repeated_rows, score_diversity

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split


def values(train: np.ndarray[Any, Any], rows: np.ndarray[Any, Any]) -> dict[str, float]:
    return {score.metric: float(score.value or 0.0) for score in score_diversity(train, rows, 0)}


def normal(rows: int, seed: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).normal(size=(rows, 4))


def dice(rows: int, seed: int) -> np.ndarray[Any, Any]:
    """Rows on a grid so coarse that most of them repeat."""
    return np.random.default_rng(seed).integers(0, 5, size=(rows, 3)).astype(float)


@pytest.mark.parametrize("make", [normal, dice])
def test_fresh_rows_of_the_same_distribution_neither_repeat_nor_crowd(make: Callable[[int, int], Any]) -> None:
    for seed in range(3):
        found = values(make(1000, seed), make(1000, seed + 100))
        assert found["repeated_rows"] < 0.02
        assert found["crowding"] < 0.03


@pytest.mark.parametrize(("times", "share"), [(2, 0.5), (4, 0.75)])
def test_repeated_rows_are_counted_and_crowd(times: int, share: float) -> None:
    found = values(normal(1000, 0), np.repeat(normal(1000 // times, 1), times, axis=0))
    assert found["repeated_rows"] == pytest.approx(share)
    assert found["crowding"] > 0.9


def test_repeats_that_are_moved_a_little_are_no_repeats_but_crowd() -> None:
    rows = np.repeat(normal(500, 1), 2, axis=0) + 0.01 * normal(1000, 2)
    found = values(normal(1000, 0), rows)
    assert found["repeated_rows"] == 0
    assert found["crowding"] > 0.7


def test_a_few_modes_crowd() -> None:
    modes = normal(20, 1)[np.arange(1000) % 20] + 0.05 * normal(1000, 2)
    assert values(normal(1000, 0), modes)["crowding"] > 0.5


def test_repeats_beyond_natural_ones_are_counted_on_a_grid() -> None:
    train, rows = dice(200, 0), dice(200, 1)
    few = np.repeat(rows[:50], 4, axis=0)
    assert repeated_rows(train, few) > 0.2
    assert repeated_rows(train, rows) < 0.06


def test_more_rows_than_train_repeat_no_more_often() -> None:
    assert repeated_rows(dice(200, 0), dice(2000, 1)) < 0.05


def test_rows_that_are_farther_apart_than_real_ones_do_not_crowd() -> None:
    assert values(normal(500, 0), 3 * normal(500, 1))["crowding"] == 0
    assert crowding(np.arange(1.0, 500), np.arange(1.0, 500)) == 0


def test_a_single_row_has_no_neighbour(split: Split, score: Callable[..., Any]) -> None:
    result = score("fidelity", split, split.train.iloc[:1])
    assert result.metrics["crowding"] is None
    assert "fewer than 2 rows" in result.reasons["crowding"]


def test_real_rows_are_at_the_ceiling_and_a_bootstrap_is_at_the_floor(split: Split, score: Callable[..., Any]) -> None:
    rows = {"real": split.train, "bootstrap": split.train.sample(600, replace=True, random_state=0)}
    found: dict[str, dict[str, float]] = {
        name: score("fidelity", split, pd.DataFrame(table)).metrics for name, table in rows.items()
    }
    assert [found["real"][name] for name in ("repeated_rows", "crowding")] == [0, 0]
    assert all(found["bootstrap"][name] > 0.2 for name in ("repeated_rows", "crowding"))
