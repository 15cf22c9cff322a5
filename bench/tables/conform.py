"""Brings any table into the form of another: its columns in order, and their types."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.api import BenchError
from bench.tables.dates import OUTSIDE, from_timestamps, parse_dates
from bench.tables.gap_codes import MARKS
from bench.tables.levels import level_texts
from bench.tables.number_text import odd_cells, parse_numbers
from bench.tables.plain_columns import int64_or_float64, is_number, is_text, plain_column

if TYPE_CHECKING:
    from bench.api import Schema

Dtypes = Mapping[str, Any]
"""The type of each column, as in `dict(frame.dtypes)`: a `CategoricalDtype`, datetime64[ns], int64 or float64."""

_FLAGS = ({"True": "1", "False": "0"}, {"1": "True", "0": "False"})
"""How flags are written elsewhere."""


def exact_dtypes(schema: Schema) -> dict[str, Any]:
    """Returns the types of the columns of a schema. Numbers are float64, as a schema does not say which are whole."""
    types: dict[str, Any] = {"numeric": np.dtype(np.float64), "datetime": np.dtype("datetime64[ns]")}
    return {
        column.name: types.get(column.kind) or pd.CategoricalDtype(list(column.levels), column.ordered)
        for column in schema.columns
    }


def conform(
    frame: pd.DataFrame, dtypes: Dtypes, source: str, *, comma_first: bool = False, day_first: Collection[str] = ()
) -> pd.DataFrame:
    """Returns a table with the columns of another, in its order and of its types.

    Columns that have the types already, and all numbers, stay as they are. Levels that the other table lacks are
    appended to the categories of their column. Text is read as in a file.

    Args:
        frame: has these columns, perhaps among others.
        dtypes: of the other table.
        source: where the table is from, for errors, such as `the holdout a.csv`.
        comma_first: whether 1,234 in text is rather 1.234.
        day_first: columns of dates in which the day comes first if the month could, too.

    Raises:
        BenchError: if a cell is no number or no date where one is expected; it names the cell.
    """
    columns = {}
    for name, dtype in dtypes.items():
        column, label = frame[name], f"column {name!r} of {source}"
        if _is_exactly(column.dtype, dtype):
            columns[name] = column
        elif isinstance(dtype, pd.CategoricalDtype):
            columns[name] = _categories(plain_column(column, label), dtype)
        elif pd.api.types.is_datetime64_any_dtype(dtype):
            columns[name] = _dates(plain_column(column, label), label, day_first=name in day_first)
        elif is_number(column):
            columns[name] = column
        else:
            columns[name] = _numbers(plain_column(column, label), label, comma_first=comma_first)
    return pd.DataFrame(columns, index=frame.index)


def lost_dates(frame: pd.DataFrame, conformed: pd.DataFrame, table: str) -> tuple[str, ...]:
    """Returns a sentence for each column of dates in which `conform` made gaps of cells.

    Args:
        frame: what `conform` was given.
        conformed: what it returned.
        table: what the sentences call it, such as `the holdout`.
    """
    counts = {
        name: int((conformed[name].isna() & ~_gaps(plain_column(frame[name], str(name)))).sum())
        for name in conformed.select_dtypes("datetime64[ns]")
    }
    return tuple(
        f"Cells of {name} in {table} that are no dates, or {OUTSIDE}, count as gaps: {count:,}."
        for name, count in counts.items()
        if count
    )


def _is_exactly(dtype: Any, other: Any) -> bool:  # noqa: ANN401 - types of numpy or pandas
    # To pandas, categories in another order are equal unless they are ordered; their codes differ.
    if isinstance(dtype, pd.CategoricalDtype) and isinstance(other, pd.CategoricalDtype):
        return dtype == other and list(dtype.categories) == list(other.categories)
    return bool(dtype == other)


def _categories(column: pd.Series, dtype: pd.CategoricalDtype) -> pd.Series:
    texts, found = level_texts(column)
    known = [str(level) for level in dtype.categories]
    names = {level: _as_known(level, known) for level in found}
    gaps = {level for level, name in names.items() if name not in known and name.strip().lower() in MARKS}
    # Sorted, as the order of a generator's categories must not decide where its rows stand when they are scored.
    invented = sorted({name for level, name in names.items() if name not in known and level not in gaps})
    texts = texts.mask(texts.isin(gaps)).map(names, na_action="ignore")
    return texts.astype(pd.CategoricalDtype([*known, *invented], dtype.ordered))


def _as_known(level: str, known: list[str]) -> str:
    """The level that is meant: the same text, the same number or the same flag in other words; else the text."""
    if level in known:
        return level
    for flags in _FLAGS:
        if set(known) == set(flags.values()) and level in flags:
            return flags[level]
    if (number := _number(level)) is not None:
        same = [other for other in known if _number(other) == number]
        return same[0] if len(same) == 1 else level
    return level


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _numbers(column: pd.Series, label: str, *, comma_first: bool) -> pd.Series:
    if pd.api.types.is_bool_dtype(column):
        return column.astype(np.int64)
    if pd.api.types.is_datetime64_any_dtype(column):
        raise BenchError(f"{label} has dates; expected numbers; write them as numbers")
    text = _without_marks(column)
    if text.isna().all():
        return text.astype(np.float64)
    numbers = parse_numbers(text, comma_first=comma_first, leading_zeros=True)
    if numbers is None:
        raise BenchError(f"{label} has the cell {_first_odd(text)!r}; expected numbers; mend that cell")
    return int64_or_float64(numbers.values)


def _dates(column: pd.Series, label: str, *, day_first: bool) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        return from_timestamps(column).values
    if column.isna().all():
        return pd.Series(pd.NaT, index=column.index, name=column.name, dtype="datetime64[ns]")
    text = _without_marks(column)
    dates = parse_dates(text, digits=True, day_first=day_first, all_outside=True)
    if dates is not None and dates.values.isna().all():
        raise BenchError(f"{label} has only dates {OUTSIDE}; expected dates as in the real table; mend them")
    if dates is None:
        first = str(next(iter(text.dropna().unique()), ""))[:40]
        raise BenchError(f"{label} has cells such as {first!r}; expected dates in one format; write them as 2024-05-31")
    return dates.values


def _without_marks(column: pd.Series) -> pd.Series:
    texts = column if is_text(column) else level_texts(column)[0]
    return texts.mask(texts.map(lambda cell: str(cell).strip().lower() in MARKS, na_action="ignore").eq(True))


def _gaps(column: pd.Series) -> pd.Series:
    return (column if pd.api.types.is_datetime64_any_dtype(column) else _without_marks(column)).isna()


def _first_odd(text: pd.Series) -> str:
    return next(iter(odd_cells(text)), str(text.dropna().iloc[0]))[:40]
