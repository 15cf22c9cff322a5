"""The metrics of fidelity on tables with levels, dates or gaps, and on tables whose target has classes."""

from __future__ import annotations

from functools import partial

from bench.api import Metric

_metric = partial(Metric, family="fidelity", better="higher", ranked=True)
_shown = partial(_metric, ranked=False, per_column=True)

MIXED_METRICS = (
    _metric(
        name="target_balance",
        better="lower",
        needs=("classification",),
        floor="uniform",
        source="total variation distance of the shares of the target's classes to holdout",
        meaning="share of rows whose class would have to change to give the real shares of classes",
    ),
    _shown(
        name="level_coverage",
        needs=("categorical",),
        source="share of train's levels that synthetic rows have, mean over categorical columns",
        meaning="levels that are still there at all, frequent and rare",
    ),
    _metric(
        name="rare_level_recall",
        needs=("categorical",),
        floor=0.0,
        source="min(1, 2 x share in synthetic rows / share in train) of the levels with at least 5 rows and at most "
        "1 % of train; mean over levels, then over columns",
        meaning="rare levels that synthetic rows have at least half as often as train",
    ),
    _metric(
        name="trivariate",
        needs=("mixed",),
        source="1 - total variation distance to holdout in up to 10 bins by train's quantiles, levels and gaps being "
        "bins; mean over at most 200 random triples of columns",
        meaning="similarity of the joint distributions of three columns, of any kind",
    ),
    _shown(
        name="missing_rate_error",
        better="lower",
        needs=("missing",),
        source="|share of gaps in synthetic rows - in holdout|, mean over columns with gaps",
        meaning="error of how many gaps the columns have",
    ),
    _metric(
        name="missing_pattern",
        better="lower",
        needs=("missing",),
        source="total variation distance to holdout of the 20 most frequent sets of columns that are gaps together",
        meaning="error of which columns are gaps together",
    ),
    _metric(
        name="missing_dependence",
        needs=("missing",),
        within="full",
        floor=0.5,
        source="AUC for the gaps of holdout of XGBoost (50 trees, depth 4) fitted to synthetic rows, mean over columns "
        "where one fitted to train has at least 0.6",
        meaning="whether gaps depend on the other columns as in real rows: 0.5 for gaps put back at random",
    ),
    _metric(
        name="date_shapes",
        needs=("datetime",),
        per_column=True,
        floor="uniform",
        source="1 - total variation distance to holdout of hours, weekdays and months; mean over these and columns",
        meaning="similarity of the hours, weekdays and months in which dates fall",
    ),
    _metric(
        name="relation_violations",
        better="lower",
        needs=("mixed",),
        ceiling=0.0,
        source="share of rows that violate a relation without exception in train (a level determines a level or a gap; "
        "order; sum of two columns), mean over relations",
        meaning="broken rules: towns in other states, ends before starts, totals that are no sums",
    ),
)
