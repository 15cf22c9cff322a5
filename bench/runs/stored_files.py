"""Reads the files of a run, which may be damaged or come from a stranger.

A file is read only if it is a regular file of limited size that no link leads to. What it unpacks to is limited, too.
Every error is a `BenchError` that names the file and says what to do.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bench.api import BenchError, Details
from bench.common.atomic_files import unpack_arrays, unpack_table
from bench.common.parsed_text import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

Content = TypeVar("Content")

JSON_BYTES = 2**26
FILE_BYTES = 2**31
UNPACKED_BYTES = 2**30
"""The size of the arrays of a file, together, at most."""
CELLS = 2 * 10**8
"""Rows times columns of a table, at most."""

_WHAT_TO_DO = "restore the file, or remove its folder"


def is_stored(path: Path) -> bool:
    """Returns whether there is something at `path`, be it a broken link."""
    return os.path.lexists(path)


def read_stored(path: Path, root: Path, limit: int = FILE_BYTES) -> bytes:
    """Returns the content of a file below the run directory `root`.

    Raises:
        BenchError: if there is none, it is larger than `limit` bytes or no regular file, or a link leads to it.
    """
    require_no_link(path, root)
    try:
        # Opening a named pipe would wait for another process.
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            about = os.fstat(stream.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise BenchError(f"{path} is no regular file; {_WHAT_TO_DO}")
            if about.st_size > limit:
                raise BenchError(f"{path} has {about.st_size:,} bytes; expected at most {limit:,}; {_WHAT_TO_DO}")
            return stream.read(limit)
    except OSError as error:
        raise BenchError(f"cannot read {path}: {error.strerror}; {_WHAT_TO_DO}") from error


def require_no_link(path: Path, root: Path) -> None:
    """Checks that neither `path` nor a folder between it and `root` is a link, which could lead out of the run.

    Raises:
        BenchError: naming the link.
    """
    below = path.relative_to(root).parts
    for depth in range(1, len(below) + 1):
        if (part := root.joinpath(*below[:depth])).is_symlink():
            raise BenchError(f"{part} is a link, which is not followed; put what it points to in its place")


def require_no_links(root: Path) -> None:
    """Checks before anything is written into a run that no file or folder below it is a link.

    Raises:
        BenchError: naming the first link.
    """
    for folder, folders, files in os.walk(root):
        for name in sorted((*folders, *files)):
            require_no_link(Path(folder) / name, root)


def read_object(path: Path, root: Path) -> dict[str, Any]:
    """Returns the JSON object that a file holds.

    Raises:
        BenchError: if it cannot be read, or holds anything else, or a number that is not finite.
    """
    content = _unpacked(path, lambda: parse_json(read_stored(path, root, JSON_BYTES)))
    if not isinstance(content, dict):
        raise BenchError(f"{path} holds a {type(content).__name__}; expected a JSON object; {_WHAT_TO_DO}")
    return content


def read_arrays(path: Path, root: Path) -> Details:
    """Returns the arrays of an npz file; empty if there is no file.

    Raises:
        BenchError: if it cannot be read, or unpacks to more than `UNPACKED_BYTES`.
    """
    return _unpacked(path, lambda: _arrays(read_stored(path, root))) if is_stored(path) else {}


def read_table(path: Path, root: Path) -> pd.DataFrame:
    """Returns the table of a Parquet file.

    Raises:
        BenchError: if it cannot be read, or has more than `CELLS` cells.
    """
    return _unpacked(path, lambda: _table(read_stored(path, root)))


def _arrays(data: bytes) -> Details:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > UNPACKED_BYTES:
        raise ValueError(f"it unpacks to {size:,} bytes; expected at most {UNPACKED_BYTES:,}")
    return unpack_arrays(data)


def _table(data: bytes) -> pd.DataFrame:
    from pyarrow import parquet

    described = parquet.read_metadata(io.BytesIO(data))
    if described.num_rows * described.num_columns > CELLS:
        rows, columns = described.num_rows, described.num_columns
        raise ValueError(f"it has {rows:,} rows of {columns:,} columns; expected at most {CELLS:,} cells")
    return unpack_table(data)


def _unpacked(path: Path, unpack: Callable[[], Content]) -> Content:
    """Returns what `unpack` returns; whatever it raises is an error of the file at `path`."""
    try:
        return unpack()
    except BenchError:
        raise
    except Exception as error:  # the libraries raise errors of many types at damaged files
        message = " ".join(str(error).split())[:200] or type(error).__name__
        raise BenchError(f"{path} is damaged ({message}); {_WHAT_TO_DO}") from error
