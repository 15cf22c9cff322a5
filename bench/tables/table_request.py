"""Which table is asked for, and what a file cannot say of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Missing = Literal["refuse", "drop"]


@dataclass(frozen=True, slots=True)
class TableRequest:
    """A data set as asked for: a registered name, or the path of a table.

    The other fields are for files; registered data sets know these things themselves, `missing` apart.

    Attributes:
        name: a registered name or a path.
        target: the column to predict.
        ordered: whether rows are in time.
        time: a column to sort by, numbers or dates; it implies `ordered` and is not modelled.
        missing: what to do with rows that lack values.
    """

    name: str
    target: str | None = None
    ordered: bool = False
    time: str | None = None
    missing: Missing = "refuse"

    def label(self) -> str:
        """The name to show and to hash: of a path, the file's name only."""
        return Path(self.name).name

    def path(self) -> str:
        """The name or path as typed, unless absolute: nobody else has the folders of this machine."""
        return portable(self.name)


def portable(path: str) -> str:
    """A path as typed, or its last part if it is absolute."""
    return Path(path).name if Path(path).is_absolute() else path
