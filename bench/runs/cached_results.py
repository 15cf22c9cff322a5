"""Copies results from a cache of earlier trials into a run, if they are what they were stored as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.common.atomic_files import write_directory
from bench.runs.result_digests import digest_rows, is_intact
from bench.runs.run_directory import RESULT, read_result
from bench.runs.stored_files import is_stored, read_stored, read_table

if TYPE_CHECKING:
    from pathlib import Path

_ROWS = "synthetic.parquet"


def copy_result(cache: Path, source: Path, target: Path) -> None:
    """Copies the directory of a stored result so that it appears whole; does nothing if there is none.

    Args:
        cache: the folder of earlier trials.
        source: the directory of the result within it.
        target: the directory of the result in a run.

    Raises:
        BenchError: if a file cannot be read, or is not what was stored; nothing is copied then.
    """
    # Another process may be writing to the cache: the result comes last.
    if not is_stored(source / RESULT):
        return
    result = read_result(source, cache)
    if not is_intact(result) or result.trial.id not in (source.name, f"{source.parent.name}-{source.name}"):
        raise BenchError(f"{source / RESULT} is not what was stored")
    rows = source / _ROWS
    if result.rows_digest and (not is_stored(rows) or digest_rows(read_table(rows, cache)) != result.rows_digest):
        raise BenchError(f"{rows} is not what was stored")
    names = sorted(entry.name for entry in source.iterdir() if not entry.name.startswith("."))
    write_directory(target, {name: read_stored(source / name, cache) for name in names})
