"""The form of a table's columns, learned from train and given back to synthetic rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.api import BenchError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Schema

_MOST_DECIMALS = 12
_EXACT = 2.0**53


@dataclass(frozen=True, slots=True)
class Column:
    """What values of one column look like.

    Attributes:
        low: smallest value of train.
        high: largest value of train.
        step: distance of neighbouring grid points, starting at `low`; 0 if the values lie on no grid.
        decimals: with which grid points are written, so that 0.1 + 0.2 comes out as 0.3.
    """

    low: float
    high: float
    step: float
    decimals: int

    def clip(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Moves what lies outside train's range to its nearer end."""
        return np.clip(values, self.low, self.high)

    def snap(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Moves values to the nearest grid point."""
        if self.step == 0:
            return values
        return np.round(self.low + np.rint((values - self.low) / self.step) * self.step, self.decimals)


def describe(values: NDArray[np.floating]) -> Column:
    """The range and grid of a column.

    The grid is the coarsest that holds all values: the fewest decimals with which they are written, times the
    greatest common divisor of their distances (readings in steps of 0.005 need three decimals, but few of them).

    Args:
        values: (rows,), finite; float32 values are compared with the precision that they have.
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
            return Column(low, high, step / 10.0**decimals, decimals)
    return Column(low, high, 0.0, 0)


@dataclass(frozen=True, slots=True)
class Form:
    """Names, types, ranges and grids of a table's columns."""

    names: tuple[str, ...]
    dtypes: tuple[Any, ...]
    columns: tuple[Column, ...]

    def table(self, values: NDArray[np.floating], *, clip: bool = True, snap: bool = True) -> pd.DataFrame:
        """Synthetic values as a table like train.

        Args:
            values: rows x columns.
            clip: to train's range.
            snap: to each column's grid; integer columns are rounded either way.

        Raises:
            BenchError: if a value is not finite.
        """
        if not np.isfinite(values).all():
            bad = [name for name, ok in zip(self.names, np.isfinite(values).all(axis=0), strict=True) if not ok]
            raise BenchError(f"the model drew values that are not finite in {', '.join(bad)}; lower its learning rate")
        return pd.DataFrame(
            {name: self._column(i, values[:, i].astype(np.float64), clip, snap) for i, name in enumerate(self.names)}
        )

    def _column(self, index: int, values: NDArray[np.float64], clip: bool, snap: bool) -> pd.Series[Any]:
        column, dtype = self.columns[index], self.dtypes[index]
        values = column.clip(values) if clip else values
        values = column.snap(values) if snap else values
        if pd.api.types.is_integer_dtype(dtype):
            values = np.rint(values)
        return pd.Series(values).astype(dtype)


def read(train: pd.DataFrame, schema: Schema) -> tuple[NDArray[np.float64], Form]:
    """The values of `train`, rows x columns, and their form.

    Raises:
        BenchError: if there are fewer than two rows, columns that are not numeric, or values that are not finite.
    """
    if other := schema.categorical + schema.datetime:
        raise BenchError(f"got the columns {', '.join(other)}; this generator models numeric columns only; drop them")
    if len(train) < 2:
        raise BenchError(f"got {len(train)} train rows; expected at least 2")
    values = train.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        raise BenchError("train holds missing or infinite values; expected finite ones; drop those rows")
    columns = (train.iloc[:, i] for i in range(train.shape[1]))
    described = (describe(c.to_numpy(np.float32 if c.dtype == np.float32 else np.float64)) for c in columns)
    return values, Form(tuple(train.columns), tuple(train.dtypes), tuple(described))
