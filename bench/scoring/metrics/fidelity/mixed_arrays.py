"""Arrays from which reports draw a table with categories, dates or gaps.

Keys, for a table of `c` columns, of which `n` are numbers:
- `columns`: (c,) names.
- `edges/<column>`, `density/<column>`, `outside/<column>`, `quantiles/<column>`: of a number, as in `report_arrays`,
  of the cells with a value.
- `levels/<column>`: of a category, names of the 20 levels with most real rows, `(other)` if there are more, and `(gap)`
  if there are gaps; the split's, shared by all its tables.
- `shares/<column>`: of a category, the share of rows with each of them.
- `timeline_edges/<column>`, `timeline/<column>`: of a date, (41,) seconds since 1970 and (40,) shares between them.
- `hour/<column>`, `weekday/<column>`, `month/<column>`: of a date, (24,), (7,) from Monday, (12,) shares.
- `gaps`: (c,) share of cells without a value.
- `gap_patterns`: (at most 12, c) marks the columns with a gap, the patterns with most real rows first; the split's.
- `gap_shares`: share of rows with each pattern, and last with any other one.
- `association`: (c, c) mutual information as a share of the largest possible; 1 on the diagonal, NaN for a constant.
- `point_columns`: (n,) names of numbers; `points`: (at most 1,000, n) rows, NaN for a gap; `point_correlation`: (n, n)
  Pearson, of rows with a value in both.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .column_distributions import percentiles
from .mixed_pairs import binned, correlation
from .pair_dependence import mutual_information
from .report_arrays import POINTS, bin_edges, density_between, float32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.api import Arrays, Column, Details, Schema

    from ..shared.matrix import Matrix

_MOST_LEVELS = 20
_MOST_PATTERNS = 12
_TIMELINE = 40
_DAY, _HOUR = 86_400, 3_600
_OTHER, _GAP = "(other)", "(gap)"


def mixed_arrays(train: Matrix, holdout: Matrix, schema: Schema, seed: int) -> Details:
    """Returns the arrays of the real rows, those of holdout, in bins that train and holdout give together."""
    real = np.concatenate([train, holdout])
    arrays: Details = {}
    for column, values in zip(schema.columns, real.T, strict=True):
        present = values[~np.isnan(values)]
        ends = present if len(present) else np.zeros(1)
        if column.kind == "numeric":
            arrays[f"edges/{column.name}"] = bin_edges(ends[:, None])[0]
        elif column.kind == "datetime":
            low, high = ends.min(), ends.max()
            arrays[f"timeline_edges/{column.name}"] = np.linspace(low, max(high, low + _DAY), _TIMELINE + 1)
        else:
            arrays[f"levels/{column.name}"] = _level_names(values, column)
    patterns, counts = np.unique(np.isnan(real), axis=0, return_counts=True)
    arrays["gap_patterns"] = patterns[np.argsort(-counts, kind="stable")][:_MOST_PATTERNS]
    return table_arrays(train, holdout, schema, arrays, seed)


def table_arrays(train: Matrix, rows: Matrix, schema: Schema, split_arrays: Arrays, seed: int) -> Details:
    """Returns the arrays of a table; `split_arrays` has the bins, levels and patterns of the split."""
    numbers = [schema.position(name) for name in schema.numeric]
    chosen = np.random.default_rng(seed).permutation(len(rows))[:POINTS]
    arrays: Details = {
        "columns": np.array(schema.names, dtype=np.str_),
        "gaps": float32(np.isnan(rows).mean(axis=0)) if len(rows) else np.zeros(rows.shape[1], np.float32),
        "gap_patterns": np.asarray(split_arrays["gap_patterns"]),
        "gap_shares": _pattern_shares(rows, split_arrays["gap_patterns"]),
        "association": association(train, rows, schema),
        "point_columns": np.array(schema.numeric, dtype=np.str_),
        "points": float32(rows[chosen][:, numbers]),
        "point_correlation": float32(_correlations(rows, numbers)),
    }
    for column, values in zip(schema.columns, rows.T, strict=True):
        arrays |= _column_arrays(column, values, split_arrays)
    return arrays


def _column_arrays(column: Column, values: Matrix, split_arrays: Arrays) -> Details:
    name, present = column.name, values[~np.isnan(values)]
    if column.kind == "numeric":
        edges = np.asarray(split_arrays[f"edges/{name}"])
        density, outside = density_between(present, edges)
        quantiles = {f"quantiles/{name}": float32(percentiles(present))} if len(present) else {}
        return {f"edges/{name}": edges, f"density/{name}": density, f"outside/{name}": outside, **quantiles}
    if column.kind == "datetime":
        edges = np.asarray(split_arrays[f"timeline_edges/{name}"])
        return {f"timeline_edges/{name}": edges} | {
            f"{part}/{name}": shares for part, shares in _date_shares(present, edges).items()
        }
    names = np.asarray(split_arrays[f"levels/{name}"])
    return {f"levels/{name}": names, f"shares/{name}": _level_shares(values, column, names)}


def _level_names(values: Matrix, column: Column) -> NDArray[np.str_]:
    counts = np.bincount(values[~np.isnan(values)].astype(np.int64), minlength=len(column.levels))
    common = np.argsort(-counts[: len(column.levels)], kind="stable")[:_MOST_LEVELS]
    others = [_OTHER] if len(column.levels) > _MOST_LEVELS else []
    gaps = [_GAP] if column.missing else []
    return np.array([*(column.levels[code] for code in common), *others, *gaps], dtype=np.str_)


def _level_shares(values: Matrix, column: Column, names: NDArray[np.str_]) -> NDArray[np.float32]:
    """Returns the share of each name; invented levels count as other ones, if these are named."""
    absent = np.isnan(values)
    counts = np.bincount(values[~absent].astype(np.int64), minlength=len(column.levels) + 1)
    shown = {str(name): int(counts[code]) for code, name in enumerate(column.levels) if name in names}
    extra = {_OTHER: len(values) - int(absent.sum()) - sum(shown.values()), _GAP: int(absent.sum())}
    return float32(np.array([(shown | extra)[str(name)] for name in names]) / max(len(values), 1))


def _date_shares(seconds: Matrix, edges: Matrix) -> dict[str, NDArray[np.float32]]:
    """Returns shares of dates along time, and by hour, weekday and month.

    >>> shares = _date_shares(np.array([0.0, 40 * 86_400 + 3_600.0]), np.array([0.0, 86_400.0, 50 * 86_400.0]))
    >>> {name: np.flatnonzero(values).tolist() for name, values in shares.items()}
    {'timeline': [0, 1], 'hour': [0, 1], 'weekday': [1, 3], 'month': [0, 1]}
    """
    months = (seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)) % 12
    # The first day of 1970 was a Thursday.
    parts = {
        "hour": (seconds % _DAY // _HOUR, 24),
        "weekday": ((seconds // _DAY + 3) % 7, 7),
        "month": (months, 12),
    }
    rows = max(len(seconds), 1)
    timeline = {"timeline": float32(np.histogram(seconds, bins=edges)[0] / rows)}
    return timeline | {
        part: float32(np.bincount(codes.astype(np.int64), minlength=size) / rows)
        for part, (codes, size) in parts.items()
    }


def _pattern_shares(rows: Matrix, patterns: NDArray[np.bool_]) -> NDArray[np.float32]:
    gaps = np.isnan(rows)
    shares = [float((gaps == pattern).all(axis=1).mean()) if len(rows) else 0.0 for pattern in patterns]
    return float32(np.array([*shares, max(1.0 - sum(shares), 0.0) if len(rows) else 0.0]))


def association(train: Matrix, rows: Matrix, schema: Schema) -> NDArray[np.float32]:
    """Returns the mutual information of every pair as a share of the largest possible, (columns, columns)."""
    (codes,), sizes, occupied = binned(train, [rows], schema)
    shares = np.full((len(sizes), len(sizes)), np.nan)
    varying = [position for position, count in enumerate(occupied) if count > 1] if len(rows) else []
    for position in varying:
        shares[position, position] = 1.0
    for i, j in combinations(varying, 2):
        shared = mutual_information(codes[i], codes[j], sizes[i], sizes[j])
        shares[i, j] = shares[j, i] = min(shared / np.log(min(occupied[i], occupied[j])), 1.0)
    return float32(shares)


def _correlations(rows: Matrix, numbers: Sequence[int]) -> Matrix:
    """Returns Pearson's r of every pair of numbers, NaN where it is undefined; 1 on the diagonal."""
    matrix = np.eye(len(numbers))
    for i, j in combinations(range(len(numbers)), 2):
        matrix[i, j] = matrix[j, i] = correlation(rows[:, numbers[i]], rows[:, numbers[j]])
    return matrix
