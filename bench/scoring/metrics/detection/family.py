"""Detection: can a classifier tell synthetic rows from held-out real ones?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score, Target

if TYPE_CHECKING:
    from bench.api import Details

    from ..shared.matrix import Matrix
    from .two_sample_test import Sample

_ME = "detection"
_C2ST = "classifier two-sample test: Lopez-Paz and Oquab 2017, arXiv:1610.06545"
_JUDGE = "XGBoost, 100 trees of depth 5, 5 folds"
_auc = partial(Metric, family=_ME, better=Target(0.5, "above"))
_METRICS = (
    _auc(
        name="c2st_auc",
        ranked=True,
        source=f"{_C2ST}; {_JUDGE}",
        meaning="AUC of telling holdout from synthetic rows: 0.5 cannot be told apart, 1 always",
    ),
    _auc(
        name="logistic_auc",
        source=f"{_C2ST}; logistic regression on standardised columns, the same rows and folds",
        meaning="the same with a judge that sees means only: what it can tell apart, anyone can",
    ),
    Metric(
        name="c2st_gain",
        family=_ME,
        better="lower",
        per_column=True,
        source=f"share of the gain of all splits; {_JUDGE}, averaged over folds",
        meaning="share of the judge's evidence per column, overall the largest; moot where c2st_auc is near 0.5",
    ),
    _auc(
        name="c2st_auc_snapped",
        within="full",
        source=f"{_C2ST}; {_JUDGE}; columns moved to the grid that they have in train",
        meaning="c2st_auc once digits no longer give rows away: what is left is the distribution's",
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    from ..shared.matrix import matrix, score, unscored, unusable
    from .two_sample_test import auc, boosted, draw, logistic

    schema = context.split.schema
    rows, holdout = matrix(context.synthetic, schema), matrix(context.split.holdout, schema)
    if problem := unusable(rows, schema.columns):
        return unscored(_METRICS, schema.columns, problem), {}
    sample = draw(holdout, rows, context.seed)
    if sample is None:
        return unscored(_METRICS, schema.columns, "fewer than 10 rows of either kind"), {}
    probabilities, gains = boosted(sample)
    raw = auc(sample, probabilities)
    scores = [
        score("c2st_auc", raw),
        score("logistic_auc", auc(sample, logistic(sample))),
        score("c2st_gain", gains.max()),
        *(score("c2st_gain", gain, column) for column, gain in zip(schema.columns, gains, strict=True)),
    ]
    if context.metric_set == "full":
        scores.append(score("c2st_auc_snapped", _snapped(context, holdout, rows, raw)))
    return scores, _drawn(sample, probabilities, gains, schema.columns)


def _snapped(context: Context, holdout: Matrix, rows: Matrix, raw: float) -> float:
    """The AUC on the grid; `raw` where all rows lie on it already, as the judge would only repeat itself."""
    import numpy as np

    from bench.grid import snap

    from ..shared.matrix import matrix
    from .two_sample_test import auc, boosted, draw

    schema = context.split.schema
    on_grid, real = (
        matrix(snap(table[list(schema.columns)], context.split.train[list(schema.columns)]), schema)
        for table in (context.synthetic, context.split.holdout)
    )
    if np.array_equal(on_grid, rows) and np.array_equal(real, holdout):
        return raw
    sample = draw(real, on_grid, context.seed)
    return raw if sample is None else auc(sample, boosted(sample)[0])


def _drawn(sample: Sample, probabilities: Matrix, gains: Matrix, columns: tuple[str, ...]) -> Details:
    """What reports draw: the columns that gave rows away, and how sure the judge was of either kind."""
    import numpy as np

    from .two_sample_test import histogram

    return {
        "columns": np.array(columns, dtype=np.str_),
        "importance": gains,
        "probability/real": histogram(probabilities[sample.labels == 0]),
        "probability/synthetic": histogram(probabilities[sample.labels == 1]),
    }


FAMILY = Family(_ME, "Telling synthetic rows from held-out real ones", _METRICS, _score, order=20)
