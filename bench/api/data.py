"""Tables: what their columns are, where they come from, and the three parts of a split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

Protocol_ = Literal["random", "blocked"]


@dataclass(frozen=True, slots=True)
class Schema:
    """What the columns of a table are.

    Attributes:
        numeric: names of the numeric columns, the target included, in table order.
        target: the column that train-on-synthetic/test-on-real predicts.
        ordered: whether rows are in time, so that neighbours are near-copies.
        categorical: names of the categorical columns (none are supported yet).
        datetime: names of the date columns (none are supported yet).
        task: what predicting the target is.
    """

    numeric: tuple[str, ...]
    target: str
    ordered: bool = False
    categorical: tuple[str, ...] = ()
    datetime: tuple[str, ...] = ()
    task: Literal["regression", "classification"] = "regression"

    @property
    def columns(self) -> tuple[str, ...]:
        """All modelled columns, in the order generators see and must return."""
        return self.numeric + self.categorical + self.datetime


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table with its schema and where it comes from.

    Attributes:
        name: as the user wrote it (a registered name, or a file's stem).
        group: tables that are not independent of each other share one.
        frame: rows x `schema.columns`, index 0..n-1, row order meaningful if `schema.ordered`.
        sha256: of the file, or of the values for tables made in memory.
        source: a citation or address. Never a path of this machine.
        notes: what loading changed or noticed, one sentence each; the report prints them.
    """

    name: str
    group: str
    frame: pd.DataFrame
    schema: Schema
    sha256: str
    source: str
    licence: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetSource:
    """What an entry point of `bench.datasets` names: how to load a data set, said cheaply."""

    summary: str
    licence: str
    load: Callable[[], Dataset]


@dataclass(frozen=True, slots=True)
class Split:
    """The three disjoint parts of one repeat; each keeps the original index and row order.

    Attributes:
        train: all that a generator ever sees.
        holdout: real rows exchangeable with train: reference of fidelity, detection, privacy.
        test: reference of utility. Under the random protocol the same rows as holdout.
        seed: what the split was drawn with.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame
    test: pd.DataFrame
    schema: Schema
    protocol: Protocol_
    seed: int
