"""Panels of a result for Python and notebooks: ranks, scores, families, and one column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.api import BenchError, Board, Entry, Panel, Series
from bench.common.formatting import why_no_overall
from bench.common.suggestions import closest

if TYPE_CHECKING:
    from bench.api import Details
    from bench.runs.run_directory import Run

_OVERALL = ("ranks", "scores")
"""Kinds that show overall scores."""

KINDS = ("ranks", "scores", "heatmap", "column")


def panel(run: Run, board: Board, kind: str, generators: Sequence[str], column: str | None) -> Panel:
    """Returns one panel of a board.

    Args:
        run: the stored run.
        board: one of its boards.
        kind: one of `KINDS`.
        generators: those to show; none means all.
        column: of the table, for `column`.

    Raises:
        BenchError: if the kind, a generator or the column is unknown.
    """
    entries = [entry for entry in board.generators if not entry.implausible]
    known = [entry.generator for entry in board.generators]
    for name in generators:
        if name not in known:
            raise BenchError(f"the board has no generator {name!r}: {closest(name, known)}")
    shown = [entry for entry in entries if not generators or entry.generator in generators]
    if board.no_overall and kind in _OVERALL:
        raise BenchError(
            f"there is no overall score to plot ({why_no_overall(board)}); expected one of "
            f"{', '.join(other for other in KINDS if other not in _OVERALL)}"
        )
    if kind == "ranks":
        return _rank_panel([entry for entry in shown if entry.rank])
    if kind == "scores":
        return overall_panel([entry for entry in shown if entry.overall])
    if kind == "heatmap":
        return _family_panel(board, [entry for entry in shown if entry.families])
    if kind == "column":
        return _column_panel(run, board, [entry.generator for entry in shown], column)
    raise BenchError(f"there is no plot {kind!r}; expected one of {', '.join(KINDS)}")


def overall_panel(entries: Sequence[Entry]) -> Panel:
    """Returns overall scores with their intervals."""
    values = [
        (entry.overall.mean, *(entry.interval or (entry.overall.mean,) * 2)) for entry in entries if entry.overall
    ]
    return _intervals(entries, values, "overall score", (-0.03, 1.03))


def _rank_panel(entries: Sequence[Entry]) -> Panel:
    ends = [(entry.ranks if entry.tested else None) or (entry.rank or 0,) * 2 for entry in entries]
    values = [
        (float(entry.rank or 0), float(low), float(high)) for entry, (low, high) in zip(entries, ends, strict=True)
    ]
    return _intervals(entries, values, "rank (1 is best)", (0.5, len(entries) + 0.5))


def _intervals(
    entries: Sequence[Entry], values: Sequence[tuple[float, float, float]], label: str, ends: tuple[float, float]
) -> Panel:
    series = tuple(
        Series(entry.generator, (value,), (float(row),), (low,), (high,))
        for row, (entry, (value, low, high)) in enumerate(zip(entries, values, strict=True))
    )
    limits = (*ends, len(entries) - 0.5, -0.5)
    labels = tuple(entry.generator for entry in entries)
    return Panel("interval", x_label=label, series=series, labels=labels, limits=limits)


def _family_panel(board: Board, entries: Sequence[Entry]) -> Panel:
    matrix = tuple(
        tuple(entry.families[family].mean if family in entry.families else math.nan for family in board.families)
        for entry in entries
    )
    labels = tuple(entry.generator for entry in entries)
    return Panel("heatmap", matrix=matrix, labels=labels, across=board.families, positive=True, written=True)


def _column_panel(run: Run, board: Board, generators: Sequence[str], column: str | None) -> Panel:
    """Returns the stored histograms of a column of numbers: the real rows, and those of the generators over them."""
    drawn = {}
    for name in generators:
        result = run.first_results.get((board.dataset, board.protocol, name))
        if result is not None:
            drawn[name] = (run.drawings(result), result.trial.split)
    start = "fidelity/density/"
    known = sorted({key.removeprefix(start) for arrays, _ in drawn.values() for key in arrays if key.startswith(start)})
    if column is None or column not in known:
        named = f"no histogram of a column {column!r} is stored" if column else "no column was named"
        if column in run.manifest.dataset(board.dataset).schema.names:
            named = f"{column!r} holds no numbers, and histograms are of numbers"
        raise BenchError(f"{named}; expected column= one of {', '.join(known) or 'none: nothing is stored'}")
    series = [_histogram(name, arrays, column) for name, (arrays, _) in drawn.items() if f"{start}{column}" in arrays]
    split = next(iter(drawn.values()))[1]
    real = run.references.get(split, {}).get("real-train")
    arrays = run.drawings(real) if real else {}
    if f"{start}{column}" in arrays:
        series.insert(0, _histogram("real", arrays, column))
    return Panel("step", column, series=tuple(series))


def _histogram(name: str, arrays: Details, column: str) -> Series:
    edges, heights = (tuple(map(float, arrays[f"fidelity/{part}/{column}"])) for part in ("edges", "density"))
    return Series(name, edges, heights)
