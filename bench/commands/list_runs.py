"""Lists the runs of a folder, removes a run, reads the log of a trial."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.api import BenchError, Trial
from bench.common.atomic_files import lock_folder
from bench.common.suggestions import closest
from bench.runs import run_directory
from bench.runs.manifest import read_manifest
from bench.runs.stored_files import is_stored, read_stored
from bench.statistics.leaderboard import rank


def run_rows(folder: Path) -> Iterator[tuple[str, ...]]:
    """Yields one line per run: name, state, trials done, best generator of each board, time of creation."""
    if folder.is_file():
        raise BenchError(f"--folder {folder} is a file; expected a folder of runs")
    for path in sorted(entry for entry in folder.glob("[!.]*") if run_directory.is_run(entry)):
        try:
            yield _run_row(path)
        except BenchError as error:
            yield path.name, f"unreadable: {error}", "", "", ""


def _run_row(path: Path) -> tuple[str, ...]:
    run = run_directory.open_run(path)
    failed = sum(result.status != "ok" for result in run.results)
    done = f"{len(run.results)} of {len(run.manifest.trials)}" + (f", {failed} not ok" if failed else "")
    leaders = [(board.contenders(run.manifest.memorising)[:1], board.dataset) for board in rank(run).boards]
    best = [f"{entry.generator} ({dataset})" for first, dataset in leaders for entry in first]
    state = "complete" if not run.missing_trials else "to be continued"
    return path.name, state, done, ", ".join(best), run.manifest.created[:16].replace("T", " ")


def remove_run(path: Path) -> None:
    """Removes a run directory.

    Raises:
        BenchError: if it is not one, or another process is at work on it.
    """
    read_manifest(path)
    with lock_folder(path, "run"):
        shutil.rmtree(path)


def read_log(path: Path, name: str) -> str:
    """Returns what a trial of a run printed, named by its id, the beginning of it, or its generator (the first trial).

    Raises:
        BenchError: if there is no such trial, or its log was not kept.
    """
    folder = run_directory.result_directory(path, _find_trial(run_directory.open_run(path), name))
    logs = [log for log in (folder / "log.txt", folder / "scoring-log.txt") if is_stored(log)]
    if not logs:
        raise BenchError(f"{name} has no log in {path}; exports keep none, and a trial that has not run has none")
    return "".join(read_stored(log, path).decode(errors="replace") for log in logs)


def _find_trial(run: run_directory.Run, name: str) -> Trial:
    for trial in run.manifest.trials:
        if name == trial.generator or (len(name) >= 4 and trial.id.startswith(name)):
            return trial
    choices = dict.fromkeys(choice for trial in run.manifest.trials for choice in (trial.generator, trial.id))
    raise BenchError(f"no trial {name!r} in {run.path}: {closest(name, choices)}")
