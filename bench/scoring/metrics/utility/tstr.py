"""Train on synthetic, test on real (TSTR), and the reverse (TRTS): R2 and errors of numbers, AUC of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import score
from .class_scores import class_scores, confusion
from .regressors import MODELS
from .rows import apply, learn, r2, value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.api import Arrays, Details, Score

    from ..shared.matrix import Matrix
    from .rows import Rows

_REPORTED_ROWS = 500
_PLUME = 0.9


def train_on_synthetic(
    models: Iterable[str], synthetic: Rows, test: Rows, threshold: float, seed: int
) -> tuple[list[Score], Details, dict[str, Details]]:
    """Fits models to synthetic rows and tests them on real rows; numbers above the threshold are plumes.

    Returns:
        Scores of every model; for reports, `actual` and `predicted/<model>` of at most 500 random test rows, or
        `confusion/<model>` (classes x classes) of classes; and the fitted models.
    """
    chosen = np.sort(np.random.default_rng(seed).permutation(len(test.y))[:_REPORTED_ROWS])
    details: Details = {} if test.classes else {"actual": test.y[chosen].astype(np.float32)}
    scores: list[Score] = []
    fitted: dict[str, Details] = {}
    for name in models:
        fitted[name] = learn(name, synthetic, seed)
        predicted = apply(name, fitted[name], test)
        if test.classes:
            scores += class_scores(f"tstr_{name}", test.y, predicted)
            details[f"confusion/{name}"] = confusion(test.y, predicted)
        else:
            scores += errors(f"tstr_{name}", test.y, predicted, threshold)
            details[f"predicted/{name}"] = predicted[chosen].astype(np.float32)
    return scores, details, fitted


def score_on_synthetic(artefacts: Arrays, synthetic: Rows, threshold: float) -> list[Score]:
    """Returns the scores on synthetic rows of the models that were fitted to train; see `fit_to_real`."""
    scores: list[Score] = []
    for name in MODELS:
        start = f"model/{name}/"
        model = {key.removeprefix(start): array for key, array in artefacts.items() if key.startswith(start)}
        predicted = apply(name, model, synthetic)
        scores += headline_and_errors(f"trts_{name}", synthetic, predicted, threshold, "the synthetic rows")
    return scores


def headline_and_errors(
    prefix: str, rows: Rows, predicted: Matrix, threshold: float, where: str = "test"
) -> list[Score]:
    """Returns the AUC of predicted classes, or R2 and errors of predicted numbers.

    >>> from .rows import Rows
    >>> rows = Rows(np.zeros((2, 1)), np.array([0.0, 1.0]), classes=2)
    >>> headline_and_errors("m", rows, np.array([[0.9, 0.1], [0.2, 0.8]]), 0.0)
    [Score(metric='m_auc', value=1.0, column=None, reason=None)]
    """
    if not rows.classes:
        return errors(prefix, rows.y, predicted, threshold, where)
    return [score(f"{prefix}_auc", value(rows, predicted), undefined=f"there is only one class in {where}")]


def errors(prefix: str, actual: Matrix, predicted: Matrix, threshold: float, where: str = "test") -> list[Score]:
    """Returns R2, mean absolute error, root mean squared error, and the absolute error by regime.

    R2 has no value if `actual` is constant, the error of a regime none if it has no rows. `actual` and `predicted` are
    targets, (rows,); those above the threshold are plumes. `where` names the rows in a reason.

    >>> [score.value for score in errors("m", np.array([1.0, 3.0]), np.array([1.0, 5.0]), 2.0)]
    [-1.0, 1.0, 1.4142135623730951, 0.0, 2.0]
    """
    undefined = "" if np.ptp(actual) else f"the target is constant in {where}"
    residual = actual - predicted
    return [
        score(f"{prefix}_r2", r2(actual, predicted), undefined=undefined),
        score(f"{prefix}_mae", float(np.abs(residual).mean())),
        score(f"{prefix}_rmse", float(np.sqrt((residual**2).mean()))),
        *errors_by_regime(f"{prefix}_mae", actual, predicted, threshold, where),
    ]


def errors_by_regime(
    prefix: str, actual: Matrix, predicted: Matrix, threshold: float, where: str = "test"
) -> list[Score]:
    """Returns the mean absolute error on rows up to the threshold (baseline) and on rows above it (plume).

    >>> [score.value for score in errors_by_regime("m", np.array([1.0, 2.0, 9.0]), np.array([1.0, 4.0, 5.0]), 2.0)]
    [1.0, 4.0]
    """
    plume, error = actual > threshold, np.abs(actual - predicted)

    def regime_score(regime: str, chosen: Matrix) -> Score:
        value = float(chosen.mean()) if len(chosen) else np.nan
        undefined = "" if len(chosen) else f"there are no {regime} rows in {where}"
        return score(f"{prefix}_{regime}", value, undefined=undefined)

    return [regime_score("baseline", error[~plume]), regime_score("plume", error[plume])]


def plume_threshold(target: Matrix) -> float:
    """Returns the 90 % quantile of train's target (rows,): rows above it are plumes, the top decile.

    >>> plume_threshold(np.arange(11.0))
    9.0
    """
    return float(np.quantile(target, _PLUME))
