"""The form of a table: names, types, ranges and grids of train, which synthetic rows get too."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from bench.api import BenchError, Schema
from bench.grid import Grid, describe_series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Form:
    """Names, types, ranges and grids of a table's columns."""

    names: tuple[str, ...]
    dtypes: tuple[Any, ...]
    columns: tuple[Grid, ...]

    def table(self, values: NDArray[np.floating], *, clip: bool = True, snap: bool = True) -> pd.DataFrame:
        """Returns synthetic values as a table like train.

        Args:
            values: (rows, columns).
            clip: move values into train's range.
            snap: round values to each column's grid; integer columns are rounded in any case.

        Raises:
            BenchError: if a value is not finite.
        """
        require_finite(values, self.names)
        return pd.DataFrame(
            {name: self._column(i, values[:, i].astype(np.float64), clip, snap) for i, name in enumerate(self.names)}
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the form as plain data."""
        columns = [{name: _plain(value) for name, value in asdict(column).items()} for column in self.columns]
        return {"names": list(self.names), "dtypes": [str(dtype) for dtype in self.dtypes], "columns": columns}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Returns the form of `to_dict`."""
        dtypes = tuple(pd.api.types.pandas_dtype(name) for name in data["dtypes"])
        return cls(tuple(data["names"]), dtypes, tuple(Grid(**column) for column in data["columns"]))

    def _column(self, index: int, values: NDArray[np.float64], clip: bool, snap: bool) -> pd.Series[Any]:
        column, dtype = self.columns[index], self.dtypes[index]
        values = column.clip(values) if clip else values
        values = column.snap(values) if snap else values
        if pd.api.types.is_integer_dtype(dtype):
            values = np.rint(values)
        return pd.Series(values).astype(dtype)


def require_finite(values: NDArray[np.floating], names: Sequence[str]) -> None:
    """Checks values that a model drew.

    Args:
        values: (rows, columns).
        names: of the columns.

    Raises:
        BenchError: if a value is not finite, with the columns.
    """
    finite = np.isfinite(values).all(axis=0)
    if not finite.all():
        bad = ", ".join(name for name, ok in zip(names, finite, strict=True) if not ok)
        raise BenchError(
            f"the model drew values that are not finite in {bad}, so its fit failed; change its parameters with --set "
            "(a lower learning rate, if it is a network)"
        )


def read_table(train: pd.DataFrame, schema: Schema) -> tuple[NDArray[np.float64], Form]:
    """Returns the values of `train`, (rows, columns), and their form.

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


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.item() if isinstance(value, np.generic) else value
