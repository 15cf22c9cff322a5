"""Distances to the closest records (DCR, NNDR, authenticity), copies, and neighbours in time.

A distance is the mean over columns of |difference| / standard deviation in train, on one scale for all tables. If each
table were scaled by its own, shares of exchangeable halves would vary between 0.15 and 0.82. Ranges are no scale: one
outlier would make everything in its column close. Rows are matrices, or `Points` if the table has categories, dates or
gaps; a mismatch of levels counts as a standard deviation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.scoring.points import Points, nearest_points, row_distances

from ..shared.repeats import comparable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.scoring.points import Rows

    from ..shared.matrix import Matrix

TIE = 1e-12
"""Distances closer than this are ties: on a grid, equal distances differ by rounding."""


def nearest(rows: Rows, reference: Rows, count: int = 1) -> tuple[Matrix, NDArray[np.int64]]:
    """Returns the `count` closest rows of `reference`, closest first.

    A ball tree stays fast for rows far from all others, for which a k-d tree visits nearly every row. Both tables are
    scaled; `reference` has at least `count` rows.

    Returns:
        Distances and positions in `reference`; both (rows, count).

    >>> distances, positions = nearest(np.array([[0.0, 0.0]]), np.array([[3.0, 1.0], [0.0, 1.0]]), 2)
    >>> distances.tolist(), positions.tolist()
    ([[0.5, 2.0]], [[1, 0]])
    """
    if isinstance(rows, Points) and isinstance(reference, Points):
        sums, closest = nearest_points(rows, reference, count, 1)
        return np.asarray(sums / rows.columns), closest
    assert not isinstance(rows, Points)
    from sklearn.neighbors import BallTree

    distances, positions = BallTree(reference, leaf_size=10, metric="manhattan").query(rows, k=count)
    return np.asarray(distances / rows.shape[1]), np.asarray(positions, dtype=np.int64)


def closest_distance(rows: Rows, reference: Rows) -> Matrix:
    """Returns the distance to the closest record (DCR) of `reference`, (rows,).

    >>> closest_distance(np.array([[0.0], [2.5]]), np.array([[0.5], [2.0]])).tolist()
    [0.5, 0.5]
    """
    return nearest(rows, reference)[0][:, 0]


def closest_other_distance(rows: Rows) -> Matrix:
    """Returns the distance from each row to the closest other row of the same table, (rows,); 0 for duplicates.

    Infinite for a table of one row.

    >>> closest_other_distance(np.array([[0.0], [1.0], [4.0]])).tolist()
    [1.0, 1.0, 3.0]
    """
    if len(rows) < 2:
        return np.full(len(rows), np.inf)
    return nearest(rows, rows, 2)[0][:, 1]


def closer_share(first: Matrix, second: Matrix) -> float:
    """Returns the share of rows whose `first` distance is smaller than the `second`; ties count half.

    >>> closer_share(np.array([1.0, 2.0, 3.0, 3.0]), np.array([2.0, 1.0, 3.0, 4.0]))
    0.625
    """
    gap = first - second
    tied = np.abs(gap) <= TIE
    return float((((gap < 0) & ~tied) + tied / 2).mean())


def distance_ratio(distances: Matrix) -> float:
    """Returns the median of closest over second closest distance (NNDR), from (rows, 2); 0 where both are 0.

    >>> distance_ratio(np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]]))
    0.5
    """
    first, second = distances.T
    return float(np.median(np.divide(first, second, out=np.zeros_like(first), where=second > 0)))


def authenticity(distances: Matrix, spacing: Matrix) -> float:
    """Returns the share of rows farther from their closest train row than that row is from the rest of train.

    Alaa et al. 2022, section 4.2: A = E[1{d(x, train) > d(x*, train without x*)}], x* the closest row of train to x.
    The first distance is in `distances` (rows,), the second in `spacing` (rows,).

    >>> authenticity(np.array([0.0, 2.0, 1.0]), np.array([1.0, 1.0, 1.0])) == 1 / 3
    True
    """
    return float((distances > spacing + TIE).mean())


def identical(rows: Matrix, reference: Matrix) -> NDArray[np.bool_]:
    """Marks the rows that occur in `reference`, compared byte by byte, (rows,).

    >>> identical(np.array([[1.0, 2.0], [1.0, 3.0]]), np.array([[1.0, 3.0]])).tolist()
    [False, True]
    """
    records = {row.tobytes() for row in comparable(reference)}
    return np.array([row.tobytes() in records for row in comparable(rows)], dtype=bool)


def copied_share(rows: Matrix, train: Matrix, holdout: Matrix) -> float:
    """Returns the share of rows identical to a row of train, minus the share that unseen rows would have; at least 0.

    That is the share of holdout rows that occur in train. A model may prefer frequent combinations without copying, and
    then its rows occur in holdout more often than those of train do: the share grows in proportion, up to 1. All tables
    are rows x columns.

    >>> train, holdout = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[1.0], [7.0], [8.0], [9.0]])
    >>> copied_share(np.array([[2.0], [3.0], [5.0], [6.0]]), train, holdout)
    0.25
    """
    natural = float(identical(holdout, train).mean())
    if natural > 0:
        preferred = float(identical(rows, holdout).mean() / identical(train, holdout).mean())
        natural = min(natural * max(preferred, 1.0), 1.0)
    return max(float(identical(rows, train).mean()) - natural, 0.0)


def closer_than_unseen(distances: Matrix, unseen: Matrix, share: float) -> float:
    """Returns the share of distances up to the `share` quantile of `unseen`, minus that share of `unseen`; at least 0.

    On a coarse grid many unseen rows lie at the quantile itself, so their share is counted. Both are distances to the
    closest row of train, (rows,).

    >>> closer_than_unseen(np.array([0.0, 0.0, 1.0, 3.0]), np.array([0.0, 1.0, 2.0, 3.0]), 0.01)
    0.25
    """
    limit = float(np.quantile(unseen, share, method="lower")) + TIE
    return max(float((distances <= limit).mean() - (unseen <= limit).mean()), 0.0)


def time_steps(rows: Rows, index: NDArray[np.int64], in_train: NDArray[np.bool_]) -> Matrix:
    """Returns the distances between rows that follow each other in time, at least one of them in train, (pairs,).

    `rows` are scaled, `index` holds the position of each row in the original table.

    >>> rows, index = np.array([[0.0], [1.0], [3.0], [7.0]]), np.array([0, 1, 2, 9])
    >>> time_steps(rows, index, np.array([False, False, True, True])).tolist()
    [2.0]
    """
    order = np.argsort(index, kind="stable")
    rows, index, in_train = rows[order], index[order], in_train[order]
    follows = (np.diff(index) == 1) & (in_train[1:] | in_train[:-1])
    if isinstance(rows, Points):
        return np.asarray(row_distances(rows[1:], rows[:-1])[follows])
    return np.asarray(np.abs(rows[1:] - rows[:-1]).mean(axis=1)[follows])
