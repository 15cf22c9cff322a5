"""Tables and lines for the terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bench import api
from bench.common.formatting import heading, places, ranks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bench.api import Block, Board, Entry, Leaderboard, Metric, Stat, Trial
    from bench.planning.plan import Plan
    from bench.runs.run_directory import Run


Screen: TypeAlias = Console


@dataclass(frozen=True, slots=True)
class Choice:
    """What to show of a leaderboard.

    Attributes:
        metrics: whose values to show instead of the families' scores.
        generators: generators and reference rows to show; all if empty.
    """

    metrics: tuple[Metric, ...] = ()
    generators: tuple[str, ...] = ()


ALL = Choice()


def terminal(*, quiet: bool = False) -> Screen:
    """Where tables are printed."""
    if sys.stdout.isatty():
        return Console(quiet=quiet)
    # A pipe has no width of its own, and a table folded at 80 columns cannot be read by anything.
    return Console(quiet=quiet, width=160, soft_wrap=True)


def seconds_text(seconds: float) -> str:
    """A duration for people.

    >>> seconds_text(3.14), seconds_text(75), seconds_text(7300)
    ('3.1 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def label(trial: Trial) -> str:
    """A trial as one line names it."""
    draw = f" ({trial.draw})" if trial.draw else ""
    return f"{trial.dataset} #{trial.repeat} {trial.generator}{draw}"


def warnings(plan: Plan) -> list[str]:
    """What loading the data noticed, and what their splits leak; each said once."""
    notes = [f"{data.name}: {note}" for data in plan.datasets.values() for note in data.notes]
    leaks = [f"{split.dataset}: {warning}" for split in plan.splits.values() for warning in split.audit.warnings]
    return list(dict.fromkeys([*notes, *leaks]))


def troubles(run: Run) -> list[str]:
    """One line per trial that did not succeed, and per generator that was skipped."""
    lines = [f"{each.status}: {label(each.trial)}: {each.error}" for each in run.results if each.status != "ok"]
    return lines + [f"missing: {label(each)}" for each in run.missing_trials]


def stat_text(stat: Stat | None, digits: int = 3) -> str:
    """A mean with its spread over repeats."""
    if stat is None:
        return "-"
    return f"{stat.mean:.{digits}f}" + ("" if stat.spread is None else f" ± {stat.spread:.{digits}f}")


def overall_text(row: Entry) -> str:
    """The overall score with its 95 % interval."""
    if row.overall is None:
        return "-"
    interval = "" if row.interval is None else f" [{row.interval[0]:.2f}, {row.interval[1]:.2f}]"
    return f"{row.overall.mean:.3f}{interval}"


def overview(run: Run, leaderboard: Leaderboard, choice: Choice = ALL) -> Group:
    """How far a run is, its ranking, and the first error of every generator that failed."""
    reasons = {
        row.generator: " ".join(row.reason.split())
        for board in leaderboard.boards
        for row in board.entries
        if row.reason and (not choice.generators or row.generator in choice.generators)
    }
    lines = [Text(f"{name}: {reason}", overflow="ellipsis", no_wrap=True) for name, reason in reasons.items()]
    return Group(Text(progress_line(run)), boards_table(leaderboard, choice=choice), *lines)


def progress_line(run: Run) -> str:
    """A run's name and how far it is."""
    failed = sum(result.status != "ok" for result in run.results)
    done = f"{len(run.results)} of {len(run.manifest.trials)} trials" + (f", {failed} not ok" if failed else "")
    state = "finished" if run.manifest.finished else "not finished"
    return f"{run.manifest.name}: {done}, {state}"


@contextmanager
def live(screen: Screen) -> Iterator[Callable[[str, Group], None]]:
    """Something to show one state after another: in place on a terminal, elsewhere as a line for each."""
    if not screen.is_terminal:
        said: list[str] = []

        def say(line: str, _: Group) -> None:
            if said[-1:] != [line]:
                said.append(line)
                screen.print(line, highlight=False, markup=False)

        yield say
        return
    with Live(console=screen, auto_refresh=False) as display:
        yield lambda _, view: display.update(view, refresh=True)


def boards_table(leaderboard: Leaderboard, title: str = "", choice: Choice = ALL, over: str = "") -> Table:
    """All boards below each other."""
    grid = Table.grid()
    for board in leaderboard.boards:
        grid.add_row(board_table(board, title, choice, over))
    return grid


def board_table(board: Board, title: str = "", choice: Choice = ALL, over: str = "") -> Table:
    """The ranking on one data set; reference rows are set apart below, with their raw scores elsewhere.

    Args:
        board: what to show.
        title: said after data set, protocol and repeats.
        choice: what of it.
        over: said instead of protocol and repeats.
    """
    repeats = "1 repeat" if board.repeats == 1 else f"{board.repeats} repeats"
    headline = ", ".join(part for part in (board.dataset, over or f"{board.protocol} split, {repeats}", title) if part)
    table = Table(title=Text(headline), title_justify="left", title_style="bold")
    shown = [heading(metric) for metric in choice.metrics] or [*board.families, "fit cpu s"]
    for name in ("rank", "generator", "overall", *shown, "trials"):
        justify: Literal["left", "right"] = "left" if name in ("generator", "trials") else "right"
        table.add_column(Text(name), justify=justify, no_wrap=True)
    rows = [row for row in board.entries if not choice.generators or row.generator in choice.generators]
    for index, row in enumerate(rows):
        following = rows[index + 1 : index + 2]
        table.add_row(*_cells(row, board, choice), end_section=bool(following) and following[0].kind != row.kind)
    return table


def _cells(row: Entry, board: Board, choice: Choice) -> Iterable[Text]:
    trials = "reference" if row.kind == "reference" else ", ".join(f"{n} {status}" for status, n in row.status.items())
    cells = [ranks(row, "-", ""), row.generator, overall_text(row), *_numbers(row, board, choice), trials]
    style = "dim" if row.kind == "reference" else ""
    return [Text(cell, style) for cell in cells]


def _numbers(row: Entry, board: Board, choice: Choice) -> list[str]:
    """The values of the chosen metrics, else the families' scores and the time of a fit."""
    if choice.metrics:
        return [value_text(row.metrics.get(metric.name)) for metric in choice.metrics]
    fit = row.metrics.get("fit_cpu_seconds") or row.metrics.get("fit_seconds")
    scores = [stat_text(row.families.get(family)) for family in board.families]
    return [*scores, "-" if fit is None else f"{fit.mean:.1f}"]


def value_text(stat: Stat | None) -> str:
    """A metric's mean with its spread over repeats, of whatever size it is."""
    return stat_text(stat, places(stat.mean) if stat else 3)


def print_blocks(screen: Screen, blocks: Iterable[Block]) -> None:
    """Blocks as a report has them; figures are left out."""
    for block in blocks:
        if isinstance(block, api.Table):
            screen.print(_block_table(block))
        elif isinstance(block, api.Facts):
            screen.print(Text("\n".join(f"{label}: {value}" for label, value in block.items)))
        elif isinstance(block, api.Text):
            screen.print(Text("\n".join([block.text, *(f"- {item}" for item in block.items)])))


def _block_table(block: api.Table) -> Table:
    table = Table(title=Text(block.caption), title_justify="left", title_style="bold")
    align = block.align or "l" + "r" * (len(block.header) - 1)
    for name, side in zip(block.header, align, strict=True):
        table.add_column(Text(name), justify="right" if side == "r" else "left", no_wrap=True)
    for at, row in enumerate(block.rows):
        cells = (Text(cell, "bold" if (at, column) in block.strong else "") for column, cell in enumerate(row))
        before = at + 1 < len(block.rows) and block.names >= 0 and block.rows[at + 1][block.names] != row[block.names]
        table.add_row(*cells, end_section=before)
    return table


def plain_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of strings, for lists."""
    table = Table(*header, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
