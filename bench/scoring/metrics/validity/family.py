"""Validity: are the rows well-formed at all?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score

if TYPE_CHECKING:
    from bench.api import Details

_ME = "validity"
_metric = partial(Metric, family=_ME, better="lower")
_COUNTED = "counted: cells beyond"
_GRID = "grid: the fewest decimals that write every value of train, times the greatest common divisor of their steps"
# No reference row is malformed, so there is no floor to rank against: all of these are shown only.
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
        meaning="share of cells that are missing, or outside the smallest and largest value of train",
    ),
    _metric(
        name="rows_out_of_range",
        source=f"{_COUNTED} [min, max] of train, by rows",
        meaning="share of rows with any cell outside train's range",
    ),
    _metric(
        name="negative_cells",
        source=f"{_COUNTED} zero, where train has none below",
        meaning="share of cells below zero in columns that never are in train",
    ),
    _metric(
        name="grid_violations",
        source=_GRID,
        per_column=True,
        meaning="share of cells off train's grid, in the columns that lie on one",
    ),
    _metric(
        name="grid_columns",
        better="higher",
        unit="columns",
        range=(0.0, float("inf")),
        source=_GRID,
        meaning="how many columns of train lie on a grid; says nothing about the generator",
    ),
    _metric(
        name="non_finite",
        source="NaN, infinite, or beyond the range of IEEE 754 binary32",
        meaning="share of cells that are missing, infinite or beyond single precision",
    ),
    _metric(
        name="constant_columns",
        source="columns of one value / columns that vary in train",
        meaning="share of the columns varying in train that hold a single value",
    ),
    _metric(
        name="diagnostic_snapped",
        better="higher",
        within="full",
        source="as diagnostic, after moving cells to train's grids",
        meaning="the same with digits as in train: rounding may bring a cell back into range",
    ),
    _metric(
        name="out_of_range_snapped",
        within="full",
        source="as out_of_range, after moving cells to train's grids",
        meaning="share of cells out of range by more than rounding",
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    import numpy as np

    from ..shared import sdmetrics_calls
    from ..shared.matrix import matrix, non_finite, score, unscored
    from .cells import frozen_share, negative, out_of_range

    schema, columns = context.split.schema, list(context.split.schema.columns)
    train, rows = matrix(context.split.train, schema), matrix(context.synthetic, schema)
    if not len(rows):
        return unscored(_METRICS, columns, "the table has no rows"), {}
    outside = out_of_range(train, rows)
    diagnostic = sdmetrics_calls.diagnostic(context.split.train[columns], context.synthetic, context.seed)
    by_column = zip(columns, np.asarray(outside.mean(axis=0)), strict=True)
    return [
        score("diagnostic", diagnostic),
        score("out_of_range", outside.mean()),
        *(score("out_of_range", share, column) for column, share in by_column),
        score("rows_out_of_range", outside.any(axis=1).mean()),
        score("negative_cells", negative(train, rows).mean()),
        score("non_finite", non_finite(rows).mean()),
        score("constant_columns", frozen_share(train, rows)),
        *_on_grid(context),
        *(_snapped(context) if context.metric_set == "full" else ()),
    ], {}


def _on_grid(context: Context) -> list[Score]:
    import numpy as np

    from ..shared.matrix import matrix, score
    from .cells import off_grid

    columns = list(context.split.schema.columns)
    shares = off_grid(context.split.train[columns], matrix(context.synthetic, context.split.schema))
    known = shares[np.isfinite(shares)]
    overall = float(known.mean()) if len(known) else np.nan
    return [
        score("grid_columns", len(known)),
        score("grid_violations", overall, undefined="no column of train lies on a grid"),
        *(
            score("grid_violations", share, column, undefined="no grid in train")
            for column, share in zip(columns, shares, strict=True)
        ),
    ]


def _snapped(context: Context) -> list[Score]:
    import numpy as np

    from bench.grid import snap

    from ..shared import sdmetrics_calls
    from ..shared.matrix import matrix, score
    from .cells import out_of_range

    schema, columns = context.split.schema, list(context.split.schema.columns)
    real = context.split.train[columns]
    with np.errstate(all="ignore"):
        rows = snap(context.synthetic[columns], real)
    return [
        score("diagnostic_snapped", sdmetrics_calls.diagnostic(real, rows, context.seed)),
        score("out_of_range_snapped", out_of_range(matrix(real, schema), matrix(rows, schema)).mean()),
    ]


FAMILY = Family(_ME, "Well-formed rows: types, ranges, grids, no empty or frozen columns", _METRICS, _score, order=50)
