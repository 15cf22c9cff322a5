"""Fidelity: do synthetic rows follow the distribution of held-out real rows?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score, Split, Target

if TYPE_CHECKING:
    from bench.api import Details

_ME = "fidelity"
_metric = partial(Metric, family=_ME, better="higher")
_column = partial(_metric, ranked=True, floor="uniform", per_column=True)
_pair = partial(_metric, ranked=True, per_column=True)
_rows = partial(_metric, ranked=True)
_UP = (0.0, float("inf"))
_KNN = "holdout and synthetic cut to one size (at most 5,000), in train's standard deviations, 5th neighbour"

_MARGINAL = (
    _column(
        name="column_shapes",
        source="sdmetrics Column Shapes (1 - Kolmogorov-Smirnov statistic), against holdout",
        meaning="how well each column's distribution is matched, averaged over columns",
    ),
    _column(
        name="wasserstein",
        better="lower",
        range=_UP,
        unit="std",
        source="Wasserstein-1 distance to holdout / standard deviation in train, mean over columns",
        meaning="how far values must move, in standard deviations, to turn a column into the real one",
    ),
    _column(
        name="tail_error",
        better="lower",
        range=_UP,
        unit="std",
        source="|difference of quantiles| to holdout at 1 % and 99 % / standard deviation in train, mean over columns",
        meaning="how far the ends of each column's distribution are off, in standard deviations",
    ),
    _metric(
        name="top_decile_error",
        better="lower",
        range=_UP,
        ranked=True,
        floor="uniform",
        source="|T(synthetic) - T(holdout)| / (T(holdout) - mean(holdout)), T the mean of the target's top decile",
        meaning="relative error of how far the target's highest tenth lies above its mean",
    ),
    _metric(
        name="std_ratio",
        better=Target(1.0, "log"),
        range=_UP,
        # Not ranked: too narrow columns make up for too wide ones in its mean, not in the next one's.
        floor="uniform",
        per_column=True,
        source="mean over columns of std(synthetic) / std(holdout)",
        meaning="spread kept: below 1 the rows vary too little, above 1 too much",
    ),
    _metric(
        name="spread_error",
        better="lower",
        range=_UP,
        ranked=True,
        floor="uniform",
        source="|log(std(synthetic) / std(holdout))|, at most log 100, mean over columns",
        meaning="how far the columns' spreads are off, up or down, as a factor's logarithm",
    ),
)
_JOINT = (
    _pair(
        name="pair_trends",
        source="sdmetrics Column Pair Trends (1 - |difference of Pearson r| / 2), all pairs, against holdout",
        meaning="how well the correlation of each pair of columns is matched, averaged over all pairs",
    ),
    _pair(
        name="spearman",
        source="1 - |difference of Spearman's rank correlation| / 2, all pairs, against holdout",
        meaning="how well the rank correlation of each pair is matched: monotone ties, outliers or not",
    ),
    _pair(
        name="mutual_information",
        better="lower",
        source="|difference of mutual information| / log(bins) in train's deciles, all pairs, against holdout",
        meaning="how much of what columns tell about each other is lost or invented, of any shape, as a share",
    ),
    _rows(
        name="energy",
        better="lower",
        range=_UP,
        unit="std",
        source="Szekely and Rizzo 2013, square root; at most 3,000 rows of each, in train's standard deviations",
        meaning="distance of whole rows' distributions: how much farther from real rows than these from each other",
    ),
    _rows(
        name="alpha_precision",
        source=f"Alaa et al. 2022, arXiv:2102.08921, integrated, supports by nearest neighbours; {_KNN}",
        meaning="whether rows are where real rows are, and as often in their midst as at their fringe",
    ),
    _rows(
        name="beta_recall",
        source=f"Alaa et al. 2022, arXiv:2102.08921, integrated, shortfall only; {_KNN}",
        meaning="whether rows reach all kinds of real rows, the rare as the common ones",
    ),
    _rows(
        name="coverage",
        source=f"Naeem et al. 2020, arXiv:2002.09797; {_KNN}",
        meaning="share of real rows with a synthetic row nearby; 0.97 for unseen real rows",
    ),
    _metric(
        name="density",
        range=_UP,
        source=f"Naeem et al. 2020, arXiv:2002.09797; {_KNN}",
        meaning="synthetic rows near a real row, relative to real ones: above 1 they crowd, below 1 they stray",
    ),
)
_SUMMARIES = (
    _metric(
        name="quality",
        # The mean of two metrics that are ranked: ranking it as well would count them twice.
        source="sdmetrics QualityReport, real_correlation_threshold=0, against holdout",
        meaning="mean of column_shapes and pair_trends",
    ),
    *(
        _metric(
            name=f"{name}_correlation",
            range=(-1.0, 1.0),
            source=f"Pearson r between the columns' {words} in synthetic and holdout rows",
            meaning="a published summary; near 1 for almost anything, as it compares columns' magnitudes",
        )
        for name, words in {"means": "means", "stds": "standard deviations"}.items()
    ),
)
_SEEN = "as much published work scores: against the rows that the generator has seen"
_AGAINST_TRAIN = (
    _metric(name="quality_train", source="as quality, against train", meaning=_SEEN),
    _metric(name="column_shapes_train", source="as column_shapes, against train", meaning=_SEEN),
    _metric(name="pair_trends_train", source="as pair_trends, against train", meaning=_SEEN),
    *(
        _metric(
            name=f"{name}_train",
            better="lower",
            range=_UP,
            unit=unit,
            source=f"as {name}, against train",
            meaning=_SEEN,
        )
        for name, unit in {"wasserstein": "std", "tail_error": "std", "top_decile_error": ""}.items()
    ),
    _metric(
        name="std_ratio_train",
        better=Target(1.0, "log"),
        range=_UP,
        source="as std_ratio, against train",
        meaning=_SEEN,
    ),
)
_SNAPPED = (
    _metric(
        name="column_shapes_snapped",
        within="full",
        source="as column_shapes, after moving cells to train's grids",
        meaning="how well each column's distribution is matched once digits are as in train",
    ),
    _metric(
        name="wasserstein_snapped",
        better="lower",
        range=_UP,
        unit="std",
        within="full",
        source="as wasserstein, after moving cells to train's grids",
        meaning="how far values must move once digits are as in train",
    ),
)
_METRICS = _MARGINAL + _JOINT + _SUMMARIES + _AGAINST_TRAIN + _SNAPPED


def _prepare(split: Split, seed: int) -> Details:
    from ..shared.matrix import matrix
    from .report_arrays import bin_edges, draw

    train, holdout = (matrix(part, split.schema) for part in (split.train, split.holdout))
    edges = bin_edges(train, holdout)
    return draw(holdout, split.schema.columns, edges, seed)


def _score(context: Context) -> tuple[list[Score], Details]:
    from ..shared.matrix import matrix, unscored, unusable
    from .report_arrays import draw, edges_of

    columns = context.split.schema.columns
    rows = matrix(context.synthetic, context.split.schema)
    drawn = draw(rows, columns, edges_of(context.artefacts, columns), context.seed)
    if problem := unusable(rows, columns):
        return unscored(_METRICS, columns, problem), drawn
    return _scores(context), drawn


def _scores(context: Context) -> list[Score]:
    from bench.grid import snap

    from ..shared.matrix import matrix
    from .scores import Tables, scores, snapped_scores

    split, schema = context.split, context.split.schema
    train, holdout, rows = (matrix(frame, schema) for frame in (split.train, split.holdout, context.synthetic))
    tables = Tables(train, holdout, rows, schema.columns, schema.columns.index(schema.target))
    if context.metric_set == "core":
        return scores(tables, context.seed)
    names = list(schema.columns)
    snapped = matrix(snap(context.synthetic[names], split.train[names]), schema)
    return scores(tables, context.seed) + snapped_scores(replace(tables, rows=snapped))


FAMILY = Family(_ME, "Distributions of columns and pairs, against held-out rows", _METRICS, _score, _prepare, order=10)
