"""Equally many real and synthetic rows, without repeats that would hide synthetic rows behind each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .repeats import draw_rows, expected_distinct

if TYPE_CHECKING:
    from .matrix import Matrix


def comparable_rows(holdout: Matrix, rows: Matrix, seed: int, most: int | None = None) -> tuple[Matrix, Matrix]:
    """Returns equally many random rows of holdout and of a synthetic table.

    Synthetic rows repeat no more often than holdout rows do, as far as the table has enough distinct ones (see
    `draw_rows`).

    Args:
        holdout: rows x columns.
        rows: synthetic, rows x columns.
        seed: for choosing rows.
        most: rows of either kind, at most.

    >>> real, synthetic = comparable_rows(np.arange(3.0)[:, None], np.array([[7.0], [7.0], [8.0], [9.0]]), 0)
    >>> sorted(real[:, 0].tolist()), sorted(synthetic[:, 0].tolist())
    ([0.0, 1.0, 2.0], [7.0, 8.0, 9.0])
    """
    rng = np.random.default_rng(seed)
    count = min(len(holdout), len(rows), len(holdout) if most is None else most)
    real = rng.permutation(holdout)[:count]
    return real, draw_rows(rows, count, expected_distinct(real, count), rng)
