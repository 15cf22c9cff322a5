"""Columns of any type as numbers, true/false, dates, categories or text: what the rules on kinds expect."""

from __future__ import annotations

import datetime
import numbers
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from bench.api import BenchError

LARGEST_WHOLE = 2**53
"""Whole numbers up to here are exact as float64, in which models and metrics compute."""

TOO_LARGE_WHOLE = "whole numbers beyond 2^53 are rounded to 16 digits"
_NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal")


def is_text(column: pd.Series) -> bool:
    """Returns whether a column holds text, or objects of any type."""
    return pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)


def is_number(column: pd.Series) -> bool:
    """Returns whether a column holds numbers; true/false are none."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def plain_column(column: pd.Series, label: str) -> pd.Series:
    """Returns a column without extension types, durations and objects.

    Durations become seconds; nullable and Arrow types those of numpy; objects become text: whole numbers without a
    decimal point, dates as in ISO 8601. Categories and dates stay as they are.

    Args:
        column: of any type.
        label: the column as errors call it.

    Raises:
        BenchError: if cells hold several values, or the type stands for none.
    """
    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    if is_text(column):
        if pd.api.types.infer_dtype(column, skipna=True) in _NUMBERS:
            return _object_numbers(column)
        return column.astype(object).where(column.notna()).map(lambda cell: _text(cell, label), na_action="ignore")
    if pd.api.types.is_timedelta64_dtype(column):
        seconds: pd.Series = column.dt.total_seconds()
        return seconds
    if pd.api.types.is_bool_dtype(column):
        return column.astype(bool) if column.notna().all() else column.map(str, na_action="ignore").astype(object)
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_complex_dtype(column):
        raise BenchError(f"{label} has the type {dtype}; expected numbers, text or dates; convert it or leave it out")
    return _plain_numbers(column)


def int64_or_float64(column: pd.Series) -> pd.Series:
    """Returns numbers as int64 if they are stored whole, without gaps and up to `LARGEST_WHOLE`, else as float64."""
    whole = pd.api.types.is_integer_dtype(column) and column.notna().all()
    fits = whole and column.min() >= -LARGEST_WHOLE and column.max() <= LARGEST_WHOLE
    return column.astype(np.int64 if fits else np.float64)


def number_text(value: float) -> str:
    """Returns a number as text, whole numbers without a decimal point.

    >>> number_text(1.0), number_text(0.5), number_text(-0.0)
    ('1', '0.5', '0')
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))


def _plain_numbers(column: pd.Series) -> pd.Series:
    dtype: Any = column.dtype
    if isinstance(dtype, np.dtype):
        return column
    if column.notna().all():
        return column.astype(dtype.numpy_dtype)
    return pd.Series(column.to_numpy(np.float64, na_value=np.nan), index=column.index, name=column.name)


def _object_numbers(column: pd.Series) -> pd.Series:
    """Numbers stored as objects; integers that int64 cannot hold become floats."""
    whole = column.notna().all() and all(isinstance(cell, numbers.Integral) for cell in column)
    if whole and max(map(abs, map(int, column))) <= LARGEST_WHOLE:
        return column.astype(np.int64)
    return column.map(float, na_action="ignore").astype(np.float64)


def _text(cell: object, label: str) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool | np.bool_ | Decimal | datetime.date | datetime.time):
        return str(cell)
    if isinstance(cell, numbers.Integral):
        return str(int(cell))
    if isinstance(cell, numbers.Real):
        return number_text(float(cell))
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    kind = type(cell).__name__
    raise BenchError(f"{label} has a cell of the type {kind}; expected numbers, text or dates; leave the column out")
