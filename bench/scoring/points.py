"""Rows of a table with categories or gaps as points, and distances between them.

Numbers and levels are kept apart: comparing levels one column at a time costs less than multiplying a matrix with a
column per level, and is exact. No tree is used, as trees do not prune where most columns are categories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bench.api import Schema

    Matrix = NDArray[np.float64]

MOST_ROWS = 20_000
"""Privacy evaluates at most so many synthetic rows and attacks so many records; train and holdout are never cut."""

MOST_POINTS = 3_000
"""The same where the table has categories, dates or gaps: no tree finds the closest row there."""

_CELLS = 2**20
"""Distances computed at once; so many stay in the cache of a processor."""


@dataclass(frozen=True, slots=True)
class Points:
    """Rows between which distances are computed; they can be sliced, and chosen by position, as a matrix can.

    Attributes:
        numbers: of dates and numbers, in units, and what marks gaps in them, (rows, numbers).
        levels: code of the level of each category, a gap and an invented level included, (rows, categories).
        columns: of the table.
    """

    numbers: Matrix
    levels: NDArray[np.int16]
    columns: int

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.numbers)

    def __getitem__(self, chosen: slice | NDArray[np.int64] | NDArray[np.bool_]) -> Points:
        """The chosen rows."""
        return Points(self.numbers[chosen], self.levels[chosen], self.columns)


Rows: TypeAlias = "Matrix | Points"
"""Scaled rows: a matrix (rows, columns) of a table of numbers without gaps, points of any other one."""


def most_rows(schema: Schema) -> int:
    """Returns how many synthetic rows are evaluated at most, and how many records are attacked."""
    return MOST_ROWS if schema.is_numeric else MOST_POINTS


def column_count(rows: Rows) -> int:
    """Returns the number of columns of the table that rows belong to."""
    return rows.columns if isinstance(rows, Points) else rows.shape[1]


def block_distances(rows: Points, reference: Points, power: int) -> Iterator[tuple[slice, Matrix]]:
    """Yields the distances of some rows after the other to all rows of `reference`, (rows of the block, reference).

    Args:
        rows: whose distances are wanted.
        reference: to which.
        power: 1 for the sum of |difference| of numbers and 1 for each mismatch of levels; 2 for the Euclidean
            distance, in which a mismatch adds 1 to the sum of squares.

    Yields:
        Which rows, and their distances.

    >>> points = Points(np.array([[0.0], [3.0]]), np.array([[1, 1], [1, 2]], dtype=np.int16), 3)
    >>> [distances.tolist() for _, distances in block_distances(points, points[:1], 1)]
    [[[0.0], [4.0]]]
    """
    from scipy.spatial.distance import cdist

    metric: Literal["cityblock", "sqeuclidean"] = "cityblock" if power == 1 else "sqeuclidean"
    step = max(1, _CELLS // max(len(reference), 1))
    others = np.ascontiguousarray(reference.levels.T)
    for start in range(0, len(rows), step):
        block = slice(start, start + step)
        sums = np.zeros((len(rows.levels[block]), len(reference)))
        if rows.numbers.shape[1]:
            sums = cdist(rows.numbers[block], reference.numbers, metric)
        sums += _mismatches(rows.levels[block], others)
        yield block, sums if power == 1 else np.sqrt(sums)


def row_distances(first: Points, second: Points) -> Matrix:
    """Returns the distance of each row to the row of another table at its place, as a mean over columns, (rows,).

    >>> points = Points(np.array([[0.0], [3.0]]), np.array([[1, 1], [1, 2]], dtype=np.int16), 4)
    >>> row_distances(points[:1], points[1:]).tolist()
    [1.0]
    """
    sums = np.abs(first.numbers - second.numbers).sum(axis=1) + (first.levels != second.levels).sum(axis=1)
    return np.asarray(sums / first.columns)


def _mismatches(levels: NDArray[np.int16], others: NDArray[np.int16]) -> NDArray[np.unsignedinteger]:
    """Returns in how many columns rows differ, (rows, other rows); `others` is (columns, other rows)."""
    counts = np.zeros((len(levels), others.shape[1]), dtype=np.uint8 if len(others) < 256 else np.uint16)
    differ = np.empty(counts.shape, dtype=bool)
    for own, other in zip(levels.T, others, strict=True):
        np.not_equal(own[:, None], other, out=differ)
        # The bytes of a bool are 0 or 1; a conversion would take longer than the comparison.
        counts += differ.view(np.uint8)
    return counts


def nearest_points(rows: Points, reference: Points, count: int, power: int) -> tuple[Matrix, NDArray[np.int64]]:
    """Returns distances to the `count` closest rows of `reference` and their positions, closest first.

    Both are (rows, count); `reference` has at least `count` rows. Of equally close rows, the first one comes first.

    >>> points = Points(np.array([[0.0], [3.0], [5.0]]), np.zeros((3, 1), dtype=np.int16), 2)
    >>> distances, positions = nearest_points(points[:1], points, 2, 2)
    >>> distances.tolist(), positions.tolist()
    ([[0.0, 3.0]], [[0, 1]])
    """
    distances = np.empty((len(rows), count))
    positions = np.empty((len(rows), count), dtype=np.int64)
    for block, found in block_distances(rows, reference, power):
        each = np.arange(len(found))
        for place in range(count):
            closest = found.argmin(axis=1)
            positions[block, place], distances[block, place] = closest, found[each, closest]
            found[each, closest] = np.inf
    return distances, positions
