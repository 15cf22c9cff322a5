"""Tables as matrices, and what makes one unfit for scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Metric, Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Schema

    Matrix = NDArray[np.float64]


def matrix(frame: pd.DataFrame, schema: Schema) -> Matrix:
    """The modelled columns of `frame` in schema order: rows x columns, float64, a copy.

    Negative zeros become zeros, so that equal rows are equal bytes.
    """
    return np.array(frame[list(schema.columns)].to_numpy(dtype=np.float64)) + 0.0


def non_finite(values: Matrix) -> NDArray[np.bool_]:
    """Which cells are NaN, infinite or beyond float32, which is what gradient boosting computes in."""
    return ~(np.abs(values) <= np.finfo(np.float32).max)


def unusable(values: Matrix, columns: Sequence[str]) -> str | None:
    """Why a table can't be scored: the columns with non-finite cells and how many; None if it can."""
    if not len(values):
        return "the table has no rows"
    counts = non_finite(values).sum(axis=0)
    bad = [f"{name} ({count})" for name, count in zip(columns, counts, strict=True) if count]
    return f"non-finite values in {', '.join(bad)}" if bad else None


def constant(values: Matrix) -> NDArray[np.bool_]:
    """Which columns hold one number only; rows x columns -> columns. A column of NaN holds none.

    >>> constant(np.array([[1.0, 2.0], [1.0, 3.0]]))
    array([ True, False])
    """
    return np.asarray(np.all(values == values[:1], axis=0))


def named(flags: NDArray[np.bool_], columns: Sequence[str]) -> str:
    """The names of the flagged columns, for a reason."""
    return ", ".join(name for name, flag in zip(columns, flags, strict=True) if flag)


def unscored(metrics: Iterable[Metric], columns: Sequence[str], reason: str) -> list[Score]:
    """A blank score for every metric, per column too where the metric has columns."""
    metrics = tuple(metrics)
    overall = [Score(metric.name, None, reason=reason) for metric in metrics]
    return overall + [
        Score(metric.name, None, column, reason) for metric in metrics if metric.per_column for column in columns
    ]


def score(name: str, value: float, column: str | None = None, *, undefined: str = "") -> Score:
    """A score of `value`, or a blank one with the reason `undefined` if it isn't finite."""
    if np.isfinite(value):
        return Score(name, float(value), column)
    return Score(name, None, column, undefined or f"the value is {float(value)}")
