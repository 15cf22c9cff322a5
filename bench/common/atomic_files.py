"""Files that are whole or absent, folders that one process takes, and the formats of what is stored, none with code."""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from bench.api import Arrays, Details

LOCK = ".lock"
"""The file in a folder that is taken."""


def require_place(path: Path, flag: str) -> None:
    """Looks before the work begins whether there can be a file or folder at `path`.

    Raises:
        BenchError: if one of the folders that it would be in is a file.
    """
    if file := next((each for each in path.parents if each.is_file()), None):
        raise BenchError(f"{flag} {path} would be in {file}, which is a file; choose another place")


def require_empty(path: Path, flag: str, what: str) -> None:
    """Refuses a place for a new folder that is taken.

    Args:
        path: of the folder; an empty one may be there.
        flag: what chooses another, for the error.
        what: is to be written there, for the error.

    Raises:
        BenchError: if there is something, or cannot be anything.
    """
    require_place(path, flag)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BenchError(f"{path} exists and is not empty; choose a new folder for {what}")


def to_json(value: object) -> str:
    """Canonical JSON: sorted keys, no NaN, one trailing newline."""
    return json.dumps(value, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def pack_arrays(arrays: Arrays) -> bytes:
    """Arrays as compressed npz; the same arrays give the same bytes. Object arrays are refused."""
    import numpy as np

    buffer = io.BytesIO()
    ordered: dict[str, Any] = {name: arrays[name] for name in sorted(arrays)}
    np.savez_compressed(buffer, allow_pickle=False, **ordered)
    return buffer.getvalue()


def read_arrays(path: Path) -> Details:
    """The arrays of an npz file; empty if there is none."""
    return unpack_arrays(path.read_bytes()) if path.is_file() else {}


def unpack_arrays(data: bytes) -> Details:
    """The inverse of `pack_arrays`."""
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def pack_table(table: pd.DataFrame) -> bytes:
    """A table as Parquet, without its index."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def unpack_table(data: bytes) -> pd.DataFrame:
    """The inverse of `pack_table`."""
    import pandas as pd

    return pd.read_parquet(io.BytesIO(data))


def write_file(path: Path, data: bytes) -> None:
    """Writes a file so that it is either absent, the old one or the whole new one."""
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
    """Writes a directory so that it appears whole or not at all.

    In one that exists the files are replaced one by one and `last` at the end, so that at any moment it holds
    either the old or the new content of `last`; other files in it stay. What another process has written there in the
    meantime stays too.
    """
    if path.is_dir():
        for name in sorted(files, key=lambda name: name == last):
            write_file(path / name, files[name])
        return
    with appearing(path) as staging:
        staging.mkdir()
        for name, data in files.items():
            write_file(staging / name, data)


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A place for a directory, to be made and filled, that is `path` afterwards, whole.

    If another process makes one at `path` first, that one stays: those that share a folder write the same to it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Only this process may look into what `mkdtemp` makes; what is made in it has the usual permissions.
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
def taken(folder: Path, option: str) -> Iterator[None]:
    """Keeps other processes that ask out of a folder; the kernel lets go of it when this one dies.

    Args:
        folder: one that exists.
        option: what chooses another, for the error.

    Raises:
        BenchError: if another process has taken it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BenchError(f"another process is at work on {folder}; wait for it, or choose another {option}") from None
    try:
        yield
    finally:
        lock.release()


def sweep(folder: Path) -> None:
    """Removes what processes that were killed left half-written in a folder."""
    for leftover in folder.glob(".*.*"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
