"""Impossible cells of tables with categories, dates or gaps: those of numbers, invented levels and unexpected gaps.

A gap is as good as a value in a column in which the table has gaps. Elsewhere it is out of range and off the grid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.grid import describe
from bench.scoring.unusable_cells import non_finite

from ..shared.matrix import column_scores, constant, matrix, score
from ..shared.numerics import finite_mean
from ..shared.repeats import comparable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.api import Context, Schema, Score

    from ..shared.matrix import Matrix

    Flags = NDArray[np.bool_]

# As for tables of numbers: a part of a step, and rounding at the precision of train's type.
_SLACK = 1e-6
_ROUNDING = 4
_REASONS = {"numeric": "is a number", "categorical": "is categorical", "datetime": "is a date"}


def score_kinds(context: Context) -> list[Score]:
    """Returns the scores of all metrics of the family that exist on the table, which has rows."""
    schema = context.split.schema
    train, rows = matrix(context.split.train, schema), matrix(context.synthetic, schema)
    unexpected, invented = unexpected_gaps(rows, schema), invented_levels(rows, schema)
    single = np.array([context.split.train[name].dtype == np.float32 for name in schema.names])
    outside, off, below = _number_faults(train, rows, schema, single)
    frozen = constant(comparable(rows)) & ~constant(comparable(train))
    return [
        *_scores("out_of_range", outside, schema, ("numeric", "datetime")),
        score("rows_out_of_range", outside.any(axis=1).mean()),
        *([score("negative_cells", below.mean())] if schema.numeric else []),
        score("grid_columns", np.isfinite(off).sum()),
        score("grid_violations", finite_mean(off), undefined="no column of train lies on a grid"),
        *column_scores("grid_violations", off, schema.names, "no grid in train"),
        score("non_finite", (unexpected | (non_finite(rows) & ~np.isnan(rows))).mean()),
        score("constant_columns", frozen.sum() / max(int((~constant(comparable(train))).sum()), 1)),
        *_scores("invented_levels", invented, schema, ("categorical",)),
        *_scores("unexpected_gaps", unexpected, schema, tuple(_REASONS)),
    ]


def invented_levels(rows: Matrix, schema: Schema) -> Flags:
    """Marks the cells of categories with a level that the whole table lacks, in a matrix of codes.

    >>> from bench.api import Column, Schema
    >>> schema = Schema((Column("n"), Column("c", "categorical", ("a", "b"))), "n")
    >>> invented_levels(np.array([[7.0, 1.0], [7.0, 2.0]]), schema).tolist()
    [[False, False], [False, True]]
    """
    sizes = [len(column.levels) if column.kind == "categorical" else np.inf for column in schema.columns]
    return np.asarray(rows >= np.array(sizes))


def unexpected_gaps(rows: Matrix, schema: Schema) -> Flags:
    """Marks the gaps in columns in which the whole table has none, in a matrix of codes.

    >>> from bench.api import Column, Schema
    >>> schema = Schema((Column("n"), Column("m", missing=True)), "n")
    >>> unexpected_gaps(np.array([[np.nan, np.nan]]), schema).tolist()
    [[True, False]]
    """
    return np.asarray(np.isnan(rows) & ~np.array([column.missing for column in schema.columns]))


def _number_faults(train: Matrix, rows: Matrix, schema: Schema, single: Flags) -> tuple[Flags, Matrix, Flags]:
    """Returns cells out of train's range, shares of cells off its grids (columns,), and cells of numbers below zero.

    Cells of categories are none of these; the last one has the columns of numbers alone. `single` marks the columns
    that are float32 in train, (columns,).
    """
    expected = np.isnan(rows) & ~unexpected_gaps(rows, schema)
    outside, off = np.zeros(rows.shape, dtype=bool), np.full(rows.shape[1], np.nan)
    for position, column in enumerate(schema.columns):
        present = train[~np.isnan(train[:, position]), position]
        if column.kind == "categorical" or not len(present):
            continue
        values = rows[:, position]
        outside[:, position] = ~((values >= present.min()) & (values <= present.max())) & ~expected[:, position]
        precision = np.float32 if single[position] else np.float64
        grid = describe(present.astype(precision))
        if grid.step:
            with np.errstate(all="ignore"):
                slack = np.maximum(_SLACK * grid.step, _ROUNDING * np.finfo(precision).eps * np.abs(values))
                near = np.abs(values - grid.snap(values)) <= slack
            off[position] = (~near & ~expected[:, position]).mean()
    numbers = [schema.position(name) for name in schema.numeric]
    return outside, off, (rows[:, numbers] < 0) & ~(train[:, numbers] < 0).any(axis=0)


def _scores(name: str, faults: Flags, schema: Schema, kinds: Sequence[str]) -> list[Score]:
    """Returns the share of faults over the columns of some kinds, and by column."""
    counted = np.array([column.kind in kinds for column in schema.columns])
    overall = faults[:, counted].mean() if counted.any() else np.nan
    shares = zip(faults.mean(axis=0), counted, schema.columns, strict=True)
    return [
        score(name, overall, undefined="the table has no such column"),
        *(
            score(name, share if counts else np.nan, column.name, undefined=_REASONS[column.kind])
            for share, counts, column in shares
        ),
    ]
