"""The leaderboard in the terminal: a table for each board, and what must be known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rich.box import HEAVY_HEAD
from rich.console import Console, ConsoleOptions, Group
from rich.table import Table
from rich.text import Text

from bench.api import Board, Entry, Leaderboard, Metric, Stat
from bench.common.formatting import (
    AT_THE_FLOOR,
    IMPLAUSIBLE,
    heading,
    is_at_floor,
    places,
    ranks,
    why_implausible,
    why_no_overall,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The part of a leaderboard to show: values of metrics instead of the families' scores; entries, empty for all."""

    metrics: tuple[Metric, ...] = ()
    generators: tuple[str, ...] = ()


ALL = Selection()

_UNLIMITED = 10_000
"""More characters than any table is wide."""

_LEAST_NAME = 16
"""The narrowest column of names, which are broken into lines there."""

_UNTESTED = "*"
"""Stands after the rank of an entry that no test compared with another one."""


def boards_table(
    leaderboard: Leaderboard, title: str = "", selection: Selection = ALL, over: str = "", *, notes: bool = True
) -> Group:
    """Returns all boards, one below the other, each with what must be known of it if `notes`.

    The headlines end with `title`; `over` stands in them in place of protocol and repeats.
    """
    parts: list[FittingTable | Text] = []
    for board in leaderboard.boards:
        parts.append(FittingTable(board, _headline(board, title, over), selection))
        parts += [Text(note) for note in board_notes(board, selection) if notes]
    return Group(*parts)


def _headline(board: Board, title: str, over: str) -> str:
    repeats = "1 repeat" if board.repeats == 1 else f"{board.repeats} repeats"
    return ", ".join(part for part in (board.dataset, over or f"{board.protocol} split, {repeats}", title) if part)


def board_notes(board: Board, selection: Selection = ALL) -> list[str]:
    """Returns why entries are implausible, and why there is no overall score."""
    shown = [entry for entry in board.generators if not selection.generators or entry.generator in selection.generators]
    notes = [f"{entry.generator}: {IMPLAUSIBLE}: {why_implausible(entry)}" for entry in shown if entry.implausible]
    if any(not entry.tested for entry in shown):
        notes.append(
            f"{_UNTESTED} not tested: too few repeats to tell a difference from noise; this is the plain order"
        )
    return notes + ([f"no overall score: {why_no_overall(board)}"] if board.no_overall else [])


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a table shows: `columns` is the number of families or metrics; `folded` breaks long names into lines."""

    narrow: bool = False
    trials: bool = True
    references: bool = True
    columns: int = _UNLIMITED
    folded: bool = False


@dataclass(frozen=True, slots=True)
class FittingTable:
    """The ranking on one data set, with the reference rows below.

    Where space is short, spreads and times go first, then the trials, the reference rows, and the last families. Rank,
    generator and overall score stay.
    """

    board: Board
    headline: str
    selection: Selection = ALL

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        """Yields the fullest table that fits."""
        unlimited = options.update(max_width=_UNLIMITED)
        table = self._table(_Layout())
        for layout in self._layouts():
            table = self._table(layout)
            measure = table.__rich_measure__(console, unlimited)
            if (measure.minimum if layout.folded else measure.maximum) <= options.max_width:
                break
        yield table

    def _layouts(self) -> Iterator[_Layout]:
        """Yields what to show, from everything to the least."""
        most = len(self.selection.metrics or self.board.families)
        yield from (_Layout(), _Layout(narrow=True), _Layout(narrow=True, trials=False))
        yield _Layout(narrow=True, trials=False, references=False)
        yield from (_Layout(True, False, False, columns, folded=True) for columns in range(most, -1, -1))

    def _table(self, layout: _Layout) -> Table:
        narrow = layout.narrow
        title = Text(self.headline)
        table = Table(title=title, title_justify="left", title_style="bold", box=None if narrow else HEAVY_HEAD)
        if narrow:
            table.pad_edge, table.padding = False, (0, 1, 0, 0)
        time = [] if narrow else ["fit cpu s"]
        shown = [heading(metric) for metric in self.selection.metrics] or [*self.board.families, *time]
        names = ("rank", "generator", "overall", *shown, "trials")
        kept = [at for at in range(len(names)) if at < 3 + layout.columns or (layout.trials and at == len(names) - 1)]
        for name in (names[at] for at in kept):
            justify: Literal["left", "right"] = "left" if name in ("generator", "trials") else "right"
            folded = layout.folded and name == "generator"
            least = _LEAST_NAME if folded else None
            table.add_column(Text(name), justify=justify, no_wrap=not folded, overflow="fold", min_width=least)
        entries = [entry for entry in self._entries() if layout.references or entry.kind == "generator"]
        for entry, following in zip(entries, [*entries[1:], None], strict=True):
            is_last_of_kind = following is not None and _kind(entry) != _kind(following)
            cells = self._cells(entry, narrow=narrow)
            table.add_row(*(cells[at] for at in kept), end_section=is_last_of_kind)
        return table

    def _entries(self) -> list[Entry]:
        references = [entry for entry in self.board.entries if entry.kind == "reference"]
        names = self.selection.generators
        return [entry for entry in (*self.board.generators, *references) if not names or entry.generator in names]

    def _cells(self, entry: Entry, *, narrow: bool) -> list[Text]:
        trials, style = ", ".join(f"{count} {status}" for status, count in entry.status.items()), ""
        if entry.kind == "reference":
            trials, style = "reference", "dim"
        if entry.implausible:
            trials, style = IMPLAUSIBLE if narrow else f"{trials}, {IMPLAUSIBLE}", "red"
        overall = stat_text(entry.overall, spread=False) if narrow else overall_text(entry)
        numbers = _numbers(entry, self.board, self.selection, narrow=narrow)
        return [
            Text(cell, style)
            for cell in (
                ranks(entry, "-", "-" * (entry.kind == "generator"), _UNTESTED),
                entry.generator,
                overall,
                *numbers,
                trials,
            )
        ]


def _kind(entry: Entry) -> tuple[str, bool]:
    return entry.kind, bool(entry.implausible)


def _numbers(entry: Entry, board: Board, selection: Selection, *, narrow: bool) -> list[str]:
    """The values of the selected metrics, else the families' scores and, where there is space, the time of a fit."""
    if selection.metrics:
        stats = [entry.metrics.get(metric.name) for metric in selection.metrics]
        return [stat_text(stat, places(stat.mean) if stat else 3, spread=not narrow) for stat in stats]
    at_floor = "floor" if narrow else AT_THE_FLOOR
    families = [entry.families.get(family) for family in board.families]
    scores = [at_floor if is_at_floor(family) else stat_text(family, spread=not narrow) for family in families]
    fit = entry.metrics.get("fit_cpu_seconds") or entry.metrics.get("fit_seconds")
    return scores if narrow else [*scores, "-" if fit is None else f"{fit.mean:.1f}"]


def stat_text(stat: Stat | None, digits: int = 3, *, spread: bool = True) -> str:
    """Returns a mean, by default with its spread over repeats."""
    if stat is None:
        return "-"
    return f"{stat.mean:.{digits}f}" + (f" ± {stat.spread:.{digits}f}" if spread and stat.spread is not None else "")


def overall_text(entry: Entry) -> str:
    """Returns the overall score with its 95 % interval."""
    if entry.overall is None:
        return "-"
    interval = "" if entry.interval is None else f" [{entry.interval[0]:.2f}, {entry.interval[1]:.2f}]"
    return f"{entry.overall.mean:.3f}{interval}"
