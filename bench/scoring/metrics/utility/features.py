"""Features of any kind, as models take them: codes and their kinds for boosted trees, plain numbers for all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.api import Schema
from bench.scoring.encoding import Encoding, feature_types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Column

    from ..shared.matrix import Matrix


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a matrix of codes (see `bench.scoring.encoding`), whose gaps are NaN.

    Attributes:
        origin: what dates are counted from, 0 for other columns, (columns,): trees compute in float32, whose 7 digits
            are too few for seconds since 1970.
        encoding: of the features; None if all of them are numbers without gaps, which stay as they are.
    """

    origin: tuple[float, ...] = ()
    encoding: Encoding | None = None

    @property
    def types(self) -> list[str] | None:
        """What XGBoost must know of the features; None if all are numbers."""
        return feature_types(self.encoding.schema) if self.encoding else None

    def codes(self, x: Matrix) -> Matrix:
        """Returns what boosted trees take, (rows x columns)."""
        return x - np.array(self.origin) if any(self.origin) else x

    def plain(self, x: Matrix) -> Matrix:
        """Returns what other models take, finite numbers, (rows x features)."""
        return self.encoding.plain(self.codes(x)) if self.encoding else x


NUMBERS = Features()


def features_of(train: Matrix, columns: Sequence[Column]) -> Features:
    """Returns the features of train (rows x columns), which are these columns.

    >>> from bench.api import Column
    >>> features_of(np.array([[1.0], [2.0]]), [Column("a")]) is NUMBERS
    True
    >>> gappy = features_of(np.array([[1.0], [np.nan], [3.0]]), [Column("a", missing=True)])
    >>> gappy.plain(np.array([[9.0], [np.nan]]))
    array([[9., 0.],
           [2., 1.]])
    """
    schema = Schema(tuple(columns), "")
    if schema.is_numeric:
        return NUMBERS
    medians = np.array([_median(values) for values in train.T])
    dates = np.array([column.kind == "datetime" for column in columns])
    count = len(columns)
    encoding = Encoding(schema, np.where(dates, 0.0, medians), np.ones(count), np.zeros(count))
    return Features(tuple(np.where(dates, medians, 0.0).tolist()), encoding)


def _median(values: Matrix) -> float:
    present = values[~np.isnan(values)]
    return float(np.median(present)) if len(present) else 0.0
