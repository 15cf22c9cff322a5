"""Dependence of pairs of columns: rank correlations and mutual information; and two published summaries.

Functions over pairs return a symmetric (columns, columns) matrix, NaN on its diagonal and where a pair is undefined.
"""

from __future__ import annotations

import warnings
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import column_scores, constant, score
from ..shared.numerics import finite_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.api import Score

    from ..shared.matrix import Matrix

    Codes = NDArray[np.intp]

NO_PAIR = "no pair of this column could be computed"
_BINS = 10


def score_pairs(train: Matrix, holdout: Matrix, rows: Matrix, columns: Sequence[str]) -> list[Score]:
    """Returns the scores of all metrics of pairs of columns; `train` gives the bins of mutual information."""
    problem = undefined_correlations(holdout, rows, columns)
    spearman, information = spearman_similarity(holdout, rows), information_gap(train, holdout, rows)
    means, stds = summaries(holdout, rows)
    no_pair, no_summary = "constant in train, or all others are", "needs three columns whose summaries differ"
    return [
        score("spearman", np.nan if problem else mean_over_pairs(spearman), undefined=problem),
        *column_scores("spearman", mean_by_column(spearman), columns, problem or NO_PAIR),
        score("mutual_information", mean_over_pairs(information), undefined="fewer than two columns vary in train"),
        *column_scores("mutual_information", mean_by_column(information), columns, no_pair),
        score("means_correlation", means, undefined=no_summary),
        score("stds_correlation", stds, undefined=no_summary),
    ]


def undefined_correlations(real: Matrix, rows: Matrix, columns: Sequence[str], part: str = "holdout") -> str:
    """Returns why correlations cannot be averaged over all pairs that vary in `real`; empty if they can.

    >>> real = np.array([[0.0, 1.0], [1.0, 2.0]])
    >>> undefined_correlations(real, np.array([[0.0, 3.0], [1.0, 3.0]]), ["a", "b"])
    'correlations are undefined: constant synthetic column b'
    >>> undefined_correlations(real, real, ["a", "b"])
    ''
    """
    varying = ~constant(real)
    if varying.sum() < 2:
        return f"fewer than two columns vary in {part}"
    frozen = ", ".join(name for name, flag in zip(columns, constant(rows) & varying, strict=True) if flag)
    return f"correlations are undefined: constant synthetic column {frozen}" if frozen else ""


def mean_over_pairs(pairs: Matrix) -> float:
    """Returns the mean over the pairs that are defined; NaN if none is.

    >>> mean_over_pairs(np.array([[np.nan, 0.2], [0.2, np.nan]]))
    0.2
    """
    return finite_mean(pairs[np.triu_indices(len(pairs), 1)])


def mean_by_column(pairs: Matrix) -> Matrix:
    """Returns for each column the mean over its pairs, (columns,); NaN where none is defined."""
    off_diagonal = np.where(np.eye(len(pairs), dtype=bool), np.nan, pairs)
    return np.array([finite_mean(values) for values in off_diagonal])


def spearman_similarity(real: Matrix, rows: Matrix) -> Matrix:
    """Returns 1 - |difference of Spearman's rank correlation| / 2 of every pair; tied values share their mean rank.

    >>> up, down = np.array([[1.0, 1], [2, 2], [3, 9]]), np.array([[1.0, 9], [2, 2], [3, 1]])
    >>> mean_over_pairs(spearman_similarity(up, up)), mean_over_pairs(spearman_similarity(up, down))
    (1.0, 0.0)
    """
    first, second = (_spearman(table) for table in (real, rows))
    similarity: Matrix = 1.0 - np.abs(first - second) / 2
    np.fill_diagonal(similarity, np.nan)
    return similarity


def _spearman(rows: Matrix) -> Matrix:
    from scipy.stats import rankdata

    # A constant column has no correlation; the caller reports it.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.atleast_2d(np.corrcoef(rankdata(rows, axis=0), rowvar=False))


def information_gap(train: Matrix, real: Matrix, rows: Matrix) -> Matrix:
    """Returns |difference| of the binned mutual information of every pair, as a share of the largest possible, 0..1.

    Bins are train's deciles, so both tables are cut alike. A pair with a and b bins can share at most
    log(min(a, b)) nats. NaN where a column is constant in train.

    >>> grid = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    >>> mean_over_pairs(information_gap(grid, grid, grid[[0, 3]]))
    1.0
    """
    edges = [decile_edges(column) for column in train.T]
    counts = [len(inner) + 1 for inner in edges]
    codes = [[np.searchsorted(*pair) for pair in zip(edges, table.T, strict=True)] for table in (real, rows)]
    return information_gaps(codes, counts, counts)


def information_gaps(tables: Sequence[Sequence[Codes]], sizes: Sequence[int], occupied: Sequence[int]) -> Matrix:
    """Returns |difference| of the mutual information of every pair of binned columns, as a share of the largest.

    Args:
        tables: the bins of each column of the real and of the synthetic rows, (rows,) each.
        sizes: the number of bins of each column.
        occupied: how many of them train has; a column with one is constant.
    """
    first, second = tables
    gaps = np.full((len(sizes), len(sizes)), np.nan)
    for i, j in combinations([i for i, count in enumerate(occupied) if count > 1], 2):
        shared = [mutual_information(codes[i], codes[j], sizes[i], sizes[j]) for codes in (first, second)]
        gaps[i, j] = gaps[j, i] = abs(shared[0] - shared[1]) / np.log(min(occupied[i], occupied[j]))
    return gaps


def decile_edges(train: Matrix) -> Matrix:
    """Returns the inner edges of at most 10 bins with about equally many rows of train; no bin is empty.

    Edges lie halfway between neighbouring values of train, so that a value on train's grid and a value nearly on it
    fall into the same bin. A constant column has no edges.

    >>> decile_edges(np.array([0.0, 0, 0, 1, 5]))
    array([0.5, 3. ])
    """
    distinct = np.unique(train)
    if len(distinct) < 2:
        return distinct[:0]
    quantiles = np.quantile(train, np.arange(1, _BINS) / _BINS, method="inverted_cdf")
    after = np.clip(np.searchsorted(distinct, quantiles, side="right"), 1, len(distinct) - 1)
    return np.unique((distinct[after - 1] + distinct[after]) / 2)


def mutual_information(first: Codes, second: Codes, bins_first: int, bins_second: int) -> float:
    """Returns the mutual information in nats of two columns of bin numbers, (rows,) each; at least 0.

    >>> coin = np.array([0, 1])
    >>> round(mutual_information(coin, coin, 2, 2), 6)
    0.693147
    """
    joint = np.bincount(first * bins_second + second, minlength=bins_first * bins_second)
    share = joint.reshape(bins_first, bins_second) / len(first)
    independent = np.outer(share.sum(axis=1), share.sum(axis=0))
    seen = share > 0
    return max(float((share[seen] * np.log(share[seen] / independent[seen])).sum()), 0.0)


def summaries(real: Matrix, rows: Matrix) -> tuple[float, float]:
    """Returns Pearson's r between the columns' means in both tables, and between their standard deviations.

    >>> rows = np.array([[0.0, 1, 2], [2.0, 5, 8]])
    >>> [round(r, 9) for r in summaries(rows, 2 * rows)]
    [1.0, 1.0]
    """
    return pearson(real.mean(axis=0), rows.mean(axis=0)), pearson(real.std(axis=0), rows.std(axis=0))


def pearson(first: Matrix, second: Matrix) -> float:
    """Returns Pearson's r; NaN for fewer than three values, as through two points r is always 1 or -1."""
    if len(first) < 3 or not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(np.clip(np.corrcoef(first, second)[0, 1], -1.0, 1.0))
