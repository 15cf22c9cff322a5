"""Two columns at a time: how many rows lie in each cell of a grid.

Pairs are chosen from train: those with the strongest association, and those of the target. A synthetic table has the
pairs whose association differs most from train's as well.

Keys of what reports get:
- `grids/columns`: (pairs, 2) names of the columns on the x and y axes; the split's.
- `grids/counts`: (pairs, 16, 16) rows in each cell, y by x. Cells after the last one of a column are empty.
- `grids/own_columns`, `grids/own_counts`, `grids/own_real`: the same of the table's own pairs, with counts of train.
- `grids/cells/<column>`: names of the cells of a column in one of these pairs: levels, values if a number has at most
  16, or where bins begin.

Rows with a gap in one of the two columns are in no cell, and values beyond train's range are in the outermost cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.api import Arrays, Column, Details, Schema

    from ..shared.matrix import Matrix

    Pairs = list[tuple[int, int]]

CELLS = 16
_STRONGEST, _OF_TARGET, _OWN = 3, 3, 2
_OTHER = "(other)"


def chosen_pairs(strength: NDArray[np.floating], target: int) -> Pairs:
    """Returns the pairs of columns with the strongest association, and the strongest ones with the target.

    `strength` is (columns, columns), NaN where undefined.

    >>> chosen_pairs(np.array([[1.0, 0.9, 0.1], [0.9, 1.0, np.nan], [0.1, np.nan, 1.0]]), 2)
    [(0, 1), (0, 2)]
    """
    ordered = _strongest(strength)
    with_target = [pair for pair in ordered if target in pair]
    return list(dict.fromkeys([*ordered[:_STRONGEST], *with_target[:_OF_TARGET]]))


def own_pairs(strength: NDArray[np.floating], real: NDArray[np.floating], others: Pairs) -> Pairs:
    """Returns the pairs whose association differs most from that of real rows, without those in `others`."""
    return [pair for pair in _strongest(strength - real) if pair not in others][:_OWN]


def _strongest(values: NDArray[np.floating]) -> Pairs:
    size = np.where(np.isfinite(values), np.abs(values), -1.0)
    rows, columns = np.triu_indices(len(size), 1)
    order = np.argsort(-size[rows, columns], kind="stable")
    return [(int(rows[at]), int(columns[at])) for at in order if size[rows[at], columns[at]] >= 0]


def cell_edges(train: Matrix, schema: Schema) -> Details:
    """Returns the bins of every column of train (codes): `grids/edges/<column>`, those of a category being codes.

    Numbers and dates of at most 16 values have these in `grids/values/<column>`, and a cell for each.
    """
    present = {column: values[~np.isnan(values)] for column, values in zip(schema.columns, train.T, strict=True)}
    edges = {f"grids/edges/{column.name}": _edges(values, column) for column, values in present.items()}
    distinct = {column.name: np.unique(values) for column, values in present.items() if column.kind != "categorical"}
    few = {f"grids/values/{name}": values for name, values in distinct.items() if 1 < len(values) <= CELLS}
    return edges | few


def _edges(present: Matrix, column: Column) -> Matrix:
    """Returns the codes of the 15 most frequent levels in order, or the edges of bins between 0.5 % and 99.5 %."""
    if column.kind == "categorical":
        counts = np.bincount(present.astype(np.int64), minlength=len(column.levels))[: len(column.levels)]
        return np.sort(np.argsort(-counts, kind="stable")[: CELLS - 1]).astype(np.float64)
    if not len(present):
        return np.zeros(2)
    low, high = np.quantile(present, [0.005, 0.995])
    if low == high:
        low, high = present.min(), present.max()
    distinct = np.unique(present)
    if len(distinct) <= CELLS:  # each of few values has a cell
        middles = (distinct[1:] + distinct[:-1]) / 2
        return np.concatenate([distinct[:1], middles, distinct[-1:]])
    return np.linspace(low, high, CELLS + 1)


def pair_counts(rows: Matrix, pairs: Pairs, schema: Schema, artefacts: Arrays) -> NDArray[np.uint32]:
    """Returns how many rows (codes) lie in each cell, (pairs, 16, 16)."""
    counts = np.zeros((len(pairs), CELLS, CELLS), dtype=np.uint32)
    cells = {position: _cells(rows[:, position], position, schema, artefacts) for position in {*sum(pairs, ())}}
    for place, (x, y) in enumerate(pairs):
        within = (cells[x] >= 0) & (cells[y] >= 0)
        np.add.at(counts[place], (cells[y][within], cells[x][within]), 1)
    return counts


def _cells(values: Matrix, position: int, schema: Schema, artefacts: Arrays) -> NDArray[np.int64]:
    """Returns the cell of each value, -1 for a gap."""
    column, absent = schema.columns[position], np.isnan(values)
    edges = np.asarray(artefacts[f"grids/edges/{column.name}"])
    filled = np.where(absent, edges[0] if len(edges) else 0.0, values)
    if column.kind == "categorical":
        found = np.searchsorted(edges, filled)
        known = (found < len(edges)) & (np.append(edges, np.nan)[found] == filled)
        cells = np.where(known, found, len(edges))
    else:
        cells = np.clip(np.searchsorted(edges, filled, side="right") - 1, 0, max(len(edges) - 2, 0))
    return np.where(absent, -1, cells)


def cell_names(position: int, schema: Schema, artefacts: Arrays) -> NDArray[np.str_]:
    """Returns the name of each cell of a column."""
    column = schema.columns[position]
    edges = np.asarray(artefacts[f"grids/edges/{column.name}"])
    starts = np.asarray(artefacts.get(f"grids/values/{column.name}", edges[:-1]))
    if column.kind == "categorical":
        more = [_OTHER] if len(edges) < len(column.levels) else []
        return np.array([*(column.levels[int(code)] for code in edges), *more], dtype=np.str_)
    if column.kind == "datetime":
        return np.datetime_as_string(starts.astype("datetime64[s]"), unit="m")
    return np.array(_short(starts), dtype=np.str_)


def _short(numbers: Matrix) -> list[str]:
    """Returns the numbers with three digits, or with as many more as tell them apart.

    >>> _short(np.array([6428.98, 10883.4])), _short(np.array([1000.25, 1000.5]))
    (['6430', '10900'], ['1000.2', '1000.5'])
    """
    texts: list[str] = []
    for digits in range(3, 16):
        texts = [f"{float(f'{number:.{digits}g}'):.15g}" for number in numbers]
        if len(set(texts)) == len(set(numbers)):
            break
    return texts


def column_names(pairs: Pairs, names: Sequence[str]) -> NDArray[np.str_]:
    """Returns the names of the columns of each pair, (pairs, 2)."""
    return np.array([[names[x], names[y]] for x, y in pairs], dtype=np.str_).reshape(-1, 2)
