"""Scores of tables with categories, dates or gaps: the metrics of fidelity by kind of column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.matrix import matrix, score
from .mixed_columns import score_mixed_columns, shape_scores
from .mixed_pairs import score_mixed_pairs, trend_scores
from .point_distributions import score_points

if TYPE_CHECKING:
    from bench.api import Schema, Score, Split

    from ..shared.matrix import Matrix


def score_mixed(split: Split, rows: Matrix, seed: int) -> list[Score]:
    """Returns the scores of all metrics that numeric tables have too; `rows` is a matrix of codes."""
    train, holdout = (matrix(part, split.schema) for part in (split.train, split.holdout))
    return [
        *_quality(holdout, rows, split.schema, ""),
        *_quality(train, rows, split.schema, "_train"),
        *score_mixed_columns(train, holdout, rows, split.schema),
        *score_mixed_columns(train, train, rows, split.schema, "train"),
        *score_mixed_pairs(train, holdout, rows, split.schema),
        *score_points(split, rows, seed),
    ]


def _quality(real: Matrix, rows: Matrix, schema: Schema, suffix: str) -> list[Score]:
    """Returns the scores of column shapes, pair trends and their mean.

    >>> import numpy as np
    >>> from bench.api import Column, Schema
    >>> schema = Schema((Column("c", "categorical", ("a", "b")), Column("d", "categorical", ("a", "b"))), "c")
    >>> real, rows = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 1.0]])
    >>> {score.metric: score.value for score in _quality(real, rows, schema, "_train")}
    {'column_shapes_train': 0.75, 'pair_trends_train': 0.5, 'quality_train': 0.625}
    """
    shape, shapes = shape_scores(real, rows, schema, suffix)
    trend, trends = trend_scores(real, rows, schema, suffix)
    undefined = "fewer than two columns vary in the real rows"
    return [*shapes, *trends, score(f"quality{suffix}", (shape + trend) / 2, undefined=undefined)]
