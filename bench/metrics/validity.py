"""Validity: are the rows well-formed at all?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score

if TYPE_CHECKING:
    from bench.api import Details

_ME = "validity"
# No reference row is malformed, so there is no floor to rank against: all of these are shown only.
_METRICS = (
    Metric(
        name="diagnostic",
        family=_ME,
        better="higher",
        source="sdmetrics DiagnosticReport against train",
        meaning="share of cells within the range of train, and of columns with the right name and type",
    ),
    Metric(
        name="out_of_range",
        family=_ME,
        better="lower",
        per_column=True,
        meaning="share of cells outside the smallest and largest value of train",
    ),
    Metric(name="non_finite", family=_ME, better="lower", meaning="share of cells that are missing or infinite"),
    Metric(
        name="constant_columns",
        family=_ME,
        better="lower",
        meaning="share of the columns varying in train that hold a single value",
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    from . import _sdmetrics
    from ._table import constant, matrix, non_finite, score

    schema, columns = context.split.schema, list(context.split.schema.columns)
    train, rows = matrix(context.split.train, schema), matrix(context.synthetic, schema)
    outside = ~((rows >= train.min(axis=0)) & (rows <= train.max(axis=0)))
    varying = ~constant(train)
    frozen = (constant(rows) & varying).sum() / max(int(varying.sum()), 1)
    diagnostic = _sdmetrics.diagnostic(context.split.train[columns], context.synthetic, context.seed)
    by_column = zip(columns, outside.mean(axis=0), strict=True)
    return [
        score("diagnostic", diagnostic),
        score("out_of_range", outside.mean()),
        *(score("out_of_range", share, column) for column, share in by_column),
        score("non_finite", non_finite(rows).mean()),
        score("constant_columns", frozen),
    ], {}


FAMILY = Family(_ME, "Well-formed rows: types, ranges, no empty or frozen columns", _METRICS, _score, order=50)
