"""Detection: can a classifier tell synthetic rows from held-out real ones?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score, Target

if TYPE_CHECKING:
    from bench.api import Details

    from ..shared.matrix import Matrix
    from .classifier_two_sample_test import LabelledRows

_NAME = "detection"
_C2ST = "classifier two-sample test: Lopez-Paz and Oquab 2017, arXiv:1610.06545"
_CLASSIFIER = "XGBoost, 100 trees of depth 5, 5 folds"
_auc = partial(Metric, family=_NAME, better=Target(0.5, "above"))
_METRICS = (
    _auc(
        name="c2st_auc",
        ranked=True,
        source=f"{_C2ST}; {_CLASSIFIER}",
        meaning="AUC of telling synthetic from holdout rows: 0.5 is chance, 1 is always right",
    ),
    _auc(
        name="logistic_auc",
        source=f"{_C2ST}; logistic regression on standardised columns, the same rows and folds",
        meaning="c2st_auc of a linear classifier, which sees little more than means: a simple test",
    ),
    Metric(
        name="c2st_gain",
        family=_NAME,
        better="lower",
        per_column=True,
        source=f"share of the gain of all splits; {_CLASSIFIER}, averaged over folds",
        meaning="share of the classifier's evidence per column, overall the largest; noise if c2st_auc is near 0.5",
    ),
    _auc(
        name="c2st_auc_snapped",
        within="full",
        source=f"{_C2ST}; {_CLASSIFIER}; columns moved to the grid that they have in train",
        meaning="c2st_auc after rounding to the digits of train: differences of digits no longer count",
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    from ..shared.matrix import column_scores, matrix, score, unscored, unusable
    from .classifier_two_sample_test import boosted_trees, label_rows, logistic_regression, two_sample_auc

    schema = context.split.schema
    rows, holdout = matrix(context.synthetic, schema), matrix(context.split.holdout, schema)
    if problem := unusable(rows, schema.columns):
        return unscored(_METRICS, schema.columns, problem), {}
    sample = label_rows(holdout, rows, context.seed)
    if sample is None:
        return unscored(_METRICS, schema.columns, "fewer than 10 rows of either kind"), {}
    probabilities, gains = boosted_trees(sample)
    auc = two_sample_auc(sample, probabilities)
    scores = [
        score("c2st_auc", auc),
        score("logistic_auc", two_sample_auc(sample, logistic_regression(sample))),
        score("c2st_gain", gains.max()),
        *column_scores("c2st_gain", gains, schema.columns),
    ]
    if context.metric_set == "full":
        scores.append(score("c2st_auc_snapped", _snapped_auc(context, holdout, rows, auc)))
    return scores, _details(sample, probabilities, gains, schema.columns)


def _snapped_auc(context: Context, holdout: Matrix, rows: Matrix, auc: float) -> float:
    """Returns the AUC of rows on train's grid; `auc` if all rows lie on it already, as the result would be equal."""
    import numpy as np

    from ..shared.matrix import snapped_matrix
    from .classifier_two_sample_test import boosted_trees, label_rows, two_sample_auc

    split = context.split
    snapped, real = snapped_matrix(context.synthetic, split), snapped_matrix(split.holdout, split)
    if np.array_equal(snapped, rows) and np.array_equal(real, holdout):
        return auc
    sample = label_rows(real, snapped, context.seed)
    return auc if sample is None else two_sample_auc(sample, boosted_trees(sample)[0])


def _details(sample: LabelledRows, probabilities: Matrix, gains: Matrix, columns: tuple[str, ...]) -> Details:
    """Returns what reports draw: each column's gain, and how sure the classifier was of real and synthetic rows."""
    import numpy as np

    from .classifier_two_sample_test import histogram

    return {
        "columns": np.array(columns, dtype=np.str_),
        "importance": gains,
        "probability/real": histogram(probabilities[sample.labels == 0]),
        "probability/synthetic": histogram(probabilities[sample.labels == 1]),
    }


FAMILY = Family(_NAME, "Telling synthetic rows from held-out real ones", _METRICS, _score, order=20)
