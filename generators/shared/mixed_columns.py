"""The columns of a table with categories, dates or gaps: each becomes a number, a code, or both, and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from bench.api import BenchError, Column
from bench.grid import Grid, describe, describe_series

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Codes = NDArray[np.int64]

ABSENT = -1
_NANOSECONDS = 10**9


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A numeric or date column.

    Attributes:
        name: in the table.
        dtype: in the table, such as `int64` or `datetime64[ns]`.
        grid: range and grid of the values that train has, dates in seconds since `origin`; None if it has none.
        origin: of dates, the whole second since 1970 from which they are counted; None for numbers.
        number: position among the number columns; -1 if at most one value occurs.
        code: position of the flag that marks gaps among the code columns; -1 without gaps, or if all are gaps.
    """

    name: str
    dtype: str
    grid: Grid | None
    origin: int | None = None
    number: int = ABSENT
    code: int = ABSENT

    @property
    def size(self) -> int:
        """How many codes its flag has."""
        return 2

    def series(self, numbers: Values, codes: NDArray[np.integer], *, clip: bool, snap: bool) -> pd.Series[Any]:
        """Returns the column of synthetic rows, see `MixedForm.table`."""
        dtype = pd.api.types.pandas_dtype(self.dtype)
        if self.grid is None:
            return pd.Series(np.full(len(numbers), np.nan)).astype(dtype)
        values = numbers[:, self.number] if self.number >= 0 else np.full(len(numbers), self.grid.low)
        values = self.grid.clip(values) if clip or self.origin is not None else values
        values = self.grid.snap(values) if snap else values
        if self.origin is None and pd.api.types.is_integer_dtype(dtype):
            values = np.rint(values)
        column: pd.Series[Any] = pd.Series(values if self.origin is None else _as_dates(values, self.origin))
        column = column.astype(dtype)
        return column.mask(codes[:, self.code] == 1) if self.code >= 0 else column

    def to_dict(self) -> dict[str, Any]:
        """Returns the column as plain data."""
        grid = asdict(self.grid) if self.grid else None
        return {**asdict(self), "grid": grid}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Returns the column of `to_dict`."""
        return cls(**{**data, "grid": Grid(**data["grid"]) if data["grid"] else None})


@dataclass(frozen=True, slots=True)
class LevelColumn:
    """A categorical column.

    Attributes:
        name: in the table.
        levels: of the whole table, in order.
        ordered: whether their order means something.
        values: the position in `levels` of each code; -1 for the gap, which is the last code. Levels that train lacks
            have no code.
        code: position among the code columns; -1 if train has one value only.
    """

    name: str
    levels: tuple[str, ...]
    ordered: bool
    values: tuple[int, ...]
    code: int = ABSENT

    @property
    def size(self) -> int:
        """How many codes it has."""
        return len(self.values)

    @property
    def gap(self) -> int:
        """The code of a gap; -1 if train has none."""
        return len(self.values) - 1 if self.values[-1] == ABSENT else ABSENT

    def series(self, codes: NDArray[np.integer]) -> pd.Series[Any]:
        """Returns the column of synthetic rows, see `MixedForm.table`."""
        own = codes[:, self.code] if self.code >= 0 else np.zeros(len(codes), dtype=np.int64)
        dtype = pd.CategoricalDtype(list(self.levels), self.ordered)
        return pd.Series(pd.Categorical.from_codes(np.array(self.values)[own].tolist(), dtype=dtype))

    def to_dict(self) -> dict[str, Any]:
        """Returns the column as plain data."""
        return {**asdict(self), "levels": list(self.levels), "values": list(self.values)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Returns the column of `to_dict`."""
        return cls(**{**data, "levels": tuple(data["levels"]), "values": tuple(data["values"])})


def level_column(column: pd.Series[Any], declared: Column) -> tuple[LevelColumn, Codes]:
    """Returns the form of a categorical column, its `code` unset, and its codes (rows,).

    Args:
        column: of categories, whose levels need not be those that are declared, or of text.
        declared: names the levels of the whole table.

    Raises:
        BenchError: if a cell is none of the levels.
    """
    texts = column.astype(object)
    positions = pd.Index(declared.levels, dtype=object).get_indexer(pd.Index(texts))
    if (strange := texts[(positions == ABSENT) & texts.notna().to_numpy()]).size:
        raise BenchError(f"column {declared.name!r} has the value {strange.iloc[0]!r}; expected a level of the schema")
    found = np.unique(positions)
    values = np.append(found[found >= 0], found[found < 0])
    code_of = np.empty(len(declared.levels) + 1, dtype=np.int64)
    # The gap's position, -1, is the last entry.
    code_of[values] = np.arange(len(values))
    form = LevelColumn(declared.name, declared.levels, declared.ordered, tuple(map(int, values)))
    return form, code_of[positions]


def number_column(
    column: pd.Series[Any], declared: Column, rng: np.random.Generator
) -> tuple[NumberColumn, Values, Codes]:
    """Returns the form of a numeric or date column, its positions unset, its numbers and its flags (rows,).

    Args:
        column: numbers or dates.
        declared: says which of both.
        rng: draws the numbers that stand for gaps, from the others.

    Raises:
        BenchError: if a number is infinite.
    """
    gaps = column.isna().to_numpy()
    present = column[~gaps]
    form = NumberColumn(declared.name, str(column.dtype), None)
    values = np.zeros(len(column))
    if len(present):
        form, values[~gaps] = _described(form, present, is_date=declared.kind == "datetime")
        values[gaps] = rng.choice(values[~gaps], size=int(gaps.sum()))
    return form, values, gaps.astype(np.int64)


def _described(form: NumberColumn, present: pd.Series[Any], *, is_date: bool) -> tuple[NumberColumn, Values]:
    if is_date:
        whole, rest = np.divmod(present.to_numpy("datetime64[ns]").astype(np.int64), _NANOSECONDS)
        origin = int(whole.min())
        seconds = (whole - origin) + rest / _NANOSECONDS
        return replace(form, grid=describe(seconds), origin=origin), seconds
    values = present.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        raise BenchError(f"column {form.name!r} holds infinite values; expected finite ones; drop those rows")
    return replace(form, grid=describe_series(present)), values


def _as_dates(seconds: Values, origin: int) -> NDArray[np.datetime64]:
    """Returns dates; seconds and their fraction apart, because a float cannot hold nanoseconds of years."""
    whole = np.floor(seconds)
    rest = np.rint((seconds - whole) * _NANOSECONDS).astype(np.int64)
    return ((whole.astype(np.int64) + origin) * _NANOSECONDS + rest).astype("datetime64[ns]")
