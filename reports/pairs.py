"""Section Pairs of columns: how dense real and synthetic rows are on a grid of two columns, and the difference."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bench.api import Block, Board, Details, Figure, Fold, Panel, Run, Series, Text

from ._format import name
from ._lookup import Drawings, best_drawings, board_section

GRIDS = "fidelity/grids/counts"
_COLUMNS, _CELLS = "fidelity/grids/columns", "fidelity/grids/cells/"
_OWN, _OWN_COLUMNS, _OWN_REAL = (f"fidelity/grids/own_{part}" for part in ("counts", "columns", "real"))
_SPANS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_PICTURES = 3
_TEXT = (
    "Each grid has two columns: the pairs with the strongest correlation or association in train, and those of the "
    "target. Cells hold shares of rows: of real rows (train), of each generator's, and the difference, synthetic minus "
    "real. Bins are equally wide and named after where they begin; the outermost ones hold all rows further out. "
    "Rows with a gap in either column are in no cell. Last come, for each generator, the pairs whose correlation or "
    "association differs most from that of train. The grids are in report.html."
)


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = [drawing for drawing in best_drawings(run, board) if drawing.have(GRIDS) and drawing.have(_COLUMNS)]
    folds = [fold for place in range(len(_pairs(drawings))) if (fold := _shared_fold(board, drawings, place))]
    own = [fold for drawing in drawings if (fold := _own_fold(board, drawing))]
    return [Text(_TEXT), *folds, *own] if folds or own else []


def _pairs(drawings: list[Drawings]) -> list[tuple[str, str]]:
    return _names(drawings[0].real[_COLUMNS]) if drawings else []


def _names(columns: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - an array
    return [(str(x), str(y)) for x, y in columns]


def _shared_fold(board: Board, drawings: list[Drawings], place: int) -> Fold | None:
    x, y = _pairs(drawings)[place]
    first = drawings[0].real
    real = _shares(first[GRIDS][place])
    if real is None or not _labelled(first, x, y):
        return None
    grids = {drawing.name: _shares(drawing.synthetic[GRIDS][place]) for drawing in drawings}
    drawn = {who: grid for who, grid in grids.items() if grid is not None}
    panels = [_panel("real", real, first, x, y)]
    for who, grid in drawn.items():
        panels += _both(who, who, grid, real, first, x, y)
    title = f"{name(y)} and {name(x)}"
    alt = f"Densities of {title} of {name(board.dataset)}: real, synthetic, and their difference"
    tag = f"pair-{y}-{x}-{board.dataset}-{board.protocol}"
    about = f"{title}: rows of each grid are {name(y)}, columns {name(x)}"
    figure = Figure(tag, about, alt, tuple(panels), columns=3, detail=True, pictures=_PICTURES)
    return Fold(title, (figure,))


def _own_fold(board: Board, drawing: Drawings) -> Fold | None:
    arrays, panels = drawing.synthetic, []
    if not all(key in arrays for key in (_OWN, _OWN_COLUMNS, _OWN_REAL)):
        return None
    pairs = _names(arrays[_OWN_COLUMNS])
    for place, (x, y) in enumerate(pairs):
        real, grid = _shares(arrays[_OWN_REAL][place]), _shares(arrays[_OWN][place])
        if real is not None and grid is not None and _labelled(arrays, x, y):
            title = f"{name(y)} and {name(x)}"
            panels.append(_panel(f"real: {title}", real, arrays, x, y, drawing.name))
            panels += _both(drawing.name, f"{drawing.name}: {title}", grid, real, arrays, x, y)
    if not panels:
        return None
    title = f"{drawing.name}: pairs that differ most"
    alt = f"Densities of the pairs of columns of {name(drawing.name)} that differ most from the real ones"
    tag = f"own-pairs-{drawing.name}-{board.dataset}-{board.protocol}"
    figure = Figure(tag, title, alt, tuple(panels), columns=3, detail=True, pictures=_PICTURES)
    return Fold(title, (figure,), about=drawing.name)


def _shares(counts: Any) -> Any:  # noqa: ANN401 - an array
    """Returns the share of rows in each cell; None if no row is in any."""
    total = float(counts.sum())
    return counts / total if 0 < total < float("inf") else None


def _labelled(arrays: Details, x: str, y: str) -> bool:
    return all(len(arrays.get(f"{_CELLS}{column}", ())) > 0 for column in (x, y))


def _both(who: str, title: str, grid: Any, real: Any, arrays: Details, x: str, y: str) -> list[Panel]:  # noqa: ANN401
    """Returns the grid of a generator and how it differs from the real one."""
    return [
        _panel(title, grid, arrays, x, y, who),
        _panel(f"{who} minus real", grid - real, arrays, x, y, who, signed=True),
    ]


def _panel(
    title: str,
    grid: Any,  # noqa: ANN401 - an array
    arrays: Details,
    x: str,
    y: str,
    who: str = "",
    *,
    signed: bool = False,
) -> Panel:
    across, up = (_distinct(arrays[f"{_CELLS}{column}"]) for column in (x, y))
    matrix = tuple(tuple(map(float, row[: len(across)])) for row in grid[: len(up)][::-1])
    largest = max((abs(value) for row in matrix for value in row if value == value), default=0.0)
    span = next((span for span in _SPANS if largest <= span), 1.0)
    owner = (Series(who, (), ()),) if who else ()  # readers who choose other generators do not see it
    labels = up[::-1]
    return Panel(
        "heatmap", title, matrix=matrix, labels=labels, across=across, span=span, positive=not signed, series=owner
    )


def _distinct(names: Any) -> tuple[str, ...]:  # noqa: ANN401 - an array
    """Returns the names of cells; equal ones get their places, as charts join rows with one name."""
    texts = list(map(str, names))
    often = Counter(texts)
    return tuple(text if often[text] == 1 else f"{text} ({place})" for place, text in enumerate(texts, 1))


SECTION = board_section("Pairs of columns", 49, _board_blocks, page="Columns")
