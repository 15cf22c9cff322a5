"""The kind that a user asks for one column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.api import BenchError
from bench.tables.column_kinds import NAME, ReadColumn, categorical_column, date_column, number_column
from bench.tables.dates import OUTSIDE, from_timestamps, parse_dates
from bench.tables.levels import level_texts
from bench.tables.number_text import odd_cells, parse_numbers
from bench.tables.plain_columns import is_number, is_text

if TYPE_CHECKING:
    from bench.tables.overrides import ColumnChoice

ASKED = "as asked for"


def asked_column(
    plain: pd.Series, label: str, choice: ColumnChoice, *, comma_first: bool = False, by: str = ""
) -> ReadColumn:
    """Returns a column in the form of the kind that is asked for.

    Args:
        plain: as from `plain_column`.
        label: the column as errors call it.
        choice: its kind, and the levels of a categorical column.
        comma_first: whether 1,234 in text is rather 1.234.
        by: what asks for the kind, for errors.

    Raises:
        BenchError: if the values are not of that kind.
    """
    if choice.kind == "categorical":
        reason = f"categorical, {ASKED}"
        return categorical_column(plain, label, reason, levels=choice.levels, ordered=choice.ordered)
    by = by or f"--column {plain.name}={choice.kind}"
    if choice.kind == "datetime":
        return _dates(plain, label, choice, by)
    return _numbers(plain, label, comma_first, by)


def _numbers(plain: pd.Series, label: str, comma_first: bool, by: str) -> ReadColumn:
    if is_number(plain):
        return number_column(plain, f"numbers, {ASKED}")
    if pd.api.types.is_bool_dtype(plain):
        return number_column(plain.astype(np.int64), f"numbers, {ASKED}", f"numbers, {ASKED}")
    if pd.api.types.is_datetime64_any_dtype(plain):
        raise BenchError(f"{label} has dates; {by} expects numbers; leave that out")
    text = plain if is_text(plain) else level_texts(plain)[0]
    numbers = parse_numbers(text, comma_first=comma_first, leading_zeros=True)
    if numbers is None:
        odd = odd_cells(text)
        count, first = sum(odd.values()), next(iter(odd), "")
        if count == text.notna().sum():
            raise BenchError(
                f"{label} has no numbers, but texts such as {first[:40]!r}; {by} expects numbers; leave it out"
            )
        raise BenchError(
            f"{label} has {count:,} {'cell that is' if count == 1 else 'cells that are'} no plain number, such as "
            f"{first[:40]!r}; {by} expects numbers; leave that out, or make gaps of such cells with --missing-code"
        )
    return number_column(numbers.values, f"numbers, {ASKED}", f"numbers, {ASKED}")


def _dates(plain: pd.Series, label: str, choice: ColumnChoice, by: str) -> ReadColumn:
    if pd.api.types.is_datetime64_any_dtype(plain):
        dates = from_timestamps(plain)
        if dates.values.isna().all():
            raise BenchError(f"{label} has only dates {OUTSIDE}; expected some within; leave it out with --leave-out")
        return date_column(dates.values, dates.reason(NAME))
    found = parse_dates(level_texts(plain)[0], digits=True, day_first=choice.day_first)
    if found is None:
        first = level_texts(plain)[1][0]
        raise BenchError(
            f"{label} has cells that are no dates in one format, or mostly dates {OUTSIDE}, among values such as "
            f"{first[:40]!r}; {by} expects 2024-05-31, 05/31/2024 or 31.05.2024, each with or without a time; "
            "leave that out"
        )
    return date_column(found.values, f"{found.reason(NAME)}, {ASKED}")
