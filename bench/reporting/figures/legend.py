"""Colours, dashes and markers of names, and the legend that explains them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from bench.api import Figure, Panel, Series
from bench.common.safe_text import plain, shortened
from bench.plugins import entry_points

INK = "#010203"
"""A placeholder for the colour of text; replaced by the page's own colour, or by a dark one in files."""

COLOURS = (
    *("#2686CF", "#8C516C", "#F56A1A", "#067442", "#B403A4", "#BF817F", "#C31C2D", "#0E67BE", "#A96D0C", "#D14D71"),
    *("#7130FF", "#6E91F1", "#E90C92", "#D973AA", "#17A54C", "#956CB6", "#FE0800", "#FC3ADD", "#A32ED9", "#9259FE"),
)
"""Twenty colours, for bundled generators in the order of their names, then for others. Their least distance in OKLab is
0.089, and 0.044 for colour-blind readers (simulated after Machado et al. 2009); each has a contrast of 3 or more with
the light and the dark page. Markers and dashes differ as well."""

DASHES = ("", "5 2", "1.5 1.5", "6 2 1.5 2", "9 3", "3 1", "6 2 1.5 2 1.5 2")
"""Solid, dashed, dotted, dash-dotted, then longer and shorter variants."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Matplotlib's names of as many shapes."""

_SLOTS = len(COLOURS) * len(DASHES) * len(MARKERS)

_SHAPES = {
    "o": '<circle cx="5" cy="5" r="4"/>',
    "s": '<path d="M1.5 1.5h7v7h-7z"/>',
    "^": '<path d="M5 1L9.3 8.8H.7z"/>',
    "D": '<path d="M5 .3L9.7 5L5 9.7L.3 5z"/>',
    "v": '<path d="M5 9L.7 1.2H9.3z"/>',
    "P": '<path d="M3.3 .8h3.4v2.5h2.5v3.4h-2.5v2.5h-3.4v-2.5h-2.5v-3.4h2.5z"/>',
    "X": '<path d="M.8 2.8L2.8 .8L5 3L7.2 .8L9.2 2.8L7 5L9.2 7.2L7.2 9.2L5 7L2.8 9.2L.8 7.2L3 5z"/>',
}

VEGA_SHAPES = {
    "o": "circle",
    "s": "square",
    "^": "triangle-up",
    "D": "diamond",
    "v": "triangle-down",
    "P": "cross",
    "X": "M-.6-1L0-.4L.6-1L1-.6L.4 0L1 .6L.6 1L0 .4L-.6 1L-1 .6L-.4 0L-1-.6Z",
}
"""The same shapes in Vega."""

_DIVERGING, _POSITIVE = "RdBu_r", "Blues"
"""The colour maps of matrices."""


@dataclass(frozen=True, slots=True)
class Style:
    """Colour, dashes and marker of one name, the same in every figure."""

    colour: str = INK
    dash: str = ""
    marker: str = "o"

    def inline_marker(self) -> str:
        """Returns the marker as an SVG element for a page."""
        shape = _SHAPES[self.marker]
        return f'<svg class="dot" viewBox="0 0 10 10" aria-hidden="true" fill="{self.colour}">{shape}</svg>'


def styles_by_name(names: Iterable[str]) -> dict[str, Style]:
    """Returns a style for each name; others are plotted in ink, as real data are.

    The style of a name is the same in every run: bundled generators have the colours in the order of their names,
    other names one of the rest that follows from a digest of the name. Two such names of one run that have the same
    style are told apart by the next free one.
    """
    bundled = [name for name in entry_points.names("generators") if entry_points.is_bundled("generators", name)]
    styles: dict[str, Style] = {}
    for name in names:
        slot = bundled.index(name) if name in bundled else _slot_of_other(name)
        taken = set(styles.values())
        free = (style for step in range(_SLOTS) if (style := _style(slot + step)) not in taken)
        styles[name] = next(free, _style(slot))
    return styles


def _slot_of_other(name: str) -> int:
    """Returns a slot after the first round of colours, which belongs to bundled generators."""
    return len(COLOURS) + int.from_bytes(sha256(name.encode()).digest()[:4]) % (_SLOTS - len(COLOURS))


def _style(slot: int) -> Style:
    lap, colour = divmod(slot % _SLOTS, len(COLOURS))
    # Neighbours in the list of colours differ in their marker as well, and so do colours one round of markers apart.
    marker = lap + lap // len(DASHES) + colour + colour // len(MARKERS)
    return Style(COLOURS[colour], DASHES[lap % len(DASHES)], MARKERS[marker % len(MARKERS)])


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend; `shape` is `line`, `dot`, `area` or one of `MARKERS`, `name` a generator or nothing."""

    text: str
    colour: str
    dash: str = ""
    shape: str = "line"
    opacity: float = 1.0
    name: str = ""

    def symbol(self) -> str:
        """Returns SVG of 22 x 10 points."""
        if self.shape == "area":
            return f'<rect x="3" y="0" width="16" height="10" fill="{self.colour}" fill-opacity="{self.opacity:g}"/>'
        if self.shape == "dot":
            return f'<circle cx="11" cy="5" r="3.5" fill="{self.colour}" fill-opacity="{self.opacity:g}"/>'
        if self.shape in _SHAPES:
            return f'<g transform="translate(6 0)" fill="{self.colour}">{_SHAPES[self.shape]}</g>'
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        return f'<path d="M1 5H21" stroke="{self.colour}" stroke-width="2"{dash}/>'

    def inline(self) -> str:
        """Returns the symbol as an SVG element for a page."""
        return f'<svg viewBox="0 0 22 10" width="22" height="10" aria-hidden="true">{themed(self.symbol())}</svg>'


def themed(text: str) -> str:
    """Returns SVG in the colour of the page's text, in light and dark themes."""
    return text.replace(INK, "currentColor")


def shorten(text: str, most: int = 26) -> str:
    """Returns a name cut to fit into a figure, on one line."""
    return shortened(plain(text), most)


def colour_and_dash(series: Series, styles: Mapping[str, Style]) -> tuple[str, str]:
    """Returns the colour and dashes of a series."""
    style = styles.get(series.name, Style())
    return style.colour, DASHES[series.variant] if series.variant else style.dash


def colour_map(panel: Panel) -> str:
    """Returns the name of the colours of a matrix."""
    return _POSITIVE if panel.positive else _DIVERGING


def tie_lanes(ties: Sequence[tuple[int, int]]) -> list[int]:
    """Returns the lane of each line of ties, from the first row down, so that no two lines of a lane touch.

    >>> tie_lanes([(0, 3), (1, 4), (5, 6)])
    [0, 1, 0]
    """
    ends: list[int] = []
    lanes = []
    for first, last in ties:
        lane = next((lane for lane, end in enumerate(ends) if end < first), len(ends))
        ends[lane : lane + 1] = [last]
        lanes.append(lane)
    return lanes


def shades(panel: Panel, number: int) -> list[str]:
    """Returns evenly spaced colours of a matrix, from its lowest value to its highest one."""
    import matplotlib as mpl
    from matplotlib.colors import to_hex

    colours = mpl.colormaps[colour_map(panel)]
    return [to_hex(colours(place / (number - 1))) for place in range(number)]


def legend_keys(figure: Figure, styles: Mapping[str, Style]) -> tuple[Key, ...]:
    """Returns the legend: every style once, in the order of the series."""
    keys: dict[tuple[str, str, int], Key] = {}
    for panel in figure.panels:
        for series in _series_in_legend(panel):
            is_marker = panel.kind == "points" and len(series.x) == 1
            label = "" if is_marker else series.label
            keys.setdefault((series.name, label, series.variant), _key(panel, replace(series, label=label), styles))
    heatmaps = [panel for panel in figure.panels if panel.kind == "heatmap"]
    return (*keys.values(), *(_colour_scale(heatmaps) if heatmaps else ()))


def _series_in_legend(panel: Panel) -> tuple[Series, ...]:
    """Returns the series that need a key: intervals have labels, and a single line the panel's title."""
    is_single_line = panel.kind == "line" and len(panel.series) == 1
    return () if is_single_line or panel.kind in ("interval", "changes", "heatmap") else panel.series


def _key(panel: Panel, series: Series, styles: Mapping[str, Style]) -> Key:
    colour, dash = colour_and_dash(series, styles)
    shape, opacity = "line", 1.0
    if panel.kind == "scatter":
        shape, opacity = "dot", 0.4 if colour == INK else 1.0
    elif panel.kind == "points" and len(series.x) == 1:
        shape = styles.get(series.name, Style()).marker
    elif panel.kind == "step" and colour == INK:
        shape, opacity = "area", 0.3
    elif panel.kind == "bars":
        is_only_one = sum(other.name in styles for other in panel.series) == 1
        opacity = 0.3 if colour == INK else 1.0
        shape = "area" if colour == INK or is_only_one else styles[series.name].marker
    return Key(shorten(series.label or series.name), colour, dash, shape, opacity, series.name)


def _colour_scale(panels: Sequence[Panel]) -> list[Key]:
    values = [value for panel in panels for row in panel.matrix for value in row]
    span, positive = panels[0].span, panels[0].positive
    signs = {-1.0: "≤ ", 1.0: "≥ "} if any(abs(value) > span for value in values) else {}
    shares = (0.0, 0.25, 0.5, 0.75, 1.0) if positive else (-1.0, -0.5, 0.0, 0.5, 1.0)
    sign = "" if positive else "+"
    texts = {share: signs.get(share, "") + (f"{share * span:{sign}g}" if share else "0") for share in shares}
    colours = shades(panels[0], len(shares))
    keys = [Key(text, colour, shape="area") for text, colour in zip(texts.values(), colours, strict=True)]
    undefined = any(value != value for value in values)
    return [*keys, Key("undefined", "#888888", shape="area", opacity=0.5)] if undefined else keys
