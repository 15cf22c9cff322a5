"""Hours, weekdays and months of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Schema

    from .matrix import Matrix

_DAY = 86_400
_THURSDAY = 3
"""1970 began on a Thursday; weekdays count from Monday, 0."""


def date_parts(seconds: Matrix) -> list[tuple[NDArray[np.int64], int]]:
    """Returns the hour, the weekday (Monday is 0) and the month (January is 0) of dates, each with how many there are.

    >>> [part.tolist() for part, _ in date_parts(np.array([0.0, 3_600.0 + 31 * 86_400]))]
    [[0, 1], [3, 6], [0, 1]]
    """
    whole = np.floor(seconds).astype(np.int64)
    months = whole.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    return [(whole % _DAY // 3_600, 24), ((whole // _DAY + _THURSDAY) % 7, 7), (months % 12, 12)]


def date_features(codes: Matrix, schema: Schema) -> tuple[Matrix, NDArray[np.int64]]:
    """Returns the hours, weekdays and months of all dates, NaN for gaps, and the column that each belongs to.

    `codes` is (rows, columns); the features are (rows, 3 x dates), their columns (3 x dates,).

    >>> from bench.api import Column, Schema
    >>> schema = Schema((Column("n"), Column("when", "datetime", missing=True)), "n")
    >>> features, columns = date_features(np.array([[1.0, 3_600.0], [2.0, np.nan]]), schema)
    >>> features.tolist(), columns.tolist()
    ([[1.0, 3.0, 0.0], [nan, nan, nan]], [1, 1, 1])
    """
    dates = [position for position, column in enumerate(schema.columns) if column.kind == "datetime"]
    columns = np.repeat(np.array(dates, dtype=np.int64), 3)
    features = np.full((len(codes), len(columns)), np.nan)
    for index, position in enumerate(dates):
        present = ~np.isnan(codes[:, position])
        for part, (values, _) in enumerate(date_parts(codes[present, position])):
            features[present, 3 * index + part] = values
    return features, columns
