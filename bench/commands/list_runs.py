"""The runs of a folder, and what can be done with them: list, remove, read a trial's log."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.common.atomic_files import taken
from bench.common.suggestions import closest
from bench.runs import run_directory
from bench.runs.manifest import read_manifest
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.api import Trial


def rows(folder: Path) -> Iterator[tuple[str, ...]]:
    """One row per run: name, state, trials done, best generator by data set, time of creation."""
    if folder.is_file():
        raise BenchError(f"--folder {folder} is a file; expected a folder of runs")
    for path in sorted(entry for entry in folder.glob("[!.]*") if run_directory.is_run(entry)):
        try:
            yield _row(path)
        except BenchError as error:
            yield path.name, f"unreadable: {error}", "", "", ""


def _row(path: Path) -> tuple[str, ...]:
    run = run_directory.open_run(path)
    failed = sum(result.status != "ok" for result in run.results)
    done = f"{len(run.results)} of {len(run.manifest.trials)}" + (f", {failed} not ok" if failed else "")
    best = [
        f"{board.entries[0].generator} ({board.dataset})" for board in rank(run).boards if board.entries[0].rank == 1
    ]
    state = "complete" if not run.missing_trials else "to be continued"
    return path.name, state, done, ", ".join(best), run.manifest.created


def remove(path: Path) -> None:
    """Removes a run directory.

    Raises:
        BenchError: if it is not one, or another process is at work on it.
    """
    read_manifest(path)
    with taken(path, "run"):
        shutil.rmtree(path)


def log(path: Path, wanted: str) -> str:
    """What a trial printed.

    Args:
        path: the run directory.
        wanted: a trial's id or the beginning of it, or a generator's name (then of its first repeat).

    Raises:
        BenchError: if no trial is meant, or its log was not kept.
    """
    run = run_directory.open_run(path)
    folder = run_directory.result_directory(path, _trial(run, wanted))
    if not (folder / "log.txt").is_file():
        raise BenchError(f"{wanted} has no log in {path}; exports keep none, and a trial that has not run has none")
    return (folder / "log.txt").read_text(encoding="utf-8", errors="replace")


def _trial(run: run_directory.Run, wanted: str) -> Trial:
    for trial in run.manifest.trials:
        if wanted == trial.generator or (len(wanted) >= 4 and trial.id.startswith(wanted)):
            return trial
    choices = [name for trial in run.manifest.trials for name in (trial.generator, trial.id)]
    raise BenchError(f"no trial {wanted!r} in {run.path}: {closest(wanted, dict.fromkeys(choices))}")
