"""Tables as matrices: codes for trees, and one encoding of all kinds of columns for distances and linear models.

- A *matrix of codes* has the rows and columns of the table, in float64: numbers as they are, levels as positions in
  the schema, dates as seconds since 1970, and NaN for gaps.
- The *encoding* of a table, made from train alone, has no gaps. For distances it gives `Points`, for models that
  need numbers a plain matrix with a column per level. A table of numbers without gaps is its own plain matrix.

A distance counts a mismatch of levels as much as a standard deviation of a number. Among seven rules that were compared
(ranges, ranks, mean distances of pairs, a weight of 2), this one found most of the rows that had leaked from train.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bench.scoring.points import Points

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Column, Schema
    from bench.scoring.points import Rows

    Matrix = NDArray[np.float64]

_LEAST_GAP = 0.25
_MOST_FEATURES = 100
_NANOSECONDS = 1e9


def code_table(frame: pd.DataFrame, schema: Schema) -> Matrix:
    """Returns the modelled columns of a frame as a matrix of codes, (rows, columns), in schema order; a copy.

    A level that the schema lacks, an *invented* one, has the code after the last level. Negative zeros become zeros, so
    that equal rows are equal bytes.

    >>> import pandas as pd
    >>> from bench.api import Column, Schema
    >>> schema = Schema((Column("n"), Column("c", "categorical", ("no", "yes"), missing=True)), "n")
    >>> code_table(pd.DataFrame({"n": [3, 4, 5], "c": ["yes", None, "perhaps"]}), schema)
    array([[ 3.,  1.],
           [ 4., nan],
           [ 5.,  2.]])
    """
    if schema.is_numeric:
        return np.array(frame[list(schema.names)].to_numpy(dtype=np.float64)) + 0.0
    columns = [_codes(frame[column.name], column) for column in schema.columns]
    return np.column_stack(columns) + 0.0 if columns else np.empty((len(frame), 0))


def _codes(values: pd.Series[float], column: Column) -> Matrix:
    import pandas as pd

    if column.kind == "numeric":
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    if column.kind == "datetime":
        seconds = values.to_numpy(dtype="datetime64[ns]").astype(np.int64) / _NANOSECONDS
        return np.where(values.isna(), np.nan, seconds)
    categories = pd.Categorical(values)
    levels, own = (pd.Index(list(names), dtype=object) for names in (column.levels, categories.categories.map(str)))
    places = levels.get_indexer(own)
    known = np.where(places < 0, len(column.levels), places).astype(np.float64)
    # The code of a gap is -1: the last of these.
    return np.asarray(np.append(known, np.nan)[categories.codes])


def feature_types(schema: Schema) -> list[str] | None:
    """Returns what XGBoost must know of the columns of a matrix of codes; None if all are numbers.

    >>> from bench.api import Column, Schema
    >>> feature_types(Schema((Column("n"), Column("c", "categorical", ("a", "b"))), "n"))
    ['q', 'c']
    """
    if not schema.categorical:
        return None
    return ["c" if column.kind == "categorical" else "q" for column in schema.columns]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the columns of a table become numbers without gaps; see `encoding_of`.

    Attributes:
        schema: of the table.
        centre: median of the present values of train, which stands in for a gap; 0 for categories, (columns,).
        unit: standard deviation of the present values of train; 1 for categories and constant columns, (columns,).
        gap: what a gap costs against a value, beside the distance of the value from the median, (columns,): so much
            that both together are 1 on average, as for a mismatch of levels, and at least 0.25; 0 for categories.
        places: for each column, which feature of the column in `plain` stands for each code, those of invented levels
            and of a gap included; without it every level has a feature.
    """

    schema: Schema
    centre: Matrix
    unit: Matrix
    gap: Matrix
    places: tuple[NDArray[np.int64], ...] = ()

    def points(self, codes: Matrix) -> Rows:
        """Returns rows between which distances are computed, from a matrix of codes.

        Numbers without gaps are simply divided by their units.
        """
        if self.schema.is_numeric:
            return codes / self.unit
        levels = np.array([column.kind == "categorical" for column in self.schema.columns])
        flagged = np.array([column.missing for column in self.schema.columns]) & ~levels
        absent = np.isnan(codes)
        numbers = np.where(absent, 0.0, (codes - self.centre) / self.unit)[:, ~levels]
        flags = (absent * self.gap)[:, flagged]
        categories = np.where(absent, self._gap_codes, codes)[:, levels].astype(np.int16)
        return Points(np.hstack([numbers, flags]), categories, len(self.schema.columns))

    def plain(self, codes: Matrix) -> Matrix:
        """Returns a matrix without gaps for linear models, forests and networks, (rows, features).

        A number has a feature, and one that is 1 for a gap if the table has gaps there. A category has a feature for
        each of its 100 most frequent levels in train, one that all others and invented ones share, and one for a gap if
        there are gaps.
        """
        if self.schema.is_numeric:
            return codes
        return np.hstack([self._plain_column(position, values) for position, values in enumerate(codes.T)])

    def in_units(self, codes: Matrix) -> Matrix:
        """Returns the features of `plain` in units: Euclidean distances between rows are those between `points`.

        Only levels that share a feature are not told apart.
        """
        if self.schema.is_numeric:
            return np.asarray(codes / self.unit)
        return np.hstack([self._in_units(position, values) for position, values in enumerate(codes.T)])

    def for_trees(self, codes: Matrix) -> Matrix:
        """Returns codes whose dates count from the median of train, (rows, columns).

        Trees compute in float32, whose 7 digits are too few for the seconds since 1970.
        """
        if not self.schema.datetime:
            return codes
        dates = np.array([column.kind == "datetime" for column in self.schema.columns])
        return codes - np.where(dates, self.centre, 0.0)

    def without(self, column: int) -> Encoding:
        """Returns the encoding of all columns but one; `column` is its position in the schema."""
        columns = self.schema.columns[:column] + self.schema.columns[column + 1 :]
        centre, unit, gap = (np.delete(array, column) for array in (self.centre, self.unit, self.gap))
        places = self.places[:column] + self.places[column + 1 :]
        return Encoding(replace(self.schema, columns=columns), centre, unit, gap, places)

    def features(self, column: int) -> slice:
        """Returns the features of `plain` that a column has; `column` is its position in the schema."""
        widths = [self._width(position) for position in range(column + 1)]
        return slice(sum(widths[:-1]), sum(widths))

    def _plain_column(self, position: int, values: Matrix) -> Matrix:
        column, absent = self.schema.columns[position], np.isnan(values)
        if column.kind == "categorical":
            codes = np.where(absent, self._gap_codes[position], values).astype(np.int64)
            return np.eye(self._width(position))[self._features_of(position)[codes]]
        filled = np.where(absent, self.centre[position], values)
        return np.column_stack([filled, absent]) if column.missing else filled[:, None]

    def _in_units(self, position: int, values: Matrix) -> Matrix:
        features = self._plain_column(position, values)
        if self.schema.columns[position].kind == "categorical":
            # Two features differ where levels do.
            return np.asarray(features / np.sqrt(2))
        features[:, 0] = (features[:, 0] - self.centre[position]) / self.unit[position]
        features[:, 1:] *= self.gap[position]
        return features

    def _width(self, position: int) -> int:
        column = self.schema.columns[position]
        values = int(self._features_of(position)[-2]) + 1 if column.kind == "categorical" else 1
        return values + column.missing

    def _features_of(self, position: int) -> NDArray[np.int64]:
        """The feature of each code of a category, (levels + 2,)."""
        return self.places[position] if self.places else np.arange(len(self.schema.columns[position].levels) + 2)

    @property
    def _gap_codes(self) -> Matrix:
        """The code of a gap in each column, after that of invented levels, (columns,)."""
        return np.array([len(column.levels) + 1.0 for column in self.schema.columns])


def encoding_of(train: pd.DataFrame, schema: Schema) -> Encoding:
    """Returns the encoding of a table's columns, with medians and units of train.

    >>> import pandas as pd
    >>> from bench.api import Column, Schema
    >>> schema = Schema((Column("n", missing=True), Column("c", "categorical", ("no", "yes"))), "c")
    >>> encoding = encoding_of(pd.DataFrame({"n": [0.0, 4.0, None], "c": ["no", "yes", "no"]}), schema)
    >>> encoding.plain(np.array([[4.0, 1.0], [np.nan, 0.0]]))
    array([[4., 0., 0., 1., 0.],
           [2., 1., 1., 0., 0.]])
    """
    codes = code_table(train, schema)
    described = [_describe(values, column) for values, column in zip(codes.T, schema.columns, strict=True)]
    centre, unit, gap = np.array(described, dtype=np.float64).reshape(-1, 3).T
    if schema.is_numeric:
        unit = np.where(np.ptp(codes, axis=0) > 0, codes.std(axis=0), 1.0)
    places = tuple(_places(values, column) for values, column in zip(codes.T, schema.columns, strict=True))
    return Encoding(schema, centre, unit, gap, places)


def _places(values: Matrix, column: Column) -> NDArray[np.int64]:
    if column.kind != "categorical":
        return np.empty(0, dtype=np.int64)
    counts = np.bincount(values[~np.isnan(values)].astype(np.int64), minlength=len(column.levels))
    order = np.argsort(-counts[: len(column.levels)], kind="stable")
    kept = np.isin(np.arange(len(column.levels)), order[:_MOST_FEATURES])
    others = int(kept.sum())
    return np.append(np.where(kept, np.cumsum(kept) - 1, others), [others, others + 1]).astype(np.int64)


def _describe(values: Matrix, column: Column) -> tuple[float, float, float]:
    """Returns centre, unit and cost of a gap."""
    present = values[~np.isnan(values)]
    if column.kind == "categorical" or not len(present):
        return 0.0, 1.0, 0.0 if column.kind == "categorical" else 1.0
    centre = float(np.median(present))
    unit = float(present.std()) if np.ptp(present) > 0 else 1.0
    return centre, unit, max(1.0 - float(np.abs(present - centre).mean()) / unit, _LEAST_GAP)
