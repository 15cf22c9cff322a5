"""Numbers as tokens: a token per value where values are few, otherwise bins that hold about equally many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Tokens = NDArray[np.int64]

_ROWS_PER_VALUE = 5
"""A value is a token of its own only if values are repeated this often on average: small tables are binned."""

_ROWS_PER_BIN = 20


@dataclass(frozen=True, slots=True)
class ValueBins:
    """The bins of one column.

    Attributes:
        lowest: the smallest value of each bin, ascending: (bins,).
    """

    lowest: Matrix

    def __len__(self) -> int:
        return len(self.lowest)

    def tokens(self, values: Matrix) -> Tokens:
        """Returns the bin of each value, 0 .. bins - 1: (rows,). Values below all bins are in the first.

        >>> ValueBins(np.array([0.0, 1.0, 5.0])).tokens(np.array([-1.0, 0.0, 0.9, 1.0, 7.0])).tolist()
        [0, 0, 0, 1, 2]
        """
        return np.maximum(np.searchsorted(self.lowest, values, side="right") - 1, 0).astype(np.int64)


def has_few_values(values: Matrix, most: int) -> bool:
    """Returns whether a column, (rows,), has at most `most` values, each of them five times on average."""
    distinct = len(np.unique(values))
    return distinct <= most and distinct * _ROWS_PER_VALUE <= max(len(values), _ROWS_PER_VALUE)


def find_bins(values: Matrix, most: int) -> ValueBins:
    """Returns the bins of a column.

    A column of few values has a bin for each. Otherwise there are about `most` bins, or one for 20 rows if that is
    less. A value that alone holds a bin's share of the rows, such as zero in sums of money, is a bin of its own; the
    values between two such are divided into bins of equally many rows.

    Args:
        values: (rows,), finite, at least one.
        most: bins, at least 2.

    >>> find_bins(np.repeat([3.0, 1.0], 10), 4).lowest.tolist()
    [1.0, 3.0]
    >>> find_bins(np.r_[np.zeros(100), np.arange(1.0, 101.0)], 4).lowest.tolist()
    [0.0, 1.0, 51.0]
    """
    distinct, counts = np.unique(values, return_counts=True)
    if has_few_values(values, most):
        return ValueBins(distinct.astype(np.float64))
    share = len(values) / max(min(most, len(values) // _ROWS_PER_BIN), 1)
    heavy = counts >= share
    stretch = np.cumsum(heavy | np.r_[False, heavy[:-1]])
    before = np.cumsum(counts) - counts
    first = np.searchsorted(stretch, stretch)
    inside = before - before[first]
    total = np.bincount(stretch, counts)[stretch]
    # As many bins as the stretch has shares, so that its last bin is no crumb.
    part = (inside / total * np.maximum(np.rint(total / share), 1)).astype(np.int64)
    starts = np.r_[True, (np.diff(stretch) > 0) | (np.diff(part) > 0)]
    return ValueBins(distinct[starts].astype(np.float64))
