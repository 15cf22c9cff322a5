"""Other uses of synthetic rows: predicting other columns, importances of columns, anomaly detection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Arrays, Score

from ..shared.matrix import score
from ..shared.numerics import auc
from .class_scores import log_loss
from .regressors import apply_boosting, learn_boosting
from .rows import Rows, apply, r2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..shared.matrix import Matrix

IMPORTANCE_MODEL = "xgb"
OTHER_TARGETS_TREES = 100
_SHUFFLES = 5
_MOST_IMPORTANCE_ROWS = 2_000
_FEWEST_ROWS = 10


def other_targets(rows: Matrix, test: Matrix, columns: Sequence[str], target: int, seed: int) -> list[Score]:
    """Trains on synthetic and tests on real rows (rows x columns), with every column but the target as the target.

    `target` is the position of the target, which has metrics of its own; here it is a feature.

    Returns:
        `tstr_others_r2`: the mean over columns that vary in test, then one R2 per column. In the mean, an R2 below 0
        counts as 0: it is of no more use than a constant, and one column far below would decide the mean alone.
    """

    def column_r2(index: int) -> float:
        learn, check = Rows.of(rows, index), Rows.of(test, index)
        return r2(check.y, apply_boosting(learn_boosting(learn.x, learn.y, seed, OTHER_TARGETS_TREES), check.x))

    name = "tstr_others_r2"
    values = {column: column_r2(index) for index, column in enumerate(columns) if index != target}
    finite = [max(value, 0.0) for value in values.values() if np.isfinite(value)]
    mean = float(np.mean(finite)) if finite else np.nan
    return [
        score(name, mean, undefined="every other column is constant in test"),
        *(score(name, value, column, undefined="constant in test") for column, value in values.items()),
        Score(name, None, columns[target], "is the target"),
    ]


def permutation_importance(name: str, fitted: Arrays, test: Rows, seed: int) -> Matrix:
    """Returns the growth of a model's error when a column is shuffled, (features,); mean of 5 shuffles.

    The error is the mean squared one of numbers, and the logarithmic loss of classes. Of tables that are not all
    numbers, at most 2,000 random rows are used, as trees take longer for levels.

    >>> line = {"mean": np.zeros(2), "scale": np.ones(2), "slope": np.array([1.0, 0.0]), "intercept": np.zeros(())}
    >>> x = np.array([[0.0, 5.0], [1.0, 7.0], [2.0, 6.0]])
    >>> permutation_importance("linear", line, Rows(x, x[:, 0]), 0) > 0
    array([ True, False])
    """
    rng = np.random.default_rng(seed)
    if test.classes or test.features.encoding:
        test = test.only(np.sort(rng.permutation(len(test.y))[:_MOST_IMPORTANCE_ROWS]))

    def error(x: Matrix) -> float:
        predicted = apply(name, fitted, test._replace(x=x))
        return log_loss(test.y, predicted) if test.classes else float(((test.y - predicted) ** 2).mean())

    def shuffled(column: int) -> Matrix:
        x = test.x.copy()
        x[:, column] = rng.permutation(x[:, column])
        return x

    shuffled_errors = [[error(shuffled(column)) for _ in range(_SHUFFLES)] for column in range(test.x.shape[1])]
    return np.asarray(np.mean(shuffled_errors, axis=1) - error(test.x))


def importance_agreement(real: Matrix, synthetic: Matrix) -> Score:
    """Returns Spearman's rank correlation of two models' importances (features,).

    >>> importance_agreement(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0])).value
    0.5
    """
    from scipy.stats import spearmanr

    name = "importance_agreement"
    if len(real) < 2:
        return Score(name, None, reason="fewer than two other columns")
    if not (np.ptp(real) and np.ptp(synthetic)):
        return Score(name, None, reason="all columns are equally important")
    return score(name, round(float(spearmanr(real, synthetic).statistic), 12))


def anomaly_auc(rows: Rows, test: Rows, threshold: float, seed: int) -> Score:
    """Returns the AUC for the anomalies of test of an isolation forest fitted to the features of normal synthetic rows.

    Anomalies are plumes, targets above the threshold; of classes, the rarest one, which is the threshold.
    """
    from sklearn.ensemble import IsolationForest

    name, rare = "anomaly_auc", "rare" if test.classes else "plume"
    unusual, anomalous = ((y == threshold) if test.classes else (y > threshold) for y in (rows.y, test.y))
    normal = rows.features.plain(rows.x[~unusual])
    if len(normal) < _FEWEST_ROWS:
        return Score(name, None, reason=f"fewer than {_FEWEST_ROWS} normal synthetic rows")
    if not 0 < anomalous.sum() < len(anomalous):
        return Score(name, None, reason=f"test has no {'baseline' if anomalous.any() else rare} rows")
    forest = IsolationForest(n_jobs=1, random_state=seed % 2**31).fit(normal)
    anomaly = -forest.score_samples(test.features.plain(test.x))
    return score(name, auc(anomaly[anomalous], anomaly[~anomalous]))


def rarest_class(codes: Matrix) -> float:
    """Returns the code of the class with the fewest rows, of those that there are; of several, the first.

    >>> rarest_class(np.array([0.0, 0.0, 2.0, 1.0, 1.0]))
    2.0
    """
    found, counts = np.unique(codes, return_counts=True)
    return float(found[counts.argmin()])
