"""Section Distances to train: how close synthetic rows come to train rows, beside rows that nobody trained on."""

from __future__ import annotations

from typing import Any

from bench.api import Block, Board, Figure, Panel, Run, Series, Text

from ._format import name
from ._lookup import Drawings, best_drawings, board_section

_EDGES, _SYNTHETIC, _HOLDOUT, _COPIES = (
    f"privacy/distances/{part}" for part in ("edges", "synthetic", "holdout", "copies")
)
_AXIS = "distance to the closest train row"
_TEXT = (
    "Grey are the holdout rows, which no generator has seen. Where synthetic rows lie further left, they are closer "
    "to train rows than unseen rows are, as copies are; further right, they are unlike train. A distance is the mean "
    "over columns of the difference in standard deviations of train. The axis is logarithmic and has no 0, so titles "
    "give the share of rows that equal a train row. Rows beyond the axis are in its end bins."
)


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = [drawing for drawing in best_drawings(run, board) if _SYNTHETIC in drawing.synthetic]
    if not drawings:
        return []
    panels = tuple(map(_panel, drawings))
    unseen = _equal(drawings[0], 1)
    title = f"Distances to the closest train row: synthetic rows, and holdout rows (grey), of which {unseen}"
    alt = f"Histograms of distances to the closest train row of {name(board.dataset)}, for each generator"
    return [Text(_TEXT), Figure(f"distances-{board.dataset}-{board.protocol}", title, alt, panels, columns=4)]


def _panel(drawing: Drawings) -> Panel:
    arrays = drawing.synthetic
    edges = _floats(arrays[_EDGES])
    both = (("holdout", arrays[_HOLDOUT]), (drawing.name, arrays[_SYNTHETIC]))
    series = tuple(Series(label, edges, _floats(shares)) for label, shares in both)
    return Panel("step", f"{drawing.name}: {_equal(drawing, 0)}", _AXIS, series=series, log=True)


def _equal(drawing: Drawings, place: int) -> str:
    """Returns the share of synthetic (0) or holdout (1) rows that equal a train row."""
    return f"{100 * _floats(drawing.synthetic[_COPIES])[place]:.1f} % equal"


def _floats(values: Any) -> tuple[float, ...]:  # noqa: ANN401 - an array
    return tuple(float(value) if abs(float(value)) < float("inf") else 0.0 for value in values)


SECTION = board_section("Distances to train", 47, _board_blocks, page="Compare")
