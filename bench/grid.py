"""Range, grid and scale of columns. A grid is what values in steps lie on, such as numbers of two decimals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_MOST_DECIMALS = 12
_EXACT = 2.0**53


@dataclass(frozen=True, slots=True)
class Grid:
    """Range and grid of one column of train.

    Attributes:
        low: smallest value of train.
        high: largest value of train.
        step: distance of neighbouring grid points, starting at `low`; 0 if the column has no grid.
        decimals: of grid points, so that 0.1 + 0.2 gives 0.3.
    """

    low: float
    high: float
    step: float
    decimals: int

    def clip(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Moves values outside train's range to its nearer end."""
        return np.clip(values, self.low, self.high)

    def snap(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Moves values to the nearest grid point."""
        if self.step == 0:
            return values
        return np.round(self.low + np.rint((values - self.low) / self.step) * self.step, self.decimals)


def describe(values: NDArray[np.floating]) -> Grid:
    """Returns the range and grid of a column, (rows,), finite; float32 values are compared at their own precision.

    The grid is the coarsest that holds all values: the fewest decimals that write them, times the greatest common
    divisor of their distances (values in steps of 0.005 have three decimals, but the step is 5 times as coarse).
    """
    tolerance = 4 * np.finfo(values.dtype).eps * np.abs(values)
    exact = values.astype(np.float64)
    low, high = float(exact.min()), float(exact.max())
    for decimals in range(_MOST_DECIMALS + 1):
        whole = exact * 10.0**decimals
        if np.abs(whole).max() > _EXACT:
            break
        if (np.abs(np.rint(whole) / 10.0**decimals - exact) <= tolerance).all():
            ticks = np.rint(whole).astype(np.int64)
            step = int(np.gcd.reduce(ticks - ticks.min()))
            return Grid(low, high, step / 10.0**decimals, decimals)
    return Grid(low, high, 0.0, 0)


def describe_series(column: pd.Series[float]) -> Grid:
    """Returns the range and grid of a column of a table, at the precision of its type."""
    return describe(column.to_numpy(np.float32 if column.dtype == np.float32 else np.float64))


def snap(frame: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    """Moves columns of numbers to the grids that they have in train; other columns, gaps and types stay as they are."""
    numbers = [name for name in train.columns if train[name].dtype.kind in "iuf" and train[name].notna().any()]
    grids = {name: describe_series(train[name].dropna()) for name in numbers}
    snapped = {name: grid.snap(frame[name].to_numpy(np.float64)) for name, grid in grids.items()}
    return frame.assign(**snapped).astype(frame.dtypes.to_dict())


def positive_std(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the standard deviation of each column, (columns,), or of a single column, (); 1 where it is 0.

    >>> positive_std(np.array([[0.0, 5.0], [4.0, 5.0]]))
    array([2., 1.])
    """
    spread = values.std(axis=0)
    return np.where(spread > 0, spread, 1.0)
