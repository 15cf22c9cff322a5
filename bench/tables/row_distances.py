"""Distances between rows of a table: numbers and dates in robust units, levels and gaps equal or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.grid import positive_std

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_FARTHEST = 1e12
"""Values are cut off so many units from the median, so that no distance overflows."""


@dataclass(frozen=True, slots=True)
class ComparableRows:
    """Rows in the form in which they are compared.

    Attributes:
        numbers: numbers and dates in robust units, (rows, columns); a gap is at the median.
        codes: levels as codes, and whether numbers and dates are gaps, (rows, columns).
    """

    numbers: NDArray[np.float64]
    codes: NDArray[np.int64]

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.numbers)

    def __getitem__(self, rows: slice | NDArray[np.intp]) -> ComparableRows:
        """Some of the rows."""
        return ComparableRows(self.numbers[rows], self.codes[rows])

    def distances(self, others: ComparableRows) -> NDArray[np.float64]:
        """Returns the distance of each row to each other row, (rows, other rows).

        It is the sum of absolute differences of numbers, and 1 for each level or gap that differs.
        """
        from scipy.spatial.distance import cdist

        if self.numbers.shape[1]:
            distances = np.asarray(cdist(self.numbers, others.numbers, "cityblock"))
        else:
            distances = np.zeros((len(self), len(others)))
        for column in range(self.codes.shape[1]):
            distances += self.codes[:, column, None] != others.codes[None, :, column]
        return distances


@dataclass(frozen=True, slots=True)
class RowUnits:
    """How rows become comparable, from some of them.

    Attributes:
        numbers: the columns of numbers and dates that are compared.
        gaps: those of them of which gaps are compared.
        levels: the categorical columns that are compared.
        center: the median of each column of `numbers`.
        unit: the robust unit of each.
    """

    numbers: tuple[str, ...]
    gaps: tuple[str, ...]
    levels: tuple[str, ...]
    center: NDArray[np.float64]
    unit: NDArray[np.float64]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> RowUnits:
        """Returns the units of rows in table order.

        Columns that only rise or only fall say where a row stands; they are left out, unless all columns do.
        """
        levels = [name for name in map(str, rows) if isinstance(rows[name].dtype, pd.CategoricalDtype)]
        numbers = [name for name in map(str, rows) if name not in levels]
        kept_levels = [name for name in levels if not _is_monotonic(rows[name].cat.codes)]
        kept = [name for name in numbers if not _is_monotonic(rows[name])]
        if not (kept or kept_levels):
            kept, kept_levels = numbers, levels
        values = _as_floats(rows, kept)
        gaps = np.isnan(values)
        if gaps.any():
            values = np.where(gaps, _medians(values), values)
        center, unit = robust_units(values)
        gapped = tuple(name for position, name in enumerate(kept) if gaps[:, position].any())
        return cls(tuple(kept), gapped, tuple(kept_levels), center, unit)

    def comparable(self, rows: pd.DataFrame) -> ComparableRows:
        """Returns rows in these units."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = (_as_floats(rows, self.numbers) - self.center) / self.unit
        numbers = np.nan_to_num(np.clip(scaled, -_FARTHEST, _FARTHEST))
        levels = [rows[name].cat.codes.to_numpy(np.int64) for name in self.levels]
        gaps = [rows[name].isna().to_numpy(np.int64) for name in self.gaps]
        empty = np.empty((len(rows), 0), dtype=np.int64)
        return ComparableRows(numbers, np.column_stack([empty, *levels, *gaps]))


def robust_units(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the median of each column (rows x columns), and its median absolute deviation as unit.

    A few large values do not change the unit. Where half of a column or more is one value, the deviation is that of the
    other values; where this is 0 too, the standard deviation; in a constant column, 1.

    >>> center, unit = robust_units(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [4.0, 3.0], [1e9, 5.0]]))
    >>> center.tolist(), unit.tolist()
    ([3.0, 0.0], [1.0, 4.0])
    """
    center = np.median(values, axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        distance = np.abs(values - center)
        unit = np.median(distance, axis=0)
        for column in np.flatnonzero(unit == 0):
            others = distance[distance[:, column] > 0, column]
            unit[column] = np.median(others) if len(others) else 0.0
        unusable = (unit <= 0) | ~np.isfinite(unit)
        unit[unusable] = positive_std(values)[unusable]
    return center, unit


def _medians(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of the present values of each column; 0 where there are none."""
    return np.array([np.median(present) if len(present := column[~np.isnan(column)]) else 0.0 for column in values.T])


def _as_floats(rows: pd.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """Columns of numbers and dates, (rows, columns); dates in seconds, gaps as NaN."""
    columns = {
        name: rows[name] if rows[name].dtype.kind != "M" else (rows[name] - pd.Timestamp(0)).dt.total_seconds()
        for name in names
    }
    return pd.DataFrame(columns, index=rows.index).to_numpy(float)


def _is_monotonic(column: pd.Series) -> bool:
    return bool(column.is_monotonic_increasing or column.is_monotonic_decreasing)
