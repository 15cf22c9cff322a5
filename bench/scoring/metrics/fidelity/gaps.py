"""Gaps: how many there are, in which columns together, and whether they depend on the other columns as in real rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Score

from ..shared.matrix import column_scores, score
from ..shared.numerics import auc, finite_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Schema

    from ..shared.matrix import Matrix

_PATTERNS = 20
_MOST_ROWS = 10_000
_FEWEST = 10
_LEAST_AUC = 0.6


def score_gaps(holdout: Matrix, rows: Matrix, schema: Schema) -> list[Score]:
    """Returns the scores of `missing_rate_error` and `missing_pattern`; tables are codes, (rows x columns)."""
    gappy = np.array([column.missing for column in schema.columns])
    errors = np.where(gappy, np.abs(np.isnan(rows).mean(axis=0) - np.isnan(holdout).mean(axis=0)), np.nan)
    return [
        score("missing_rate_error", finite_mean(errors)),
        *column_scores("missing_rate_error", errors, schema.names, "has no gaps"),
        score("missing_pattern", pattern_difference(np.isnan(holdout[:, gappy]), np.isnan(rows[:, gappy]))),
    ]


def pattern_difference(real: NDArray[np.bool_], synthetic: NDArray[np.bool_]) -> float:
    """Returns the total variation distance of the patterns of gaps, 0..1.

    A pattern says which columns of a row are gaps. The 20 most frequent ones of the real rows count, and all others as
    one. Both are rows x columns, True for a gap.

    >>> real = np.array([[True, True], [False, False]])
    >>> pattern_difference(real, np.array([[True, False], [False, True]]))
    1.0
    >>> pattern_difference(real, real[::-1])
    0.0
    """
    patterns, numbers = np.unique(np.concatenate([real, synthetic]), axis=0, return_inverse=True)
    parts = numbers.reshape(-1)[: len(real)], numbers.reshape(-1)[len(real) :]
    shares = [np.bincount(part, minlength=len(patterns)) / len(part) for part in parts]
    frequent = np.argsort(-shares[0], kind="stable")[:_PATTERNS]
    of_frequent = np.abs(shares[0] - shares[1])[frequent].sum()
    of_others = abs(shares[0][frequent].sum() - shares[1][frequent].sum())
    return float((of_frequent + of_others) / 2)


def score_dependence(train: Matrix, holdout: Matrix, rows: Matrix, schema: Schema, seed: int) -> list[Score]:
    """Returns the score of `missing_dependence`: the mean of `gap_auc` over columns whose gaps depend on others.

    Those are the columns whose gaps a model of train predicts in holdout with an AUC of at least 0.6.
    """
    values = []
    for index, column in enumerate(schema.columns):
        if column.missing and gap_auc(train, holdout, schema, index, seed) >= _LEAST_AUC:
            values.append(gap_auc(rows, holdout, schema, index, seed))
    mean = float(np.mean(values)) if values else np.nan
    return [score("missing_dependence", mean, undefined="a model of train predicts the gaps of no column")]


def gap_auc(rows: Matrix, holdout: Matrix, schema: Schema, index: int, seed: int) -> float:
    """Returns the AUC for the gaps of a column in holdout of XGBoost (50 trees, depth 4) fitted to rows.

    The features are the other columns, gaps included; at most 10,000 rows are used. Without gaps in the rows, or
    without anything else, nothing is learned: 0.5. NaN if holdout has fewer than 10 rows of either kind.

    Args:
        rows: codes to learn from, (rows x columns).
        holdout: codes to test on, (rows x columns).
        schema: of the table.
        index: of the column.
        seed: for choosing rows.
    """
    from xgboost import XGBClassifier

    from bench.scoring.encoding import feature_types

    gap = np.isnan(holdout[:, index])
    if min(gap.sum(), (~gap).sum()) < _FEWEST:
        return float("nan")
    chosen = rows[np.sort(np.random.default_rng(seed).permutation(len(rows))[:_MOST_ROWS])]
    learned = np.isnan(chosen[:, index])
    if not 0 < learned.sum() < len(learned):
        return 0.5
    kinds = feature_types(schema)
    types = None if kinds is None else [kind for place, kind in enumerate(kinds) if place != index]
    options = {"n_estimators": 50, "max_depth": 4, "learning_rate": 0.2, "n_jobs": 1, "random_state": 0, "verbosity": 0}
    known = {} if types is None else {"feature_types": types, "enable_categorical": True}
    model = XGBClassifier(**options, **known).fit(np.delete(chosen, index, axis=1), learned.astype(int))
    risk = model.predict_proba(np.delete(holdout, index, axis=1))[:, 1].astype(np.float64)
    return auc(risk[gap], risk[~gap])
