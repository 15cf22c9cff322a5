from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.scoring.metrics.shared.comparable_rows import comparable_rows
from bench.scoring.metrics.shared.repeats import draw_rows, expected_distinct

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


def column(count: int) -> np.ndarray[Any, Any]:
    return np.arange(float(count)).reshape(-1, 1)


def test_the_larger_table_is_cut() -> None:
    real, rows = comparable_rows(column(100), column(30), 0)
    assert len(real) == len(rows) == 30
    real, rows = comparable_rows(column(100), column(900), 0, 50)
    assert len(real) == len(rows) == 50
    assert len(np.unique(real)) == len(np.unique(rows)) == 50


def test_rows_depend_on_the_seed_alone() -> None:
    first, again, other = (comparable_rows(column(90), column(200), seed) for seed in (1, 1, 2))
    assert np.array_equal(np.hstack(first), np.hstack(again))
    assert not np.array_equal(np.hstack(first), np.hstack(other))


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
