"""Validity: are synthetic rows well-formed: types, ranges, grids, no missing cells?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score

if TYPE_CHECKING:
    from bench.api import Details

    from ..shared.matrix import Matrix

_NAME = "validity"
_metric = partial(Metric, family=_NAME, better="lower")
_COUNTED = "counted: cells outside"
_GRID = "grid: the fewest decimals that write every value of train, times the greatest common divisor of their steps"
# No reference row is malformed, so no floor exists: these metrics are shown, never ranked.
_METRICS = (
    _metric(
        name="diagnostic",
        better="higher",
        source="sdmetrics DiagnosticReport against train",
        meaning="share of cells within the range of train, and of columns with the right name and type",
    ),
    _metric(
        name="out_of_range",
        source=f"{_COUNTED} [min, max] of train",
        per_column=True,
        meaning="share of cells that are missing, or below the smallest or above the largest value of train",
    ),
    _metric(
        name="rows_out_of_range",
        source=f"{_COUNTED} [min, max] of train, by rows",
        meaning="share of rows with any cell outside train's range",
    ),
    _metric(
        name="negative_cells",
        source="counted: cells below zero, in columns that are never below zero in train",
        meaning="share of cells below zero in columns that are never below zero in train",
    ),
    _metric(
        name="grid_violations",
        source=_GRID,
        per_column=True,
        meaning="share of cells that are not on train's grid, in the columns that have a grid",
    ),
    _metric(
        name="grid_columns",
        better="higher",
        unit="columns",
        range=(0.0, float("inf")),
        source=_GRID,
        meaning="number of columns of train that have a grid; a property of the data set, not of the generator",
    ),
    _metric(
        name="non_finite",
        source="NaN, infinite, or beyond the range of IEEE 754 binary32",
        meaning="share of cells that are missing, infinite or beyond single precision",
    ),
    _metric(
        name="constant_columns",
        source="columns of one value / columns that vary in train",
        meaning="share of the columns that vary in train and hold a single value here",
    ),
    _metric(
        name="diagnostic_snapped",
        better="higher",
        within="full",
        source="as diagnostic, after moving cells to train's grids",
        meaning="diagnostic after rounding to the digits of train, which may bring a cell back into range",
    ),
    _metric(
        name="out_of_range_snapped",
        within="full",
        source="as out_of_range, after moving cells to train's grids",
        meaning="share of cells that are out of range by more than rounding",
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    import numpy as np

    from ..shared.matrix import column_scores, matrix, non_finite, score, unscored
    from ..shared.numerics import finite_mean
    from ..shared.sdmetrics_calls import diagnostic
    from .ranges_and_grids import constant_share, negative, off_grid, out_of_range

    schema, columns = context.split.schema, list(context.split.schema.columns)
    train, rows = matrix(context.split.train, schema), matrix(context.synthetic, schema)
    if not len(rows):
        return unscored(_METRICS, columns, "the table has no rows"), {}
    outside, off = out_of_range(train, rows), off_grid(context.split.train[columns], rows)
    return [
        score("diagnostic", diagnostic(context.split.train[columns], context.synthetic, context.seed)),
        score("out_of_range", outside.mean()),
        *column_scores("out_of_range", outside.mean(axis=0), columns),
        score("rows_out_of_range", outside.any(axis=1).mean()),
        score("negative_cells", negative(train, rows).mean()),
        score("non_finite", non_finite(rows).mean()),
        score("constant_columns", constant_share(train, rows)),
        score("grid_columns", np.isfinite(off).sum()),
        score("grid_violations", finite_mean(off), undefined="no column of train lies on a grid"),
        *column_scores("grid_violations", off, columns, "no grid in train"),
        *(_snapped_scores(context, train) if context.metric_set == "full" else ()),
    ], {}


def _snapped_scores(context: Context, train: Matrix) -> list[Score]:
    import numpy as np

    from bench.grid import snap

    from ..shared.matrix import matrix, score
    from ..shared.sdmetrics_calls import diagnostic
    from .ranges_and_grids import out_of_range

    schema, columns = context.split.schema, list(context.split.schema.columns)
    real = context.split.train[columns]
    with np.errstate(all="ignore"):
        rows = snap(context.synthetic[columns], real)
    return [
        score("diagnostic_snapped", diagnostic(real, rows, context.seed)),
        score("out_of_range_snapped", out_of_range(train, matrix(rows, schema)).mean()),
    ]


FAMILY = Family(_NAME, "Well-formed rows: types, ranges, grids, no empty or frozen columns", _METRICS, _score, order=50)
