"""Tables and lines for the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.api import Trial
    from bench.plan import Plan
    from bench.ranking import Board, Leaderboard, Row, Stat
    from bench.store import Run


def terminal(*, quiet: bool = False) -> Console:
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
    return lines + [f"missing: {label(each)}" for each in run.missing]


def stat_text(stat: Stat | None, digits: int = 3) -> str:
    """A mean with its spread over repeats."""
    if stat is None:
        return "-"
    return f"{stat.mean:.{digits}f}" + ("" if stat.spread is None else f" ± {stat.spread:.{digits}f}")


def rank_text(row: Row) -> str:
    """The rank, or the ranks between which the data cannot decide."""
    first, last = row.ranks or (row.rank, row.rank)
    return "" if first is None else str(first) if first == last else f"{first}-{last}"


def overall_text(row: Row) -> str:
    """The overall score with its 95 % interval."""
    if row.overall is None:
        return "-"
    interval = "" if row.interval is None else f" [{row.interval[0]:.2f}, {row.interval[1]:.2f}]"
    return f"{row.overall.mean:.3f}{interval}"


def boards_table(leaderboard: Leaderboard, title: str = "") -> Table:
    """All boards below each other."""
    grid = Table.grid()
    for board in leaderboard.boards:
        grid.add_row(board_table(board, title))
    return grid


def board_table(board: Board, title: str = "") -> Table:
    """The ranking on one data set; reference rows are set apart below, with their raw scores elsewhere."""
    repeats = "1 repeat" if board.repeats == 1 else f"{board.repeats} repeats"
    heading = ", ".join(part for part in (board.dataset, f"{board.protocol} split", repeats, title) if part)
    table = Table(title=Text(heading), title_justify="left", title_style="bold")
    for name in ("rank", "generator", "overall", *board.families, "fit cpu s", "trials"):
        table.add_column(name, justify="left" if name in ("generator", "trials") else "right", no_wrap=True)
    for index, row in enumerate(board.rows):
        following = board.rows[index + 1 : index + 2]
        table.add_row(*_cells(row, board), end_section=bool(following) and following[0].kind != row.kind)
    return table


def _cells(row: Row, board: Board) -> Iterable[Text]:
    fit = row.metrics.get("fit_cpu_seconds") or row.metrics.get("fit_seconds")
    trials = "reference" if row.kind == "reference" else ", ".join(f"{n} {status}" for status, n in row.status.items())
    cells = [
        rank_text(row),
        row.generator,
        overall_text(row),
        *(stat_text(row.families.get(family)) for family in board.families),
        "-" if fit is None else f"{fit.mean:.1f}",
        trials,
    ]
    style = "dim" if row.kind == "reference" else ""
    return [Text(cell, style) for cell in cells]


def plain_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of strings, for lists."""
    table = Table(*header, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
