"""The leaderboard of a stored run in the terminal, once or for as long as the run goes on; only reads."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.commands import terminal
from bench.common.suggestions import named
from bench.runs.manifest import read_manifest
from bench.runs.run_directory import open_run
from bench.statistics.leaderboard import rank

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bench.runs.run_directory import Run

SECONDS = 2.0
"""Between two looks at the store."""

State = tuple[str | None, tuple[tuple[str, int], ...]]


def choose(run: Run, metrics: Sequence[str] | None, generators: Sequence[str] | None) -> terminal.Choice:
    """What of a leaderboard to show.

    Args:
        run: that it is of.
        metrics: names of metrics, separated by commas or repeated: their values instead of the families' scores.
        generators: likewise, of generators and reference rows: only these; all if there are none.

    Raises:
        BenchError: if the run has no such metric or generator.
    """
    known = {metric.name: metric for metric in run.metrics}
    rows = [*run.manifest.generators, *(name for of_split in run.references.values() for name in of_split)]
    wanted = named(metrics, known, "metric")
    return terminal.Choice(
        tuple(known[name] for name in wanted), named(generators, dict.fromkeys(rows), "generator of this run")
    )


def show(path: Path, metrics: Sequence[str] | None, generators: Sequence[str] | None, screen: terminal.Screen) -> None:
    """Prints what there is of a run."""
    run = open_run(path)
    screen.print(terminal.overview(run, rank(run), choose(run, metrics, generators)))


def watch(
    path: Path,
    metrics: Sequence[str] | None,
    generators: Sequence[str] | None,
    screen: terminal.Screen,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Shows a run until it is finished, again whenever something has come in.

    On a terminal the table is redrawn in place. Elsewhere there is one line for each change, and the table at the end.

    Args:
        path: the run directory; another process is at work on it.
        metrics: see `choose`.
        generators: see `choose`.
        screen: to print to.
        pause: waits for so many seconds.
    """
    run = open_run(path)
    choice = choose(run, metrics, generators)
    seen: State | None = None
    with terminal.live(screen) as shown:
        while True:
            state = _state(path)
            if state != seen:
                seen, run = state, open_run(path)
                shown(terminal.progress_line(run), terminal.overview(run, rank(run), choice))
            if run.manifest.finished:
                break
            pause(SECONDS)
    if not screen.is_terminal:
        screen.print(terminal.overview(run, rank(run), choice))


def _state(path: Path) -> State:
    """What tells one look from the next without reading any result: what is there, and of when."""
    found = (
        each
        for pattern in ("trials/[!.]*/result.json", "references/*/[!.]*/result.json")
        for each in path.glob(pattern)
    )
    return read_manifest(path).finished, tuple(sorted((str(each), each.stat().st_mtime_ns) for each in found))
