"""The page of `bench compare`: what changed between two runs, as blocks for Markdown and the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.api import Block, Facts, Run, Table, Text
from bench.common.formatting import NONE, heading, p_value, places

if TYPE_CHECKING:
    from bench.runs.compare import Change, Changes


_HINTS = {
    "Difference": "B less A, averaged over the splits that both runs have",
    "95 % interval": "of the difference, corrected for rows that splits share; not adjusted for the number of lines",
    "p": "of no difference, adjusted for all lines of the table (Holm)",
    "Verdict": "better or worse where p < 0.05 over at least three splits; by a metric's own direction",
}


def blocks(first: Run, second: Run, boards: Sequence[Changes]) -> list[Block]:
    """Returns a table of differences for each board, with differing settings and generators that are missing."""
    runs = Facts((("A", _description(first)), ("B", _description(second))))
    return [runs, *(block for board in boards for block in _board(board))]


def _description(run: Run) -> str:
    manifest, environment = run.manifest, run.manifest.environment
    commit = f", commit {environment.commit[:10]}" if environment.commit else ""
    return f"{run.path}: {manifest.name}, bench {environment.bench}{commit}, {manifest.created}"


def _board(board: Changes) -> list[Block]:
    splits = "1 split" if board.splits == 1 else f"{board.splits} splits"
    caption = f"{board.dataset}, {board.protocol} split: B less A, paired over {splits}"
    larger = sum(change.differ for change in board.changes)
    words = f"{larger} of {len(board.changes)} differences are larger than noise (p < 0.05)."
    same = f"The same trials in both, nothing to compare: {', '.join(board.same)}."
    return [
        *([_table(board, caption), Text(words)] if board.changes else [Text(f"{caption}: nothing to compare.")]),
        *([Text(same)] if board.same else []),
        *([Text("Not run alike:", items=board.settings)] if board.settings else []),
        *([Text("Not compared:", tone="note", items=board.notes)] if board.notes else []),
    ]


def _table(board: Changes, caption: str) -> Table:
    header = ("Generator", "What", "A", "B", "Difference", "95 % interval", "p", "Verdict")
    rows = tuple(_row(change) for change in board.changes)
    differing = frozenset((row, 7) for row, change in enumerate(board.changes) if change.differ)
    return Table(header, rows, caption, align="llrrrrrl", strong=differing, hints=_HINTS, names=0)


def _row(change: Change) -> tuple[str, ...]:
    digits = 3 if change.metric is None else places(change.first, change.second)
    quantity = heading(change.metric) if change.metric else change.quantity
    interval = change.difference.interval
    interval_text = "[" + ", ".join(f"{end:+,.{digits}f}" for end in interval) + "]" if interval else NONE
    values = (f"{value:,.{digits}f}" for value in (change.first, change.second))
    difference = f"{change.difference.mean:+,.{digits}f}"
    return (change.generator, quantity, *values, difference, interval_text, p_value(change.p), _verdict(change))


def _verdict(change: Change) -> str:
    if not change.differ:
        return "too few splits" if change.p is None or change.difference.n < 3 else "within noise"
    if not change.gain:
        return "other"
    return "better" if change.gain > 0 else "worse"
