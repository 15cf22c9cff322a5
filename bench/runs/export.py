"""Exports a run without rows: reports and tables are rebuilt from it, and it is small enough to commit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import EVERY_REPEAT, TrialResult
from bench.common.atomic_files import pack_arrays, require_empty, write_directory
from bench.runs.drawn_splits import write_drawn
from bench.runs.manifest import write_manifest
from bench.runs.run_directory import RESULT
from bench.runs.stored_files import is_stored, read_stored

if TYPE_CHECKING:
    from bench.runs.run_directory import Run

_DRAWINGS = "drawings.npz"
_IF_DRAWN = (_DRAWINGS, "history.parquet")


def export_run(run: Run, target: Path) -> None:
    """Writes a run without rows.

    Drawings and history of a generator are kept up to its first trial that succeeded, which is the one that reports
    draw; drawings of reference rows are kept on the splits of these trials. Of later trials, only the arrays are kept
    that reports average over repeats.

    Raises:
        BenchError: if `target` exists and is not empty.
    """
    require_empty(target, "TARGET", "the export")
    write_manifest(target, run.manifest)
    if run.drawn:
        write_drawn(target, run.drawn)
    splits = {result.trial.split for result in run.first_results.values()}
    for kind, result in run.all_results():
        source = run.directory(result)
        drawn = result.trial.split in splits if kind == "reference" else _is_drawn(run, result)
        names = (RESULT, *_IF_DRAWN) if drawn else (RESULT,)
        files = {name: read_stored(source / name, run.root(result)) for name in names if is_stored(source / name)}
        if kind == "generator" and not drawn:
            files |= _averaged(run, result)
        write_directory(target / source.relative_to(run.path), files)


def _is_drawn(run: Run, result: TrialResult) -> bool:
    """Returns whether a trial is its generator's first that succeeded, or failed before that one."""
    first, trial = run.first_results.get(run.entry_key(result)), result.trial
    return first is None or (trial.repeat, trial.draw) <= (first.trial.repeat, first.trial.draw)


def _averaged(run: Run, result: TrialResult) -> dict[str, bytes]:
    """Returns the file of the arrays that reports average over repeats, if a trial has any."""
    kept = {key: array for key, array in run.drawings(result).items() if f"/{EVERY_REPEAT}" in key}
    return {_DRAWINGS: pack_arrays(kept)} if kept else {}
