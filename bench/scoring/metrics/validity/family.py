"""Validity: are synthetic rows well-formed: types, ranges, grids, no missing cells?"""

from __future__ import annotations

from functools import partial

from bench.api import Context, Details, Family, Metric, Score

_NAME = "validity"
_metric = partial(Metric, family=_NAME, better="lower")
_COUNTED = "counted: cells outside"
_GRID = "grid: the fewest decimals that write every value of train, times the greatest common divisor of their steps"
# No reference row is malformed, so no floor exists: these metrics are shown, never ranked.
_METRICS = (
    _metric(
        name="diagnostic",
        needs=("only numeric",),
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
        needs=("numeric",),
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
        name="invented_levels",
        needs=("categorical",),
        per_column=True,
        source="counted: levels that the whole table lacks; 1 - CategoryAdherence of sdmetrics",
        meaning="share of cells of categories with a level that no real row has",
    ),
    _metric(
        name="unexpected_gaps",
        needs=("mixed",),
        per_column=True,
        source="counted: gaps in columns of which every real row has a value",
        meaning="share of cells that are missing in columns without gaps",
    ),
    _metric(
        name="diagnostic_snapped",
        needs=("only numeric",),
        better="higher",
        within="full",
        source="as diagnostic, after moving cells to train's grids",
        meaning="diagnostic after rounding to the digits of train, which may bring a cell back into range",
    ),
    _metric(
        name="out_of_range_snapped",
        needs=("only numeric",),
        within="full",
        source="as out_of_range, after moving cells to train's grids",
        meaning="share of cells that are out of range by more than rounding",
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    from .ranges_and_grids import score_validity

    return score_validity(context, _METRICS), {}


FAMILY = Family(_NAME, "Well-formed rows: types, ranges, grids, no empty or frozen columns", _METRICS, _score, order=50)
