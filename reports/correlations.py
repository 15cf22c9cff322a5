"""Section Correlations: correlations or associations, how synthetic rows differ, and relations that they violate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bench.api import Block, Board, Figure, Panel, Run, Series, Text

from ._format import name, number
from ._lookup import Drawings, best_drawings, board_section
from ._relations import relation_blocks


@dataclass(frozen=True, slots=True)
class _Measure:
    """What a matrix (columns, columns) holds, and under which key.

    Attributes:
        positive: whether its values cannot be negative.
    """

    key: str
    word: str
    text: str
    positive: bool = False


_AFTERWARDS = (
    "first of the real rows, then the differences (synthetic minus real). "
    "Columns are in table order. The section Generators shows the {} of each generator."
)
_CORRELATION = _Measure(
    "fidelity/correlation",
    "correlations",
    f"Pearson correlations in the first repeat: {_AFTERWARDS.format('correlations')}",
)
_ASSOCIATION = _Measure(
    "fidelity/association",
    "associations",
    "Associations of columns of any kind in the first repeat: mutual information as a share of the largest possible, "
    f"from 0 for independent columns to 1: {_AFTERWARDS.format('associations')}",
    positive=True,
)
_COLOUR_LIMITS = (0.1, 0.2, 0.5, 1.0)


def _board_blocks(run: Run, board: Board) -> list[Block]:
    return [*_matrices(run, board), *relation_blocks(run, board)]


def _matrices(run: Run, board: Board) -> list[Block]:
    every = best_drawings(run, board)
    measure = _measure(every)
    drawings = [drawing for drawing in every if drawing.have(measure.key)]
    if not drawings:
        return []
    labels = _labels(drawings[0])
    differences = {drawing.name: _difference(drawing, measure) for drawing in drawings}
    limit = _colour_limit(differences)
    means = {generator: _mean_difference(matrix) for generator, matrix in differences.items()}
    listed = ", ".join(f"{name(generator)} {mean}" for generator, mean in means.items())
    # Each has its generator as an empty series, so that it follows the reader's choice.
    panels = tuple(
        replace(_heatmap(f"{who}: {means[who]}", matrix, labels, limit), series=(Series(who, (), ()),))
        for who, matrix in differences.items()
    )
    dataset, tag, word = name(board.dataset), f"{board.dataset}-{board.protocol}", measure.word
    real_title, real_alt = f"{word.capitalize()} of the real rows, {dataset}", f"Heatmap of the {word} of {dataset}"
    real = _matrix_panel("real", drawings[0].real[measure.key], labels, measure)
    title = "Synthetic minus real: above each matrix, the mean absolute difference"
    alt = f"Heatmaps of differences in the {word} of {dataset}, with the mean absolute difference: {listed}"
    return [
        Text(measure.text),
        Figure(f"{word}-{tag}", real_title, real_alt, (real,)),
        Figure(f"{word.removesuffix('s')}-differences-{tag}", title, alt, panels),
    ]


def generator_panels(drawing: Drawings) -> tuple[str, tuple[Panel, ...], tuple[Panel, ...]]:
    """Returns what is measured, the panels of real and synthetic rows, and the panel of their difference."""
    measure = _measure([drawing])
    if not drawing.have(measure.key):
        return measure.word.capitalize(), (), ()
    labels, difference = _labels(drawing), _difference(drawing, measure)
    both = {"real": drawing.real[measure.key], drawing.name: drawing.synthetic[measure.key]}
    limit = _colour_limit({drawing.name: difference})
    heatmaps = tuple(_matrix_panel(title, matrix, labels, measure) for title, matrix in both.items())
    title = f"mean difference {_mean_difference(difference)}"
    return measure.word.capitalize(), heatmaps, (_heatmap(title, difference, labels, limit),)


def _measure(drawings: list[Drawings]) -> _Measure:
    """Returns associations where rows have them, as rows with categories, dates or gaps do."""
    return _ASSOCIATION if any(drawing.have(_ASSOCIATION.key) for drawing in drawings) else _CORRELATION


def _labels(drawing: Drawings) -> tuple[str, ...]:
    return tuple(map(str, drawing.real["fidelity/columns"]))


def _difference(drawing: Drawings, measure: _Measure) -> Any:  # noqa: ANN401 - an array
    return drawing.synthetic[measure.key] - drawing.real[measure.key]


def _colour_limit(differences: dict[str, Any]) -> float:
    """Returns a round number above the largest difference of a typical generator; larger ones have full colour."""
    largest = sorted(float(abs(matrix[matrix == matrix]).max(initial=0.0)) for matrix in differences.values())
    typical = largest[(len(largest) - 1) // 2]
    return next((limit for limit in _COLOUR_LIMITS if typical <= limit), 2.0)


def _heatmap(title: str, matrix: Any, labels: tuple[str, ...], limit: float) -> Panel:  # noqa: ANN401 - an array
    """Returns a heatmap of a matrix (columns, columns)."""
    return Panel("heatmap", title, matrix=tuple(tuple(map(float, row)) for row in matrix), labels=labels, span=limit)


def _matrix_panel(title: str, matrix: Any, labels: tuple[str, ...], measure: _Measure) -> Panel:  # noqa: ANN401
    """Returns a heatmap of what is measured, in the colours of its range."""
    return replace(_heatmap(title, matrix, labels, 1.0), positive=measure.positive)


def _mean_difference(matrix: Any) -> str:  # noqa: ANN401 - an array
    """Returns the mean absolute difference over all pairs of different columns that have one."""
    pairs = [abs(float(matrix[row, column])) for row in range(len(matrix)) for column in range(row)]
    defined = [value for value in pairs if value == value]
    return number(sum(defined) / len(defined) if defined else None)


SECTION = board_section("Correlations", 40, _board_blocks, page="Columns")
