"""Prepares tables and lines for the terminal."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from rich.box import HEAVY_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bench import api
from bench.api import Block, Leaderboard, Trial
from bench.commands.leaderboard_table import ALL, Selection
from bench.commands.leaderboard_table import boards_table as boards_table
from bench.commands.list_table import ListTable
from bench.commands.safe_output import unescaped_stdout
from bench.common.safe_text import one_line, visible_lines

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderableType
    from rich.segment import Segment

    from bench.planning.plan import Plan
    from bench.runs.run_directory import Run

Screen: TypeAlias = Console


class EscapingConsole(Console):
    """A console that escapes the text it is given, and not the styles that it adds."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yields the segments of what is printed, their text with escapes."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible_lines(segment.text))


def terminal(*, quiet: bool = False) -> Screen:
    """Returns the console to print to."""
    if sys.stdout.isatty():
        return EscapingConsole(quiet=quiet, file=unescaped_stdout())
    # A pipe has no width, and programs cannot read a table that is folded at 80 columns; COLUMNS may set one.
    given = os.environ.get("COLUMNS", "")
    width = int(given) if given.isdecimal() and 0 < int(given) < 10_000 else 160
    return EscapingConsole(quiet=quiet, width=width, soft_wrap=True, file=unescaped_stdout())


def print_lines(text: str) -> None:
    """Prints text; on a terminal, long lines go on below, indented, and are broken between words only."""
    if sys.stdout.isatty():
        fill = partial(textwrap.fill, width=terminal().width, subsequent_indent="    ")
        text = "\n".join(
            fill(line, break_long_words=False, break_on_hyphens=False) for line in text.rstrip("\n").split("\n")
        )
    print(text.rstrip("\n"), flush=True)


def seconds_text(seconds: float) -> str:
    """Returns a duration as text.

    >>> seconds_text(3.14), seconds_text(75), seconds_text(7300)
    ('3.1 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def trial_label(trial: Trial) -> str:
    """Returns data set, repeat, generator and draw of a trial."""
    return f"{trial.dataset} #{trial.repeat} {trial.generator}" + (f" ({trial.draw})" if trial.draw else "")


def plan_warnings(plan: Plan) -> list[str]:
    """Returns notes on the data and the leaks of their splits, without repetitions."""
    notes = [f"{data.name}: {note}" for data in plan.datasets.values() for note in data.notes]
    leaks = [f"{split.dataset}: {warning}" for split in plan.splits.values() for warning in split.audit.warnings]
    return list(dict.fromkeys([*notes, *leaks]))


def unsuccessful_trials(run: Run) -> list[str]:
    """Returns one line per trial that failed, was skipped or is missing."""
    failures = (result for result in run.results if result.status != "ok")
    lines = [f"{result.status}: {trial_label(result.trial)}: {result.error}" for result in failures]
    return lines + [f"missing: {trial_label(trial)}" for trial in run.missing_trials]


def overview(run: Run, leaderboard: Leaderboard, selection: Selection = ALL) -> Group:
    """Returns the progress of a run, its leaderboard, and the first error of every generator that failed.

    A run under an earlier protocol is marked.
    """
    reasons = {
        entry.generator: one_line(entry.reason)
        for board in leaderboard.boards
        for entry in board.entries
        if entry.reason and (not selection.generators or entry.generator in selection.generators)
    }
    lines = [Text(f"{name}: {reason}", overflow="ellipsis", no_wrap=True) for name, reason in reasons.items()]
    earlier = [Text(run.manifest.earlier_protocol)] if run.manifest.earlier_protocol else []
    return Group(Text(progress_line(run)), *earlier, boards_table(leaderboard, selection=selection), *lines)


def progress_line(run: Run) -> str:
    """Returns a run's name and the number of finished trials."""
    failed = sum(result.status != "ok" for result in run.results)
    done = f"{len(run.results)} of {len(run.manifest.trials)} trials" + (f", {failed} not ok" if failed else "")
    state = "finished" if run.manifest.finished else "not finished"
    return f"{run.manifest.name}: {done}, {state}"


@contextmanager
def live_view(screen: Screen) -> Iterator[Callable[[str, Group], None]]:
    """Gives a function that shows the next state: in place on a terminal, elsewhere as a line if it is a new one."""
    if not screen.is_terminal:
        printed: list[str] = []

        def print_line(line: str, _: Group) -> None:
            if printed[-1:] != [line]:
                printed.append(line)
                screen.print(line, highlight=False, markup=False)

        yield print_line
        return
    with Live(console=screen, auto_refresh=False) as display:
        yield lambda _, view: display.update(view, refresh=True)


def print_blocks(screen: Screen, blocks: Iterable[Block]) -> None:
    """Prints the blocks of a report, without figures."""
    for block in blocks:
        if isinstance(block, api.Table):
            screen.print(_FittingBlock(block))
        elif isinstance(block, api.Facts):
            screen.print(Text("\n".join(f"{label}: {value}" for label, value in block.items)))
        elif isinstance(block, api.Text):
            screen.print(Text("\n".join([block.text, *(f"- {item}" for item in block.items)])))


class _FittingBlock:
    """A table of a report; without borders where space is short."""

    def __init__(self, block: api.Table) -> None:
        self._block = block

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        """Yields the table with borders if it fits."""
        table = _block_table(self._block)
        fits = table.__rich_measure__(console, options.update(max_width=10_000)).maximum <= options.max_width
        yield table if fits else _block_table(self._block, borders=False)


def _block_table(block: api.Table, *, borders: bool = True) -> Table:
    table = Table(
        title=Text(block.caption), title_justify="left", title_style="bold", box=HEAVY_HEAD if borders else None
    )
    if not borders:
        table.pad_edge, table.padding = False, (0, 1, 0, 0)
    align = block.align or "l" + "r" * (len(block.header) - 1)
    for column, (name, side) in enumerate(zip(block.header, align, strict=True)):
        # Numbers and names stay whole where space is short; other words are broken into lines.
        whole = side == "r" or column == max(block.names, 0)
        justify: Literal["left", "right"] = "right" if side == "r" else "left"
        table.add_column(Text(name), justify=justify, no_wrap=whole, overflow="fold", min_width=None if whole else 7)
    for index, row in enumerate(block.rows):
        cells = (Text(cell, "bold" if (index, column) in block.strong else "") for column, cell in enumerate(row))
        following = block.rows[index + 1] if index + 1 < len(block.rows) and block.names >= 0 else row
        table.add_row(*cells, end_section=following[block.names] != row[block.names])
    return table


def plain_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> ListTable:
    """Returns a table of strings without borders, for lists."""
    return ListTable(tuple(header), tuple(tuple(map(visible_lines, row)) for row in rows))
