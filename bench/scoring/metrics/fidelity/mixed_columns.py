"""Single columns of tables with categories, dates or gaps: shapes of all of them, and the distances of numbers.

Shapes count gaps: they are one more level of a category, and the smallest value of a number or date. Distances, tails
and standard deviations are those of the cells of a number that have a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import column_scores, score
from ..shared.numerics import finite_mean, standard_deviations
from . import column_distributions
from .column_distributions import spread_errors, top_decile_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Schema, Score

    from ..shared.matrix import Matrix


def score_mixed_columns(
    train: Matrix, real: Matrix, rows: Matrix, schema: Schema, part: str = "holdout"
) -> list[Score]:
    """Returns the scores of the metrics of single columns, apart from shapes; all tables are matrices of codes.

    The synthetic `rows` are compared with the `part` that `real` is: against `train`, metrics end in `_train` and have
    no values per column.
    """
    suffix = "" if part == "holdout" else f"_{part}"
    scores: list[Score] = []
    if schema.task == "regression":
        target = schema.position(schema.target)
        top = top_decile_error(real[:, target], rows[:, target])
        scores.append(score(f"top_decile_error{suffix}", top, undefined=f"the target is constant in {part}"))
    if not schema.numeric:
        return scores
    by_metric = {
        "wasserstein": (_by_number(_wasserstein, schema, train, real, rows), "constant in train"),
        "tail_error": (_by_number(_tail_error, schema, train, real, rows), "constant in train"),
        "std_ratio": (_by_number(_std_ratio, schema, train, real, rows), f"constant in {part}"),
    }
    for name, (values, reason) in by_metric.items():
        scores.append(score(f"{name}{suffix}", finite_mean(values), undefined=f"all numbers are {reason}, or gaps"))
        scores += [] if suffix else number_scores(name, values, schema, f"{reason}, or all gaps")
    if not suffix:
        spread = finite_mean(spread_errors(by_metric["std_ratio"][0]))
        scores.append(score("spread_error", spread, undefined=f"all numbers are constant in {part}, or gaps"))
    return scores


def number_scores(name: str, values: Matrix, schema: Schema, undefined: str) -> list[Score]:
    """Returns one score per column, from values (columns,); columns of another kind have that as their reason."""
    reasons = {"numeric": undefined, "categorical": "is categorical", "datetime": "is a date"}
    return [
        score(name, value if column.kind == "numeric" else np.nan, column.name, undefined=reasons[column.kind])
        for value, column in zip(values, schema.columns, strict=True)
    ]


def shape_scores(real: Matrix, rows: Matrix, schema: Schema, suffix: str) -> tuple[float, list[Score]]:
    """Returns the mean similarity of columns, and the scores of column shapes."""
    values = shape_similarity(real, rows, schema)
    mean = float(values.mean())
    scores = [score(f"column_shapes{suffix}", mean)]
    return mean, scores if suffix else [*scores, *column_scores("column_shapes", values, schema.names)]


def shape_similarity(real: Matrix, rows: Matrix, schema: Schema) -> Matrix:
    """Returns how similar the columns of two matrices of codes are, (columns,), 0..1.

    >>> from bench.api import Column, Schema
    >>> schema = Schema((Column("n", missing=True), Column("c", "categorical", ("a", "b"))), "n")
    >>> real = np.array([[1.0, 0.0], [2.0, 1.0]])
    >>> shape_similarity(real, np.array([[np.nan, 0.0], [2.0, 0.0]]), schema)
    array([0.5, 0.5])
    """
    return np.array(
        [
            level_similarity(first, second, len(column.levels))
            if column.kind == "categorical"
            else column_distributions.ks_complement(_filled(first), _filled(second))[0]
            for first, second, column in zip(real.T, rows.T, schema.columns, strict=True)
        ]
    )


def level_similarity(real: Matrix, values: Matrix, levels: int) -> float:
    """Returns 1 - the total variation distance of the levels of a category, 0..1: 1 - sum |p - q| / 2.

    Gaps are one more level, and all invented levels another one. sdmetrics' TVComplement drops gaps.

    >>> level_similarity(np.array([0.0, 0.0, 1.0, np.nan]), np.array([0.0, 0.0, 0.0, np.nan]), 2)
    0.75
    """
    first, second = (
        np.bincount(np.where(np.isnan(table), levels + 1, table).astype(np.int64), minlength=levels + 2) / len(table)
        for table in (real, values)
    )
    return float(1.0 - np.abs(first - second).sum() / 2)


def _filled(values: Matrix) -> Matrix:
    return np.where(np.isnan(values), -np.inf, values)[:, None]


def _by_number(function: Callable[..., Matrix], schema: Schema, *tables: Matrix) -> Matrix:
    """Returns the value of each number from its cells with a value in each table, (columns,); NaN for other kinds."""
    values = np.full(len(schema.columns), np.nan)
    for position in (schema.position(name) for name in schema.numeric):
        present = [table[~np.isnan(table[:, position]), position][:, None] for table in tables]
        if all(map(len, present)):
            values[position] = function(*present)[0]
    return values


def _wasserstein(train: Matrix, real: Matrix, rows: Matrix) -> Matrix:
    return column_distributions.wasserstein(real, rows, standard_deviations(train, constant=np.nan))


def _tail_error(train: Matrix, real: Matrix, rows: Matrix) -> Matrix:
    return column_distributions.tail_error(real, rows, standard_deviations(train, constant=np.nan))


def _std_ratio(_train: Matrix, real: Matrix, rows: Matrix) -> Matrix:
    return column_distributions.std_ratios(real, rows)
