"""Correlations between columns: real, synthetic, and what is off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import Block, Figure, Panel, Text

from ._format import name, number
from ._lookup import Shown, by_board, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Board, Run

_KEY = "fidelity/correlation"
_SPANS = (0.1, 0.2, 0.5, 1.0)


def _board(run: Run, board: Board) -> list[Block]:
    drawn = [one for one in shown(run, board) if _KEY in one.drawn and _KEY in one.real]
    if not drawn:
        return []
    labels = tuple(map(str, drawn[0].real["fidelity/columns"]))
    off = {one.name: one.drawn[_KEY] - one.real[_KEY] for one in drawn}
    span = _span(off)
    of, tag = f"of {name(board.dataset)}", f"{board.dataset}-{board.protocol}"
    return [
        Text(
            "Pearson correlations of the first repeat, and synthetic less real. Columns stand in table order. Each "
            "generator's own are in its part below."
        ),
        Figure(
            f"correlations-{tag}",
            f"Correlations of the real rows, {name(board.dataset)}",
            f"Heatmap of the correlations {of}",
            (panel("real", drawn[0].real[_KEY], labels, 1.0),),
        ),
        Figure(
            f"correlation-differences-{tag}",
            "Synthetic less real",
            f"Heatmaps of what is off in the correlations {of}: {_words(off)}",
            tuple(panel(f"{title}: off by {_off(part)}", part, labels, span) for title, part in off.items()),
        ),
    ]


def _span(off: Mapping[str, Any]) -> float:
    """A round number that holds the typical generator's largest difference; what lies beyond saturates."""
    largest = sorted(float(abs(part[part == part]).max(initial=0.0)) for part in off.values())
    typical = largest[(len(largest) - 1) // 2]
    return next((step for step in _SPANS if typical <= step), 2.0)


def of_one(one: Shown) -> tuple[tuple[Panel, ...], Panel] | None:
    """Real and synthetic correlations, and the difference on a scale of its own; None if there are none."""
    if _KEY not in one.drawn or _KEY not in one.real:
        return None
    labels, off = tuple(map(str, one.real["fidelity/columns"])), one.drawn[_KEY] - one.real[_KEY]
    both = (panel("real", one.real[_KEY], labels, 1.0), panel(one.name, one.drawn[_KEY], labels, 1.0))
    return both, panel(f"off by {_off(off)}", off, labels, _span({one.name: off}))


def panel(title: str, matrix: Any, labels: tuple[str, ...], span: float) -> Panel:  # noqa: ANN401 - an array
    """A heatmap of a matrix (columns, columns)."""
    rows = tuple(tuple(map(float, row)) for row in matrix)
    return Panel("heatmap", title, matrix=rows, labels=labels, span=span)


def _off(difference: Any) -> str:  # noqa: ANN401 - an array
    """The mean absolute difference over all pairs of different columns that have one."""
    size = len(difference)
    pairs = [abs(float(difference[at, to])) for at in range(size) for to in range(at)]
    known = [value for value in pairs if value == value]
    return number(sum(known) / len(known) if known else None)


def _words(off: Mapping[str, Any]) -> str:
    return ", ".join(f"{name(title)} by {_off(part)}" for title, part in off.items())


SECTION = by_board("Correlations", 40, _board)
