"""Two columns at once: where the rows of each generator are denser or thinner than the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import Board, Figure, Panel, Series

from ._format import name, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._lookup import Drawings

_KEY = "fidelity/points"
_CELLS, _PICTURES = 8, 4
_SPANS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def grid_figure(board: Board, drawings: Sequence[Drawings], names: Sequence[str], x: int, y: int) -> list[Figure]:
    """Returns where each generator has more or fewer rows than the real table, on a grid of two columns' quantiles."""
    import numpy as np

    real = _pair(drawings[0].real, x, y)
    if len(real) < _CELLS**2:
        return []
    edges = [np.unique(np.quantile(real[:, axis], np.linspace(0, 1, _CELLS + 1))) for axis in (0, 1)]
    if min(map(len, edges)) < 3:
        return []
    base = _shares(real, edges)
    labels = [tuple(f"≥ {number(float(value))}" for value in ends[:-1]) for ends in edges]
    differences = {drawing.name: _shares(_pair(drawing.synthetic, x, y), edges) - base for drawing in drawings}
    largest = max(float(np.abs(cells).max()) for cells in differences.values())
    span = next((span for span in _SPANS if largest <= span), 1.0)
    panels = (*(_panel(who, cells, labels, span) for who, cells in differences.items()),)
    pair = f"{names[y]} (rows) and {names[x]} (columns)"
    title = f"{pair}: share of rows in each cell, synthetic minus real; cells are quantiles of the real rows"
    alt = f"Differences of the densities of {pair} of {name(board.dataset)}, for each generator"
    tag = f"grid-{names[y]}-{names[x]}-{board.dataset}-{board.protocol}"
    return [Figure(tag, title, alt, panels, columns=4, detail=True, pictures=_PICTURES)]


def _pair(arrays: Any, x: int, y: int) -> Any:  # noqa: ANN401 - arrays
    """Returns the stored points of two columns, without gaps."""
    import numpy as np

    points = np.asarray(arrays[_KEY][:, [x, y]], float)
    return points[np.isfinite(points).all(axis=1)]


def _shares(points: Any, edges: Any) -> Any:  # noqa: ANN401 - arrays
    """Returns the share of points in each cell; those outside the real range count in the outermost cells."""
    import numpy as np

    across, up = (np.clip(points[:, axis], edges[axis][0], edges[axis][-1]) for axis in (0, 1))
    counts = np.histogram2d(across, up, bins=(edges[0], edges[1]))[0]
    return counts.T / max(len(points), 1)


def _panel(who: str, cells: Any, labels: Sequence[tuple[str, ...]], span: float) -> Panel:  # noqa: ANN401
    matrix = tuple(tuple(float(value) for value in row) for row in cells[::-1])
    owner = (Series(who, (), ()),)  # readers who choose other generators do not see it
    return Panel(
        "heatmap", f"{who} minus real", matrix=matrix, labels=labels[1][::-1], across=labels[0], span=span, series=owner
    )
