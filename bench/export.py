"""A run without rows: what reports and tables are rebuilt from, small enough to commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.files import to_json, write_directory, write_file
from bench.store import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

    from bench.store import Run

_ALWAYS = ("result.json",)
_DRAWN = ("drawings.npz", "history.parquet")


def export_run(run: Run, target: Path) -> None:
    """Writes a run without rows: enough to rebuild every table and figure, small enough to commit.

    Reports draw the first repeat of a row that succeeded, so only of that one the drawings and the history are kept.

    Raises:
        BenchError: if `target` exists and is not empty.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BenchError(f"{target} exists and is not empty; choose a new folder for the export")
    write_file(target / MANIFEST, to_json(dict(run.manifest)).encode())
    drawn: set[tuple[str, str]] = set()
    for _, result in sorted(run.all_results(), key=lambda item: item[1].trial.repeat):
        source, row = run.directory(result), (result.trial.dataset, result.trial.generator)
        wanted = _ALWAYS if row in drawn else (*_ALWAYS, *_DRAWN)
        files = {name: (source / name).read_bytes() for name in wanted if (source / name).is_file()}
        drawn |= {row} if "drawings.npz" in files else set()
        write_directory(target / source.relative_to(run.path), files)
