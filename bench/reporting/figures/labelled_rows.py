"""Plots panels whose rows have labels: matrices, and bars by level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.api import Panel
from bench.common.safe_text import plain
from bench.reporting.figures.legend import INK, Style, colour_map, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMALL = 6.5
_LEGIBLE = 24
"""A matrix with more rows or columns than this has no labels for them."""

_LEGIBLE_ACROSS = 60
"""The same of a matrix whose columns are not its rows, which grows with them."""

_MOST, _MOST_IN_MATRIX, _MOST_ACROSS = 22, 14, 24
"""Longest label of a bar, of a square matrix and of another one, in characters."""

_DARK = 0.55
"""From this share of the largest colour on, text on it is white."""


def heatmap_size(panel: Panel) -> tuple[float, float]:
    """Returns width and height of a matrix in inches."""
    if not panel.across:
        return 3.1, 3.0
    longest = max(len(label) for label in panel.across) if len(panel.across) <= _LEGIBLE_ACROSS else 0
    beside = max(len(label) for label in panel.labels)
    width = 0.3 + 0.06 * min(beside, _MOST_ACROSS) + 0.2 * len(panel.across)
    return max(3.1, width), 0.5 + 0.065 * min(longest, _MOST_ACROSS) + 0.17 * len(panel.labels)


def bars_size(panel: Panel) -> tuple[float, float]:
    """Returns width and height of bars in inches."""
    return 3.1, 0.55 + 0.15 * len(panel.labels)


def plot_heatmap(axes: Axes, panel: Panel, styles: Mapping[str, Style]) -> None:
    """Plots a matrix: square cells if its columns are its rows, else cells that fill the panel."""
    import matplotlib as mpl
    import numpy as np

    colours = mpl.colormaps[colour_map(panel)].with_extremes(bad="#8888887f")
    low, aspect = (0.0 if panel.positive else -panel.span), ("auto" if panel.across else "equal")
    options: dict[str, Any] = {"vmin": low, "vmax": panel.span, "interpolation": "nearest", "aspect": aspect}
    axes.imshow(np.array(panel.matrix), cmap=colours, **options)
    room = (_LEGIBLE_ACROSS, _MOST_ACROSS) if panel.across else (_LEGIBLE, _MOST_IN_MATRIX)
    axes.set_xticks(*_matrix_ticks(panel.across or panel.labels, *room), rotation=90, fontsize=SMALL)
    axes.set_yticks(*_matrix_ticks(panel.labels, *room), fontsize=SMALL)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if panel.written:
        _write_cells(axes, panel)


def _matrix_ticks(labels: Sequence[str], legible: int, most: int) -> tuple[Sequence[int], list[str]]:
    return (range(len(labels)), distinct(labels, most)) if len(labels) <= legible else ([], [])


def _write_cells(axes: Axes, panel: Panel) -> None:
    for row, values in enumerate(panel.matrix):
        for column, value in enumerate(values):
            if value == value:
                colour = "#ffffff" if abs(value) > _DARK * panel.span else "#24292f"
                text = f"{100 * value:.0f} %"
                axes.text(column, row, text, color=colour, fontsize=SMALL, ha="center", va="center")


def plot_bars(axes: Axes, panel: Panel, styles: Mapping[str, Style]) -> None:
    """Plots real data as wide bars, and others over them: one series as narrow bars, several as markers."""
    others = [series for series in panel.series if series.name in styles]
    for series in panel.series:
        style = styles.get(series.name, Style())
        if series.name not in styles:
            axes.barh(series.y, series.x, height=0.8, color=INK, alpha=0.22, linewidth=0)
        elif len(others) == 1:
            axes.barh(series.y, series.x, height=0.3, color=style.colour, linewidth=0)
        else:
            options: dict[str, Any] = {"markersize": 4, "markeredgewidth": 0, "alpha": 0.9, "clip_on": False}
            axes.plot(series.x, series.y, style.marker, color=style.colour, **options)
    axes.set_yticks(range(len(panel.labels)), distinct(panel.labels, _MOST), fontsize=SMALL)
    axes.set_ylim(len(panel.labels) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=INK, alpha=0.15, linewidth=0.5)
    axes.set_axisbelow(True)


def plot_changes(axes: Axes, panel: Panel, styles: Mapping[str, Style]) -> None:
    """Plots signed bars, one for each row."""
    for series in panel.series:
        axes.barh(series.y, series.x, height=0.62, color=styles.get(series.name, Style()).colour, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.set_yticks(range(len(panel.labels)), distinct(panel.labels, _MOST), fontsize=SMALL)
    axes.set_ylim(len(panel.labels) - 0.4, -0.6)
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=INK, alpha=0.15, linewidth=0.5)
    axes.set_axisbelow(True)


def distinct(labels: Sequence[str], most: int) -> list[str]:
    """Returns labels cut to a length; those that would become equal lose their middle instead of their end.

    >>> distinct(["Upper West Side South", "Upper West Side North", "Harlem"], 14)
    ['Upper W… South', 'Upper W… North', 'Harlem']
    """
    cut = [shorten(label, most) for label in labels]
    repeated = {label for label, count in Counter(cut).items() if count > 1}
    pairs = zip(labels, cut, strict=True)
    return [_without_middle(plain(label), most) if short in repeated else short for label, short in pairs]


def _without_middle(text: str, most: int) -> str:
    end = most // 2 - 1
    return text if len(text) <= most else f"{text[: most - 1 - end]}…{text[-end:]}"
