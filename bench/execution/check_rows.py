"""Checks that sampled rows have the form of train; the check that counts is that of the file, outside the fit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pandas as pd

from bench.api import BenchError
from bench.common.atomic_files import unpack_table
from bench.common.safe_text import error_line
from bench.tables.conform import conform

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_rows(parquet: bytes, train: pd.DataFrame, *, any_length: bool = False) -> pd.DataFrame:
    """Returns the rows that a fit has returned as a file, numbered from 0, if they have the form of train.

    The columns, their types and the number of rows are checked before any value is read. With `any_length` there may be
    more or fewer rows than train has.

    Raises:
        BenchError: if the file is no Parquet, or its columns, number of rows or types are not those of train.
    """
    from pyarrow import parquet as format_

    try:
        described = format_.ParquetFile(io.BytesIO(parquet))
        columns = [name for name in described.schema_arrow.names if not name.startswith("__index_level_")]
        _check_form(columns, described.metadata.num_rows, train, any_length=any_length)
        _check_types({name: described.schema_arrow.field(name).type for name in columns}, train)
        rows = unpack_table(parquet)
    except BenchError:
        raise
    except Exception as error:  # the libraries raise errors of many types at damaged files
        raise BenchError(f"the sampled rows cannot be read: {error}; expected a Parquet file") from error
    return check_table(rows, train, any_length=any_length)


def check_table(
    synthetic: Any,  # noqa: ANN401 - whatever a plugin returned
    train: pd.DataFrame,
    *,
    any_length: bool = False,
) -> pd.DataFrame:
    """Returns the sampled rows, numbered from 0, if they have the form of train.

    Categories get the levels of train, and those that train lacks after them; texts and numbers become the levels that
    they stand for. Numbers stay of the type that they have.

    Raises:
        BenchError: if they are no table, or their columns, number or types are not those of train.
    """
    if not isinstance(synthetic, pd.DataFrame):
        raise BenchError(f"sample returned a {type(synthetic).__name__}; expected a DataFrame")
    _check_form(list(synthetic.columns), len(synthetic), train, any_length=any_length)
    for name, dtype in synthetic.dtypes.items():
        if pd.api.types.is_numeric_dtype(train[name].dtype) and not pd.api.types.is_numeric_dtype(dtype):
            raise _type_error(name, dtype, train)
    rows = synthetic.reset_index(drop=True)
    return rows if all(map(pd.api.types.is_numeric_dtype, train.dtypes)) else _in_form(rows, train)


def _in_form(rows: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    try:
        return conform(rows, {str(name): dtype for name, dtype in train.dtypes.items()}, "the sampled rows")
    except (ValueError, TypeError, AttributeError) as error:
        raise BenchError(
            f"the sampled rows cannot be read ({error_line(error)}); expected the types of train"
        ) from error


def _check_form(columns: list[Any], rows: int, train: pd.DataFrame, *, any_length: bool) -> None:
    if columns != list(train.columns):
        got, expected = (", ".join(map(str, names)) for names in (columns, train.columns))
        raise BenchError(f"sample returned the columns {got}; expected {expected}")
    if rows != len(train) and not any_length:
        raise BenchError(f"sample returned {rows} rows; expected {len(train)}")


def _check_types(types: Mapping[str, Any], train: pd.DataFrame) -> None:
    from pyarrow import types as kinds

    for name, dtype in types.items():
        number = kinds.is_floating(dtype) or kinds.is_integer(dtype) or kinds.is_boolean(dtype)
        text = kinds.is_string(dtype) or kinds.is_large_string(dtype) or kinds.is_dictionary(dtype)
        date = kinds.is_timestamp(dtype) or kinds.is_date(dtype)
        expected = train[name].dtype
        if pd.api.types.is_datetime64_any_dtype(expected):
            allowed = date or text or kinds.is_null(dtype)
        elif isinstance(expected, pd.CategoricalDtype):
            allowed = number or text or kinds.is_null(dtype)
        else:
            allowed = number
        if not allowed:
            raise _type_error(name, dtype, train)


def _type_error(name: Any, dtype: object, train: pd.DataFrame) -> BenchError:  # noqa: ANN401 - a column's name
    return BenchError(f"sample returned {name!r} as {dtype}; expected {train[name].dtype}")
