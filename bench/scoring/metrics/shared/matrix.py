"""Tables as matrices, checks that they can be scored, and scores made from arrays."""

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


def non_finite(values: Matrix) -> NDArray[np.bool_]:
    """Marks the cells that are NaN, infinite or too large for float32, in which gradient boosting computes."""
    return ~(np.abs(values) <= np.finfo(np.float32).max)


def unusable(values: Matrix, columns: Sequence[str], missing: Sequence[str] = ()) -> str | None:
    """Returns why a table cannot be scored (no rows, gaps, or cells that are too large); None if it can.

    Columns that the table has gaps in, those named in `missing`, may have NaN.
    """
    if not len(values):
        return "the table has no rows"
    bad, gaps = invalid(values, columns, missing), np.isnan(values)
    reasons = ((bad & gaps, "gaps"), (bad & ~gaps, "values beyond 3.4e38"))
    return " and ".join(f"{what} in {_counts(cells, columns)}" for cells, what in reasons if cells.any()) or None


def _counts(cells: NDArray[np.bool_], columns: Sequence[str]) -> str:
    """Returns the columns with marked cells, and how many each has."""
    return ", ".join(f"{name} ({count})" for name, count in zip(columns, cells.sum(axis=0), strict=True) if count)


def invalid(values: Matrix, columns: Sequence[str], missing: Sequence[str]) -> NDArray[np.bool_]:
    """Marks the cells that are not finite, except for NaN in the columns named in `missing`; rows x columns.

    >>> invalid(np.array([[np.nan, np.nan], [np.inf, 1.0]]), ["a", "b"], ["a"])
    array([[False,  True],
           [ True, False]])
    """
    may_lack = np.array([name in missing for name in columns], dtype=bool)
    return np.asarray(non_finite(values) & ~(may_lack & np.isnan(values)))


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
