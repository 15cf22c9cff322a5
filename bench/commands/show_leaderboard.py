"""Prints the leaderboard of a stored run, once or for as long as the run goes on; it only reads."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bench.commands import terminal
from bench.commands.leaderboard_table import Selection
from bench.commands.option_flags import Names
from bench.common.suggestions import parse_names
from bench.runs.manifest import read_manifest
from bench.runs.run_directory import Run, open_run
from bench.statistics.leaderboard import rank


def select(run: Run, metrics: Names, generators: Names) -> Selection:
    """Returns what to show of a run's leaderboard: metrics instead of the families' scores, and certain entries only.

    Raises:
        BenchError: if the run has no such metric or generator.
    """
    metrics_by_name = {metric.name: metric for metric in run.metrics}
    entries = [*run.manifest.generators, *(name for of_split in run.references.values() for name in of_split)]
    metric_names = parse_names(metrics, metrics_by_name, "metric")
    generator_names = parse_names(generators, dict.fromkeys(entries), "generator of this run")
    return Selection(tuple(metrics_by_name[name] for name in metric_names), generator_names)


def show_run(path: Path, metrics: Names, generators: Names, screen: terminal.Screen) -> None:
    """Prints the leaderboard once."""
    run = open_run(path)
    screen.print(terminal.overview(run, rank(run), select(run, metrics, generators)))


def watch_run(
    path: Path, metrics: Names, generators: Names, screen: terminal.Screen, pause: Callable[[float], None] = time.sleep
) -> None:
    """Prints the leaderboard again whenever another process adds results, until the run is finished.

    On a terminal the table is redrawn in place. Elsewhere each change prints one line, and the table comes last.
    """
    run = open_run(path)
    selection = select(run, metrics, generators)
    shown_state: object = None
    with terminal.live_view(screen) as show:
        while True:
            state = _run_state(path)
            if state != shown_state:
                shown_state, run = state, open_run(path)
                show(terminal.progress_line(run), terminal.overview(run, rank(run), selection))
            if run.manifest.finished:
                break
            pause(2.0)
    if not screen.is_terminal:
        screen.print(terminal.overview(run, rank(run), selection))


def _run_state(path: Path) -> object:
    """When the run finished, and the modification time of each result: changes without reading any result."""
    patterns = ("trials/[!.]*/result.json", "references/*/[!.]*/result.json")
    files = (file for pattern in patterns for file in path.glob(pattern))
    return read_manifest(path).finished, tuple(sorted((str(file), file.stat().st_mtime_ns) for file in files))
