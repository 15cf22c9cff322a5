"""Tables as matrices, and scores made from arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Metric, Score
from bench.scoring.encoding import code_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Schema, Split

    Matrix = NDArray[np.float64]


def matrix(frame: pd.DataFrame, schema: Schema) -> Matrix:
    """Returns the modelled columns of `frame` as a matrix of codes, see `bench.scoring.encoding`: rows x columns.

    Negative zeros become zeros, so that equal rows are equal bytes.
    """
    return code_table(frame, schema)


def snapped_matrix(frame: pd.DataFrame, split: Split) -> Matrix:
    """Returns `frame` as a matrix, with every column moved to the grid that it has in train."""
    from bench.grid import snap

    columns = list(split.schema.names)
    return matrix(snap(frame[columns], split.train[columns]), split.schema)


def constant(values: Matrix) -> NDArray[np.bool_]:
    """Marks the columns that hold a single value and no gap, (columns,); columns of NaN are not marked.

    >>> constant(np.array([[1.0, 2.0], [1.0, 3.0]]))
    array([ True, False])
    """
    return np.asarray(np.all(values == values[:1], axis=0))


def score(name: str, value: float, column: str | None = None, *, undefined: str = "") -> Score:
    """Returns the score of a value; if the value is not finite, a blank score with the reason `undefined`."""
    if np.isfinite(value):
        return Score(name, float(value), column)
    return Score(name, None, column, undefined or f"the value is {float(value)}")


def column_scores(name: str, values: Matrix, columns: Sequence[str], undefined: str = "") -> list[Score]:
    """Returns one score per column, from values (columns,); those that are not finite get the reason `undefined`."""
    return [score(name, value, column, undefined=undefined) for column, value in zip(columns, values, strict=True)]


def unscored(metrics: Iterable[Metric], columns: Sequence[str], reason: str) -> list[Score]:
    """Returns a blank score for every metric, and for every column of metrics that have values per column."""
    return [
        Score(metric.name, None, column, reason)
        for metric in metrics
        for column in (None, *(columns if metric.per_column else ()))
    ]
