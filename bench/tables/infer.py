"""From a table as it was read to a schema: the kind of every column, the task, and what was decided why."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from bench.api import BenchError, Schema
from bench.common import suggestions
from bench.tables.asked_kinds import ASKED, asked_column
from bench.tables.column_kinds import NAME, ReadColumn, infer_column
from bench.tables.gap_codes import mask_gaps
from bench.tables.number_text import parse_numbers
from bench.tables.plain_columns import is_number, is_text, plain_column
from bench.tables.target_classes import task_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bench.tables.overrides import ColumnChoice, Overrides


@dataclass(frozen=True, slots=True)
class Inference:
    """A table in its final form, and how it came about.

    Attributes:
        frame: rows x columns of the schema, with the index of the rows that were given. Numbers are int64 or float64,
            categories have the levels of the schema, dates are datetime64[ns]; gaps are NaN and NaT.
        schema: the kinds.
        notes: what was decided, one sentence each; nothing on columns of numbers that are stored as numbers.
        reasons: why each column has its kind, by name, those included that are left out.
    """

    frame: pd.DataFrame
    schema: Schema
    notes: tuple[str, ...]
    reasons: Mapping[str, str]


def infer_schema(
    frame: pd.DataFrame,
    target: str,
    overrides: Overrides,
    table: str,
    *,
    ordered: bool = False,
    missing: Literal["keep", "drop", "refuse"] = "keep",
    comma_first: bool = False,
    aside: Collection[str] = (),
) -> Inference:
    """Returns a table with the kinds of its columns: those that are asked for, else those that the values suggest.

    Constants and counts of gaps have no note: `check_dataset` tells them of every table.

    Args:
        frame: as read from a file, or made in memory.
        target: the column to predict.
        overrides: what the user says.
        table: its name, for errors.
        ordered: whether rows are in time.
        missing: what becomes of gaps; unless it is `refuse`, rows without target are dropped.
        comma_first: whether 1,234 in text is rather 1.234; so in a file separated by semicolons.
        aside: names of columns that were taken out of the frame before, of which something may be said.

    Raises:
        BenchError: if a name is unknown, values are not of the kind that is asked for, a categorical column has too
            many or too long levels, or the target can be no target.
    """
    frame = _with_text_names(frame, table)
    overrides.require_columns([*frame.columns, *aside], table)
    _require_target(frame, target, overrides, table)
    names = [str(name) for name in frame]
    left = {name: _left_out(ASKED) for name in names if name in overrides.leave_out}
    plain = {name: plain_column(frame[name], _label(name, target, table)) for name in names if name not in left}
    kept, gap_notes = mask_gaps(pd.DataFrame(plain, index=frame.index), overrides)
    kept, target_notes = _with_target(kept, target, table, missing)
    read = {
        name: _read(kept[name], name, overrides, target=target, table=table, comma_first=comma_first) for name in plain
    }
    columns = {name: left.get(name) or read[name] for name in names}
    return _assemble(columns, target, overrides, table, ordered, (*gap_notes, *target_notes))


def _assemble(
    read: Mapping[str, ReadColumn],
    target: str,
    overrides: Overrides,
    table: str,
    ordered: bool,
    notes: tuple[str, ...],
) -> Inference:
    if (predicted := read[target].column) is None:
        reason = _named(read[target].reason, [target])
        raise BenchError(f"the target {target!r} of {table} is {reason}; expected numbers or classes; mend it")
    reasons = {name: _named(found.reason, [name]) for name, found in read.items()}
    values = {name: found.values for name, found in read.items() if found.values is not None}
    schema = Schema(
        columns=tuple(found.column for found in read.values() if found.column is not None),
        target=target,
        ordered=ordered,
        task=task_of(predicted, overrides.task, table),
        left_out=tuple((name, reasons[name]) for name, found in read.items() if found.column is None),
    )
    frame = pd.DataFrame(values, index=values[target].index)
    return Inference(frame, schema, (*notes, *_sentences(read)), reasons)


def _read(
    plain: pd.Series, name: str, overrides: Overrides, *, target: str, table: str, comma_first: bool
) -> ReadColumn:
    choice, by, label = overrides.choice(name), "", _label(name, target, table)
    if name == target and overrides.task is not None:
        choice, by = _choice_for_task(choice, overrides.task, label), f"--task {overrides.task}"
        if choice.kind == "categorical" and not choice.levels:
            _require_classes(plain, label, by, comma_first=comma_first)
    if choice.kind is None or plain.isna().all():
        return infer_column(plain, label, comma_first=comma_first, is_target=name == target)
    return asked_column(plain, label, choice, comma_first=comma_first, by=by)


def _choice_for_task(choice: ColumnChoice, task: str, label: str) -> ColumnChoice:
    kind: Literal["numeric", "categorical"] = "numeric" if task == "regression" else "categorical"
    if choice.kind not in (None, kind):
        raise BenchError(f"{label} is to be {choice.kind}, and the task {task} needs it {kind}; leave one of both out")
    return replace(choice, kind=kind)


def _require_classes(plain: pd.Series, label: str, by: str, *, comma_first: bool) -> None:
    """Refuses numbers with fractions as classes, unless there are two."""
    numbers = parse_numbers(plain, comma_first=comma_first) if is_text(plain) else None
    values = (plain if numbers is None else numbers.values).dropna()
    if is_number(values) and values.nunique() > 2 and len(fractions := values[values % 1 != 0]):
        raise BenchError(f"{label} has numbers such as {fractions.iloc[0]}; {by} expects classes; leave it out")


def _with_text_names(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    names = [str(name) for name in frame.columns]
    if duplicates := sorted({name for name in names if names.count(name) > 1}):
        raise BenchError(f"{table} has columns of the same name: {', '.join(duplicates)}; rename all but one of each")
    return frame.set_axis(names, axis=1)


def _require_target(frame: pd.DataFrame, target: str, overrides: Overrides, table: str) -> None:
    if target not in frame:
        raise BenchError(f"{table} has no column {target!r}: {suggestions.closest(target, frame.columns)}")
    if target in overrides.leave_out:
        raise BenchError(f"{target!r} is both the target of {table} and left out; expected one of both; drop one")


def _with_target(frame: pd.DataFrame, target: str, table: str, missing: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    gaps = frame[target].isna()
    if gaps.all():
        raise BenchError(f"the target {target!r} of {table} has no values; expected some; name another --target")
    if missing == "refuse" or not (count := int(gaps.sum())):
        return frame, ()
    return frame[~gaps], (f"{count:,} of {len(frame):,} rows had no {target} and were dropped.",)


def _label(name: str, target: str, table: str) -> str:
    return f"the target {name!r} of {table}" if name == target else f"column {name!r} of {table}"


def _left_out(reason: str) -> ReadColumn:
    return ReadColumn(None, None, reason, f"left out, {reason}")


def _sentences(read: Mapping[str, ReadColumn]) -> list[str]:
    """A sentence for each different note, with all its columns."""
    names: dict[str, list[str]] = {}
    for name, found in read.items():
        if found.note:
            names.setdefault(found.note, []).append(name)
    return [f"{', '.join(columns)}: {_named(note, columns)}." for note, columns in names.items()]


def _named(phrase: str, names: list[str]) -> str:
    return phrase.replace(NAME, shlex.quote(names[0]) if len(names) == 1 else "NAME")
