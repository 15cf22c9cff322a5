"""Impossible cells: out of range, off the grid, below zero where train never is; and columns of a single value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.grid import describe_series, snap
from bench.scoring.unusable_cells import non_finite

from ..shared.matrix import column_scores, constant, matrix, score, unscored
from ..shared.numerics import finite_mean
from ..shared.sdmetrics_calls import diagnostic
from .kinds import score_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Context, Metric, Score

    from ..shared.matrix import Matrix

    Flags = NDArray[np.bool_]

# Cells may miss a grid point by this much of a step, and by rounding at the precision of train's type.
_SLACK = 1e-6
_ROUNDING = 4


def score_validity(context: Context, metrics: Sequence[Metric]) -> list[Score]:
    """Returns the scores of all metrics of the family; no values for a table without rows."""
    schema, columns = context.split.schema, list(context.split.schema.names)
    if not len(context.synthetic):
        return unscored(metrics, columns, "the table has no rows")
    if not schema.is_numeric:
        return score_kinds(context)
    real, rows = context.split.train[columns], matrix(context.synthetic, schema)
    train = matrix(real, schema)
    outside, off = out_of_range(train, rows), off_grid(real, rows)
    scores = [
        score("diagnostic", diagnostic(real, context.synthetic, context.seed)),
        score("out_of_range", outside.mean()),
        *column_scores("out_of_range", outside.mean(axis=0), columns),
        score("rows_out_of_range", outside.any(axis=1).mean()),
        score("negative_cells", negative(train, rows).mean()),
        score("non_finite", non_finite(rows).mean()),
        score("constant_columns", constant_share(train, rows)),
        score("grid_columns", np.isfinite(off).sum()),
        score("grid_violations", finite_mean(off), undefined="no column of train lies on a grid"),
        *column_scores("grid_violations", off, columns, "no grid in train"),
    ]
    if context.metric_set != "core":
        with np.errstate(all="ignore"):
            snapped = snap(context.synthetic[columns], real)
        scores.append(score("diagnostic_snapped", diagnostic(real, snapped, context.seed)))
        scores.append(score("out_of_range_snapped", out_of_range(train, matrix(snapped, schema)).mean()))
    return scores


def out_of_range(train: Matrix, rows: Matrix) -> Flags:
    """Marks the cells below the smallest or above the largest value of train, and missing cells; rows x columns.

    >>> out_of_range(np.array([[0.0], [1.0]]), np.array([[0.5], [2.0], [np.nan]])).ravel()
    array([False,  True,  True])
    """
    return np.asarray(~((rows >= train.min(axis=0)) & (rows <= train.max(axis=0))))


def negative(train: Matrix, rows: Matrix) -> Flags:
    """Marks the cells below zero in columns that are never below zero in train; rows x columns.

    >>> negative(np.array([[0.0, -1.0]]), np.array([[-3.0, -3.0]]))
    array([[ True, False]])
    """
    return np.asarray((rows < 0) & (train >= 0).all(axis=0))


def constant_share(train: Matrix, rows: Matrix) -> float:
    """Returns the share of the columns varying in train that hold a single value here; 0 if none varies.

    >>> constant_share(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[5.0, 0.0], [5.0, 1.0]]))
    0.5
    """
    varying = ~constant(train)
    return float((constant(rows) & varying).sum() / max(int(varying.sum()), 1))


def off_grid(train: pd.DataFrame, rows: Matrix) -> Matrix:
    """Returns the share of each column's cells that are not on train's grid, (columns,); NaN where train has no grid.

    Grid points beyond train's range count as on the grid, missing and infinite cells as off the grid.

    Args:
        train: rows x columns; a column that is constant in train has no grid.
        rows: rows x columns, float64.

    >>> import pandas as pd
    >>> off_grid(pd.DataFrame({"a": [0.5, 1.0, 2.5]}), np.array([[0.0], [1.5], [1.7], [np.nan]]))
    array([0.5])
    """
    return np.array([_off_grid_share(train[name], values) for name, values in zip(train.columns, rows.T, strict=True)])


def _off_grid_share(train: pd.Series[float], values: Matrix) -> float:
    grid = describe_series(train)
    if grid.step == 0:
        return float("nan")
    precision = np.finfo(np.float32 if train.dtype == np.float32 else np.float64).eps
    with np.errstate(all="ignore"):
        gap = np.abs(values - grid.snap(values))
        near = gap <= np.maximum(_SLACK * grid.step, _ROUNDING * precision * np.abs(values))
    # The gap of NaN and of an infinity is NaN, so they are never near.
    return float((~near).mean())
