"""Draws figure blocks with matplotlib: the only place that does. Text stays text, and nothing depends on the clock."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from bench.common.safe_text import plain
from bench.reporting.figures.label_layout import beside, place
from bench.reporting.figures.legend import MAP, keys, look_of, short
from bench.reporting.figures.svg import DASHES, INK, Key, Picture, Style, compose, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes

    from bench.api import Figure, Panel

_SMALL = 6.5
_DOT, _LARGE_DOT, _FEW = 1.7, 2.6, 150
_FRAME = (222.0, 190.0)
"""About the size of the frame of a panel of points, in points of type."""
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
    "xtick.labelsize": 7.5,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.color": INK,
    "ytick.labelsize": 7.5,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure, drawn: panels apart for a page that lays them out, and `file` for one picture of them all."""

    figure: Figure
    panels: tuple[Picture, ...]
    keys: tuple[Key, ...]

    def file(self) -> str:
        """The text of an SVG file."""
        return compose(short(self.figure.title, 90), self.panels, self.keys, self.figure.columns)


def draw(figure: Figure, looks: Mapping[str, Style]) -> Drawing:
    """Draws every panel; the same figure and looks give the same bytes."""
    import matplotlib as mpl

    panels: list[Picture] = []
    # Fonts lack glyphs for some names; the text is written as text, so the reader's fonts decide.
    with warnings.catch_warnings(), mpl.rc_context(_RC):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        for at, panel in enumerate(figure.panels):
            mpl.rcParams["svg.hashsalt"] = f"{figure.name}/{at}"
            panels.append(_picture(panel, looks, figure))
    return Drawing(figure, tuple(panels), keys(figure, looks))


def _picture(panel: Panel, looks: Mapping[str, Style], figure: Figure) -> Picture:
    from matplotlib.figure import Figure as Canvas

    width, height = _size(panel)
    canvas = Canvas(figsize=(width, height))
    axes = canvas.add_subplot()
    axes.set_title(short(panel.title, 30))
    axes.set_xlabel(short(panel.x_label))
    axes.set_ylabel(short(panel.y_label))
    _KINDS[panel.kind](axes, panel, looks)
    if panel.limits:
        axes.set_xlim(*panel.limits[:2])
        axes.set_ylim(*panel.limits[2:])
    if panel.diagonal:
        _diagonal(axes)
    if panel.log:
        _powers(axes)
    place(axes, 72 * width, 72 * height, upright=_SMALL if panel.kind == "heatmap" else 0.0)
    buffer = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    canvas.savefig(buffer, format="svg", transparent=True, dpi=150, metadata=nothing)
    return picture(buffer.getvalue(), plain(panel.title or figure.alt))


def _size(panel: Panel) -> tuple[float, float]:
    """Inches."""
    if panel.kind == "interval":
        return 3.9, 0.75 + 0.26 * len(panel.labels)
    sizes = {"heatmap": (3.1, 3.0), "scatter": (3.1, 2.6), "step": (3.1, 2.1), "points": (3.9, 3.3)}
    return sizes.get(panel.kind, (2.6, 2.0))


def _diagonal(axes: Axes) -> None:
    """Where x equals y, within limits that stay as they are."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    ends = max(left, bottom), min(right, top)
    axes.set_autoscale_on(False)
    axes.plot(ends, ends, color=INK, linewidth=0.8, alpha=0.5, zorder=0)


def _powers(axes: Axes) -> None:
    """Ticks that say 1, 10, 100 and, on a short axis, what lies between."""
    left, right = axes.get_xlim()
    steps = (1, 2, 5) if right - left < 2 else (1, 3) if right - left < 4 else (1,)
    powers = range(math.floor(left), math.ceil(right) + 1)
    ticks = [(math.log10(step) + power, step * 10.0**power) for power in powers for step in steps]
    inside = [(at, value) for at, value in ticks if left <= at <= right]
    axes.set_xticks([at for at, _ in inside], [f"{value:,g}" for _, value in inside])


def _matplotlib_dash(dash: str) -> Any:  # noqa: ANN401 - matplotlib's own union
    return (0, tuple(float(part) for part in dash.split())) if dash else "-"


def _line(axes: Axes, panel: Panel, looks: Mapping[str, Style]) -> None:
    for series in panel.series:
        colour, dash = look_of(series, looks)
        axes.plot(series.x, series.y, color=colour, linestyle=_matplotlib_dash(dash))
    _ticks(axes)
    axes.grid(color=INK, alpha=0.12, linewidth=0.5)


def _step(axes: Axes, panel: Panel, looks: Mapping[str, Style]) -> None:
    """Densities: real ones as a filled shape, the others as lines; heights have no ticks, as only shapes matter."""
    for series in panel.series:
        colour, dash = look_of(series, looks)
        if colour == INK:
            axes.stairs(series.y, series.x, fill=True, color=INK, alpha=0.18)
        faint = 0.5 if colour == INK else 1.0
        axes.stairs(series.y, series.x, color=colour, linestyle=_matplotlib_dash(dash), linewidth=1.1, alpha=faint)
    axes.set_ylim(bottom=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    _ticks(axes, y=False)


def _scatter(axes: Axes, panel: Panel, looks: Mapping[str, Style]) -> None:
    """Dots are segments of no length with round ends, in one path per cloud: a tenth of a marker's bytes."""
    import numpy as np
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    for series in panel.series:
        points = np.column_stack([series.x, series.y])
        points = points[np.isfinite(points).all(axis=1)]
        if len(points):
            codes = np.tile([Path.MOVETO, Path.LINETO], len(points))
            colour, _ = look_of(series, looks)
            size = _DOT if len(points) > _FEW else _LARGE_DOT
            look = {"edgecolor": colour, "alpha": 0.3 if colour == INK else 0.85, "linewidth": size}
            axes.add_artist(PathPatch(Path(points.repeat(2, axis=0), codes), fill=False, capstyle="round", **look))
            axes.update_datalim(points)
    axes.autoscale_view()
    _ticks(axes)


def _points(axes: Axes, panel: Panel, looks: Mapping[str, Style]) -> None:
    """Markers, those that have a label with it beside them, and lines beneath."""
    for series in panel.series:
        look = looks.get(series.name, Style())
        if len(series.x) > 1:
            dash = _matplotlib_dash(DASHES[series.variant])
            axes.plot(series.x, series.y, color=look.colour, linestyle=dash, linewidth=1, alpha=0.7, zorder=1)
        else:
            axes.plot(series.x, series.y, look.marker, color=look.colour, markersize=7, markeredgewidth=0)
    axes.grid(color=INK, alpha=0.12, linewidth=0.5)
    axes.set_axisbelow(True)
    _names(axes, panel)


def _names(axes: Axes, panel: Panel) -> None:
    """Writes the labels of marks beside them, clear of each other, of marks and of labelled lines where possible."""
    left, right, bottom, top = panel.limits or (*axes.get_xlim(), *axes.get_ylim())

    def share(x: float, y: float) -> tuple[float, float]:
        return (x - left) / (right - left), (y - bottom) / (top - bottom)

    marks = [series for series in panel.series if len(series.x) == 1]
    lines = [series for series in panel.series if len(series.x) > 1 and series.label]
    named = sorted((one for one in marks if one.label), key=lambda one: (one.x[0], one.y[0]))
    texts = [short(one.label) for one in named]
    offsets = beside(
        [share(one.x[0], one.y[0]) for one in named],
        [share(one.x[0], one.y[0]) for one in marks if not one.label],
        texts,
        _FRAME,
        [[share(x, y) for x, y in zip(one.x, one.y, strict=True)] for one in lines],
    )
    for one, text, offset in zip(named, texts, offsets, strict=True):
        axes.annotate(text, (one.x[0], one.y[0]), offset, textcoords="offset points", fontsize=7.5)


def _interval(axes: Axes, panel: Panel, looks: Mapping[str, Style]) -> None:
    for series in panel.series:
        look = looks.get(series.name, Style())
        if series.low:
            axes.hlines(series.y, series.low, series.high, color=look.colour, linewidth=2, capstyle="round")
        axes.plot(series.x, series.y, look.marker, color=look.colour, markersize=6, markeredgewidth=0)
    axes.set_yticks(range(len(panel.labels)), [short(label) for label in panel.labels])
    axes.set_ylim(len(panel.labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=INK, alpha=0.15, linewidth=0.5)
    axes.set_axisbelow(True)


def _heatmap(axes: Axes, panel: Panel, looks: Mapping[str, Style]) -> None:
    import matplotlib as mpl
    import numpy as np

    colours = mpl.colormaps[MAP].with_extremes(bad="#8888887f")
    axes.imshow(np.array(panel.matrix), cmap=colours, vmin=-panel.span, vmax=panel.span, interpolation="nearest")
    legible = len(panel.labels) <= 24
    places, names = range(len(panel.labels)), [short(label, 14) for label in panel.labels]
    axes.set_xticks(places if legible else [], names if legible else [], rotation=90, fontsize=_SMALL)
    axes.set_yticks(places if legible else [], names if legible else [], fontsize=_SMALL)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


_KINDS: dict[str, Callable[[Axes, Panel, Mapping[str, Style]], None]] = {
    "line": _line,
    "step": _step,
    "scatter": _scatter,
    "interval": _interval,
    "heatmap": _heatmap,
    "points": _points,
}


def _ticks(axes: Axes, *, y: bool = True) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(5))
    if y:
        axes.yaxis.set_major_locator(MaxNLocator(5))
