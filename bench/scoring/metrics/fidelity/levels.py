"""Shares of levels: how far they are from the real ones, and whether rare levels are still there.

Levels are codes; a level that the table lacks, an invented one, has the code after the last level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Score

from ..shared.matrix import column_scores, score
from ..shared.numerics import finite_mean

if TYPE_CHECKING:
    from bench.api import Schema

    from ..shared.matrix import Matrix

RARE = 0.01
"""The largest share of train of a rare level."""
FEWEST_ROWS = 5
"""Of train, that a rare level has: fewer may be missing from as many random rows by chance."""


def score_levels(train: Matrix, holdout: Matrix, rows: Matrix, schema: Schema) -> list[Score]:
    """Returns the scores of `target_balance`, `level_coverage` and `rare_level_recall`; tables are rows x columns."""
    scores: list[Score] = []
    counts = {column.name: len(column.levels) for column in schema.columns if column.kind == "categorical"}
    if schema.task != "regression":
        target = schema.position(schema.target)
        scores += [score("target_balance", share_difference(holdout[:, target], rows[:, target]))]
    if not counts:
        return scores
    kept = np.full((2, len(schema.names)), np.nan)
    for index, column in enumerate(schema.columns):
        if column.kind == "categorical":
            kept[:, index] = kept_levels(train[:, index], rows[:, index])
    coverage, recall = kept
    return [
        *scores,
        score("level_coverage", finite_mean(coverage), undefined="train has no levels"),
        *column_scores("level_coverage", coverage, schema.names, "is not categorical"),
        score("rare_level_recall", finite_mean(recall), undefined=f"no level has less than {100 * RARE:g} % of train"),
    ]


def share_difference(real: Matrix, synthetic: Matrix) -> float:
    """Returns the total variation distance of the shares of values: half of the sum of |differences|, 0..1.

    Both are (rows,); gaps are a value of their own.

    >>> share_difference(np.array([0.0, 0.0, 1.0, np.nan]), np.array([0.0, 1.0, 1.0, 1.0]))
    0.5
    """
    values = np.unique(np.concatenate([real, synthetic]))  # NaN, if there are gaps, is the last one
    places = (np.searchsorted(values, column) for column in (real, synthetic))
    shares = [np.bincount(place, minlength=len(values)) / len(place) for place in places]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def kept_levels(train: Matrix, synthetic: Matrix) -> tuple[float, float]:
    """Returns the share of train's levels that synthetic rows have, and how much of its rare levels they keep.

    A rare level has at least 5 rows of train, and at most 1 % of them. It is kept if synthetic rows have it at least
    half as often, and kept in part if they have it more rarely: twice the ratio of the shares. NaN stands for no such
    level. Both columns are codes, (rows,); gaps are no level.

    >>> kept_levels(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 0.0]))
    (0.5, nan)
    >>> train = np.repeat([0.0, 1.0], [990, 10])
    >>> kept_levels(train, np.repeat([0.0, 1.0], [998, 2]))
    (1.0, 0.4)
    """
    levels, counts = np.unique(train[~np.isnan(train)], return_counts=True)
    if not len(levels):
        return float("nan"), float("nan")
    found = np.array([(synthetic == level).sum() for level in levels])
    rare = (counts >= FEWEST_ROWS) & (counts <= RARE * len(train))
    ratios = (found / max(len(synthetic), 1)) / (counts / len(train))
    recall = float(np.minimum(1.0, 2 * ratios[rare]).mean()) if rare.any() else float("nan")
    return float((found > 0).mean()), recall
