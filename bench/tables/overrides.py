"""What a user says about the columns of a table: flags over a TOML file over nothing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, get_args

from bench.api import BenchError, ColumnKind, PredictionTask
from bench.common import suggestions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

KINDS: tuple[ColumnKind, ...] = get_args(ColumnKind)
DAY_FIRST = "datetime:day-first"
"""A kind in texts: dates in which the day comes first if the month could, too."""
TASKS: tuple[PredictionTask, ...] = get_args(PredictionTask)


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What is said about one column.

    Attributes:
        kind: its kind, or None if the values decide.
        levels: of a categorical column, all its levels in order, or () for those that occur.
        ordered: whether the order of the levels means something.
        day_first: whether the day comes before the month, in dates in which either could come first.
        missing: cells with these values are gaps.
    """

    kind: ColumnKind | None = None
    levels: tuple[str, ...] = ()
    ordered: bool = False
    day_first: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overrides:
    """What is said about a table.

    Attributes:
        target: the column to predict.
        task: the task, or None if the kind of the target decides.
        leave_out: columns that are neither modelled nor scored.
        missing: cells with these values are gaps, in any column.
        columns: choices by name of column.
    """

    target: str | None = None
    task: PredictionTask | None = None
    leave_out: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    columns: Mapping[str, ColumnChoice] = field(default_factory=dict)

    def choice(self, column: str) -> ColumnChoice:
        """Returns what is said about a column."""
        return self.columns.get(column, ColumnChoice())

    def codes(self, column: str) -> tuple[str, ...]:
        """Returns the values that are gaps in a column."""
        return _union(self.missing, self.choice(column).missing)

    def over(self, below: Overrides) -> Overrides:
        """Returns these choices over others: single values win, lists are joined."""
        names = _union(below.columns, self.columns)
        return Overrides(
            target=self.target or below.target,
            task=self.task or below.task,
            leave_out=_union(below.leave_out, self.leave_out),
            missing=_union(below.missing, self.missing),
            columns={name: _choice_over(self.choice(name), below.choice(name)) for name in names},
        )

    def identity(self) -> str:
        """Returns all choices as JSON that does not depend on their order; "" if nothing is said.

        The target is left out: it is part of the schema anyway.
        """
        said = replace(self, target=None)
        return "" if said == Overrides() else json.dumps(asdict(said), sort_keys=True)

    def require_columns(self, names: Collection[str], table: str) -> None:
        """Refuses choices for columns that a table lacks.

        Raises:
            BenchError: with the closest name.
        """
        for name in (*self.leave_out, *self.columns):
            if name not in names:
                raise BenchError(f"{table} has no column {name!r}: {suggestions.closest(name, names)}")


def parse_flags(
    names: Collection[str],
    *,
    column: Iterable[str] = (),
    missing_code: Iterable[str] = (),
    leave_out: Iterable[str] = (),
    task: PredictionTask | None = None,
) -> Overrides:
    """Returns the choices that flags state for a table with these column names.

    Args:
        names: of all columns of the table.
        column: texts such as `hour=categorical` or `when=datetime:day-first`.
        missing_code: texts such as `-200` for all columns, or `age=-1` for one.
        leave_out: names of columns.
        task: the task.

    Raises:
        BenchError: if a text is no assignment, or names an unknown kind.
    """
    chosen = dict(_assigned(text) for text in column)
    everywhere, codes = [], dict[str, tuple[str, ...]]()
    for text in missing_code:
        name, equals, code = text.rpartition("=")
        if equals and name in names:
            codes[name] = (*codes.get(name, ()), code)
        else:
            everywhere.append(text)
    choices = {
        name: replace(chosen.get(name, ColumnChoice()), missing=codes.get(name, ())) for name in (*chosen, *codes)
    }
    return Overrides(task=task, leave_out=_union(leave_out), missing=_union(everywhere), columns=choices)


def parse_kind(text: object, where: str) -> ColumnChoice:
    """Returns the choice that a kind in text states: one of `KINDS`, or `DAY_FIRST`.

    Raises:
        BenchError: if it is none of these.
    """
    kind = suggestions.require_choice(text, (*KINDS, DAY_FIRST), where)
    return ColumnChoice("datetime", day_first=True) if kind == DAY_FIRST else ColumnChoice(kind)


def _assigned(text: str) -> tuple[str, ColumnChoice]:
    name, equals, kind = text.rpartition("=")
    if not (equals and name):
        raise BenchError(f"--column is {text!r}; expected NAME=KIND, such as hour=categorical")
    return name, parse_kind(kind, f"the kind of column {name!r}")


def _choice_over(above: ColumnChoice, below: ColumnChoice) -> ColumnChoice:
    missing = _union(below.missing, above.missing)
    if above.kind is None and not above.levels:
        return replace(below, missing=missing)
    # A flag says the kind, and no levels; those in the file stay valid if it is the same kind.
    keep = above.kind == below.kind and not above.levels and not above.day_first
    return replace(below if keep else above, missing=missing)


def _union(*lists: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))
