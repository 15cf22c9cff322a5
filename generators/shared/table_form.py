"""The form of a table: names, types, ranges and grids of train, given back to synthetic rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.api import BenchError
from bench.grid import Column, describe_series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Schema


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
    described = (describe_series(column) for column in columns)
    return values, Form(tuple(train.columns), tuple(train.dtypes), tuple(described))
