"""Rows on two axes: the principal components of the real rows, with synthetic rows over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import Board, Figure, Panel, Series

from ._format import name, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._lookup import Drawings

_KEY = "fidelity/points"
_POINTS, _MARGIN, _PICTURES = 300, 0.05, 4
_LEAST = 10
"""Fewest real rows without a gap."""


def component_figure(board: Board, drawings: Sequence[Drawings]) -> list[Figure]:
    """Returns a panel for each generator; nothing with fewer than three columns of numbers."""
    import numpy as np

    real = _whole_rows(drawings[0].real)
    if len(real) < _LEAST or real.shape[1] < 3:
        return []
    centre, scale = real.mean(axis=0), real.std(axis=0)
    scale[scale == 0] = 1.0
    _, spread, axes = np.linalg.svd((real - centre) / scale, full_matrices=False)
    shares = spread**2 / (spread**2).sum()
    labels = [f"component {place + 1} ({percent(float(shares[place]))})" for place in (0, 1)]
    clouds = {drawing.name: ((_whole_rows(drawing.synthetic) - centre) / scale) @ axes[:2].T for drawing in drawings}
    base = ((real - centre) / scale) @ axes[:2].T
    limits = _limits(base)
    panels = tuple(
        Panel("scatter", who, labels[0], labels[1], (_series("real", base), _series(who, cloud)), limits=limits)
        for who, cloud in clouds.items()
    )
    title = "Rows on the first two principal components of the real rows: all numbers, standardised; shares of variance"
    alt = f"Principal components of {name(board.dataset)}: real rows, and over them the rows of each generator"
    tag = f"components-{board.dataset}-{board.protocol}"
    return [Figure(tag, title, alt, panels, columns=4, detail=True, pictures=_PICTURES)]


def _whole_rows(arrays: Any) -> Any:  # noqa: ANN401 - arrays
    """Returns the stored points without gaps."""
    import numpy as np

    points = np.asarray(arrays[_KEY][:_POINTS], float)
    return points[np.isfinite(points).all(axis=1)]


def _series(label: str, points: Any) -> Series:  # noqa: ANN401 - an array
    return Series(label, tuple(map(float, points[:, 0])), tuple(map(float, points[:, 1])))


def _limits(points: Any) -> tuple[float, ...]:  # noqa: ANN401 - an array
    low, high = points.min(axis=0), points.max(axis=0)
    margin = _MARGIN * (high - low) + 1e-9
    return tuple(float(end) for axis in (0, 1) for end in (low[axis] - margin[axis], high[axis] + margin[axis]))
