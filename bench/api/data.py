"""Data sets: their columns, their sources, and the three parts of a split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Protocol_ = Literal["random", "blocked"]


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table.

    Attributes:
        numeric: names of the numeric columns, the target included, in table order.
        target: the column that train-on-synthetic/test-on-real predicts.
        ordered: whether rows are in time; neighbours are then near-copies.
        categorical: names of the categorical columns (none are supported yet).
        datetime: names of the date columns (none are supported yet).
        task: the kind of task in which the target is predicted.
    """

    numeric: tuple[str, ...]
    target: str
    ordered: bool = False
    categorical: tuple[str, ...] = ()
    datetime: tuple[str, ...] = ()
    task: Literal["regression", "classification"] = "regression"

    @property
    def columns(self) -> tuple[str, ...]:
        """All modelled columns, in the order that generators get and must return."""
        return self.numeric + self.categorical + self.datetime


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table with its schema, source and licence.

    Attributes:
        name: as the user wrote it (a registered name, or the stem of a file name).
        group: data sets that are not independent of each other have the same group.
        frame: rows x `schema.columns`, index 0..n-1, row order meaningful if `schema.ordered`.
        sha256: of the file, or of the values if the table was made in memory.
        source: a citation or an address, never a local path.
        notes: what loading changed or noticed, one sentence each; the report prints them.
        row_groups: the group of each row, indexed as `frame`, or None if rows belong to no groups. Rows of one group
            lie in the same part of a split.
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
