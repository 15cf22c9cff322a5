from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from bench.api import Schema, Split
from bench.scoring.metrics.shared.comparable_rows import comparable_draws, stretch_numbers
from bench.scoring.metrics.shared.matrix import matrix
from bench.scoring.metrics.shared.repeats import draw_rows, expected_distinct

if TYPE_CHECKING:
    from collections.abc import Callable


def in_time(index: np.ndarray[Any, Any]) -> Split:
    """A split whose holdout holds its positions in time as values."""
    schema = Schema(("y",), "y", ordered=True)
    holdout = pd.DataFrame({"y": index.astype(float)}, index=index)
    return Split(holdout, holdout, holdout, schema, "blocked", 0)


STRETCHES = (np.arange(40)[:, None] * 25 + np.arange(10)).ravel()


def test_a_stretch_gives_one_row_per_draw() -> None:
    split = in_time(STRETCHES)
    draws = comparable_draws(split, matrix(split.holdout, split.schema), np.arange(400.0).reshape(-1, 1), 0)
    assert len(draws) == 5
    for real, rows in draws:
        assert real.shape == rows.shape == (40, 1)
        assert sorted(real[:, 0] // 25) == list(range(40))
    assert len({tuple(sorted(real[:, 0])) for real, _ in draws}) == 5


def test_rows_drawn_one_by_one_are_all_used() -> None:
    index = np.sort(np.random.default_rng(0).permutation(1000)[:200])
    assert stretch_numbers(in_time(index)).tolist() == list(range(200))
    assert stretch_numbers(replace(in_time(STRETCHES), protocol="random")).tolist() == list(range(400))


def test_the_larger_table_is_cut() -> None:
    split = in_time(np.arange(0, 300, 3))
    ((real, rows),) = comparable_draws(split, matrix(split.holdout, split.schema), np.arange(30.0).reshape(-1, 1), 0)
    assert len(real) == len(rows) == 30
    ((real, rows),) = comparable_draws(
        split, matrix(split.holdout, split.schema), np.arange(900.0).reshape(-1, 1), 0, 50
    )
    assert len(real) == len(rows) == 50


def test_expected_distinct_rows_agree_with_counted_ones() -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 30, size=(100, 1)).astype(float)
    counted = [len(np.unique(rng.permutation(rows)[:40])) for _ in range(2000)]
    assert expected_distinct(rows, 40) == pytest.approx(np.mean(counted), abs=0.15)


@pytest.mark.parametrize("times", [2, 4])
def test_surplus_repeats_are_replaced_by_other_rows(times: int) -> None:
    rows = np.repeat(np.arange(1000.0 / times).reshape(-1, 1), times, axis=0)
    assert len(np.unique(draw_rows(rows, 200, 200.0, np.random.default_rng(0)))) == 200


def test_natural_repeats_stay(table: Callable[[int, int], pd.DataFrame]) -> None:
    rows = np.random.default_rng(0).integers(0, 6, size=(1000, 2)).astype(float)
    drawn = draw_rows(rows, 300, expected_distinct(rows, 300), np.random.default_rng(1))
    assert len(np.unique(drawn, axis=0)) == pytest.approx(expected_distinct(rows, 300), abs=2)
    plain = table(300, 0).to_numpy()
    assert np.array_equal(
        draw_rows(plain, 100, 100.0, np.random.default_rng(2)), np.random.default_rng(2).permutation(plain)[:100]
    )
