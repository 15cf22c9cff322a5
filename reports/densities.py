"""Each column's density, real and synthetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Figure, Panel, Series, Text

from ._format import count, name
from ._lookup import Shown, by_board, column_mean, columns, shown

if TYPE_CHECKING:
    from bench.api import Board, Details, Run

_MOST = 24


def _board(run: Run, board: Board) -> list[Block]:
    drawn = shown(run, board)
    chosen = worst_matched(columns(run, board), drawn, _MOST)
    panels = tuple(found for column in chosen if (found := panel(column, drawn)))
    if not panels:
        return []
    first = "The real rows are the training rows of the first repeat; bins end at their 0.5 % and 99.5 % quantiles."
    left = len(columns(run, board)) - len(chosen)
    rest = f" The {len(chosen)} worst matched are drawn; {count(left, 'column')} left out." if left else ""
    alt = f"Densities of {count(len(panels), 'column')} of {name(board.dataset)}: real rows and each generator's"
    title = f"Densities by column, {name(board.dataset)}"
    return [Text(first + rest), Figure(f"densities-{board.dataset}-{board.protocol}", title, alt, panels)]


def worst_matched(names: list[str], drawn: list[Shown], most: int) -> list[str]:
    """All columns, or of many the `most` worst matched, in table order."""
    if len(names) <= most:
        return names
    found = [one.result for one in drawn]
    match = {column: column_mean(found, "column_shapes", column) for column in names}
    worst = sorted(names, key=lambda column: 0.0 if (value := match[column]) is None else value)[:most]
    return [column for column in names if column in worst]


def panel(column: str, drawn: list[Shown]) -> Panel | None:
    """The densities of one column, real ones beneath; None if nothing has any."""
    key = f"fidelity/density/{column}"
    known = [one for one in drawn if key in one.drawn and key in one.real]
    if not known:
        return None
    real = _series("real", column, known[0].real)
    return Panel("step", column, series=(real, *(_series(one.name, column, one.drawn) for one in known)))


def _series(label: str, column: str, drawn: Details) -> Series:
    edges, density = drawn[f"fidelity/edges/{column}"], drawn[f"fidelity/density/{column}"]
    return Series(label, tuple(map(float, edges)), tuple(map(float, density)))


SECTION = by_board("Densities", 30, _board)
