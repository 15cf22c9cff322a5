"""Tables in the form that a schema describes, and the checksum of tables made in memory."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pandas as pd

from bench.api import BenchError, Column

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def typed(
    frame: pd.DataFrame, *, categorical: Mapping[str, tuple[str, ...]] | None = None, dates: Collection[str] = ()
) -> tuple[pd.DataFrame, tuple[Column, ...]]:
    """Returns a table in its final form and its columns.

    Args:
        frame: numbers, or text in columns that are categorical; NaN where there are gaps.
        categorical: levels by column, in order; () takes those that occur, numbers ascending and text in order of
            appearance. Other columns are numeric unless they are dates.
        dates: columns of datetime64.

    Raises:
        BenchError: if a cell is none of the levels.
    """
    levels = categorical or {}
    values = {str(name): _categories(frame[name], levels[str(name)]) for name in frame if str(name) in levels}
    values |= {name: frame[name].astype("datetime64[ns]") for name in dates}
    values |= {str(name): _numbers(frame[name]) for name in frame if str(name) not in values}
    typed_frame = pd.DataFrame({str(name): values[str(name)] for name in frame}).reset_index(drop=True)
    return typed_frame, tuple(_column(typed_frame[name]) for name in typed_frame)


def fingerprint(frame: pd.DataFrame) -> str:
    """Returns the sha256 of column names and values, for tables without a file.

    Numbers alone count row by row, as little-endian float64. In tables with other columns each column counts as the
    texts of its cells, "" being a gap.
    """
    digest = hashlib.sha256("\n".join(map(str, frame.columns)).encode())
    if all(dtype.kind in "biuf" for dtype in frame.dtypes):
        digest.update(frame.to_numpy("<f8").tobytes())
        return digest.hexdigest()
    for name in frame:
        cells = frame[name].astype(object)
        digest.update(
            json.dumps(["" if gap else str(cell) for cell, gap in zip(cells, cells.isna(), strict=True)]).encode()
        )
    return digest.hexdigest()


def _categories(column: pd.Series, levels: tuple[str, ...]) -> pd.Series:
    texts = column.map(_text, na_action="ignore").astype(object)
    if not levels:
        present = column.dropna()
        cells = present.unique() if pd.api.types.is_object_dtype(column) else sorted(present.unique())
        levels = tuple(map(_text, cells))
    if strange := set(texts.dropna()) - set(levels):
        raise BenchError(f"column {column.name!r} has {min(strange)!r}; expected one of: {', '.join(levels)}")
    return texts.astype(pd.CategoricalDtype(list(levels)))


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _numbers(column: pd.Series) -> pd.Series:
    return column.astype("int64" if pd.api.types.is_integer_dtype(column) else "float64")


def _column(values: pd.Series) -> Column:
    name, missing = str(values.name), bool(values.isna().any())
    if isinstance(values.dtype, pd.CategoricalDtype):
        return Column(name, "categorical", tuple(values.cat.categories), bool(values.dtype.ordered), missing)
    return Column(name, "datetime" if pd.api.types.is_datetime64_any_dtype(values) else "numeric", missing=missing)
