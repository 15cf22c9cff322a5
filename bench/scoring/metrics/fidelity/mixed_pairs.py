"""Pairs of columns of tables with categories, dates or gaps: pair trends, rank correlations and mutual information.

Functions over pairs return a symmetric (columns, columns) matrix, NaN on its diagonal and where a pair is undefined. A
synthetic column that does not vary has no correlation with anything: its r is 0, and costs what the real r is.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import column_scores, score
from .mixed_columns import number_scores
from .pair_dependence import NO_PAIR, decile_edges, information_gaps, mean_by_column, mean_over_pairs, pearson

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bench.api import Column, Schema, Score

    from ..shared.matrix import Matrix

    Codes = NDArray[np.intp]

_EQUAL_WIDTH_BINS = 10
_FEWEST_OF_A_LEVEL = 5


def score_mixed_pairs(train: Matrix, holdout: Matrix, rows: Matrix, schema: Schema) -> list[Score]:
    """Returns the scores of the metrics of pairs, apart from pair trends; all tables are matrices of codes."""
    information = information_gaps(*binned(train, [holdout, rows], schema))
    scores = [
        score("mutual_information", mean_over_pairs(information), undefined="fewer than two columns vary in train"),
        *column_scores("mutual_information", mean_by_column(information), schema.names, "constant in train"),
    ]
    if len(schema.numeric) < 2:
        return scores
    spearman = correlation_similarity(holdout, rows, [schema.position(name) for name in schema.numeric], ranked=True)
    means, stds = _summaries(holdout, rows, schema)
    no_summary = "needs three numbers whose summaries differ"
    return [
        *scores,
        score("spearman", mean_over_pairs(spearman), undefined="fewer than two numbers vary in holdout"),
        *number_scores("spearman", mean_by_column(spearman), schema, NO_PAIR),
        score("means_correlation", means, undefined=no_summary),
        score("stds_correlation", stds, undefined=no_summary),
    ]


def trend_scores(real: Matrix, rows: Matrix, schema: Schema, suffix: str) -> tuple[float, list[Score]]:
    """Returns the mean similarity of pairs, and the scores of pair trends."""
    trends = trend_similarity(real, rows, schema)
    mean = mean_over_pairs(trends)
    scores = [score(f"pair_trends{suffix}", mean, undefined="fewer than two columns vary in the real rows")]
    by_column = column_scores("pair_trends", mean_by_column(trends), schema.names, NO_PAIR)
    return mean, scores if suffix else [*scores, *by_column]


def trend_similarity(real: Matrix, rows: Matrix, schema: Schema) -> Matrix:
    """Returns the similarity of every pair: of r between numbers and dates, of shares where a category is involved.

    >>> from bench.api import Column, Schema
    >>> schema = Schema((Column("c", "categorical", ("a", "b")), Column("d", "categorical", ("a", "b"))), "c")
    >>> trend_similarity(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 1.0]]), schema)
    array([[nan, 0.5],
           [0.5, nan]])
    """
    codes = [_equal_width(first, second) for first, second in zip(real.T, rows.T, strict=True)]
    categories = {position for position, column in enumerate(schema.columns) if column.kind == "categorical"}
    for position in categories:
        first, second = (_levels(table[:, position], len(schema.columns[position].levels)) for table in (real, rows))
        codes[position] = (first, second)
    others = [position for position in range(len(codes)) if position not in categories]
    similarity = correlation_similarity(real, rows, others)
    for i, j in combinations(range(len(codes)), 2):
        if i in categories or j in categories:
            similarity[i, j] = similarity[j, i] = contingency_similarity(
                *((codes[i][table], codes[j][table]) for table in (0, 1))
            )
    return similarity


def contingency_similarity(real: tuple[Codes, Codes], rows: tuple[Codes, Codes]) -> float:
    """Returns 1 - the total variation distance of two columns' joint shares, from their codes (rows,), 0..1.

    >>> contingency_similarity((np.array([0, 1]), np.array([0, 1])), (np.array([0, 1]), np.array([1, 0])))
    0.0
    """
    width = 1 + max(int(second.max()) for _, second in (real, rows))
    joint = [first * width + second for first, second in (real, rows)]
    size = 1 + max(int(codes.max()) for codes in joint)
    shares = [np.bincount(codes, minlength=size) / len(codes) for codes in joint]
    return float(1.0 - np.abs(shares[0] - shares[1]).sum() / 2)


def correlation_similarity(real: Matrix, rows: Matrix, positions: Sequence[int], *, ranked: bool = False) -> Matrix:
    """Returns 1 - |difference of r| / 2 of every pair of the columns at `positions`, of rows with a value in both.

    r is Pearson's, or Spearman's if `ranked`. A pair whose r is undefined in `real` is NaN.

    >>> up = np.array([[1.0, 1.0], [2.0, 2.0], [np.nan, 9.0]])
    >>> round(mean_over_pairs(correlation_similarity(up, up * [1.0, -1.0], [0, 1])), 9)
    0.0
    """
    similarity = np.full((real.shape[1], real.shape[1]), np.nan)
    for i, j in combinations(positions, 2):
        first, second = (correlation(table[:, i], table[:, j], ranked=ranked) for table in (real, rows))
        similarity[i, j] = similarity[j, i] = 1.0 - abs(first - (0.0 if np.isnan(second) else second)) / 2
    return similarity


def correlation(first: Matrix, second: Matrix, *, ranked: bool = False) -> float:
    """Returns Pearson's or Spearman's r of the rows with a value in both columns; NaN if one of them is constant.

    >>> correlation(np.array([1.0, 2.0, 3.0, 5.0]), np.array([1.0, 2.0, 4.0, np.nan]), ranked=True)
    1.0
    """
    from scipy.stats import rankdata

    both = ~(np.isnan(first) | np.isnan(second))
    pair = np.array([first[both], second[both]])
    if pair.shape[1] < 2 or (np.ptp(pair, axis=1) == 0).any():
        return float("nan")
    matrix: Matrix = np.atleast_2d(np.corrcoef(rankdata(pair, axis=1) if ranked else pair))
    return float(matrix[0, 1])


def _equal_width(real: Matrix, values: Matrix) -> tuple[Codes, Codes]:
    """Returns bins of equal width over the range of `real`, open at both ends, as sdmetrics has them; gaps the last."""
    present = real[~np.isnan(real)]
    edges = _inner_edges(present) if len(present) else np.empty(0)
    first, second = (
        np.where(np.isnan(table), _EQUAL_WIDTH_BINS, np.searchsorted(edges, table, side="right"))
        for table in (real, values)
    )
    return first, second


def _inner_edges(present: Matrix) -> Matrix:
    try:
        return np.histogram_bin_edges(present, bins=_EQUAL_WIDTH_BINS)[1:-1]
    except ValueError:
        # Too few numbers lie between the smallest and the largest value.
        return np.unique(present)[1:_EQUAL_WIDTH_BINS]


def _levels(values: Matrix, levels: int) -> Codes:
    """Returns codes in which a gap is a level of its own, after the invented ones."""
    return np.where(np.isnan(values), levels + 1, values).astype(np.intp)


def binned(train: Matrix, tables: Sequence[Matrix], schema: Schema) -> tuple[list[list[Codes]], list[int], list[int]]:
    """Returns the bins that mutual information counts in.

    Numbers and dates are cut at the deciles of train. Levels with fewer than 5 rows in train share a bin, also with
    those that train lacks. A gap has a bin of its own.

    Returns:
        For each table the bins of each column, (rows,); the number of bins of each column; how many train has.
    """
    cuts = [_cut(values, column) for values, column in zip(train.T, schema.columns, strict=True)]
    codes = [[cut(values) for (cut, _), values in zip(cuts, table.T, strict=True)] for table in tables]
    occupied = [len(np.unique(cut(values))) for (cut, _), values in zip(cuts, train.T, strict=True)]
    return codes, [size for _, size in cuts], occupied


def _cut(train: Matrix, column: Column) -> tuple[Callable[[Matrix], Codes], int]:
    """Returns the function that finds the bins of a column's cells, and the number of bins."""
    present = train[~np.isnan(train)]
    if column.kind == "categorical":
        counts = np.bincount(present.astype(np.intp), minlength=len(column.levels) + 1)
        common = counts >= _FEWEST_OF_A_LEVEL
        rare = int(common.sum())
        bins = np.append(np.where(common, np.cumsum(common) - 1, rare), rare + 1)
        return lambda values: np.asarray(bins[_levels(values, len(column.levels))]), rare + 2
    edges = decile_edges(present)
    last = len(edges) + 1
    return lambda values: np.where(np.isnan(values), last, np.searchsorted(edges, values)), last + 1


def _summaries(real: Matrix, rows: Matrix, schema: Schema) -> tuple[float, float]:
    """Returns Pearson's r between the numbers' means in both tables, and between their standard deviations."""
    present = [
        [table[~np.isnan(table[:, position]), position] for table in (real, rows)]
        for position in (schema.position(name) for name in schema.numeric)
    ]
    filled = [pair for pair in present if all(map(len, pair))]
    means, stds = (
        np.array([[summary(values) for values in pair] for pair in filled]).reshape(-1, 2)
        for summary in (np.mean, np.std)
    )
    return pearson(*means.T), pearson(*stds.T)
