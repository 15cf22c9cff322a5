"""What changed between two runs, as blocks: one computation for Markdown and the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Facts, Table, Text
from bench.common.formatting import NONE, heading, p_value, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.runs.compare import Change, Changes
    from bench.runs.run_directory import Run

_HINTS = {
    "Difference": "B less A, averaged over the splits that both runs have",
    "95 % interval": "of the difference, corrected for rows that splits share; not adjusted for other lines",
    "p": "of no difference, adjusted for all lines of the table (Holm)",
    "Verdict": "better or worse where p < 0.05 over at least three splits; by a metric's own direction",
}


def blocks(first: Run, second: Run, found: Sequence[Changes]) -> list[Block]:
    """A table of differences for each board, with what is not alike and what is missing."""
    said = [part for each in found for part in _board(each)]
    return [Facts((("A", _described(first)), ("B", _described(second)))), *said]


def _described(run: Run) -> str:
    manifest, environment = run.manifest, run.manifest.environment
    commit = f", commit {environment.commit[:10]}" if environment.commit else ""
    return f"{run.path}: {manifest.name}, bench {environment.bench}{commit}, {manifest.created}"


def _board(found: Changes) -> list[Block]:
    several = "1 split" if found.splits == 1 else f"{found.splits} splits"
    caption = f"{found.dataset}, {found.protocol} split: B less A, paired over {several}"
    changed = [change for change in found.changes if change.differ]
    words = f"{len(changed)} of {len(found.changes)} differences are larger than noise (p < 0.05)."
    same = f"The same trials in both, nothing to compare: {', '.join(found.same)}."
    return [
        *([_table(found, caption)] if found.changes else [Text(f"{caption}: nothing to compare.")]),
        *([Text(words)] if found.changes else []),
        *([Text(same)] if found.same else []),
        *([Text("Not run alike:", items=found.settings)] if found.settings else []),
        *([Text("Not compared:", tone="note", items=found.notes)] if found.notes else []),
    ]


def _table(found: Changes, caption: str) -> Table:
    header = ("Generator", "What", "A", "B", "Difference", "95 % interval", "p", "Verdict")
    return Table(
        header=header,
        rows=tuple(_row(change) for change in found.changes),
        caption=caption,
        align="llrrrrrl",
        strong=frozenset((at, 7) for at, change in enumerate(found.changes) if change.differ),
        hints=_HINTS,
        names=0,
    )


def _row(change: Change) -> tuple[str, ...]:
    digits = 3 if change.metric is None else places(change.first, change.second)
    interval = change.difference.interval
    span = "[" + ", ".join(f"{end:+,.{digits}f}" for end in interval) + "]" if interval else NONE
    values = (f"{value:,.{digits}f}" for value in (change.first, change.second))
    return (
        change.generator,
        heading(change.metric) if change.metric else change.quantity,
        *values,
        f"{change.difference.mean:+,.{digits}f}",
        span,
        p_value(change.p),
        _verdict(change),
    )


def _verdict(change: Change) -> str:
    if not change.differ:
        return "too few splits" if change.p is None or change.difference.n < 3 else "within noise"
    if not change.gain:
        return "other"
    return "better" if change.gain > 0 else "worse"
