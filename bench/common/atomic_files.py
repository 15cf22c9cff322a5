"""Writes files and folders whole or not at all, locks folders, and packs stored data in formats that hold no code."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import EISDIR, ENOTDIR
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import Arrays, BenchError, Details

if TYPE_CHECKING:
    import pandas as pd

LOCK = ".lock"
"""The file that locks a folder."""

_LEFTOVER = re.compile(r"\..+\.(\d+|[a-z0-9_]{8})")
"""Matches the names that `write_file` and `new_directory` give to what they have not finished."""


def require_creatable(path: Path, flag: str) -> None:
    """Checks before the work begins that a file or folder can be created at `path`.

    Raises:
        BenchError: if a file stands in the place of one of its parent folders.
    """
    if file := next((parent for parent in path.parents if parent.is_file()), None):
        raise BenchError(f"{flag} {path} would be in {file}, which is a file; choose another place")


def require_empty(path: Path, flag: str, what: str) -> None:
    """Checks that a new folder can be created at `path`, or that it is an empty folder.

    Raises:
        BenchError: if there is a file or a folder with content, or no folder can be created.
    """
    require_creatable(path, flag)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BenchError(f"{path} exists and is not empty; choose a new folder for {what}")


def to_json(value: object) -> str:
    """Returns canonical JSON: sorted keys, no NaN, one trailing newline."""
    return json.dumps(value, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def pack_arrays(arrays: Arrays) -> bytes:
    """Returns arrays as compressed npz; the same arrays give the same bytes. Object arrays are refused."""
    import numpy as np

    buffer = io.BytesIO()
    ordered: dict[str, Any] = {name: arrays[name] for name in sorted(arrays)}
    np.savez_compressed(buffer, allow_pickle=False, **ordered)
    return buffer.getvalue()


def read_arrays(path: Path) -> Details:
    """Returns the arrays of an npz file; empty if there is no file."""
    return unpack_arrays(path.read_bytes()) if path.is_file() else {}


def unpack_arrays(data: bytes) -> Details:
    """Returns the arrays that `pack_arrays` packed."""
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def pack_table(table: pd.DataFrame) -> bytes:
    """Returns a table as Parquet, without its index."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def unpack_table(data: bytes) -> pd.DataFrame:
    """Returns the table that `pack_table` packed."""
    import pandas as pd

    return pd.read_parquet(io.BytesIO(data))


def write_file(path: Path, data: bytes) -> None:
    """Writes a file whole: readers see the old content, if any, until the new one is complete.

    Raises:
        OSError: if it cannot be written; it names the file.
    """
    if path.is_dir():
        raise IsADirectoryError(EISDIR, "a folder is where the file would go; choose another name", str(path))
    if file := next((parent for parent in path.parents if parent.is_file()), None):
        raise NotADirectoryError(ENOTDIR, f"{file} is a file, so nothing can be in it; choose another place", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_directory(path: Path, files: Mapping[str, bytes], last: str = "result.json") -> None:
    """Writes a directory that appears whole or not at all.

    In an existing directory the files are replaced one by one, `last` at the end; other files stay. If another process
    creates the directory in the meantime, its content stays.
    """
    if path.is_dir():
        for name in sorted(files, key=lambda name: name == last):
            write_file(path / name, files[name])
        return
    with new_directory(path) as staging:
        staging.mkdir()
        for name, data in files.items():
            write_file(staging / name, data)


@contextmanager
def new_directory(path: Path) -> Iterator[Path]:
    """Gives a path at which to create and fill a directory; at the end it is moved to `path`.

    If another process creates `path` first, that directory stays: processes that share a folder write the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Only this process may read what `mkdtemp` creates; directories within it have the usual permissions.
    private = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield private / path.name
        try:
            (private / path.name).rename(path)
        except OSError:
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(private, ignore_errors=True)


@contextmanager
def lock_folder(folder: Path, option: str) -> Iterator[None]:
    """Locks an existing folder for this process; the system releases the lock when the process dies.

    Raises:
        BenchError: if another process holds the lock; it says that `option` chooses another folder.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BenchError(f"another process is at work on {folder}; wait for it, or choose another {option}") from None
    except OSError as error:
        raise BenchError(f"cannot lock {folder / LOCK}: {error.strerror}; remove it") from error
    try:
        yield
    finally:
        lock.release()


def remove_leftovers(folder: Path) -> None:
    """Removes the half-written files that killed processes left in a folder; links, and what is in them, stay."""
    for leftover in folder.glob(".*.*"):
        if leftover.is_symlink() or not _LEFTOVER.fullmatch(leftover.name):
            continue
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
