"""A panel of points on two axes with the same limits, and their diagonal."""

from __future__ import annotations

from bench.api import Panel, Series


def diagonal_panel(
    title: str, generator: str, x: tuple[float, ...], y: tuple[float, ...], x_label: str, y_label: str
) -> Panel:
    """Returns points on two axes with the same limits, so that equal values lie on the diagonal."""
    ends = [min(x), max(x), *(value for value in y if abs(value) < float("inf"))]
    margin = 0.04 * (max(ends) - min(ends)) or 0.5
    low, high = min(ends) - margin, max(ends) + margin
    points = (Series(generator, x, y),)
    return Panel("scatter", title, x_label, y_label, points, limits=(low, high, low, high), diagonal=True)
