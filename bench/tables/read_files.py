"""Reads CSV and Parquet files; column names stay exactly as in the file."""

from __future__ import annotations

import csv
import warnings
from typing import TYPE_CHECKING

import pandas as pd

from bench.api import BenchError
from bench.common.safe_text import one_line

if TYPE_CHECKING:
    from pathlib import Path

CSV, PARQUET = (".csv",), (".parquet", ".pq")


def read_table_file(path: Path) -> pd.DataFrame:
    """Reads a table as it is in the file: no renamed, dropped or index columns.

    Args:
        path: a `.csv` (UTF-8, comma-separated, with a header), `.parquet` or `.pq` file.

    Raises:
        BenchError: if it is no such file, has no rows, or has columns without a name or with the same name.
    """
    suffix = path.suffix.lower()
    _require_file(path, suffix)
    try:
        frame = _parquet(path) if suffix in PARQUET else _csv(path)
    except OSError as error:
        raise BenchError(f"{path} cannot be read: {error.strerror or error}") from error
    if frame.empty:
        raise BenchError(f"{path} has a header and no rows; expected a row per observation")
    return frame


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


def _csv(path: Path) -> pd.DataFrame:
    try:
        names = _header(path)
        with warnings.catch_warnings():
            # If rows are longer than the header, pandas drops their last cells with only a warning.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(path, names=names, header=0, index_col=False, encoding="utf-8-sig", low_memory=False)
    except (pd.errors.ParserError, pd.errors.ParserWarning, csv.Error) as error:
        reason = one_line(error)
        raise BenchError(
            f"{path} is not a well-formed CSV ({reason}); expected as many cells in every row as in the header"
        ) from error
    except UnicodeDecodeError as error:
        raise BenchError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8, or as Parquet") from error


def _header(path: Path) -> list[str]:
    """Returns the names on the first line that is not blank; pandas would rename duplicates."""
    with path.open("rb") as file:
        if b"\0" in file.read(65536):
            raise BenchError(f"{path} is binary; expected comma-separated UTF-8 text; convert it to CSV or Parquet")
    with path.open(newline="", encoding="utf-8-sig") as text:
        names = next((cells for cells in csv.reader(text) if any(cell.strip() for cell in cells)), [])
    if not names:
        raise BenchError(f"{path} is empty; expected a header and rows")
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and separator in names[0]:
            raise BenchError(f"{path} is separated by {word}; expected commas; save it comma-separated")
    if all(_is_number(name) for name in names):
        raise BenchError(f"{path} begins with numbers; expected column names on the first line; add a header")
    return _checked_names(path, names)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parquet(path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        with pq.ParquetFile(path) as file:
            names = _checked_names(path, file.schema_arrow.names)
            table = file.read()
    except (ArrowException, ValueError) as error:
        reason = str(error).split("\n")[0].rstrip(".")
        raise BenchError(f"{path} is not a Parquet file ({reason}); expected one; write it again") from error
    columns = [name for name in names if not name.startswith("__index_level_")]
    frame: pd.DataFrame = table.select(columns).to_pandas(ignore_metadata=True)
    return frame


def _checked_names(path: Path, names: list[str]) -> list[str]:
    if blank := [str(position) for position, name in enumerate(names, start=1) if not name.strip()]:
        raise BenchError(
            f"{path}: column {', '.join(blank)} of {len(names)} has no name; expected one each; name it or remove it "
            "(pandas writes one for its index unless index=False)"
        )
    if duplicates := sorted({name for name in names if names.count(name) > 1}):
        raise BenchError(f"{path} has columns of the same name: {', '.join(duplicates)}; rename all but one of each")
    return names
