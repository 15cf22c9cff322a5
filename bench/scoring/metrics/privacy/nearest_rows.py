"""Nearest rows, on one scale for every set: mean absolute difference, in units of each column's spread in train."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..shared.matrix import Matrix

# Scaled distances closer than this are ties: on a grid equal distances differ by rounding only.
TIE = 1e-12


def units(train: Matrix) -> Matrix:
    """What each column is divided by: its standard deviation in train, or 1 if it is constant there; (columns,).

    One scale for all sets: dividing each set by its own makes shares of exchangeable halves wander between 0.15
    and 0.82. Not the range, which one outlier sets, so that what is close in a column with a tail would not count.

    >>> units(np.array([[0.0, 5.0], [4.0, 5.0]]))
    array([2., 1.])
    """
    return np.where(np.ptp(train, axis=0) > 0, train.std(axis=0), 1.0)


def nearest(rows: Matrix, reference: Matrix, count: int = 1) -> tuple[Matrix, NDArray[np.int64]]:
    """The `count` closest rows of `reference`, closest first.

    A ball tree, because it stays fast for rows far from all others, where a k-d tree looks at nearly every row.

    Args:
        rows: (rows, columns), scaled.
        reference: (others, columns), scaled; at least `count` others.
        count: how many.

    Returns:
        Mean absolute differences over columns, and positions in `reference`; both (rows, count).

    >>> distances, at = nearest(np.array([[0.0, 0.0]]), np.array([[3.0, 1.0], [0.0, 1.0]]), 2)
    >>> distances.tolist(), at.tolist()
    ([[0.5, 2.0]], [[1, 0]])
    """
    from sklearn.neighbors import BallTree

    distances, at = BallTree(reference, leaf_size=10, metric="manhattan").query(rows, k=count)
    return np.asarray(distances / rows.shape[1]), np.asarray(at, dtype=np.int64)


def closest(rows: Matrix, reference: Matrix) -> Matrix:
    """The distance to the closest row of `reference`; (rows,).

    >>> closest(np.array([[0.0], [2.5]]), np.array([[0.5], [2.0]])).tolist()
    [0.5, 0.5]
    """
    return nearest(rows, reference)[0][:, 0]


def own_closest(rows: Matrix) -> Matrix:
    """The distance from each row to the closest other row of the same set, 0 if it has a twin; (rows,).

    Infinite for a set of one row.

    >>> own_closest(np.array([[0.0], [1.0], [4.0]])).tolist()
    [1.0, 1.0, 3.0]
    """
    if len(rows) < 2:
        return np.full(len(rows), np.inf)
    return nearest(rows, rows, 2)[0][:, 1]


def closer(first: Matrix, second: Matrix) -> float:
    """Share of rows whose `first` distance is smaller than the `second`; a tie counts as half.

    >>> closer(np.array([1.0, 2.0, 3.0, 3.0]), np.array([2.0, 1.0, 3.0, 4.0]))
    0.625
    """
    gap = first - second
    tied = np.abs(gap) <= TIE
    return float((((gap < 0) & ~tied) + tied / 2).mean())


def ratio(two: Matrix) -> float:
    """Median of closest over second closest distance; 0 where both are 0. `two` is (rows, 2).

    >>> ratio(np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]]))
    0.5
    """
    first, second = two.T
    return float(np.median(np.divide(first, second, out=np.zeros_like(first), where=second > 0)))


def authentic(distances: Matrix, spacing: Matrix) -> float:
    """Share of rows farther from their closest train row than that is from the rest of train.

    Alaa et al. 2022, section 4.2: A = E[1{d(x, train) > d(x*, train without x*)}], x* being x's closest row of train.

    Args:
        distances: of each row to its closest train row; (rows,).
        spacing: of that train row to the closest other one; (rows,).

    >>> authentic(np.array([0.0, 2.0, 1.0]), np.array([1.0, 1.0, 1.0])) == 1 / 3
    True
    """
    return float((distances > spacing + TIE).mean())


def identical(rows: Matrix, reference: Matrix) -> NDArray[np.bool_]:
    """Which rows occur in `reference`, compared byte by byte; (rows,).

    >>> identical(np.array([[1.0, 2.0], [1.0, 3.0]]), np.array([[1.0, 3.0]])).tolist()
    [False, True]
    """
    known = {row.tobytes() for row in reference}
    return np.array([row.tobytes() in known for row in rows], dtype=bool)
