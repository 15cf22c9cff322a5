"""Reference rows of tables with categories, dates or gaps; `reference_rows` says what each of them is.

Numbers and dates are treated alike. A gap moves with its cell: between two rows, one of which has a gap, the cell of
one of them is taken whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.grid import describe
from bench.scoring.encoding import code_table, encoding_of
from bench.scoring.points import Points, nearest_points, row_distances

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from bench.api import Column, Schema

    Matrix = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_NEIGHBOURS = 5
_FEWEST_STEPS = 30
# Without a tree, all rows against all would take minutes for a large table.
_MOST_CANDIDATES = 10_000
_MOST_QUERIES = 3_000
_NANOSECONDS = 1e9


def real_train(train: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> pd.DataFrame:
    """Returns train in another order."""
    return train.iloc[rng.permutation(len(train))]


def copy(train: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> pd.DataFrame:
    """Returns a bootstrap of train."""
    return train.iloc[rng.integers(len(train), size=len(train))]


def independent(train: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> pd.DataFrame:
    """Returns each column in an order of its own."""
    return pd.DataFrame({name: train[name].array.take(rng.permutation(len(train))) for name in train.columns})


def uniform(train: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> pd.DataFrame:
    """Returns numbers and dates uniform within their ranges, levels of train equally often, gaps as often as in train.

    Numbers lie on the grid of their column: otherwise their digits alone would give every row away.
    """
    codes = code_table(train, schema)

    def column(position: int) -> Matrix:
        values, count = codes[:, position], len(codes)
        present = values[~np.isnan(values)]
        if not len(present):
            return values
        if schema.columns[position].kind == "categorical":
            drawn = rng.choice(np.unique(present), count)
        else:
            drawn = rng.uniform(present.min(), present.max(), count)
        return np.where(rng.random(count) < 1 - len(present) / count, np.nan, drawn)

    return _frame(np.column_stack([column(position) for position in range(codes.shape[1])]), train, schema)


def interpolated(train: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> pd.DataFrame:
    """Returns random points between each row and one of its 5 nearest neighbours, each level that of one of the two."""
    codes, points = code_table(train, schema), _points(train, schema)
    candidates = rng.permutation(len(train))[:_MOST_CANDIDATES]
    near = nearest_points(points, points[candidates], min(_NEIGHBOURS + 1, len(candidates)), 2)[1][:, 1:]
    other = codes[candidates[near[np.arange(len(codes)), rng.integers(near.shape[1], size=len(codes))]]]
    first = rng.random(codes.shape) < 0.5
    return _frame(_between(codes, other, rng.uniform(size=(len(codes), 1)), first, schema), train, schema)


def time_interpolated(train: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Returns the means of rows that follow each other, with the levels of the earlier one; the first once more."""
    codes = code_table(train, schema)
    means = _between(codes[:-1], codes[1:], np.full((len(codes) - 1, 1), 0.5), np.array(True), schema)
    return _frame(np.resize(means, codes.shape), train, schema)


def blurred(train: pd.DataFrame, schema: Schema, distance: float, rng: np.random.Generator) -> pd.DataFrame:
    """Returns train in another order, moved by `distance` on average.

    Numbers and dates get Gaussian noise, and a level becomes another one of train with a probability of `distance`.
    """
    codes = code_table(train, schema)[rng.permutation(len(train))]
    # The mean of |N(0, s)| is s sqrt(2 / pi).
    spread = encoding_of(train, schema).unit * distance * np.sqrt(np.pi / 2)
    noisy = codes + rng.normal(size=codes.shape) * spread
    for position in np.flatnonzero(_categorical(schema)):
        noisy[:, position] = _other_levels(codes[:, position], distance, rng)
    return _frame(noisy, train, schema)


def _other_levels(codes: Matrix, share: float, rng: np.random.Generator) -> Matrix:
    """Returns codes of levels (rows,), a share of them replaced by other ones that occur; gaps stay."""
    levels, places = np.unique(codes, return_inverse=True)
    count = int((~np.isnan(levels)).sum())
    changed = (rng.random(len(codes)) < share) & (places < count) & (count > 1)
    steps = rng.integers(1, max(count, 2), len(codes))
    return np.where(changed, levels[(places + steps) % max(count, 1)], codes)


def resolution(train: pd.DataFrame, schema: Schema) -> float:
    """Returns the median distance of rows that follow each other in time, or of a row to its nearest neighbour.

    A distance is the mean over columns of |difference| / standard deviation, 1 for a mismatch of levels.
    """
    points = _points(train, schema)
    follows = np.flatnonzero(np.diff(train.index.to_numpy()) == 1) if schema.ordered else np.array([], dtype=np.int64)
    if len(follows) >= _FEWEST_STEPS:
        return float(np.median(row_distances(points[follows + 1], points[follows])))
    queries = np.linspace(0, len(train) - 1, min(_MOST_QUERIES, len(train))).astype(np.int64)
    return float(np.median(nearest_points(points[queries], points, min(2, len(train)), 1)[0][:, -1])) / points.columns


def _between(first: Matrix, second: Matrix, weight: Matrix, from_first: Flags, schema: Schema) -> Matrix:
    """Returns codes at `weight` of the way from one row to another; levels and cells next to gaps from one of them."""
    whole = _categorical(schema) | np.isnan(first) | np.isnan(second)
    return np.where(whole, np.where(from_first, first, second), first + weight * (second - first))


def _points(train: pd.DataFrame, schema: Schema) -> Points:
    points = encoding_of(train, schema).points(code_table(train, schema))
    assert isinstance(points, Points)
    return points


def _categorical(schema: Schema) -> Flags:
    return np.array([column.kind == "categorical" for column in schema.columns])


def _frame(codes: Matrix, train: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Returns codes as a table with the types of train, numbers and dates on the grids of train."""
    known = code_table(train, schema)
    columns = {
        column.name: _cells(values, column, train[column.name], real)
        for column, values, real in zip(schema.columns, codes.T, known.T, strict=True)
    }
    return pd.DataFrame(columns, columns=train.columns)


def _cells(values: Matrix, column: Column, train: pd.Series[float], real: Matrix) -> pd.Series[float]:
    gaps, present = np.isnan(values), real[~np.isnan(real)]
    if column.kind == "categorical":
        levels = np.array([*column.levels, None], dtype=object)
        return pd.Series(levels[np.where(gaps, len(column.levels), values).astype(np.int64)]).astype(train.dtype)
    if len(present):
        values = np.where(gaps, np.nan, describe(present).snap(np.where(gaps, present[0], values)))
    if column.kind == "numeric":
        return pd.Series(values).astype(train.dtype)
    stamps = np.round(np.where(gaps, 0.0, values) * _NANOSECONDS).astype(np.int64).astype("datetime64[ns]")
    return pd.Series(np.where(gaps, np.datetime64("NaT"), stamps)).astype(train.dtype)


TABLES: dict[str, Callable[[pd.DataFrame, Schema, np.random.Generator], pd.DataFrame]] = {
    "real-train": real_train,
    "copy": copy,
    "independent": independent,
    "uniform": uniform,
    "interpolated": interpolated,
}
