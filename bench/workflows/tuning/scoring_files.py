"""What scoring on the inner split needs: computed once, and kept in the folder of a study.

`digests.json` says what the other two files held when they were computed. A study of an earlier version has no such
file; what it needs is computed again, which gives the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import BenchError, Details
from bench.common.atomic_files import to_json, write_file
from bench.runs.stored_files import is_stored, read_arrays, read_object, read_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bench.execution.tasks import Files

    MetricValues = Mapping[str, float | None]

ARTEFACTS, BOUNDS, DIGESTS = "artefacts.npz", "bounds.json", "digests.json"
_FILES = (ARTEFACTS, BOUNDS, DIGESTS)


@dataclass(frozen=True, slots=True)
class ScoringFiles:
    """The artefacts of the inner split, by `family/key`, and the values of floors and ceilings by reference row."""

    artefacts: Details
    bounds: Mapping[str, MetricValues]


def are_stored(folder: Path) -> bool:
    """Returns whether a folder holds any of the files."""
    return any(is_stored(folder / name) for name in _FILES)


def read_or_compute(folder: Path, compute: Callable[[], Files]) -> ScoringFiles:
    """Reads the files; if one is absent, all are computed and stored first.

    Raises:
        BenchError: if a file cannot be read, or is not what was computed.
    """
    if not all(is_stored(folder / name) for name in _FILES):
        _refuse_folders(folder)
        store(folder, compute())
    _require_intact(folder)
    bounds = read_object(folder / BOUNDS, folder)
    if not all(_are_values(values) for values in bounds.values()):
        raise _changed(folder / BOUNDS)
    return ScoringFiles(read_arrays(folder / ARTEFACTS, folder), bounds)


def store(folder: Path, files: Files) -> None:
    """Stores the files that `objectives.score_bounds` returns, and their digests at the end."""
    for name in (ARTEFACTS, BOUNDS):
        write_file(folder / name, files[name])
    write_file(folder / DIGESTS, to_json({name: _digest(files[name]) for name in (ARTEFACTS, BOUNDS)}).encode())


def _require_intact(folder: Path) -> None:
    path = folder / DIGESTS
    try:
        digests = read_object(path, folder)
        for path in (folder / ARTEFACTS, folder / BOUNDS):
            if digests.get(path.name) != _digest(read_stored(path, folder)):
                raise _changed(path)
    except BenchError as error:
        raise _changed(path) from error


def _refuse_folders(folder: Path) -> None:
    """Refuses folders in the place of the files, which cannot be replaced."""
    for path in (folder / name for name in _FILES):
        if path.is_dir() and not path.is_symlink():
            raise _changed(path)


def _are_values(values: object) -> bool:
    return isinstance(values, dict) and all(value is None or type(value) in {int, float} for value in values.values())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _changed(path: Path) -> BenchError:
    return BenchError(f"{path} is not what this study computed; remove it, and it is computed again")
