"""Privacy: are synthetic rows closer to the rows that were trained on than to ones never seen?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score, Split, Target

if TYPE_CHECKING:
    from bench.api import Details

_ME = "privacy"
_metric = partial(Metric, family=_ME, floor="copy", ceiling="holdout-half")
_GOWER = "mean over columns of |difference| / range in train (Gower 1971)"
_METRICS = (
    _metric(
        name="dcr_share",
        better=Target(0.5, "above"),
        ranked=True,
        source=f"distance to closest record, train cut to the size of holdout; {_GOWER}",
        meaning="share of rows closer to train than to holdout, ties half: 0.5 has learned no single row",
    ),
    _metric(
        name="copies",
        better="lower",
        ranked=True,
        source="exact equality in all columns",
        meaning="share of rows identical to a row of train",
    ),
    _metric(
        name="dcr_train",
        better="higher",
        range=(0.0, float("inf")),
        source=_GOWER,
        meaning="median distance to the closest row of train (cut to the size of holdout); no end is better alone",
    ),
    _metric(
        name="dcr_holdout",
        better="lower",
        range=(0.0, float("inf")),
        source=_GOWER,
        meaning="median distance to the closest row of holdout; to be read beside dcr_train",
    ),
)


def _prepare(split: Split, seed: int) -> Details:
    from ._privacy import references
    from ._table import matrix

    return references(matrix(split.train, split.schema), matrix(split.holdout, split.schema), seed)


def _score(context: Context) -> tuple[list[Score], Details]:
    from ._privacy import scores
    from ._table import matrix, unscored, unusable

    schema = context.split.schema
    rows = matrix(context.synthetic, schema)
    if problem := unusable(rows, schema.columns):
        return unscored(_METRICS, schema.columns, problem), {}
    return scores(rows, matrix(context.split.train, schema), context.artefacts, context.seed), {}


FAMILY = Family(
    _ME,
    "Copies of training rows, and closeness to them beyond that to unseen rows",
    _METRICS,
    _score,
    _prepare,
    blank_for=frozenset({"real-train"}),
    blank_reason="these are the training rows themselves",
    order=40,
    combine="worst",
)
