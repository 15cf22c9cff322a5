"""Fidelity: do synthetic rows follow the distribution of held-out real rows?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.api import Context, Details, Family, Metric, Score, Split, Target

from .mixed_metrics import MIXED_METRICS

if TYPE_CHECKING:
    from ..shared.matrix import Matrix

_NAME = "fidelity"
_NOT_NEGATIVE = (0.0, float("inf"))
_metric = partial(Metric, family=_NAME, better="higher")
_error = partial(Metric, family=_NAME, better="lower", range=_NOT_NEGATIVE)
_distance = partial(_error, unit="std")
_ratio = partial(_metric, better=Target(1.0, "log"), range=_NOT_NEGATIVE)
_column_error = partial(_error, ranked=True, floor="uniform")
_column_distance = partial(_column_error, unit="std", per_column=True)
_column = partial(_metric, ranked=True, floor="uniform", per_column=True)
_pair = partial(_metric, ranked=True, per_column=True)
_rows = partial(_metric, ranked=True)
_UNITS = "in train's standard deviations (different levels: 1)"
_KNN = f"holdout and synthetic cut to one size (at most 5,000), {_UNITS}, 5th neighbour"

_MARGINAL = (
    _column(
        name="column_shapes",
        source="sdmetrics Column Shapes (1 - Kolmogorov-Smirnov statistic; of categories, 1 - total variation "
        "distance), against holdout",
        meaning="similarity of each column's distribution to the real one, mean over columns",
    ),
    _column_distance(
        name="wasserstein",
        needs=("numeric",),
        source="Wasserstein-1 distance to holdout / standard deviation in train, mean over numeric columns",
        meaning="mean distance, in standard deviations, by which values must move to give the real distribution",
    ),
    _column_distance(
        name="tail_error",
        needs=("numeric",),
        source="|difference of quantiles| to holdout at 1 % and 99 % / standard deviation in train, mean over numeric "
        "columns",
        meaning="error of each numeric column's 1 % and 99 % quantiles, in standard deviations",
    ),
    _column_error(
        name="top_decile_error",
        needs=("regression",),
        source="|T(synthetic) - T(holdout)| / (T(holdout) - mean(holdout)), T the mean of the target's top decile",
        meaning="relative error of the distance between the target's top decile and its mean",
    ),
    _ratio(
        name="std_ratio",
        needs=("numeric",),
        # Not ranked: in its mean, too narrow and too wide columns cancel out. In spread_error they do not.
        floor="uniform",
        per_column=True,
        source="mean over numeric columns of std(synthetic) / std(holdout)",
        meaning="spread of the rows relative to real rows: below 1 they vary too little, above 1 too much",
    ),
    _column_error(
        name="spread_error",
        needs=("numeric",),
        source="|log(std(synthetic) / std(holdout))|, at most log 100, mean over numeric columns",
        meaning="error of the numeric columns' standard deviations, too small or too large, as a logarithm",
    ),
)
_JOINT = (
    _pair(
        name="pair_trends",
        source="sdmetrics Column Pair Trends (1 - |difference of Pearson r| / 2; with a category, contingency "
        "similarity), all pairs, against holdout",
        meaning="similarity of all pairs of columns to the real ones, by correlations or joint shares, mean over pairs",
    ),
    _pair(
        name="spearman",
        needs=("two numeric",),
        source="1 - |difference of Spearman's rank correlation| / 2, all pairs of numbers, against holdout",
        meaning="similarity of the rank correlations of numbers to the real ones: monotone, robust to outliers",
    ),
    _pair(
        name="mutual_information",
        better="lower",
        source="|difference of mutual information| / log(bins), bins of train's deciles or levels, all pairs, against "
        "holdout",
        meaning="dependence of any shape between two columns that is lost or invented, as a share, mean over pairs",
    ),
    _distance(
        name="energy",
        ranked=True,
        source=f"Szekely and Rizzo 2013, square root; at most 3,000 rows of each, {_UNITS}",
        meaning="distance between the distributions of whole synthetic and whole real rows",
    ),
    _rows(
        name="alpha_precision",
        source=f"Alaa et al. 2022, arXiv:2102.08921, integrated, supports by nearest neighbours; {_KNN}",
        meaning="whether rows lie where real rows lie, in the centre and at the edge in the right proportion",
    ),
    _rows(
        name="beta_recall",
        source=f"Alaa et al. 2022, arXiv:2102.08921, integrated, shortfall only; {_KNN}",
        meaning="whether rows reach all kinds of real rows, rare and common",
    ),
    _rows(
        name="coverage",
        source=f"Naeem et al. 2020, arXiv:2002.09797; {_KNN}",
        meaning="share of real rows with a synthetic row nearby; 0.97 for unseen real rows",
    ),
    _metric(
        name="density",
        range=_NOT_NEGATIVE,
        source=f"Naeem et al. 2020, arXiv:2002.09797; {_KNN}",
        meaning="synthetic rows near a real row over the number expected: above 1 too dense, below 1 too sparse",
    ),
)
_DIVERSITY = (
    _metric(
        name="repeated_rows",
        better="lower",
        ranked=True,
        floor=0.2,
        ceiling=0.0,
        source="share of rows that repeat another one, less that of train; expected among equally many random rows",
        meaning="synthetic rows that repeat other synthetic rows, beyond what real rows do",
    ),
    _metric(
        name="crowding",
        better="lower",
        ranked=True,
        floor=0.2,
        ceiling=0.0,
        source="one-sided Kolmogorov-Smirnov statistic of distances to the nearest row, against train, less chance",
        meaning="share of synthetic rows that are closer to another synthetic row than real rows are to each other",
    ),
)
_SUMMARIES = (
    _metric(
        name="quality",
        # Not ranked: it is the mean of two ranked metrics, which would count twice.
        source="sdmetrics QualityReport, all pairs (thresholds of 0), against holdout",
        meaning="mean of column_shapes and pair_trends",
    ),
    *(
        _metric(
            name=f"{name}_correlation",
            needs=("two numeric",),
            range=(-1.0, 1.0),
            source=f"Pearson r between the numeric columns' {words} in synthetic and holdout rows",
            meaning="a published summary; near 1 for almost any table, as it compares columns' magnitudes",
        )
        for name, words in {"means": "means", "stds": "standard deviations"}.items()
    ),
)
_SEEN = "as much published work computes it: against the rows that the generator was trained on"
_AGAINST_TRAIN = (
    _metric(name="quality_train", source="as quality, against train", meaning=_SEEN),
    _metric(name="column_shapes_train", source="as column_shapes, against train", meaning=_SEEN),
    _metric(name="pair_trends_train", source="as pair_trends, against train", meaning=_SEEN),
    _distance(name="wasserstein_train", needs=("numeric",), source="as wasserstein, against train", meaning=_SEEN),
    _distance(name="tail_error_train", needs=("numeric",), source="as tail_error, against train", meaning=_SEEN),
    _error(
        name="top_decile_error_train", needs=("regression",), source="as top_decile_error, against train", meaning=_SEEN
    ),
    _ratio(name="std_ratio_train", needs=("numeric",), source="as std_ratio, against train", meaning=_SEEN),
)
_SNAPPED = (
    _metric(
        name="column_shapes_snapped",
        needs=("only numeric",),
        within="full",
        source="as column_shapes, after moving cells to train's grids",
        meaning="column_shapes after rounding to the digits of train",
    ),
    _distance(
        name="wasserstein_snapped",
        needs=("only numeric",),
        within="full",
        source="as wasserstein, after moving cells to train's grids",
        meaning="wasserstein after rounding to the digits of train",
    ),
)
_METRICS = _MARGINAL + _JOINT + _DIVERSITY + _SUMMARIES + _AGAINST_TRAIN + _SNAPPED + MIXED_METRICS


def _prepare(split: Split, seed: int) -> Details:
    from ..shared.matrix import matrix
    from .mixed_arrays import association, mixed_arrays
    from .pictures import prepared_pictures
    from .report_arrays import bin_edges, correlations, report_arrays
    from .score_mixed_metrics import stored_relations

    train, holdout = (matrix(part, split.schema) for part in (split.train, split.holdout))
    if split.schema.is_numeric:
        arrays = report_arrays(holdout, split.schema.names, bin_edges(train, holdout), seed)
        return arrays | prepared_pictures(split, correlations(train), seed)
    arrays = mixed_arrays(train, holdout, split.schema, seed) | stored_relations(train, split.schema, seed)
    return arrays | prepared_pictures(split, association(train, train, split.schema), seed)


def _score(context: Context) -> tuple[list[Score], Details]:
    from bench.scoring.unusable_cells import unusable

    from ..shared.matrix import matrix, unscored
    from .mixed_arrays import table_arrays
    from .mixed_scores import score_mixed
    from .pictures import pictures
    from .report_arrays import report_arrays, stored_edges
    from .score_mixed_metrics import score_mixed_metrics

    split, columns = context.split, context.split.schema.names
    rows = matrix(context.synthetic, split.schema)
    problem = unusable(rows, columns, split.schema.missing)
    if split.schema.is_numeric:
        details = report_arrays(rows, columns, stored_edges(context.artefacts, columns), context.seed)
        if problem:
            return unscored(_METRICS, columns, problem), details
        return _scores(context, rows), details | pictures(context, rows, details["correlation"])
    if problem:
        return unscored(_METRICS, columns, problem), {}
    train = matrix(split.train, split.schema)
    details = table_arrays(train, rows, split.schema, context.artefacts, context.seed)
    details |= pictures(context, rows, details["association"])
    scores, violations = score_mixed_metrics(context, rows)
    return [*score_mixed(split, rows, context.seed), *scores], details | violations


def _scores(context: Context, rows: Matrix) -> list[Score]:
    from ..shared.matrix import matrix, snapped_matrix
    from .column_distributions import score_columns, score_snapped_columns
    from .pair_dependence import score_pairs
    from .row_distributions import score_rows
    from .row_diversity import score_diversity
    from .sdmetrics_quality import score_quality

    split, columns, seed = context.split, context.split.schema.names, context.seed
    train, holdout = (matrix(part, split.schema) for part in (split.train, split.holdout))
    target = columns.index(split.schema.target)
    scores = [
        *score_quality(holdout, rows, columns, seed),
        *score_quality(train, rows, columns, seed, "train"),
        *score_columns(train, holdout, rows, columns, target),
        *score_columns(train, train, rows, columns, target, "train"),
        *score_pairs(train, holdout, rows, columns),
        *score_rows(train, holdout, rows, seed),
        *score_diversity(train, rows, seed),
    ]
    if context.metric_set != "core":
        scores += score_snapped_columns(train, holdout, snapped_matrix(context.synthetic, split))
    return scores


FAMILY = Family(
    _NAME, "Distributions of columns and pairs, against held-out rows", _METRICS, _score, _prepare, order=10
)
