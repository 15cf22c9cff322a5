"""Identical rows within a table: how many are expected, and samples of rows without surplus ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .matrix import Matrix


def group_sizes(rows: Matrix) -> NDArray[np.int64]:
    """Returns how often each distinct row occurs, (distinct rows,); `rows` is rows x columns.

    >>> group_sizes(np.array([[1.0], [2.0], [1.0]])).tolist()
    [2, 1]
    """
    return np.asarray(np.bincount(identical_rows(rows)))


def identical_rows(rows: Matrix) -> NDArray[np.int64]:
    """Returns a number for each row, (rows,): equal for identical rows, 0 to the number of distinct rows - 1."""
    return np.asarray(np.unique(comparable(rows), axis=0, return_inverse=True)[1].reshape(-1))


def comparable(rows: Matrix) -> Matrix:
    """Returns rows in which gaps are a number that no cell holds, as NaN is not equal to itself; rows x columns.

    >>> comparable(np.array([[1.0, np.nan]])).tolist() == [[1.0, -np.finfo(float).max]]
    True
    """
    gaps = np.isnan(rows)
    return np.where(gaps, -np.finfo(np.float64).max, rows) if gaps.any() else rows


def expected_distinct(rows: Matrix, count: int) -> float:
    """Returns the expected number of distinct rows among `count` random rows of a table (rows x columns).

    Rows are drawn without replacement. A row that occurs c times among n is missing from the draw with probability
    C(n - c, count) / C(n, count) (hypergeometric), so the result is exact (rarefaction: Hurlbert 1971,
    doi:10.2307/1934145).

    >>> expected_distinct(np.array([[1.0], [1.0], [2.0], [3.0]]), 4)
    3.0
    >>> round(expected_distinct(np.array([[1.0], [1.0], [2.0], [3.0]]), 1), 9)
    1.0
    """
    from scipy.special import gammaln

    if not len(rows):
        return 0.0
    sizes, total = group_sizes(rows), len(rows)
    left = total - sizes
    possible = left >= count
    logs = gammaln(left[possible] + 1) - gammaln(left[possible] - count + 1)
    missing = np.exp(logs - gammaln(total + 1) + gammaln(total - count + 1))
    return float(len(sizes) - missing.sum())


def draw_rows(rows: Matrix, count: int, distinct: float, rng: np.random.Generator) -> Matrix:
    """Returns `count` random rows of a table, of which at most `count - distinct` repeat another one, if it has enough.

    Surplus repeats are replaced by further distinct rows. They are kept only where the table has too few of these.

    Args:
        rows: rows x columns, at least `count`.
        count: how many rows to return.
        distinct: number of distinct rows expected among `count` real rows.
        rng: for the order of rows.

    >>> rows = np.array([[1.0], [1.0], [2.0], [2.0], [3.0]])
    >>> sorted(draw_rows(rows, 3, 3.0, np.random.default_rng(0))[:, 0].tolist())
    [1.0, 2.0, 3.0]
    >>> len(draw_rows(rows, 5, 5.0, np.random.default_rng(0)))
    5
    """
    shuffled = rng.permutation(rows)
    repeat = np.ones(len(shuffled), dtype=bool)
    repeat[np.unique(comparable(shuffled), axis=0, return_index=True)[1]] = False
    # Rounded, because a natural number of repeats of 3 may be computed as a little less.
    surplus = repeat & (np.cumsum(repeat) > round(count - distinct, 6))
    return np.asarray(shuffled[np.argsort(surplus, kind="stable")][:count])
