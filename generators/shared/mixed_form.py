"""Tables with categories, dates or gaps as complete numbers and codes, which is all that a model then sees.

A numeric column becomes a number, a date a number of seconds, a categorical column a code. A gap becomes one more code
of a categorical column; a numeric or date column with gaps gets a flag, which is a code too, beside its number.
Columns with a single value are kept aside. Tables of numbers without gaps do not come here (see `table_form`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import pandas as pd

from bench.api import BenchError, Schema
from bench.seeds import derive

from .mixed_columns import LevelColumn, NumberColumn, level_column, number_column
from .table_form import Form, read_table, require_finite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.int64]

_KINDS: dict[str, type[NumberColumn] | type[LevelColumn]] = {"numbers": NumberColumn, "levels": LevelColumn}


class MixedTable(NamedTuple):
    """A train table as numbers and codes. Every column of both varies; either may have no columns.

    Attributes:
        numbers: (rows, number columns), finite; dates in seconds. Where the table has a gap, a value drawn from the
            column's others.
        codes: (rows, code columns), from 0; every code occurs. The last code of a categorical column with gaps is the
            gap; a flag is 1 where its number is a gap.
        sizes: (code columns,), how many codes each has, at least 2.
        form: what makes a table of such numbers and codes.
    """

    numbers: Matrix
    codes: Codes
    sizes: tuple[int, ...]
    form: MixedForm


@dataclass(frozen=True, slots=True)
class MixedForm:
    """The columns of a table, which synthetic rows get too.

    Attributes:
        columns: in table order.
    """

    columns: tuple[NumberColumn | LevelColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in table order."""
        return tuple(column.name for column in self.columns)

    @property
    def number_names(self) -> tuple[str, ...]:
        """The name of the table's column behind each number column."""
        return tuple(column.name for column in self._numbers())

    @property
    def code_names(self) -> tuple[str, ...]:
        """The name of the table's column behind each code column: a categorical one, or one whose gaps it flags."""
        return tuple(column.name for column in self.columns if column.code >= 0)

    @property
    def flags(self) -> tuple[int, ...]:
        """The position of the flag of each number column among the code columns; -1 if it has no gaps."""
        return tuple(column.code for column in self._numbers())

    def _numbers(self) -> list[NumberColumn]:
        return [column for column in self.columns if isinstance(column, NumberColumn) and column.number >= 0]

    def table(
        self, numbers: NDArray[np.floating], codes: NDArray[np.integer], *, clip: bool = True, snap: bool = True
    ) -> pd.DataFrame:
        """Returns synthetic numbers and codes as a table like train: its types, levels, gaps and constants.

        Args:
            numbers: (rows, number columns).
            codes: (rows, code columns), from 0 to below `sizes`.
            clip: move numbers into train's range; dates are moved in any case.
            snap: round numbers to each column's grid; integer columns are rounded in any case.

        Raises:
            BenchError: if a number is not finite.
        """
        require_finite(numbers, self.number_names)
        values: Matrix = numbers.astype(np.float64)
        return pd.DataFrame(
            {
                column.name: column.series(values, codes, clip=clip, snap=snap)
                if isinstance(column, NumberColumn)
                else column.series(codes)
                for column in self.columns
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the form as plain data."""
        kinds = {cls: kind for kind, cls in _KINDS.items()}
        return {"columns": [{"kind": kinds[type(column)], **column.to_dict()} for column in self.columns]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Returns the form of `to_dict`, also after a round trip through JSON."""
        read = [{**column} for column in data["columns"]]
        return cls(tuple(_KINDS[column.pop("kind")].from_dict(column) for column in read))


def read_mixed(train: pd.DataFrame, schema: Schema, *, seed: int) -> MixedTable:
    """Returns `train` as numbers and codes.

    Args:
        train: rows x `schema.names`.
        schema: says which columns are numbers, dates and categories; whether they have gaps is read from `train`.
        seed: of the values that are put into the gaps of numbers.

    Raises:
        BenchError: if there are fewer than two rows, infinite values, or nothing that varies.
    """
    if len(train) < 2:
        raise BenchError(f"got {len(train)} train rows; expected at least 2")
    rng = np.random.default_rng(derive(seed, "gaps"))
    numbers: list[Matrix] = []
    codes: list[Codes] = []
    sizes: list[int] = []
    columns: list[NumberColumn | LevelColumn] = []
    for declared in schema.columns:
        column = train[declared.name]
        form: NumberColumn | LevelColumn
        if declared.kind == "categorical":
            form, own = level_column(column, declared)
        else:
            form, values, own = number_column(column, declared, rng)
            if np.ptp(values) > 0:
                form = replace(form, number=len(numbers))
                numbers.append(values)
        if np.ptp(own) > 0:
            form = replace(form, code=len(codes))
            codes.append(own)
            sizes.append(form.size)
        columns.append(form)
    if not numbers and not codes:
        raise BenchError("every column of train is constant; expected at least one that varies")
    rows = len(train)
    return MixedTable(_matrix(numbers, rows), _matrix(codes, rows, np.int64), tuple(sizes), MixedForm(tuple(columns)))


def _matrix(columns: Sequence[NDArray[Any]], rows: int, dtype: type = np.float64) -> NDArray[Any]:
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0), dtype)


def read_matrix(train: pd.DataFrame, schema: Schema, *, seed: int) -> tuple[Matrix, Form | MixedForm, tuple[int, ...]]:
    """Returns any table as one matrix: its values if it has only numbers, else numbers and then codes.

    Returns:
        The matrix (rows, columns); what makes a table of such rows, see `matrix_table`; and which columns are codes.

    Raises:
        BenchError: as `read_table` and `read_mixed` do.
    """
    if schema.is_numeric:
        return *read_table(train, schema), ()
    numbers, codes, sizes, form = read_mixed(train, schema, seed=seed)
    first = numbers.shape[1]
    return np.hstack([numbers, codes]), form, tuple(range(first, first + len(sizes)))


def matrix_table(form: Form | MixedForm, values: Matrix, *, clip: bool = True, snap: bool = True) -> pd.DataFrame:
    """Returns synthetic rows (rows, columns of `read_matrix`) as a table like train; codes are rounded.

    Raises:
        BenchError: if a number is not finite.
    """
    if not isinstance(form, MixedForm):
        return form.table(values, clip=clip, snap=snap)
    first = len(form.number_names)
    codes = np.rint(values[:, first:]).astype(np.int64)
    return form.table(values[:, :first], codes, clip=clip, snap=snap)


def one_hot(codes: NDArray[np.integer], sizes: Sequence[int]) -> Matrix:
    """Returns codes (rows, columns) as 0 and 1, (rows, sum of sizes), one block of columns after the other.

    >>> one_hot(np.array([[1, 0]]), (2, 3))
    array([[0., 1., 1., 0., 0.]])
    """
    blocks = [np.eye(size)[codes[:, i]] for i, size in enumerate(sizes)]
    return np.concatenate(blocks, axis=1) if blocks else np.empty((len(codes), 0))
