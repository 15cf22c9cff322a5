"""What marks, lines and colours of a figure stand for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.common.safe_text import plain
from bench.reporting.figures.svg import DASHES, INK, Key, Style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.api import Figure, Panel, Series

MAP = "RdBu_r"
"""The colours of matrices."""

_LABEL = 26


def short(text: str, most: int = _LABEL) -> str:
    """A name that fits into a figure, on one line."""
    text = plain(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def look_of(series: Series, looks: Mapping[str, Style]) -> tuple[str, str]:
    """Colour and dashes of a series."""
    look = looks.get(series.name, Style())
    return look.colour, DASHES[series.variant] if series.variant else look.dash


def keys(figure: Figure, looks: Mapping[str, Style]) -> tuple[Key, ...]:
    """The legend: every look once, in the order drawn."""
    found: dict[tuple[str, str, int], Key] = {}
    for panel in figure.panels:
        for series in _to_explain(panel):
            mark = panel.kind == "points" and len(series.x) == 1
            label = "" if mark else series.label
            found.setdefault((series.name, label, series.variant), _key(panel, replace(series, label=label), looks))
    ramps = [panel for panel in figure.panels if panel.kind == "heatmap"]
    return (*found.values(), *(_ramp(ramps) if ramps else ()))


def _to_explain(panel: Panel) -> tuple[Series, ...]:
    """Intervals are labelled where they stand, and a line alone is what its panel's title says."""
    alone = panel.kind == "line" and len(panel.series) == 1
    return () if alone or panel.kind == "interval" else panel.series


def _key(panel: Panel, series: Series, looks: Mapping[str, Style]) -> Key:
    colour, dash = look_of(series, looks)
    shape, opacity = "line", 1.0
    if panel.kind == "scatter":
        shape, opacity = "dot", 0.4 if colour == INK else 1.0
    elif panel.kind == "points" and len(series.x) == 1:
        shape = looks.get(series.name, Style()).marker
    elif panel.kind == "step" and colour == INK:
        shape, opacity = "area", 0.3
    return Key(short(series.label or series.name), colour, dash, shape, opacity)


def _ramp(panels: Sequence[Panel]) -> list[Key]:
    import matplotlib as mpl
    from matplotlib.colors import to_hex

    values = [value for panel in panels for row in panel.matrix for value in row]
    span, colours = panels[0].span, mpl.colormaps[MAP]
    beyond = {-1.0: "≤ ", 1.0: "≥ "} if any(abs(value) > span for value in values) else {}
    texts = {at: beyond.get(at, "") + (f"{at * span:+g}" if at else "0") for at in (-1.0, -0.5, 0.0, 0.5, 1.0)}
    keys = [Key(text, to_hex(colours((at + 1) / 2)), shape="area") for at, text in texts.items()]
    undefined = any(value != value for value in values)
    return [*keys, Key("undefined", "#888888", shape="area", opacity=0.5)] if undefined else keys
