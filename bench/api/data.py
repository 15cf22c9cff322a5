"""Data sets: their columns, their sources, and the three parts of a split."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    import pandas as pd

Protocol_ = Literal["random", "blocked"]
KeptTogether = Literal["", "groups", "repeated rows"]
"""What lies in the same part of a split: the rows of a group, or identical rows."""
ColumnKind = Literal["numeric", "categorical", "datetime"]
PredictionTask = Literal["regression", "binary", "multiclass"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    In a frame, a numeric column is int64 or float64 (where it has gaps, float64 with NaN), a categorical one has a
    `CategoricalDtype` with these levels, and a datetime column is datetime64[ns] without a time zone.

    Attributes:
        levels: of a categorical column, in order; those of the whole table, fixed once. A gap is no level.
        ordered: whether the order of the levels means something.
        missing: whether the whole table has gaps in this column.
    """

    name: str
    kind: ColumnKind = "numeric"
    levels: tuple[str, ...] = ()
    ordered: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """The modelled columns of a table.

    Attributes:
        columns: in table order, the target included: the order that generators get and must return.
        target: the column that train-on-synthetic/test-on-real predicts.
        ordered: whether rows are in time; neighbours are then near-copies.
        task: the kind of task in which the target is predicted.
        left_out: columns of the table that are neither modelled nor scored, as (name, reason).
    """

    columns: tuple[Column, ...]
    target: str
    ordered: bool = False
    task: PredictionTask = "regression"
    left_out: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_numbers(cls, names: Iterable[str], target: str, *, ordered: bool = False) -> Self:
        """Returns the schema of a table of numbers without gaps, whose target is a number too."""
        return cls(tuple(Column(name) for name in names), target, ordered)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in table order."""
        return tuple(column.name for column in self.columns)

    @property
    def numeric(self) -> tuple[str, ...]:
        """The names of the numeric columns, in table order."""
        return self._of_kind("numeric")

    @property
    def categorical(self) -> tuple[str, ...]:
        """The names of the categorical columns, in table order."""
        return self._of_kind("categorical")

    @property
    def datetime(self) -> tuple[str, ...]:
        """The names of the datetime columns, in table order."""
        return self._of_kind("datetime")

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the columns with gaps, in table order."""
        return tuple(column.name for column in self.columns if column.missing)

    @property
    def is_numeric(self) -> bool:
        """Whether every column is numeric and none has gaps."""
        return all(column.kind == "numeric" and not column.missing for column in self.columns)

    def column(self, name: str) -> Column:
        """Returns the column of that name."""
        return self.columns[self.position(name)]

    def position(self, name: str) -> int:
        """Returns the position of a column, from 0.

        Raises:
            ValueError: if there is no such column.
        """
        return self.names.index(name)

    def identity(self) -> dict[str, Any]:
        """Returns plain data that ids of splits are made of; schemas are equal if these are.

        A table of numbers has the fields with which runs were stored before there were other columns, so that the
        splits of those runs keep their ids.
        """
        shared = {"target": self.target, "ordered": self.ordered}
        if self.is_numeric and self.task == "regression" and not self.left_out:
            return {"numeric": self.names, **shared, "categorical": (), "datetime": (), "task": self.task}
        columns = [asdict(column) for column in self.columns]
        return {"columns": columns, **shared, "task": self.task, "left_out": self.left_out}

    def _of_kind(self, kind: ColumnKind) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.kind == kind)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table with its schema, source and licence.

    Attributes:
        name: as the user wrote it (a registered name, or the stem of a file name).
        group: data sets that are not independent of each other have the same group.
        frame: rows x `schema.names`, index 0..n-1, row order meaningful if `schema.ordered`.
        sha256: of the file, or of the values if the table was made in memory.
        source: a citation or an address, never a local path.
        notes: what loading changed or noticed, one sentence each; the report prints them.
        row_groups: the group of each row, indexed as `frame`, or None if rows belong to no groups. Rows of one group
            lie in the same part of a split.
        kept_together: what the rows of one group share; empty if rows belong to no groups.
    """

    name: str
    group: str
    frame: pd.DataFrame
    schema: Schema
    sha256: str
    source: str
    licence: str
    notes: tuple[str, ...] = ()
    row_groups: pd.Series | None = None
    kept_together: KeptTogether = ""


@dataclass(frozen=True, slots=True)
class DatasetSource:
    """The object of an entry point of `bench.datasets`: a description, and a function that loads the data set."""

    summary: str
    licence: str
    load: Callable[[], Dataset]


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of one repeat; each keeps the original index and row order.

    Attributes:
        train: the only rows that a generator sees.
        holdout: real rows exchangeable with train: reference of fidelity, detection, privacy.
        test: reference of utility; under the random protocol the same rows as holdout.
        seed: of the random choice of rows.
        stretches: of rows in time under the blocked protocol, stretches with no neighbour in another part: reference of
            an attack that single held-out rows cannot stand for, as they lie between rows of train. None elsewhere,
            and if the table is short.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame
    test: pd.DataFrame
    schema: Schema
    protocol: Protocol_
    seed: int
    stretches: pd.DataFrame | None = None
