"""Which table is requested, and what its file does not say."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from bench.api import PredictionTask

Missing = Literal["keep", "drop", "refuse"]

_LATER_FIELDS = {
    "group": None,
    "distinct": False,
    "column": (),
    "missing_code": (),
    "leave_out": (),
    "task": None,
}
"""Fields with their defaults, where they are not stored, so that older runs keep their hash."""


@dataclass(frozen=True, slots=True)
class TableRequest:
    """A requested data set: a registered name, or the path of a table.

    The other fields are for files. Registered data sets have them already, except for `missing` and `distinct`.

    Attributes:
        name: a registered name or a path.
        target: the column to predict.
        ordered: whether rows are in time.
        time: a column of numbers or dates to sort by; it implies `ordered` and is not modelled.
        missing: what becomes of gaps: they are kept and modelled, rows with gaps are dropped, or the table is refused.
        group: a column of any type; rows with the same value lie in the same part of a split. It is not modelled.
        distinct: whether identical rows lie in the same part of a split.
        column: kinds of columns, such as `hour=categorical`.
        missing_code: values that are gaps, such as `-200` in all columns or `age=-1` in one.
        leave_out: columns that are neither modelled nor scored.
        task: in which the target is predicted, or None if its kind decides.
    """

    name: str
    target: str | None = None
    ordered: bool = False
    time: str | None = None
    missing: Missing = "keep"
    group: str | None = None
    distinct: bool = False
    column: tuple[str, ...] = ()
    missing_code: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    task: PredictionTask | None = None

    def as_dict(self) -> dict[str, Any]:
        """Returns the fields as plain data, with the name as for display."""
        stored = {name: value for name, value in asdict(self).items() if value != _LATER_FIELDS.get(name, ...)}
        return {**stored, "name": self.label()}

    def label(self) -> str:
        """Returns the name for display and hashing; of a path, the file's name only."""
        return Path(self.name).name

    def path(self) -> str:
        """Returns the name or path as typed, but of an absolute path the file's name only."""
        return portable(self.name)


def portable(path: str) -> str:
    """Returns a path as typed; of an absolute path its last part, as other machines do not have these folders."""
    return Path(path).name if Path(path).is_absolute() else path
