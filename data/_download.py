"""Public files, from the folder in BENCH_DATA_DIR, the cache, or a download; the sha256 is always checked."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pooch

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterator

REGISTRY = Path(__file__).with_name("registry.txt")
LARGEST = 16 * 2**20
"""Largest download in bytes: ten times the size of the tables, far below the size of a disk."""

TIMEOUT = 30
"""Longest time in seconds without data from the server."""


def known_sha256(file: str, registry: Path = REGISTRY) -> str:
    """Returns the checksum (hex) that `registry` lists for `file`."""
    return str(_store(registry, None, None).registry[file]).removeprefix("sha256:")


def obtain(file: str, *, registry: Path = REGISTRY, base_url: str | None = None, cache: Path | None = None) -> Path:
    """Returns the path of `file` on this machine; downloads it if necessary.

    Args:
        file: a name listed in `registry`.
        registry: a file with name, sha256 and address per line.
        base_url: replaces the listed address; ends in `/`.
        cache: folder for downloads; the user's cache by default.

    Raises:
        BenchError: if BENCH_DATA_DIR is no folder, the sha256 is wrong, or the download fails. A download with a
            wrong sha256 is deleted.
    """
    store = _store(registry, base_url, cache)
    if local := _local_file(file):
        _require_sha256(local, known_sha256(file, registry))
        return local
    address = store.get_url(file)
    try:
        with _quiet(pooch.get_logger()):
            return Path(store.fetch(file, downloader=_download))
    except ValueError as error:
        raise BenchError(
            f"the download of {file} from {address} has the wrong sha256, so it was deleted; expected "
            f"{known_sha256(file, registry)}; try again, or put the right file into a folder named by BENCH_DATA_DIR"
        ) from error
    except OSError as error:
        raise BenchError(
            f"{file} could not be downloaded from {address} ({_reason(error)}); check the network, or put the file "
            "into a folder named by BENCH_DATA_DIR"
        ) from error


def _store(registry: Path, base_url: str | None, cache: Path | None) -> pooch.Pooch:
    store = pooch.create(path=cache or pooch.os_cache("tabgen-bench"), base_url=base_url or "")
    store.load_registry(registry)
    if base_url is not None:
        store.urls.clear()
    return store


def _local_file(file: str) -> Path | None:
    folder = os.environ.get("BENCH_DATA_DIR")
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise BenchError(f"BENCH_DATA_DIR is {folder!r}, which is no folder; expected one that holds {file}; unset it")
    path = Path(folder) / file
    return path if path.exists() else None


def _require_sha256(path: Path, expected: str) -> None:
    try:
        sha256 = pooch.file_hash(path)
    except OSError as error:
        raise BenchError(f"{path} cannot be read: {error.strerror or error}") from error
    if sha256 != expected:
        raise BenchError(f"{path} has sha256 {sha256}; expected {expected}; replace it, or unset BENCH_DATA_DIR")


class _LimitedFile:
    """A file of at most `LARGEST` bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._remaining = file, LARGEST

    def write(self, chunk: bytes) -> None:
        self._remaining -= len(chunk)
        if self._remaining < 0:
            raise OSError(f"it is larger than {LARGEST // 2**20} MiB")
        self._file.write(chunk)

    def flush(self) -> None:
        self._file.flush()


def _download(url: str, output_file: str, store: Any) -> None:  # noqa: ANN401 - pooch's own downloader protocol
    with Path(output_file).open("wb") as file:
        pooch.HTTPDownloader(timeout=TIMEOUT, chunk_size=65536)(url, _LimitedFile(file), store)


def _reason(error: OSError) -> str:
    """Returns the innermost cause in a few words, or the server's status line."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP {response.status_code} {response.reason}"
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return f"{type(cause).__name__}: {' '.join(str(cause).split())}"


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
