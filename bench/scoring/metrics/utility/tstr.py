"""Train on synthetic, test on real, for a numeric target: errors, overall and by regime."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..shared.matrix import score
from .regressors import fit, predict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.api import Details, Score

    from ..shared.matrix import Matrix

_DRAWN = 500
_PLUME = 0.9


class Rows(NamedTuple):
    """A table to learn from or to be tested on: features (rows x columns) and target (rows,)."""

    x: Matrix
    y: Matrix

    @classmethod
    def of(cls, table: Matrix, target: int) -> Rows:
        """One column of a table (rows x columns) against all others.

        >>> Rows.of(np.array([[1.0, 2.0, 3.0]]), 1)
        Rows(x=array([[1., 3.]]), y=array([2.]))
        """
        return cls(np.delete(table, target, axis=1), table[:, target])

    def and_(self, other: Rows) -> Rows:
        """Both tables, one below the other."""
        return Rows(np.concatenate([self.x, other.x]), np.concatenate([self.y, other.y]))


def evaluate(
    models: Iterable[str], rows: Rows, test: Rows, threshold: float, seed: int
) -> tuple[list[Score], Details, dict[str, Details]]:
    """Fits models to synthetic rows and tests them on real ones.

    Args:
        models: names.
        rows: synthetic, finite.
        test: real, finite, at least one row.
        threshold: targets above it are plumes.
        seed: of the models, and of which rows are drawn.

    Returns:
        Scores of every model; for drawing, `actual` and `predicted/<model>` of at most 500 test rows; and the fitted
        models.
    """
    chosen = np.sort(np.random.default_rng(seed).permutation(len(test.y))[:_DRAWN])
    details: Details = {"actual": test.y[chosen].astype(np.float32)}
    scores: list[Score] = []
    fitted: dict[str, Details] = {}
    for name in models:
        fitted[name] = fit(name, rows.x, rows.y, seed)
        predicted = predict(name, fitted[name], test.x)
        scores += errors(f"tstr_{name}", test.y, predicted, threshold)
        details[f"predicted/{name}"] = predicted[chosen].astype(np.float32)
    return scores, details, fitted


def r2(actual: Matrix, predicted: Matrix) -> float:
    """1 - squared error over the squared error of predicting the mean; NaN where `actual` (rows,) is constant.

    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))
    0.5
    >>> r2(np.array([2.0, 2.0]), np.array([2.0, 2.0]))
    nan
    """
    if not np.ptp(actual):
        return float("nan")
    return 1 - float(((actual - predicted) ** 2).sum()) / float(((actual - actual.mean()) ** 2).sum())


def errors(prefix: str, actual: Matrix, predicted: Matrix, threshold: float, where: str = "test") -> list[Score]:
    """R2, mean absolute and root mean squared error, and the absolute one by regime.

    R2 is undefined for a constant `actual`, the error of a regime where none of the rows is in it.

    Args:
        prefix: of the metrics' names.
        actual: targets, (rows,).
        predicted: likewise.
        threshold: targets above it are plumes.
        where: what the rows are called in a reason.

    >>> [found.value for found in errors("m", np.array([1.0, 3.0]), np.array([1.0, 5.0]), 2.0)]
    [-1.0, 1.0, 1.4142135623730951, 0.0, 2.0]
    """
    undefined = "" if np.ptp(actual) else f"the target is constant in {where}"
    residual = actual - predicted
    return [
        score(f"{prefix}_r2", r2(actual, predicted), undefined=undefined),
        score(f"{prefix}_mae", float(np.abs(residual).mean())),
        score(f"{prefix}_rmse", float(np.sqrt((residual**2).mean()))),
        *by_regime(f"{prefix}_mae", actual, predicted, threshold, where),
    ]


def by_regime(prefix: str, actual: Matrix, predicted: Matrix, threshold: float, where: str = "test") -> list[Score]:
    """Mean absolute error on rows up to the threshold (baseline) and on those above it (plume).

    >>> [found.value for found in by_regime("m", np.array([1.0, 2.0, 9.0]), np.array([1.0, 4.0, 5.0]), 2.0)]
    [1.0, 4.0]
    """
    plume, error = actual > threshold, np.abs(actual - predicted)

    def mean(regime: str, chosen: Matrix) -> Score:
        value = float(chosen.mean()) if len(chosen) else np.nan
        reason = "" if len(chosen) else f"there are no {regime} rows in {where}"
        return score(f"{prefix}_{regime}", value, undefined=reason)

    return [mean("baseline", error[~plume]), mean("plume", error[plume])]


def plume_threshold(target: Matrix) -> float:
    """The 90 % quantile of the target (rows,) of train: rows above it are plumes, the top decile.

    >>> plume_threshold(np.arange(11.0))
    9.0
    """
    return float(np.quantile(target, _PLUME))
