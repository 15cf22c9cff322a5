"""Checks that sampled rows have the form of train; the check that counts is that of the file, outside the fit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.atomic_files import unpack_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def read_rows(parquet: bytes, train: pd.DataFrame, *, any_length: bool = False) -> pd.DataFrame:
    """Returns the rows that a fit has returned as a file, numbered from 0, if they have the form of train.

    The columns, their types and the number of rows are checked before any value is read. With `any_length` there may be
    more or fewer rows than train has.

    Raises:
        BenchError: if the file is no Parquet, or its columns, number of rows or types are not those of train.
    """
    import pyarrow
    from pyarrow import parquet as format_

    try:
        described = format_.ParquetFile(io.BytesIO(parquet))
        columns = [name for name in described.schema_arrow.names if not name.startswith("__index_level_")]
        _check_form(columns, described.metadata.num_rows, train, any_length=any_length)
        _check_types({name: described.schema_arrow.field(name).type for name in columns}, train)
        rows = unpack_table(parquet)
    except (pyarrow.ArrowException, ValueError, TypeError, KeyError, OSError) as error:
        raise BenchError(f"the sampled rows cannot be read: {error}; expected a Parquet file of numbers") from error
    return check_table(rows, train, any_length=any_length)


def check_table(
    synthetic: Any,  # noqa: ANN401 - whatever a plugin returned
    train: pd.DataFrame,
    *,
    any_length: bool = False,
) -> pd.DataFrame:
    """Returns the sampled rows, numbered from 0, if they have the form of train.

    Raises:
        BenchError: if they are no table, or their columns, number or types are not those of train.
    """
    import pandas as pd

    if not isinstance(synthetic, pd.DataFrame):
        raise BenchError(f"sample returned a {type(synthetic).__name__}; expected a DataFrame")
    _check_form(list(synthetic.columns), len(synthetic), train, any_length=any_length)
    for name, dtype in synthetic.dtypes.items():
        if not pd.api.types.is_numeric_dtype(dtype):
            raise _type_error(name, dtype, train)
    return synthetic.reset_index(drop=True)


def _check_form(columns: list[Any], rows: int, train: pd.DataFrame, *, any_length: bool) -> None:
    if columns != list(train.columns):
        got, expected = (", ".join(map(str, names)) for names in (columns, train.columns))
        raise BenchError(f"sample returned the columns {got}; expected {expected}")
    if rows != len(train) and not any_length:
        raise BenchError(f"sample returned {rows} rows; expected {len(train)}")


def _check_types(types: Mapping[str, Any], train: pd.DataFrame) -> None:
    from pyarrow.types import is_boolean, is_floating, is_integer

    for name, dtype in types.items():
        if not (is_floating(dtype) or is_integer(dtype) or is_boolean(dtype)):
            raise _type_error(name, dtype, train)


def _type_error(name: Any, dtype: object, train: pd.DataFrame) -> BenchError:  # noqa: ANN401 - a column's name
    return BenchError(f"sample returned {name!r} as {dtype}; expected {train[name].dtype}")
