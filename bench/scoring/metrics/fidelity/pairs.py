"""How well pairs of columns, and all of them together, follow the real ones.

Functions over pairs give a symmetric (columns, columns) matrix; NaN on its diagonal and where a pair says nothing.
"""

from __future__ import annotations

import warnings
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..shared.matrix import Matrix

    Codes = NDArray[np.intp]

_BINS = 10
# Distances are quadratic in rows; a sample of this many is enough for the third digit.
_MOST = 3_000


def over_pairs(pairs: Matrix) -> float:
    """The mean over the pairs that are defined; NaN if none is.

    >>> over_pairs(np.array([[np.nan, 0.2], [0.2, np.nan]]))
    0.2
    """
    upper = pairs[np.triu_indices(len(pairs), 1)]
    return _mean(upper)


def by_column(pairs: Matrix) -> Matrix:
    """For each column the mean over its pairs, (columns,); NaN where none is defined."""
    off = np.where(np.eye(len(pairs), dtype=bool), np.nan, pairs)
    return np.array([_mean(of) for of in off])


def _mean(values: Matrix) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def spearman_similarity(real: Matrix, rows: Matrix) -> Matrix:
    """1 - |difference of Spearman's rank correlation| / 2 of every pair; tied values share their mean rank.

    >>> up, down = np.array([[1.0, 1], [2, 2], [3, 9]]), np.array([[1.0, 9], [2, 2], [3, 1]])
    >>> over_pairs(spearman_similarity(up, up)), over_pairs(spearman_similarity(up, down))
    (1.0, 0.0)
    """
    first, second = (_spearman(table) for table in (real, rows))
    similar: Matrix = 1.0 - np.abs(first - second) / 2
    np.fill_diagonal(similar, np.nan)
    return similar


def _spearman(rows: Matrix) -> Matrix:
    from scipy.stats import rankdata

    # A constant column has no correlation; that is the caller's to say.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.atleast_2d(np.corrcoef(rankdata(rows, axis=0), rowvar=False))


def information_gap(train: Matrix, real: Matrix, rows: Matrix) -> Matrix:
    """|Difference| of the binned mutual information of every pair, as a share of the largest possible; 0..1.

    Bins are train's deciles, so both tables are cut alike. A pair with a and b bins can share at most
    log(min(a, b)) nats. NaN where a column is constant in train.

    >>> grid = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    >>> over_pairs(information_gap(grid, grid, grid[[0, 3]]))
    1.0
    """
    edges = [bin_edges(column) for column in train.T]
    counts = [len(of) + 1 for of in edges]
    first, second = ([_codes(*pair) for pair in zip(table.T, edges, strict=True)] for table in (real, rows))
    gaps = np.full((len(edges), len(edges)), np.nan)
    for i, j in combinations([i for i, count in enumerate(counts) if count > 1], 2):
        both = (mutual_information(codes[i], codes[j], counts[i], counts[j]) for codes in (first, second))
        gaps[i, j] = gaps[j, i] = abs(next(both) - next(both)) / np.log(min(counts[i], counts[j]))
    return gaps


def bin_edges(train: Matrix) -> Matrix:
    """Inner edges of at most 10 bins of about equally many rows of train, none of them empty; none if constant.

    Edges lie halfway between neighbouring values of train: what is rounded to train's grid and what is nearly on
    it then fall into the same bin.

    >>> bin_edges(np.array([0.0, 0, 0, 1, 5]))
    array([0.5, 3. ])
    """
    distinct = np.unique(train)
    quantiles = np.quantile(train, np.arange(1, _BINS) / _BINS, method="inverted_cdf")
    after = np.clip(np.searchsorted(distinct, quantiles, side="right"), 1, len(distinct) - 1)
    return np.unique((distinct[after - 1] + distinct[after]) / 2) if len(distinct) > 1 else distinct[:0]


def _codes(values: Matrix, edges: Matrix) -> Codes:
    return np.searchsorted(edges, values)


def mutual_information(first: Codes, second: Codes, bins_first: int, bins_second: int) -> float:
    """Mutual information in nats of two columns of bin numbers, (rows,) each; 0 and up.

    >>> coin = np.array([0, 1])
    >>> round(mutual_information(coin, coin, 2, 2), 6)
    0.693147
    """
    joint = np.bincount(first * bins_second + second, minlength=bins_first * bins_second)
    share = joint.reshape(bins_first, bins_second) / len(first)
    apart = np.outer(share.sum(axis=1), share.sum(axis=0))
    seen = share > 0
    return max(float((share[seen] * np.log(share[seen] / apart[seen])).sum()), 0.0)


def energy(real: Matrix, rows: Matrix, unit: Matrix, seed: int) -> float:
    """Energy distance of at most 3,000 random rows of each table, in `unit` (columns,), NaN in it read as 1."""
    rng = np.random.default_rng(seed)
    scale = np.where(np.isfinite(unit), unit, 1.0)
    first, second = (rng.permutation(table)[:_MOST] / scale for table in (real, rows))
    return energy_distance(first, second)


def energy_distance(first: Matrix, second: Matrix) -> float:
    """Square root of 2 E|X - Y| - E|X - X'| - E|Y - Y'| with Euclidean |.|, over all pairs of rows.

    Rows are paired with themselves too (the V-statistic), so the result is at least 0; of two finite samples of
    one distribution it is above.

    >>> energy_distance(np.array([[0.0]]), np.array([[2.0]]))
    2.0
    """
    between, *within = (_mean_distance(*pair) for pair in ((first, second), (first, first), (second, second)))
    return float(np.sqrt(max(2 * between - sum(within), 0.0)))


def _mean_distance(first: Matrix, second: Matrix) -> float:
    from scipy.spatial.distance import cdist

    return float(cdist(first, second).mean())


def summaries(real: Matrix, rows: Matrix) -> tuple[float, float]:
    """Pearson's r between the columns' means in both tables, and between their standard deviations.

    >>> rows = np.array([[0.0, 1, 2], [2.0, 5, 8]])
    >>> [round(r, 9) for r in summaries(rows, 2 * rows)]
    [1.0, 1.0]
    """
    means, stds = ([table.mean(axis=0) for table in (real, rows)], [table.std(axis=0) for table in (real, rows)])
    return pearson(*means), pearson(*stds)


def pearson(first: Matrix, second: Matrix) -> float:
    """NaN for fewer than three values: through two points, r is 1 or -1 whatever they are."""
    if len(first) < 3 or not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(np.clip(np.corrcoef(first, second)[0, 1], -1.0, 1.0))


def pair_matrix(pairs: Sequence[tuple[str, str, float]], columns: Sequence[str]) -> Matrix:
    """The values of named pairs as a matrix in the order of `columns`."""
    place = {name: index for index, name in enumerate(columns)}
    filled = np.full((len(place), len(place)), np.nan)
    for first, second, value in pairs:
        filled[place[first], place[second]] = filled[place[second], place[first]] = value
    return filled
