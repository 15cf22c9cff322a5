"""The kind of one column: rules on its values, of which the first that fits decides."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bench.api import Column
from bench.tables.dates import OUTSIDE, from_timestamps, parse_dates
from bench.tables.levels import as_categories
from bench.tables.number_text import odd_cells, parse_numbers
from bench.tables.plain_columns import TOO_LARGE_WHOLE, int64_or_float64, is_number, is_text

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW_VALUES = 50
"""Up to this many whole numbers may be codes, which the user is told."""

FEWEST_NAMES, NAMES_SHARE = 50, 0.5
"""Text with more values than this, and more distinct values than this share of its present cells, names rows."""

MOSTLY = 0.9
"""From this share of numbers on, the user is told how text becomes numbers."""

NAME = "\0"
"""Stands for the name of a column in a note, which may speak of several."""


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column in its final form.

    Attributes:
        values: numbers, dates or categories; None if the column is left out.
        column: its name, kind and levels; None if it is left out.
        reason: why, as a phrase.
        note: what the user is told of it, as a phrase; "" if nothing.
    """

    values: pd.Series | None
    column: Column | None
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """A column as `plain_column` returns it, on its way to a kind.

    Attributes:
        values: at least one is present.
        label: the column as errors call it.
        written: how its numbers were written in text, or "".
        is_target: whether it is to be predicted, and so cannot be left out.
    """

    values: pd.Series
    label: str
    written: str
    is_target: bool = False

    @property
    def name(self) -> str:
        """The name of the column."""
        return str(self.values.name)


def infer_column(plain: pd.Series, label: str, *, comma_first: bool = False, is_target: bool = False) -> ReadColumn:
    """Returns a column of which nothing is said, in the form of its kind.

    Rules, of which the first that fits decides: no value; categories of the file; a constant; two values; numbers,
    also in text; dates; else text, which names rows or is categorical.

    Args:
        plain: as from `plain_column`.
        label: the column as errors call it.
        comma_first: whether 1,234 in text is rather 1.234.
        is_target: whether it is to be predicted; then it is kept even if it counts the rows.

    Raises:
        BenchError: if it is categorical and has too many or too long levels.
    """
    if plain.isna().all():
        return ReadColumn(None, None, "no values", "left out, as no cell has a value")
    column = _with_numbers(plain, label, comma_first, is_target)
    for rule in (_file_categories, _constant, _two_values, _numbers, _dates):
        if (found := rule(column)) is not None:
            return found
    return _text(column)


def _with_numbers(plain: pd.Series, label: str, comma_first: bool, is_target: bool) -> PlainColumn:
    numbers = parse_numbers(plain, comma_first=comma_first) if is_text(plain) else None
    if numbers is None:
        return PlainColumn(plain, label, "", is_target)
    return PlainColumn(numbers.values, label, numbers.reason, is_target)


def categorical_column(
    values: pd.Series, label: str, reason: str, note: str = "", *, levels: Sequence[str] = (), ordered: bool = False
) -> ReadColumn:
    """Returns a column as categories; see `as_categories`."""
    categories, found = as_categories(values, label, levels=levels, ordered=ordered)
    column = Column(str(values.name), "categorical", found, ordered, bool(categories.isna().any()))
    return ReadColumn(categories, column, reason, note or reason)


def number_column(values: pd.Series, reason: str, note: str = "") -> ReadColumn:
    """Returns a column as numbers."""
    numbers = int64_or_float64(values)
    if pd.api.types.is_integer_dtype(values) and not pd.api.types.is_integer_dtype(numbers) and values.notna().all():
        reason = note = f"{note or reason}, {TOO_LARGE_WHOLE}"
    return ReadColumn(numbers, Column(str(values.name), missing=bool(numbers.isna().any())), reason, note)


def date_column(values: pd.Series, reason: str) -> ReadColumn:
    """Returns a column of datetime64[ns]."""
    column = Column(str(values.name), "datetime", missing=bool(values.isna().any()))
    return ReadColumn(values, column, reason, reason)


def _file_categories(column: PlainColumn) -> ReadColumn | None:
    dtype = column.values.dtype
    if not isinstance(dtype, pd.CategoricalDtype):
        return None
    if not dtype.ordered and (names := _names_rows(column)):
        return names
    return categorical_column(column.values, column.label, "categories of the file", ordered=bool(dtype.ordered))


def _constant(column: PlainColumn) -> ReadColumn | None:
    if column.values.nunique() != 1:
        return None
    if column.values.isna().any():
        return categorical_column(column.values, column.label, "one value and gaps, hence categorical")
    if is_number(column.values):
        return number_column(column.values, "constant")
    kept = categorical_column(column.values, column.label, "constant")
    return ReadColumn(kept.values, kept.column, kept.reason)


def _two_values(column: PlainColumn) -> ReadColumn | None:
    if column.values.nunique() != 2:
        return None
    return categorical_column(column.values, column.label, "two values, hence categorical")


def _numbers(column: PlainColumn) -> ReadColumn | None:
    if not is_number(column.values):
        return None
    present, said = column.values.dropna(), column.written
    reason = said or "numbers"
    if not column.is_target and _counts_rows(column.values):
        return ReadColumn(
            None,
            None,
            "numbers that count the rows",
            f"left out, as it counts the rows; --column {NAME}=numeric keeps it",
        )
    if (few := present.nunique()) <= FEW_VALUES and bool((present % 1 == 0).all()):
        reason, hint = f"{reason}, {few} whole values", f"--column {NAME}=categorical if these are codes"
        return number_column(column.values, reason, f"{said or 'numbers'} of few whole values; {hint}")
    return number_column(column.values, reason, said)


def _counts_rows(values: pd.Series) -> bool:
    """Whether whole numbers go up from row to row, nearly always by one: row numbers."""
    # As fractions: differences of unsigned numbers are never negative.
    steps = values.astype(float).diff().iloc[1:]
    return bool(len(steps) > 1 and (steps > 0).all() and (steps == 1).mean() > MOSTLY)


def _dates(column: PlainColumn) -> ReadColumn | None:
    stamps = pd.api.types.is_datetime64_any_dtype(column.values)
    dates = from_timestamps(column.values) if stamps else parse_dates(column.values)
    if dates is None:
        return None
    if dates.values.isna().all():
        return ReadColumn(None, None, f"only dates {OUTSIDE}", f"left out, as it has only dates {OUTSIDE}")
    return date_column(dates.values, dates.reason(NAME))


def _text(column: PlainColumn) -> ReadColumn:
    if (names := _names_rows(column)) is not None:
        return names
    hint = _number_hint(column)
    return categorical_column(column.values, column.label, f"text{hint}", f"text, hence categorical{hint}")


def _names_rows(column: PlainColumn) -> ReadColumn | None:
    present = column.values.dropna()
    if (distinct := present.nunique()) <= max(FEWEST_NAMES, NAMES_SHARE * len(present)):
        return None
    if hint := _number_hint(column):
        reason = f"text{hint}"
    else:
        reason = f"an identifier: {distinct:,} different texts in {len(present):,} cells"
    return ReadColumn(None, None, reason, f"left out, {reason}; --column {NAME}=categorical keeps it")


def _number_hint(column: PlainColumn) -> str:
    """What keeps text from being numbers, if most of it is."""
    odd = odd_cells(column.values)
    if not odd:
        return f", as numbers would lose leading zeros; --column {NAME}=numeric reads numbers"
    if (count := sum(odd.values())) > (1 - MOSTLY) * column.values.notna().sum():
        return ""
    codes = " ".join(f"--missing-code {shlex.quote(cell[:40])}" for cell in list(odd)[:3])
    return f", as {'1 cell is no number' if count == 1 else f'{count:,} cells are no numbers'}; {codes} makes gaps"
