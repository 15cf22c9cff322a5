"""Section Pairs of columns: how dense real and synthetic rows are on a grid of two columns, and the difference."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from bench.api import Block, Board, Details, Figure, Fold, Panel, Run, Series, Text

from ._format import name
from ._lookup import Drawings, best_drawings, board_section

GRIDS = "fidelity/grids/counts"
_COLUMNS, _CELLS = "fidelity/grids/columns", "fidelity/grids/cells/"
_OWN, _OWN_COLUMNS, _OWN_REAL = (f"fidelity/grids/own_{part}" for part in ("counts", "columns", "real"))
_MOST_CELLS = 0.98
"""Share of the filled cells that colours are spread over."""

_SPANS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_PICTURES = {"": 2, "-minus-real": 1}
"""Static pictures by the end of a figure's name: of real rows and of the first generator."""

_TEXT = (
    "Shown are the pairs of columns with the strongest correlation or association in train, and those of the target: "
    "the share of rows in each cell of a grid, of real rows (train) and of each generator's, and how they differ. Red "
    "cells have too many synthetic rows, blue cells too few. Panels of a figure have the same colours for the same "
    "share. A number of at most 16 values has a cell for each; bins of others are equally wide and named after where "
    "they begin, and the outermost ones hold all rows further out. Rows with a gap in either column are in no cell. "
    "Last come, for each generator, the pairs whose correlation or association differs most from that of train. The "
    "grids are in report.html."
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
    dense = [_panel("real", real, first, x, y), *(_panel(who, grid, first, x, y, who) for who, grid in drawn.items())]
    differ = [_panel(who, grid - real, first, x, y, who) for who, grid in drawn.items()]
    figures = _figures(f"pair-{y}-{x}", board, f"{name(y)} (rows) and {name(x)} (columns)", dense, differ)
    return Fold(f"{name(y)} and {name(x)}", figures)


def _own_fold(board: Board, drawing: Drawings) -> Fold | None:
    arrays, who = drawing.synthetic, drawing.name
    dense: list[Panel] = []
    differ: list[Panel] = []
    if not all(key in arrays for key in (_OWN, _OWN_COLUMNS, _OWN_REAL)):
        return None
    for place, (x, y) in enumerate(_names(arrays[_OWN_COLUMNS])):
        real, grid = _shares(arrays[_OWN_REAL][place]), _shares(arrays[_OWN][place])
        if real is not None and grid is not None and _labelled(arrays, x, y):
            pair = f"{name(y)} and {name(x)}"
            dense += [
                _panel(f"{kind}: {pair}", each, arrays, x, y, who) for kind, each in (("real", real), (who, grid))
            ]
            differ.append(_panel(pair, grid - real, arrays, x, y, who))
    if not dense:
        return None
    figures = _figures(f"own-pairs-{who}", board, f"{name(who)}, the pairs that differ most", dense, differ, columns=4)
    return Fold(f"{who}: pairs that differ most", figures, about=who)


def _figures(
    tag: str, board: Board, title: str, dense: list[Panel], differ: list[Panel], columns: int = 3
) -> tuple[Figure, ...]:
    """Returns the shares of rows and their differences; each figure has one scale of colours."""
    shown = (
        ("", f"{title}: share of rows in each cell", _on_one_scale(dense, positive=True)),
        ("-minus-real", f"{title}: synthetic minus real share", _on_one_scale(differ, positive=False)),
    )
    return tuple(
        Figure(
            f"{tag}{end}-{board.dataset}-{board.protocol}",
            text,
            f"{text}, of {name(board.dataset)}",
            panels,
            columns=columns,
            detail=True,
            pictures=_PICTURES[end],
        )
        for end, text, panels in shown
    )


def _on_one_scale(panels: list[Panel], *, positive: bool) -> tuple[Panel, ...]:
    """Returns panels whose colours end near the largest shares; a few cells beyond have the last colour."""
    sizes = sorted(abs(value) for panel in panels for row in panel.matrix for value in row if value)
    finite = [size for size in sizes if size == size]
    largest = finite[int(_MOST_CELLS * (len(finite) - 1))] if finite else 0.0
    span = next((span for span in _SPANS if largest <= span), 1.0)
    return tuple(replace(panel, span=span, positive=positive) for panel in panels)


def _shares(counts: Any) -> Any:  # noqa: ANN401 - an array
    """Returns the share of rows in each cell; None if no row is in any."""
    total = float(counts.sum())
    return counts / total if 0 < total < float("inf") else None


def _labelled(arrays: Details, x: str, y: str) -> bool:
    return all(len(arrays.get(f"{_CELLS}{column}", ())) > 0 for column in (x, y))


def _panel(title: str, grid: Any, arrays: Details, x: str, y: str, who: str = "") -> Panel:  # noqa: ANN401 - an array
    across, up = (_distinct(arrays[f"{_CELLS}{column}"]) for column in (x, y))
    matrix = tuple(tuple(map(float, row[: len(across)])) for row in grid[: len(up)][::-1])
    owner = (Series(who, (), ()),) if who else ()  # readers who choose other generators do not see it
    return Panel("heatmap", title, matrix=matrix, labels=up[::-1], across=across, series=owner)


def _distinct(names: Any) -> tuple[str, ...]:  # noqa: ANN401 - an array
    """Returns the names of cells; equal ones get their places, as charts join rows with one name."""
    texts = list(map(str, names))
    often = Counter(texts)
    return tuple(text if often[text] == 1 else f"{text} ({place})" for place, text in enumerate(texts, 1))


SECTION = board_section("Pairs of columns", 49, _board_blocks, page="Columns")
