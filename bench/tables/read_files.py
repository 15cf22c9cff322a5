"""Reads CSV and Parquet files; column names stay exactly as in the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.common.safe_text import one_line
from bench.tables.csv_layout import refuse_unnamed, require_distinct

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

CSV, PARQUET = (".csv",), (".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table as it is in a file.

    Attributes:
        frame: no renamed or index columns.
        notes: what was dropped or read in a special way, one sentence each.
        comma_first: whether text such as 1,234 rather means 1.234: the file is separated by semicolons.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    comma_first: bool = False


def read_table_file(path: Path) -> pd.DataFrame:
    """Returns the table in a file, as `read_with_notes` does."""
    return read_with_notes(path).frame


def read_with_notes(path: Path) -> TableFile:
    """Reads a table as it is in the file; rows and unnamed columns without any cell are dropped.

    Args:
        path: a `.csv` (UTF-8 or UTF-16, with a header, separated by commas, semicolons, tabs or bars), `.parquet` or
            `.pq` file.

    Raises:
        BenchError: if it is no such file, has no rows, or has columns without a name or with the same name.
    """
    suffix = path.suffix.lower()
    _require_file(path, suffix)
    try:
        table = _parquet(path) if suffix in PARQUET else _csv(path)
    except OSError as error:
        raise BenchError(f"{path} cannot be read: {error.strerror or error}") from error
    if table.frame.empty:
        raise BenchError(f"{path} has a header and no rows; expected a row per observation")
    return table


def _require_file(path: Path, suffix: str) -> None:
    if not path.exists():
        raise BenchError(f"no file {path}; expected a CSV or Parquet table; check the spelling and the folder")
    if path.is_dir():
        raise BenchError(f"{path} is a directory; expected a CSV or Parquet file; name the file in it")
    if not path.is_file():
        raise BenchError(f"{path} is not a regular file; expected a CSV or Parquet file; save the table first")
    if suffix not in CSV + PARQUET:
        raise BenchError(f"{path} ends in {suffix or 'nothing'!r}; expected .csv or .parquet; convert or rename it")
    if path.stat().st_size == 0:
        raise BenchError(f"{path} is empty; expected a header and rows")


def _csv(path: Path) -> TableFile:
    from bench.tables.read_csv import read_csv_file

    frame, layout, notes = read_csv_file(path)
    return TableFile(frame, notes, comma_first=layout.separator == ";")


def _parquet(path: Path) -> TableFile:
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        with pq.ParquetFile(path) as file:
            names = list(file.schema_arrow.names)
            refuse_unnamed(path, names)
            require_distinct(path, names)
            table = file.read()
    except (ArrowException, ValueError) as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise BenchError(f"{path} is not a Parquet file ({reason}); expected one; write it again") from error
    columns = [name for name in names if not name.startswith("__index_level_")]
    frame = _as_frame(path, table.select(columns))
    blank = frame.isna().all(axis=1)
    count = int(blank.sum())
    notes = (f"{count:,} blank {'row was' if count == 1 else 'rows were'} dropped.",) if count else ()
    return TableFile(frame[~blank].reset_index(drop=True) if count else frame, notes)


def _as_frame(path: Path, table: pa.Table) -> pd.DataFrame:
    """Returns the columns of a Parquet file, one by one, so that one whose values do not exist is named."""
    import pandas as pd

    columns = {}
    for name in table.column_names:
        try:
            columns[name] = table.select([name]).to_pandas(ignore_metadata=True)[name]
        except Exception as error:  # time zones, dates and texts raise errors of their own
            reason = f"{type(error).__name__}: {one_line(error)[:120]}"
            raise BenchError(
                f"column {name!r} of {path} holds values that cannot be read ({reason}); write it as text, or leave it "
                "out of the file"
            ) from error
    return pd.DataFrame(columns, columns=table.column_names)
