"""Equally many real and synthetic rows, chosen so that holdout's way of being drawn does not tell them apart.

Holdout rows that follow each other in time are nearly equal, so each stretch of time gives one row. Synthetic rows that
repeat each other are equal and would hide behind each other, so those beyond what is natural are replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .repeats import draw_rows, expected_distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Split

    from .matrix import Matrix

_DRAWS = 5
_FEWEST_PER_STRETCH = 2


def stretch_numbers(split: Split) -> NDArray[np.int64]:
    """Returns the number of the stretch of time that each holdout row belongs to, (rows,): 0, 0, 1, 1, ...

    Holdout rows whose index values follow each other form a stretch. Rows drawn one by one also follow each other by
    chance, so unless there are two or more rows per stretch on average, every row is a stretch of its own.

    >>> import pandas as pd
    >>> from bench.api import Schema, Split
    >>> rows = pd.DataFrame({"y": [1.0, 2.0, 3.0, 4.0]}, index=[4, 5, 8, 9])
    >>> stretch_numbers(Split(rows, rows, rows, Schema(("y",), "y", ordered=True), "blocked", 0)).tolist()
    [0, 0, 1, 1]
    >>> stretch_numbers(Split(rows, rows, rows, Schema(("y",), "y"), "random", 0)).tolist()
    [0, 1, 2, 3]
    """
    count = len(split.holdout)
    if split.protocol == "blocked" and split.schema.ordered and count:
        numbers = np.cumsum(np.diff(split.holdout.index.to_numpy(), prepend=split.holdout.index[0]) != 1) - 1
        if count >= _FEWEST_PER_STRETCH * (numbers[-1] + 1):
            return np.asarray(numbers)
    return np.arange(count)


def comparable_draws(
    split: Split, holdout: Matrix, rows: Matrix, seed: int, most: int | None = None
) -> list[tuple[Matrix, Matrix]]:
    """Returns pairs of equally many holdout and synthetic rows: one pair, or five if holdout consists of stretches.

    From stretches, each pair has one random row per stretch. Synthetic rows repeat no more often than holdout rows do,
    as far as the table has enough distinct ones (see `draw_rows`).

    Args:
        split: whose holdout it is.
        holdout: rows x columns, in the order of `split.holdout`.
        rows: synthetic, rows x columns.
        seed: for choosing rows.
        most: rows of either kind, at most.
    """
    numbers, rng = stretch_numbers(split), np.random.default_rng(seed)
    single = len(np.unique(numbers)) == len(numbers)
    kept = [holdout] if single else [holdout[_one_per_stretch(numbers, rng)] for _ in range(_DRAWS)]
    count = min(len(kept[0]), len(rows), len(holdout) if most is None else most)
    return [_pair(real, rows, count, rng) for real in kept]


def _one_per_stretch(numbers: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.intp]:
    order = rng.permutation(len(numbers))
    return np.asarray(order[np.unique(numbers[order], return_index=True)[1]])


def _pair(holdout: Matrix, rows: Matrix, count: int, rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    real = rng.permutation(holdout)[:count]
    return real, draw_rows(rows, count, expected_distinct(real, count), rng)
