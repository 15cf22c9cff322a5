"""A run without rows: what reports and tables are rebuilt from, small enough to commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.common.atomic_files import require_empty, to_json, write_directory, write_file
from bench.runs.run_directory import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import TrialResult
    from bench.runs.run_directory import Run

_ALWAYS = ("result.json",)
_DRAWN = ("drawings.npz", "history.parquet")


def export_run(run: Run, target: Path) -> None:
    """Writes a run without rows: enough to rebuild every table and figure, small enough to commit.

    Of a generator, drawings and history are kept up to its first trial that succeeded, which is what reports draw; of
    the reference rows, drawings on the splits of these trials.

    Raises:
        BenchError: if `target` exists and is not empty.
    """
    require_empty(target, "TARGET", "the export")
    write_file(target / MANIFEST, to_json(dict(run.manifest)).encode())
    splits = {first.trial.split for first in run.firsts.values()}
    for kind, result in run.all_results():
        source = run.directory(result)
        draws = result.trial.split in splits if kind == "reference" else _is_drawn(run, result)
        wanted = (*_ALWAYS, *_DRAWN) if draws else _ALWAYS
        files = {name: (source / name).read_bytes() for name in wanted if (source / name).is_file()}
        write_directory(target / source.relative_to(run.path), files)


def _is_drawn(run: Run, result: TrialResult) -> bool:
    """Whether a generator's trial is its first that succeeded, or failed before that one."""
    first, trial = run.firsts.get(run.row(result)), result.trial
    return first is None or (trial.repeat, trial.draw) <= (first.trial.repeat, first.trial.draw)
