"""Cells and rows that cannot be: out of range, off the grid, of the wrong sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.grid import describe_series

from ..shared.matrix import constant

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ..shared.matrix import Matrix

    Flags = NDArray[np.bool_]

# Cells may miss a grid point by this much of a step, and by rounding at the precision of train's type.
_SLACK = 1e-6
_ROUNDING = 4


def out_of_range(train: Matrix, rows: Matrix) -> Flags:
    """Which cells are below the smallest or above the largest value of train, or missing; rows x columns.

    >>> out_of_range(np.array([[0.0], [1.0]]), np.array([[0.5], [2.0], [np.nan]])).ravel()
    array([False,  True,  True])
    """
    return np.asarray(~((rows >= train.min(axis=0)) & (rows <= train.max(axis=0))))


def negative(train: Matrix, rows: Matrix) -> Flags:
    """Which cells are below zero in columns that never are in train; rows x columns.

    >>> negative(np.array([[0.0, -1.0]]), np.array([[-3.0, -3.0]]))
    array([[ True, False]])
    """
    return np.asarray((rows < 0) & (train >= 0).all(axis=0))


def frozen_share(train: Matrix, rows: Matrix) -> float:
    """Share of the columns varying in train that hold a single value; 0 if none varies.

    >>> frozen_share(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[5.0, 0.0], [5.0, 1.0]]))
    0.5
    """
    varying = ~constant(train)
    return float((constant(rows) & varying).sum() / max(int(varying.sum()), 1))


def off_grid(train: pd.DataFrame, rows: Matrix) -> Matrix:
    """Share of each column's cells that lie on no point of train's grid, (columns,); NaN where train has none.

    Grid points beyond train's range count as on the grid; missing and infinite cells do not.

    Args:
        train: rows x columns, varying or not: a column that is constant in train has no grid.
        rows: rows x columns, float64.

    >>> import pandas as pd
    >>> off_grid(pd.DataFrame({"a": [0.5, 1.0, 2.5]}), np.array([[0.0], [1.5], [1.7], [np.nan]]))
    array([0.5])
    """
    return np.array([_off(train[name], values) for name, values in zip(train.columns, rows.T, strict=True)])


def _off(train: pd.Series[float], values: Matrix) -> float:
    column = describe_series(train)
    if column.step == 0:
        return float("nan")
    precision = np.finfo(np.float32 if train.dtype == np.float32 else np.float64).eps
    with np.errstate(all="ignore"):
        gap = np.abs(values - column.snap(values))
        near = gap <= np.maximum(_SLACK * column.step, _ROUNDING * precision * np.abs(values))
    # Neither NaN nor an infinity is near anything: their gaps are NaN.
    return float((~near).mean())
