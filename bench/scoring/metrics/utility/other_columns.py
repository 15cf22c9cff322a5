"""Every other column in turn as the target, each by its kind, on one scale: 0 for no model, 1 for that of real rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Score

from ..shared.matrix import score
from ..shared.numerics import finite_mean
from .class_scores import macro_auc, over_all_classes
from .classifiers import apply_boosted_classes, learn_boosted_classes
from .regressors import apply_boosting, learn_boosting
from .rows import r2, target_rows

if TYPE_CHECKING:
    from bench.api import Schema

    from ..shared.matrix import Matrix
    from .rows import Rows

_NAME = "tstr_others"
_TREES = 50
_MOST_ROWS = 5_000
_MOST_CLASSES = 10
_FEWEST_ROWS = 10
_LEAST_SPAN = 0.05


def column_values(schema: Schema, rows: Matrix, train: Matrix, test: Matrix, seed: int) -> Matrix:
    """Returns how well each column of test is predicted by XGBoost fitted to rows, (columns,).

    That is the R2 of numbers and dates, and the mean AUC over classes of levels: the ten most frequent ones of train,
    and all others as one. Gaps of the target are dropped. NaN stands for the target of the table, and for columns that
    are constant in test.

    Args:
        schema: of the table.
        rows: synthetic, or train, (rows x columns); of more than 5,000, as many random ones.
        train: says what the features and the most frequent levels are.
        test: the rows to predict.
        seed: for choosing rows and for fitting.
    """
    chosen = rows[np.sort(np.random.default_rng(seed).permutation(len(rows))[:_MOST_ROWS])]
    values = np.full(len(schema.names), np.nan)
    for index, column in enumerate(schema.columns):
        if column.name != schema.target:
            known, learn, check = target_rows(schema, train, column.name, train, chosen, test)
            learn, check = _pooled(known, learn, check)
            values[index] = _value(learn, check, seed)
    return values


def other_columns(schema: Schema, values: Matrix, real: Matrix) -> list[Score]:
    """Returns the mean of the columns on the scale of `on_scale`, then one score per column.

    `values` and `real` (columns,) are results of `column_values` for synthetic rows and for train. A column that not
    even real rows predict, within 0.05, has no value and is left out of the mean.
    """
    floors = np.array([0.5 if column.kind == "categorical" else 0.0 for column in schema.columns])
    scaled = on_scale(values, floors, real)
    undefined = {schema.target: "is the target"}
    return [
        score(_NAME, finite_mean(scaled), undefined="real rows predict no other column"),
        *(
            score(_NAME, value, name, undefined=undefined.get(name, "real rows do not predict it"))
            for name, value in zip(schema.names, scaled, strict=True)
        ),
    ]


def on_scale(values: Matrix, floors: Matrix, ceilings: Matrix) -> Matrix:
    """Returns (value - floor) / (ceiling - floor) in 0..1; NaN where they differ by less than 0.05.

    >>> on_scale(np.array([0.4, 0.9, 0.3]), np.array([0.0, 0.5, 0.0]), np.array([0.8, 0.9, 0.01]))
    array([0.5, 1. , nan])
    """
    span = ceilings - floors
    usable = span >= _LEAST_SPAN
    return np.where(usable, np.clip((values - floors) / np.where(usable, span, 1.0), 0.0, 1.0), np.nan)


def _value(learn: Rows, check: Rows, seed: int) -> float:
    """Returns the R2 or the AUC on `check` of a model fitted to `learn`; that of no model if there are too few rows."""
    if len(check.y) < _FEWEST_ROWS or not np.ptp(check.y):
        return float("nan")
    few = len(learn.y) < _FEWEST_ROWS
    x, types = (rows.features.codes(rows.x) for rows in (learn, check)), learn.features.types
    learn_x, check_x = x
    if not check.classes:
        return (
            0.0 if few else r2(check.y, apply_boosting(learn_boosting(learn_x, learn.y, seed, _TREES, types), check_x))
        )
    present, codes = np.unique(learn.y.astype(np.int64), return_inverse=True)
    if few or len(present) < 2:
        return 0.5
    fitted = learn_boosted_classes(learn_x, codes.reshape(-1).astype(np.int64), seed, _TREES, types)
    probabilities = over_all_classes(apply_boosted_classes(fitted, check_x), present.tolist(), check.classes)
    return macro_auc(check.y, probabilities)


def _pooled(train: Rows, *tables: Rows) -> list[Rows]:
    """Returns tables in which all but the ten most frequent classes of train are one more class."""
    if train.classes <= _MOST_CLASSES + 1:
        return list(tables)
    counts = np.bincount(train.y.astype(np.int64), minlength=train.classes)
    pooled = np.full(train.classes, _MOST_CLASSES)
    pooled[np.argsort(-counts, kind="stable")[:_MOST_CLASSES]] = np.arange(_MOST_CLASSES)
    classes = _MOST_CLASSES + 1
    return [rows._replace(y=pooled[rows.y.astype(np.int64)].astype(np.float64), classes=classes) for rows in tables]
