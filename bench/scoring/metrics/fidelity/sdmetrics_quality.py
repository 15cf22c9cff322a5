"""Scores of sdmetrics' QualityReport: column shapes, pair trends, and their mean.

sdmetrics leaves out the scores that it cannot compute, so a column of NaN or of one value would raise the average of
the others. Such tables get no value for pair trends.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..shared import sdmetrics_calls
from ..shared.matrix import column_scores, constant, score
from .pair_dependence import NO_PAIR, mean_by_column, mean_over_pairs, undefined_correlations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Score

    from ..shared.matrix import Matrix


def score_quality(real: Matrix, rows: Matrix, columns: Sequence[str], seed: int, part: str = "holdout") -> list[Score]:
    """Returns the scores of column shapes, pair trends and quality; both tables are rows x columns.

    The synthetic `rows` are compared with the `part` that `real` is: against `train`, metrics end in `_train` and have
    no values per column.
    """
    suffix = "" if part == "holdout" else f"_{part}"
    frames = [pd.DataFrame(values, columns=list(columns)) for values in (real, rows)]
    report = sdmetrics_calls.quality(frames[0], frames[1], seed)
    shapes, trends = report.shapes.mean(), pair_matrix(report.trends, columns)
    problem = undefined_correlations(real, rows, columns, part) or _missing_pairs(trends, real)
    trend = np.nan if problem else mean_over_pairs(trends)
    scores = [
        score(f"column_shapes{suffix}", shapes),
        score(f"pair_trends{suffix}", trend, undefined=problem),
        score(f"quality{suffix}", (shapes + trend) / 2, undefined=problem),
    ]
    if not suffix:
        scores += column_scores("column_shapes", report.shapes, columns)
        scores += column_scores("pair_trends", mean_by_column(trends), columns, NO_PAIR)
    return scores


def _missing_pairs(trends: Matrix, real: Matrix) -> str:
    expected = comb(int((~constant(real)).sum()), 2)
    computed = int(np.isfinite(trends).sum()) // 2
    return "" if computed == expected else f"correlations of {computed} of {expected} pairs could be computed"


def pair_matrix(pairs: Sequence[tuple[str, str, float]], columns: Sequence[str]) -> Matrix:
    """Returns the values of named pairs as a symmetric matrix in the order of `columns`, NaN elsewhere.

    >>> pair_matrix([("b", "a", 0.5)], ["a", "b"])
    array([[nan, 0.5],
           [0.5, nan]])
    """
    position = {name: index for index, name in enumerate(columns)}
    values = np.full((len(position), len(position)), np.nan)
    for first, second, value in pairs:
        values[position[first], position[second]] = values[position[second], position[first]] = value
    return values
