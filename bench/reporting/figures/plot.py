"""Plots figure blocks with matplotlib, as SVG whose text stays text and whose bytes do not depend on the time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from bench.api import Figure, Panel
from bench.common.safe_text import plain
from bench.reporting.figures.axis_labels import label_dates, label_powers
from bench.reporting.figures.label_layout import label_offsets, place_axes
from bench.reporting.figures.labelled_rows import SMALL, bars_size, heatmap_size, plot_bars, plot_changes, plot_heatmap
from bench.reporting.figures.legend import (
    DASHES,
    INK,
    Key,
    Style,
    colour_and_dash,
    legend_keys,
    shorten,
    styles_by_name,
    tie_lanes,
)
from bench.reporting.figures.svg import Picture, compose, read_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICK = 7.5
_DOT, _LARGE_DOT, _FEW = 1.7, 2.6, 150
_RC: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.formatter.limits": (-4, 6),
    "axes.formatter.useoffset": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "lines.linewidth": 1.3,
    "path.simplify": False,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "xtick.labelsize": _TICK,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.color": INK,
    "ytick.labelsize": _TICK,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
}


@dataclass(frozen=True, slots=True)
class PlottedFigure:
    """A plotted figure: single panels for a page that lays them out, and `file` for one picture of all."""

    figure: Figure
    panels: tuple[Picture, ...]
    keys: tuple[Key, ...]

    def file(self) -> str:
        """Returns the text of an SVG file."""
        return compose(shorten(self.figure.title, 160), self.panels, self.keys, self.figure.columns)


def plot_figure(figure: Figure, styles: Mapping[str, Style]) -> PlottedFigure:
    """Plots the panels that have a static picture; the same figure and styles give the same bytes."""
    import matplotlib as mpl

    panels: list[Picture] = []
    # Fonts lack glyphs for some names; the text is written as text, so the reader's fonts decide.
    with warnings.catch_warnings(), mpl.rc_context(_RC):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        for number, panel in enumerate(figure.panels[: figure.pictures or None]):
            mpl.rcParams["svg.hashsalt"] = f"{figure.name}/{number}"
            panels.append(_plot_panel(panel, styles, figure))
    return PlottedFigure(figure, tuple(panels), legend_keys(figure, styles))


def draw_panel(axes: Axes | None, panel: Panel, names: Iterable[str]) -> Axes:
    """Plots a panel on axes of the caller or new ones, in the colours of the generators `names`; returns the axes."""
    if axes is None:
        from matplotlib import pyplot

        axes = pyplot.figure().add_subplot()
    styles = styles_by_name(names)
    _PLOT_BY_KIND[panel.kind](axes, panel, styles)
    axes.set_title(plain(panel.title))
    axes.set_xlabel(plain(panel.x_label))
    axes.set_ylabel(plain(panel.y_label))
    if panel.limits:
        axes.set_xlim(*panel.limits[:2])
        axes.set_ylim(*panel.limits[2:])
    if panel.kind == "step":
        from matplotlib.lines import Line2D

        pairs = ((series.name, colour_and_dash(series, styles)[0]) for series in panel.series)
        axes.legend(handles=[Line2D([], [], color=colour, label=plain(name)) for name, colour in pairs])
    return axes


def _plot_panel(panel: Panel, styles: Mapping[str, Style], figure: Figure) -> Picture:
    from matplotlib.figure import Figure as Canvas

    width, height = _size(panel)
    canvas = Canvas(figsize=(width, height))
    axes = canvas.add_subplot()
    axes.set_title(plain(panel.title))
    axes.set_xlabel(plain(panel.x_label))
    axes.set_ylabel(plain(panel.y_label))
    _PLOT_BY_KIND[panel.kind](axes, panel, styles)
    if panel.limits:
        axes.set_xlim(*panel.limits[:2])
        axes.set_ylim(*panel.limits[2:])
    if panel.diagonal:
        _plot_diagonal(axes)
    if panel.log:
        label_powers(axes)
    if panel.dates:
        label_dates(axes)
    upright, beside = SMALL if panel.kind == "heatmap" else 0.0, SMALL if panel.kind in ("bars", "changes") else _TICK
    place_axes(axes, 72 * width, 72 * height, upright=upright, beside=beside)
    buffer = StringIO()
    metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    canvas.savefig(buffer, format="svg", transparent=True, dpi=150, metadata=metadata)
    return read_picture(buffer.getvalue(), plain(panel.title or figure.alt))


def _size(panel: Panel) -> tuple[float, float]:
    """Returns width and height in inches."""
    if panel.kind == "interval":
        return 3.9, 0.75 + 0.26 * len(panel.labels)
    if panel.kind in ("heatmap", "bars", "changes"):
        return heatmap_size(panel) if panel.kind == "heatmap" else bars_size(panel)
    sizes = {"scatter": (3.1, 2.6), "step": (3.1, 2.1), "points": (3.9, 3.3)}
    return sizes.get(panel.kind, (2.6, 2.0))


def _plot_diagonal(axes: Axes) -> None:
    """Plots the line where x equals y, and leaves the limits as they are."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    ends = max(left, bottom), min(right, top)
    axes.set_autoscale_on(False)
    axes.plot(ends, ends, color=INK, linewidth=0.8, alpha=0.5, zorder=0)


def _matplotlib_dash(dash: str) -> Any:  # noqa: ANN401 - matplotlib's own union
    return (0, tuple(float(part) for part in dash.split())) if dash else "-"


def _plot_line(axes: Axes, panel: Panel, styles: Mapping[str, Style]) -> None:
    for series in panel.series:
        colour, dash = colour_and_dash(series, styles)
        axes.plot(series.x, series.y, color=colour, linestyle=_matplotlib_dash(dash))
    _ticks(axes)
    axes.grid(color=INK, alpha=0.12, linewidth=0.5)


def _plot_step(axes: Axes, panel: Panel, styles: Mapping[str, Style]) -> None:
    """Plots densities, real ones as a filled shape; heights have no ticks, as only shapes matter."""
    for series in panel.series:
        colour, dash = colour_and_dash(series, styles)
        if colour == INK:
            axes.stairs(series.y, series.x, fill=True, color=INK, alpha=0.18)
        alpha = 0.5 if colour == INK else 1.0
        axes.stairs(series.y, series.x, color=colour, linestyle=_matplotlib_dash(dash), linewidth=1.1, alpha=alpha)
    axes.set_ylim(bottom=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    _ticks(axes, y=False)


def _plot_scatter(axes: Axes, panel: Panel, styles: Mapping[str, Style]) -> None:
    """Plots dots as segments of no length with round ends, one path per cloud: a tenth of the bytes of markers."""
    import numpy as np
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    for series in panel.series:
        points = np.column_stack([series.x, series.y])
        points = points[np.isfinite(points).all(axis=1)]
        if len(points):
            codes = np.tile([Path.MOVETO, Path.LINETO], len(points))
            colour, _ = colour_and_dash(series, styles)
            size = _DOT if len(points) > _FEW else _LARGE_DOT
            options = {"edgecolor": colour, "alpha": 0.3 if colour == INK else 0.85, "linewidth": size}
            axes.add_artist(PathPatch(Path(points.repeat(2, axis=0), codes), fill=False, capstyle="round", **options))
            axes.update_datalim(points)
    axes.autoscale_view()
    _ticks(axes)


def _plot_points(axes: Axes, panel: Panel, styles: Mapping[str, Style]) -> None:
    """Plots markers with their labels, and lines below them."""
    for series in panel.series:
        style = styles.get(series.name, Style())
        if len(series.x) > 1:
            dash = _matplotlib_dash(DASHES[series.variant])
            axes.plot(series.x, series.y, color=style.colour, linestyle=dash, linewidth=1, alpha=0.7, zorder=1)
        else:
            axes.plot(series.x, series.y, style.marker, color=style.colour, markersize=7, markeredgewidth=0)
    axes.grid(color=INK, alpha=0.12, linewidth=0.5)
    axes.set_axisbelow(True)
    _write_labels(axes, panel)


def _write_labels(axes: Axes, panel: Panel) -> None:
    """Writes labels beside their markers, where possible clear of each other, of markers and of labelled lines."""
    for series, text, offset in label_offsets(panel, panel.limits or (*axes.get_xlim(), *axes.get_ylim())):
        axes.annotate(text, (series.x[0], series.y[0]), offset, textcoords="offset points", fontsize=7.5)


def _plot_interval(axes: Axes, panel: Panel, styles: Mapping[str, Style]) -> None:
    for series in panel.series:
        style = styles.get(series.name, Style())
        if series.low:
            axes.hlines(series.y, series.low, series.high, color=style.colour, linewidth=2, capstyle="round")
        axes.plot(series.x, series.y, style.marker, color=style.colour, markersize=6, markeredgewidth=0)
    across = axes.get_yaxis_transform()  # x as a share of the width, y in rows
    for (first, last), lane in zip(panel.ties, tie_lanes(panel.ties), strict=True):
        place, ends = [1 - 0.03 * lane] * 2, [first - 0.2, last + 0.2]
        axes.plot(place, ends, color=INK, linewidth=2, transform=across, clip_on=False)
    axes.set_yticks(range(len(panel.labels)), [shorten(label) for label in panel.labels])
    axes.set_ylim(len(panel.labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=INK, alpha=0.15, linewidth=0.5)
    axes.set_axisbelow(True)


_PLOT_BY_KIND: dict[str, Callable[[Axes, Panel, Mapping[str, Style]], None]] = {
    "line": _plot_line,
    "step": _plot_step,
    "scatter": _plot_scatter,
    "interval": _plot_interval,
    "heatmap": plot_heatmap,
    "bars": plot_bars,
    "points": _plot_points,
    "changes": plot_changes,
}


def _ticks(axes: Axes, *, y: bool = True) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(5))
    if y:
        axes.yaxis.set_major_locator(MaxNLocator(5))
