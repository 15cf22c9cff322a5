"""Diversity of rows: synthetic rows that repeat each other, and rows that lie closer together than real ones do.

Real rows of a table on coarse grids repeat as well, and real rows in time have close neighbours. Both metrics count
only what goes beyond train, at equal numbers of rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..shared.matrix import score
from ..shared.numerics import standard_deviations
from ..shared.repeats import expected_distinct

if TYPE_CHECKING:
    from bench.api import Score

    from ..shared.matrix import Matrix

MOST_JUDGED = 5_000
# The one-sided statistic of two samples of n values exceeds x by chance with probability exp(-n x^2), 5 % here.
_CHANCE = np.log(20)
# Distances that are equal on a grid may differ by rounding.
_ROUNDING = 1 + 1e-9


def score_diversity(train: Matrix, rows: Matrix, seed: int) -> list[Score]:
    """Returns the scores of the metrics of diversity; both tables are rows x columns, `train` gives the units."""
    rng, count = np.random.default_rng(seed), min(len(train), len(rows))
    unit = standard_deviations(train, constant=1.0)
    real, synthetic = (rng.permutation(table)[:count] / unit for table in (train, rows))
    near = crowding(nearest_other(real), nearest_other(synthetic)) if count > 1 else np.nan
    return [
        score("repeated_rows", repeated_rows(train, rows)),
        score("crowding", near, undefined="fewer than 2 rows of either kind"),
    ]


def repeated_rows(real: Matrix, rows: Matrix) -> float:
    """Returns the share of synthetic rows that repeat another one, less that of real rows; at least 0.

    The share is (m - D) / m, with D the expected number of distinct rows among m random rows of a table, and m the
    size of the smaller table. Both tables are rows x columns.

    >>> real = np.arange(4.0).reshape(-1, 1)
    >>> repeated_rows(real, np.array([[7.0], [7.0], [8.0], [8.0]]))
    0.5
    >>> repeated_rows(np.zeros((4, 1)), np.zeros((4, 1)))
    0.0
    """
    count = min(len(real), len(rows))
    excess = expected_distinct(real, count) - expected_distinct(rows, count)
    return max(excess, 0.0) / count


def crowding(real: Matrix, rows: Matrix) -> float:
    """Returns how much more often synthetic rows are close to another one than real rows are: a share, 0..1.

    It is the largest difference over d of the share of synthetic rows with another one within d and the share of real
    rows with another one within d (the one-sided statistic of Kolmogorov and Smirnov), less sqrt(log(20) / n), which
    it exceeds by chance in 5 % of samples of n rows each; at least 0.

    Args:
        real: distance of each real row to its nearest other row, (rows,).
        rows: the same among as many synthetic rows, (rows,).

    >>> round(crowding(np.arange(1.0, 1001), np.arange(1.0, 1001) % 2 * np.arange(1.0, 1001)), 2)
    0.45
    >>> crowding(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    0.0
    """
    steps = np.concatenate([real, rows]) * _ROUNDING
    shares = [np.searchsorted(np.sort(values), steps, side="right") / len(values) for values in (rows, real)]
    chance = float(np.sqrt(_CHANCE / min(len(real), len(rows))))
    return max(float((shares[0] - shares[1]).max()) - chance, 0.0)


def nearest_other(table: Matrix) -> Matrix:
    """Returns the Euclidean distance of at most the first 5,000 rows to their nearest other row of the whole table.

    >>> nearest_other(np.array([[0.0], [1.0], [5.0]]))
    array([1., 1., 4.])
    """
    from scipy.spatial import cKDTree

    tree: Any = cKDTree(table)
    return np.asarray(tree.query(table[:MOST_JUDGED], k=[2])[0][:, 0], dtype=np.float64)
