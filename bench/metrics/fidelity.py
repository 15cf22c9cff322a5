"""Fidelity: do synthetic rows follow the distribution of held-out real rows?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score, Split, Target

if TYPE_CHECKING:
    from bench.api import Details

_ME = "fidelity"
_METRICS = (
    Metric(
        name="quality",
        family=_ME,
        better="higher",
        # The mean of the next two, which are ranked: ranking it as well would count them twice.
        source="sdmetrics QualityReport, real_correlation_threshold=0, against holdout",
        meaning="mean of column_shapes and pair_trends",
    ),
    Metric(
        name="column_shapes",
        family=_ME,
        better="higher",
        ranked=True,
        floor="uniform",
        per_column=True,
        source="sdmetrics Column Shapes (1 - Kolmogorov-Smirnov statistic), against holdout",
        meaning="how well each column's distribution is matched, averaged over columns",
    ),
    Metric(
        name="pair_trends",
        family=_ME,
        better="higher",
        ranked=True,
        source="sdmetrics Column Pair Trends (1 - |difference of Pearson r| / 2), all pairs, against holdout",
        meaning="how well the correlation of each pair of columns is matched, averaged over all pairs",
    ),
    Metric(
        name="std_ratio",
        family=_ME,
        better=Target(1.0, "log"),
        range=(0.0, float("inf")),
        ranked=True,
        floor="uniform",
        per_column=True,
        source="mean over columns of std(synthetic) / std(holdout)",
        meaning="spread kept: below 1 the rows vary too little, above 1 too much",
    ),
    Metric(
        name="means_correlation",
        family=_ME,
        better="higher",
        range=(-1.0, 1.0),
        source="Pearson r between the columns' means in synthetic and holdout rows",
        meaning="a published summary; near 1 for almost anything, as it compares columns' magnitudes",
    ),
    Metric(
        name="stds_correlation",
        family=_ME,
        better="higher",
        range=(-1.0, 1.0),
        source="Pearson r between the columns' standard deviations in synthetic and holdout rows",
        meaning="a published summary; near 1 for almost anything, as it compares columns' magnitudes",
    ),
)


def _prepare(split: Split, seed: int) -> Details:
    from ._drawings import bin_edges, draw
    from ._table import matrix

    train, holdout = (matrix(part, split.schema) for part in (split.train, split.holdout))
    edges = bin_edges(train, holdout)
    return draw(holdout, split.schema.columns, edges, seed)


def _score(context: Context) -> tuple[list[Score], Details]:
    from ._drawings import draw, edges_of
    from ._fidelity import scores
    from ._table import matrix

    columns = context.split.schema.columns
    holdout, rows = (matrix(frame, context.split.schema) for frame in (context.split.holdout, context.synthetic))
    drawn = draw(rows, columns, edges_of(context.artefacts, columns), context.seed)
    return scores(_METRICS, holdout, rows, columns, context.seed), drawn


FAMILY = Family(_ME, "Distributions of columns and pairs, against held-out rows", _METRICS, _score, _prepare, order=10)
