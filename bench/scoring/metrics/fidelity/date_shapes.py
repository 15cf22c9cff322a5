"""Shapes of dates: the hours, weekdays and months in which they fall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Score

from ..shared.date_parts import date_parts
from ..shared.matrix import column_scores, score
from ..shared.numerics import finite_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Schema

    from ..shared.matrix import Matrix


def score_dates(holdout: Matrix, rows: Matrix, schema: Schema) -> list[Score]:
    """Returns the scores of `date_shapes`, the mean and those of each column; tables are codes, (rows x columns)."""
    values = np.full(len(schema.names), np.nan)
    for index, column in enumerate(schema.columns):
        if column.kind == "datetime":
            values[index] = date_similarity(holdout[:, index], rows[:, index])
    reasons = {column.name: "is no date" for column in schema.columns if column.kind != "datetime"}
    return [
        score("date_shapes", finite_mean(values), undefined="holdout has no dates"),
        *(
            column_scores("date_shapes", values[index : index + 1], [name], reasons.get(name, "holdout has no dates"))[
                0
            ]
            for index, name in enumerate(schema.names)
        ),
    ]


def date_similarity(real: Matrix, synthetic: Matrix) -> float:
    """Returns the mean over hour, weekday and month of 1 - total variation distance; 0 without synthetic dates.

    Parts that do not vary in real rows are left out, such as the hour of dates without times. NaN if all are constant.
    Both are seconds since 1970, (rows,), NaN for gaps, which are one more hour, weekday and month.

    >>> day = 86_400.0
    >>> date_similarity(np.arange(7) * day, np.arange(7) * day)
    1.0
    >>> round(date_similarity(np.arange(7) * day, np.full(7, 4 * day)), 3)  # 1 day of 7; all in January
    0.143
    """
    rows, others = len(real), len(synthetic)
    real, synthetic = real[~np.isnan(real)], synthetic[~np.isnan(synthetic)]
    if not len(real):
        return float("nan")
    if not len(synthetic):
        return 0.0
    pairs = [pair for pair in zip(date_parts(real), date_parts(synthetic), strict=True) if np.ptp(pair[0][0])]
    gaps = abs(len(real) / rows - len(synthetic) / others) / 2
    values = [
        1 - gaps - _difference(_shares(ours, size, rows), _shares(theirs, size, others))
        for (ours, size), (theirs, _) in pairs
    ]
    return float(np.mean(values)) if values else float("nan")


def _shares(part: NDArray[np.int64], size: int, rows: int) -> Matrix:
    return np.bincount(part, minlength=size) / rows


def _difference(real: Matrix, synthetic: Matrix) -> float:
    return float(np.abs(real - synthetic).sum() / 2)
