"""Detection: can a classifier tell synthetic rows from held-out real ones?"""

from __future__ import annotations

from functools import partial

from bench.api import Context, Details, Family, Metric, Score, Target

_NAME = "detection"
_C2ST = "classifier two-sample test: Lopez-Paz and Oquab 2017, arXiv:1610.06545"
_CLASSIFIER = "XGBoost, 100 trees of depth 5, 5 folds"
_auc = partial(Metric, family=_NAME, better=Target(0.5))
_METRICS = (
    _auc(
        name="c2st_auc",
        ranked=True,
        chance=0.5,
        source=f"{_C2ST}; {_CLASSIFIER}; equally many rows, no surplus repeats",
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
        needs=("only numeric",),
        within="full",
        source=f"{_C2ST}; {_CLASSIFIER}; columns moved to the grid that they have in train",
        meaning="c2st_auc after rounding to the digits of train: differences of digits no longer count",
    ),
)


def _score(context: Context) -> tuple[list[Score], Details]:
    from .classifier_two_sample_test import score_detection

    return score_detection(context, _METRICS)


FAMILY = Family(_NAME, "Telling synthetic rows from held-out real ones", _METRICS, _score, order=20)
