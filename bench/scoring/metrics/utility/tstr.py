"""Train on synthetic, test on real (TSTR), and the reverse (TRTS): R2 and errors, overall and by regime."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..shared.matrix import score
from .regressors import MODELS, fit, predict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.api import Arrays, Details, Score

    from ..shared.matrix import Matrix

_REPORTED_ROWS = 500
_PLUME = 0.9


class Rows(NamedTuple):
    """Rows to learn from or to test on: features (rows x columns) and target (rows,)."""

    x: Matrix
    y: Matrix

    @classmethod
    def of(cls, table: Matrix, target: int) -> Rows:
        """Returns one column of a table (rows x columns) as the target, all others as features.

        >>> Rows.of(np.array([[1.0, 2.0, 3.0]]), 1)
        Rows(x=array([[1., 3.]]), y=array([2.]))
        """
        return cls(np.delete(table, target, axis=1), table[:, target])

    def and_(self, other: Rows) -> Rows:
        """Returns these rows followed by others."""
        return Rows(np.concatenate([self.x, other.x]), np.concatenate([self.y, other.y]))


def train_on_synthetic(
    models: Iterable[str], synthetic: Rows, test: Rows, threshold: float, seed: int
) -> tuple[list[Score], Details, dict[str, Details]]:
    """Fits models to synthetic rows and tests them on real rows; targets above the threshold are plumes.

    Returns:
        Scores of every model; for reports, `actual` and `predicted/<model>` of at most 500 random test rows; and the
        fitted models.
    """
    chosen = np.sort(np.random.default_rng(seed).permutation(len(test.y))[:_REPORTED_ROWS])
    details: Details = {"actual": test.y[chosen].astype(np.float32)}
    scores: list[Score] = []
    fitted: dict[str, Details] = {}
    for name in models:
        fitted[name] = fit(name, synthetic.x, synthetic.y, seed)
        predicted = predict(name, fitted[name], test.x)
        scores += errors(f"tstr_{name}", test.y, predicted, threshold)
        details[f"predicted/{name}"] = predicted[chosen].astype(np.float32)
    return scores, details, fitted


def score_on_synthetic(artefacts: Arrays, synthetic: Rows, threshold: float) -> list[Score]:
    """Returns the errors on synthetic rows of the models that were fitted to train; see `fit_to_real`."""
    scores: list[Score] = []
    for name in MODELS:
        start = f"model/{name}/"
        model = {key.removeprefix(start): array for key, array in artefacts.items() if key.startswith(start)}
        predicted = predict(name, model, synthetic.x)
        scores += errors(f"trts_{name}", synthetic.y, predicted, threshold, "the synthetic rows")
    return scores


def r2(actual: Matrix, predicted: Matrix) -> float:
    """Returns 1 - squared error over the squared error of predicting the mean; NaN if `actual` (rows,) is constant.

    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))
    0.5
    >>> r2(np.array([2.0, 2.0]), np.array([2.0, 2.0]))
    nan
    """
    if not np.ptp(actual):
        return float("nan")
    return 1 - float(((actual - predicted) ** 2).sum()) / float(((actual - actual.mean()) ** 2).sum())


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
