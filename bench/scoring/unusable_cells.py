"""Cells that cannot be scored: gaps where real rows have none, and numbers that are too large."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


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
