"""Section Rows in time: the target and two other numbers, where the rows of a table are in time."""

from __future__ import annotations

from typing import Any

from bench.api import Block, Board, Figure, Panel, Run, Series, Text

from ._format import name
from ._lookup import Drawings, best_drawings, board_section

_COLUMNS, _REAL, _POSITIONS, _CLOCK, _SECONDS, _ROWS, _ROWS_SECONDS = (
    f"fidelity/in_time/{part}"
    for part in ("columns", "real", "positions", "clock", "real_seconds", "rows", "rows_seconds")
)
_QUANTILES = {0.05: 4, 0.5: 49, 0.95: 94}
"""Their places in the stored quantiles, from 1 % to 99 %."""

_DOTS, _PICTURES, _MARGIN = 60, 4, 0.1
_UNDATED = (
    "Grey are train rows of the first repeat in the order of the table, at most 400; gaps between them are holdout and "
    "test. Synthetic rows have no time: each is drawn on its own. The dotted lines are their 5 %, 50 % and 95 % "
    "quantiles, between which most rows of a good table lie, but a drift cannot be compared."
)
_DATED = (
    "Grey are train rows of the first repeat, at most 400, by {}. Synthetic rows, at most 400, are placed by their own "
    "value of that column."
)
_WHERE = "The pictures are in report.html."


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = [drawing for drawing in best_drawings(run, board) if _REAL in drawing.synthetic]
    if not drawings:
        return []
    columns = list(map(str, drawings[0].synthetic[_COLUMNS]))
    clock = str(drawings[0].synthetic[_CLOCK]) if _CLOCK in drawings[0].synthetic else ""
    figures = [_figure(board, drawings, column, place, clock) for place, column in enumerate(columns)]
    text = _DATED.format(name(clock)) if clock else _UNDATED
    return [Text(f"{text} {_WHERE}"), *(figure for figure in figures if figure.panels)]


def _figure(board: Board, drawings: list[Drawings], column: str, place: int, clock: str) -> Figure:
    made = _dated if clock else _undated
    panels = tuple(panel for drawing in drawings if (panel := made(drawing, column, place, clock)))
    title = f"{name(column)} {f'by {name(clock)}' if clock else 'in the order of the table'}"
    alt = f"{title} of {name(board.dataset)}: real rows, and each generator's"
    tag = f"in-time-{column}-{board.dataset}-{board.protocol}"
    return Figure(tag, title, alt, panels, columns=2, detail=True, pictures=_PICTURES)


def _undated(drawing: Drawings, column: str, place: int, clock: str) -> Panel | None:
    arrays = drawing.synthetic
    real = _series("real", arrays[_POSITIONS], arrays[_REAL][:, place])
    if not real.x:
        return None
    quantiles = arrays.get(f"fidelity/quantiles/{column}", ())
    first, last = min(real.x), max(real.x)
    places = [first + (last - first) * step / (_DOTS - 1) for step in range(_DOTS)]
    lines = [(x, quantiles[at]) for at in _QUANTILES.values() if at < len(quantiles) for x in places]
    marks = _series(drawing.name, [x for x, _ in lines], [y for _, y in lines])
    return Panel("scatter", drawing.name, "row of the table", column, (real, marks), limits=_limits(real))


def _dated(drawing: Drawings, column: str, place: int, clock: str) -> Panel | None:
    arrays = drawing.synthetic
    if any(key not in arrays for key in (_SECONDS, _ROWS, _ROWS_SECONDS)):
        return None
    real = _series("real", arrays[_SECONDS], arrays[_REAL][:, place])
    rows = _series(drawing.name, arrays[_ROWS_SECONDS], arrays[_ROWS][:, place])
    if not real.x:
        return None
    return Panel("scatter", drawing.name, clock, column, (real, rows), limits=_limits(real), dates=True)


def _series(label: str, x: Any, y: Any) -> Series:  # noqa: ANN401 - arrays
    """Returns the points that lie somewhere; infinite numbers and gaps do not."""
    pairs = [(float(across), float(up)) for across, up in zip(x, y, strict=True)]
    finite = [pair for pair in pairs if all(abs(value) < float("inf") for value in pair)]
    return Series(label, tuple(x for x, _ in finite), tuple(y for _, y in finite))


def _limits(real: Series) -> tuple[float, ...]:
    """Returns the range of the real rows and a margin, the same for every panel."""
    ends: list[float] = []
    for values in (real.x, real.y):
        low, high = min(values), max(values)
        margin = _MARGIN * (high - low) or 0.5
        ends += [low - margin, high + margin]
    return tuple(ends)


SECTION = board_section("Rows in time", 45, _board_blocks, page="Columns")
