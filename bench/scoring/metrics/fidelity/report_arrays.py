"""Arrays from which reports draw a table: binned densities, correlations and a sample of points.

Keys, for a table of `c` columns:
- `columns`: (c,) names.
- `edges/<column>`: (61,) bin edges, from the split's real rows and shared by all its tables.
- `density/<column>`: (60,) per unit of the column. The total includes rows outside the edges, so the area is below 1
  by their share.
- `outside/<column>`: (2,) shares of rows below and above the edges.
- `quantiles/<column>`: (99,) from 1 % to 99 %, of the column's finite values; NaN if it has none.
- `correlation`: (c, c) Pearson; NaN for a constant column.
- `points`: (at most 1,000, c) rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .column_distributions import percentiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.api import Arrays, Details

    from ..shared.matrix import Matrix

_BINS = 60
POINTS = 1_000
_TAIL = 0.005


def bin_edges(*tables: Matrix) -> Matrix:
    """Returns edges between the 0.5 % and 99.5 % quantiles of all rows, (columns, 61).

    A column that does not vary between the two quantiles gets edges over its whole range.

    >>> edges = bin_edges(np.arange(201.0).reshape(-1, 1))
    >>> edges.shape, edges[0, [0, -1]].round(6).tolist()
    ((1, 61), [1.0, 199.0])
    """
    rows = np.concatenate(tables)
    low, high = np.quantile(rows, [_TAIL, 1 - _TAIL], axis=0)
    narrow = low == high
    low, high = np.where(narrow, rows.min(axis=0), low), np.where(narrow, rows.max(axis=0), high)
    # A constant column gets a width that is visible at its own magnitude.
    pad = np.where(low == high, np.maximum(0.5, np.abs(low) * 1e-6), 0.0)
    return np.asarray(np.linspace(low - pad, high + pad, _BINS + 1, axis=1))


def stored_edges(artefacts: Arrays, columns: Sequence[str]) -> Matrix:
    """Returns the edges that `report_arrays` stored, (columns, 61)."""
    return np.stack([artefacts[f"edges/{name}"] for name in columns])


def report_arrays(rows: Matrix, columns: Sequence[str], edges: Matrix, seed: int) -> Details:
    """Returns all arrays of a table (rows x columns), with densities between the given edges (columns x 61)."""
    chosen = np.random.default_rng(seed).permutation(len(rows))[:POINTS]
    arrays: Details = {
        "columns": np.array(columns, dtype=np.str_),
        "correlation": correlations(rows),
        "points": float32(rows[chosen]),
    }
    for name, values, limits in zip(columns, rows.T, edges, strict=True):
        arrays[f"edges/{name}"] = limits
        arrays[f"density/{name}"], arrays[f"outside/{name}"] = density_between(values, limits)
        arrays[f"quantiles/{name}"] = float32(percentiles(values))
    return arrays


def float32(values: Matrix) -> NDArray[np.float32]:
    """Returns values in single precision, in which arrays for reports are stored; too large ones are infinite."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def density_between(values: Matrix, edges: Matrix) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns the density of a column between edges, and the shares of rows below and above them.

    Between two edges that are the same number the density is 0.
    """
    counts, _ = np.histogram(values[np.isfinite(values)], bins=edges)
    below, above = (values < edges[0]).sum(), (values > edges[-1]).sum()
    rows = max(len(values), 1)
    widths = rows * np.diff(edges)
    density = np.divide(counts, widths, out=np.zeros(len(widths)), where=widths > 0)
    return float32(density), float32(np.array([below, above]) / rows)


def correlations(rows: Matrix) -> NDArray[np.float32]:
    """Returns Pearson's r of every pair of columns, (columns, columns); NaN where it is undefined."""
    if len(rows) < 2:
        return np.full((rows.shape[1], rows.shape[1]), np.nan, dtype=np.float32)
    with np.errstate(all="ignore"):
        return float32(np.atleast_2d(np.corrcoef(rows, rowvar=False)))
