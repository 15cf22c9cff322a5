"""A table's rows as the points that autoencoders and flows learn, and points as a table.

Tables of numbers become scaled numbers. In other tables a number is a normal score, and a category, a number of few
values or a number with a spike is a block of 0 and 1, with a 1 at its level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from bench.seeds import derive

from ..shared.mixed_form import MixedForm, one_hot, read_mixed
from ..shared.scaling import Scaler, scale
from ..shared.table_form import Form, read_table
from .column_coder import ColumnCoder, RowArrays, learn_coder

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from bench.api import Schema

    Matrix = NDArray[np.float64]


class PointLayout(NamedTuple):
    """What the features of a point are.

    Attributes:
        numbers: how many there are; they come first.
        sizes: levels of each block of 0 and 1.
    """

    numbers: int
    sizes: tuple[int, ...] = ()

    @property
    def features(self) -> int:
        """All of them."""
        return self.numbers + sum(self.sizes)


@dataclass(frozen=True, slots=True)
class NumericPoints:
    """The points of a table of numbers without gaps."""

    scaler: Scaler
    form: Form

    @property
    def layout(self) -> PointLayout:
        """Numbers alone."""
        return PointLayout(self.scaler.features)

    def table(self, points: NDArray[np.floating], seed: int, *, bounded: bool = True) -> pd.DataFrame:
        """Returns points as a table like train.

        Args:
            points: (rows, features).
            seed: of what points leave open; nothing here.
            bounded: keep numbers within train's range and on the grids of its columns.
        """
        return self.form.table(self.scaler.inverse(points), clip=bounded, snap=bounded)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Returns what belongs into a file's arrays; the form belongs into its header."""
        return self.scaler.to_arrays()


@dataclass(frozen=True, slots=True)
class MixedPoints:
    """The points of a table with categories, dates or gaps."""

    coder: ColumnCoder
    form: MixedForm

    @property
    def layout(self) -> PointLayout:
        """Scores, then a block for each column of tokens."""
        return PointLayout(len(self.coder.scored), self.coder.token_sizes)

    def table(self, points: NDArray[np.floating], seed: int, *, bounded: bool = True) -> pd.DataFrame:
        """Returns points as a table like train; the level of a block is where it is largest.

        Args:
            points: (rows, features).
            seed: of numbers within their bins.
            bounded: keep numbers within train's range and on the grids of its columns.
        """
        count, sizes = self.layout
        blocks = np.split(points[:, count:], np.cumsum(sizes)[:-1], axis=1) if sizes else []
        tokens = np.zeros((len(points), len(sizes)), dtype=np.int64)
        for i, block in enumerate(blocks):
            tokens[:, i] = block.argmax(axis=1)
        numbers, codes = self.coder.decode(tokens, points[:, :count].astype(np.float64), derive(seed, "values"))
        return self.form.table(numbers, codes, clip=bounded, snap=bounded)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Returns what belongs into a file's arrays; the form belongs into its header."""
        return self.coder.to_arrays()


class ReadPoints(NamedTuple):
    """A train table as points.

    Attributes:
        points: (rows, features).
        coding: makes tables of points.
        values: the table itself if it is one of numbers: (rows, columns); otherwise None.
    """

    points: Matrix
    coding: NumericPoints | MixedPoints
    values: Matrix | None


def read_points(
    train: pd.DataFrame, schema: Schema, scaler: Literal["normal", "standard", "robust"], *, whiten: bool, seed: int
) -> ReadPoints:
    """Returns the points of a train table.

    Args:
        train: rows x `schema.names`.
        schema: of the table.
        scaler: of a table of numbers.
        whiten: whether to decorrelate its columns.
        seed: of the order of equal values.

    Raises:
        BenchError: if the table cannot be modelled, see `read_table` and `read_mixed`, or all columns are constant.
    """
    if schema.is_numeric:
        values, form = read_table(train, schema)
        scaled, inverse = scale(values, scaler, whiten=whiten, seed=seed)
        return ReadPoints(scaled, NumericPoints(inverse, form), values)
    table = read_mixed(train, schema, seed=seed)
    arrays = RowArrays(table.numbers, table.codes, table.sizes, table.form.flags)
    coder, tokens, scores = learn_coder(arrays, "spikes", seed)
    points = np.hstack([scores, one_hot(tokens, coder.token_sizes)])
    return ReadPoints(points, MixedPoints(coder, table.form), None)


def load_points(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> NumericPoints | MixedPoints:
    """Returns what makes tables of points, from the form in a file's header and the arrays of `to_arrays`."""
    if header.get("mixed"):
        return MixedPoints(ColumnCoder.from_arrays(arrays), MixedForm.from_dict(header["form"]))
    return NumericPoints(Scaler.from_arrays(arrays), Form.from_dict(header["form"]))
