"""Rows to learn from and to test on, and models of any target: numbers are regressed, levels are classified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .class_scores import macro_auc
from .classifiers import fit_classes, predict_classes
from .features import NUMBERS, Features, features_of
from .regressors import fit, predict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Arrays, Details, Schema

    from ..shared.matrix import Matrix


class Rows(NamedTuple):
    """Rows of a table.

    Attributes:
        x: features, (rows x columns), codes with gaps as `features` describes them.
        y: target, (rows,): numbers, or codes of classes.
        features: the kinds of the features.
        classes: how many classes the target has; 0 if it is a number.
    """

    x: Matrix
    y: Matrix
    features: Features = NUMBERS
    classes: int = 0

    @classmethod
    def of(cls, table: Matrix, target: int, features: Features = NUMBERS, classes: int = 0) -> Rows:
        """Returns one column of a table (rows x columns) as the target, all others as features.

        >>> Rows.of(np.array([[1.0, 2.0, 3.0]]), 1)[:2]
        (array([[1., 3.]]), array([2.]))
        """
        return cls(np.delete(table, target, axis=1), table[:, target], features, classes)

    def and_(self, other: Rows) -> Rows:
        """Returns these rows followed by others."""
        return self._replace(x=np.concatenate([self.x, other.x]), y=np.concatenate([self.y, other.y]))

    def only(self, chosen: NDArray[Any]) -> Rows:
        """Returns the chosen rows, by position or by a mask."""
        return self._replace(x=self.x[chosen], y=self.y[chosen])


def target_rows(schema: Schema, train: Matrix, target: str, *tables: Matrix) -> list[Rows]:
    """Returns tables (rows x columns) with a column as the target; rows whose target is a gap or invented are dropped.

    Train says what fills gaps in the features. Dates as the target are seconds from their median in train.
    """
    index, column = schema.position(target), schema.column(target)
    features = features_of(np.delete(train, index, axis=1), [one for one in schema.columns if one.name != target])
    classes = len(column.levels) if column.kind == "categorical" else 0
    found = [Rows.of(table, index, features, classes) for table in tables]
    if column.kind == "datetime":
        origin = float(np.nanmedian(train[:, index])) if np.isfinite(train[:, index]).any() else 0.0
        found = [rows._replace(y=rows.y - origin) for rows in found]
    if not (classes or column.missing):
        return found
    return [rows.only(np.isfinite(rows.y) & ((rows.y < classes) if classes else True)) for rows in found]


def target_classes(schema: Schema) -> Details:
    """Returns the names of the target's classes as an array `classes` for reports."""
    return {"classes": np.array(schema.column(schema.target).levels)}


def learn(name: str, rows: Rows, seed: int) -> Details:
    """Returns the model of that name, fitted to rows: a regressor, or a classifier."""
    train = fit_classes if rows.classes else fit
    return train(name, rows.x, rows.y, seed, rows.features)


def apply(name: str, fitted: Arrays, rows: Rows) -> Matrix:
    """Returns what a model predicts for rows: numbers (rows,), or probabilities (rows x classes)."""
    if rows.classes:
        return predict_classes(name, fitted, rows.x, rows.classes, rows.features)
    return predict(name, fitted, rows.x, rows.features)


def value(rows: Rows, predicted: Matrix) -> float:
    """Returns the R2 of predicted numbers, or the mean AUC over classes; NaN if the target is constant.

    >>> value(Rows(np.zeros((3, 1)), np.array([1.0, 2.0, 3.0])), np.array([1.0, 2.0, 4.0]))
    0.5
    """
    return macro_auc(rows.y, predicted) if rows.classes else r2(rows.y, predicted)


def r2(actual: Matrix, predicted: Matrix) -> float:
    """Returns 1 - squared error over the squared error of predicting the mean; NaN if `actual` (rows,) is constant.

    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))
    0.5
    >>> r2(np.array([2.0, 2.0]), np.array([2.0, 2.0]))
    nan
    """
    if not len(actual) or not np.ptp(actual):
        return float("nan")
    return 1 - float(((actual - predicted) ** 2).sum()) / float(((actual - actual.mean()) ** 2).sum())
