"""Section Correlations: correlations between columns, and their differences between synthetic and real rows."""

from __future__ import annotations

from typing import Any

from bench.api import Block, Board, Figure, Panel, Run, Text

from ._format import name, number
from ._lookup import Drawings, best_drawings, board_section

_KEY = "fidelity/correlation"
_COLOUR_LIMITS = (0.1, 0.2, 0.5, 1.0)
_TEXT = (
    "Pearson correlations in the first repeat: first of the real rows, then the differences (synthetic minus real). "
    "Columns are in table order. The section Generators shows the correlations of each generator."
)


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = [drawing for drawing in best_drawings(run, board) if drawing.have(_KEY)]
    if not drawings:
        return []
    labels = _labels(drawings[0])
    differences = {drawing.name: _difference(drawing) for drawing in drawings}
    limit = _colour_limit(differences)
    means = {generator: _mean_difference(matrix) for generator, matrix in differences.items()}
    listed = ", ".join(f"{name(generator)} {mean}" for generator, mean in means.items())
    panels = tuple(_heatmap(f"{who}: {means[who]}", matrix, labels, limit) for who, matrix in differences.items())
    dataset, tag = name(board.dataset), f"{board.dataset}-{board.protocol}"
    real_title, real_alt = f"Correlations of the real rows, {dataset}", f"Heatmap of the correlations of {dataset}"
    title = "Synthetic minus real: above each matrix, the mean absolute difference"
    alt = f"Heatmaps of differences in the correlations of {dataset}, with the mean absolute difference: {listed}"
    return [
        Text(_TEXT),
        Figure(f"correlations-{tag}", real_title, real_alt, (_heatmap("real", drawings[0].real[_KEY], labels, 1.0),)),
        Figure(f"correlation-differences-{tag}", title, alt, panels),
    ]


def generator_panels(drawing: Drawings) -> tuple[tuple[Panel, ...], tuple[Panel, ...]]:
    """Returns the panels of real and synthetic correlations, and the panel of their difference."""
    if not drawing.have(_KEY):
        return (), ()
    labels, difference = _labels(drawing), _difference(drawing)
    both = {"real": drawing.real[_KEY], drawing.name: drawing.synthetic[_KEY]}
    limit = _colour_limit({drawing.name: difference})
    heatmaps = tuple(_heatmap(title, matrix, labels, 1.0) for title, matrix in both.items())
    title = f"mean difference {_mean_difference(difference)}"
    return heatmaps, (_heatmap(title, difference, labels, limit),)


def _labels(drawing: Drawings) -> tuple[str, ...]:
    return tuple(map(str, drawing.real["fidelity/columns"]))


def _difference(drawing: Drawings) -> Any:  # noqa: ANN401 - an array
    return drawing.synthetic[_KEY] - drawing.real[_KEY]


def _colour_limit(differences: dict[str, Any]) -> float:
    """Returns a round number above the largest difference of a typical generator; larger ones have full colour."""
    largest = sorted(float(abs(matrix[matrix == matrix]).max(initial=0.0)) for matrix in differences.values())
    typical = largest[(len(largest) - 1) // 2]
    return next((limit for limit in _COLOUR_LIMITS if typical <= limit), 2.0)


def _heatmap(title: str, matrix: Any, labels: tuple[str, ...], limit: float) -> Panel:  # noqa: ANN401 - an array
    """Returns a heatmap of a matrix (columns, columns)."""
    return Panel("heatmap", title, matrix=tuple(tuple(map(float, row)) for row in matrix), labels=labels, span=limit)


def _mean_difference(matrix: Any) -> str:  # noqa: ANN401 - an array
    """Returns the mean absolute difference over all pairs of different columns that have one."""
    pairs = [abs(float(matrix[row, column])) for row in range(len(matrix)) for column in range(row)]
    defined = [value for value in pairs if value == value]
    return number(sum(defined) / len(defined) if defined else None)


SECTION = board_section("Correlations", 40, _board_blocks)
