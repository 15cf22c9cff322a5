"""Ranks and family scores as intervals, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from bench.api import Board, Entry, Figure, Panel

from ._format import interval_series, name
from ._lookup import generators

_MOST = 24


def rank_figure(board: Board) -> list[Figure]:
    """Returns rank ranges with lines that join ties, then the scores of each family; nothing without ranks."""
    entries = [entry for entry in generators(board) if entry.rank and not entry.implausible][:_MOST]
    if len(entries) < 2:
        return []
    panels = (_ranks(board, entries), *(_family(entries, family) for family in board.families))
    title = "Rank ranges and family scores"
    title += ": lines right of the ranks join neighbours that tie" if board.tied else ""
    bars = "; bars of families are 95 % intervals" if board.repeats > 1 else ""
    alt = "; ".join(f"{name(entry.generator)} rank {'–'.join(map(str, _ends(entry)))}" for entry in entries)
    return [Figure(f"ranks-{board.dataset}-{board.protocol}", title + bars, f"Rank ranges: {alt}", panels)]


def _ends(entry: Entry) -> Sequence[int]:
    """Returns the ends of the rank range; the plain rank where nothing was tested."""
    return sorted(set((entry.ranks if entry.tested else None) or ())) or [entry.rank or 0]


def _ranks(board: Board, entries: list[Entry]) -> Panel:
    series = tuple(
        interval_series(entry.generator, float(entry.rank or 0), float(_ends(entry)[0]), float(_ends(entry)[-1]), row)
        for row, entry in enumerate(entries)
    )
    tested = any(entry.tested for entry in entries)
    rows = {entry.generator: row for row, entry in enumerate(entries)}
    groups = ([rows[who] for who in group if who in rows] for group in board.tied)
    ties = tuple((min(group), max(group)) for group in groups if len(group) > 1 and tested)
    # Room for the lines of ties, right of the ranks.
    limits = (0.5, len(entries) * (1.12 if ties else 1.0) + 0.5, len(entries) - 0.5, -0.5)
    labels = tuple(entry.generator for entry in entries)
    title = "Rank" if tested else "Rank (not tested)"
    return Panel("interval", title, "rank (1 is best)", series=series, labels=labels, limits=limits, ties=ties)


def _family(entries: list[Entry], family: str) -> Panel:
    series = tuple(
        interval_series(entry.generator, value.mean, *entry.family_intervals.get(family, (value.mean,) * 2), row)
        for row, entry in enumerate(entries)
        if (value := entry.families.get(family))
    )
    limits = (-0.03, 1.03, len(entries) - 0.5, -0.5)
    labels = tuple(entry.generator for entry in entries)
    return Panel("interval", family.capitalize(), "score", series=series, labels=labels, limits=limits)
