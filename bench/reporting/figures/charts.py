"""Panels as Vega-Lite charts, for pages with scripts: the data of the static picture, with values on hover.

A chart is a specification without data, and rows by column. The script of the page gives Vega-Lite the rows of those
generators and families that the reader has chosen: `n` holds the generator, `f` the metric family.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from bench.api import Panel, Series
from bench.common.safe_text import plain
from bench.reporting.figures.chart_channels import Channels, Json, by_series, rule, short
from bench.reporting.figures.chart_rows import bars_layers, changes_layers, heatmap_layers, interval_layers
from bench.reporting.figures.label_layout import label_offsets

if TYPE_CHECKING:
    from bench.reporting.figures.legend import Style

_LETTER = 11 / 7.5
"""The type of labels in charts, in pixels, to that of static pictures, in points."""

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def chart(panel: Panel, styles: Mapping[str, Style]) -> Json:
    """Returns one chart for the script of a page.

    Returns:
        `spec`: a Vega-Lite specification without data; `rows`: blocks of rows, as of `by_series`; `names`: the
        generators that the panel shows, without any of which it is hidden; `between`: as in the panel.
    """
    layers, rows = _LAYERS[panel.kind](Channels(panel, styles))
    title = {"title": {"text": plain(panel.title), "anchor": "start"}} if panel.title else {}
    names = {series.name for series in panel.series} | set(panel.labels if panel.kind == "heatmap" else ())
    return {
        "spec": {"$schema": _SCHEMA, **title, "layer": list(layers)},
        "rows": rows,
        "names": sorted(names & set(styles)),
        "between": list(panel.between),
    }


def _line(channels: Channels) -> tuple[Sequence[Json], list[Json]]:
    place = {"x": channels.x(), "y": channels.y(), "color": channels.colour()}
    line = {
        "mark": {"type": "line", "clip": True, "strokeWidth": 1.6},
        "encoding": place | {"strokeDash": channels.dash()},
    }
    return [line, _found_by_hover(place, channels)], channels.points()


def _found_by_hover(place: Json, channels: Channels) -> Json:
    """Returns points that are not shown and have a tooltip."""
    mark = {"type": "point", "opacity": 0, "size": 80, "clip": True}
    return {"mark": mark, "encoding": place | {"tooltip": channels.axis_tip()}}


def _scatter(channels: Channels) -> tuple[Sequence[Json], list[Json]]:
    opacity = {"condition": {"test": "datum.ink", "value": 0.28}, "value": 0.75}
    encoding = {"x": channels.x(), "y": channels.y(), "color": channels.colour(), "opacity": opacity}
    dots = {
        "mark": {"type": "circle", "size": 16, "clip": True},
        "encoding": encoding | {"tooltip": channels.axis_tip()},
    }
    return [*_diagonal(channels.panel), dots], channels.points()


def _diagonal(panel: Panel) -> Sequence[Json]:
    if not (panel.diagonal and panel.limits):
        return ()
    low, high = max(panel.limits[0], panel.limits[2]), min(panel.limits[1], panel.limits[3])
    ends = {key: {"datum": short(value)} for key, value in (("x", low), ("y", low), ("x2", high), ("y2", high))}
    return [rule(ends)]


def _points(channels: Channels) -> tuple[Sequence[Json], list[Json]]:
    """Returns markers with their labels, and lines of more than one point."""
    place = {"x": channels.x(), "y": channels.y(), "color": channels.colour()}
    labels = {
        series.name: {"text": text, "right": round(_LETTER * right), "up": round(_LETTER * up)}
        for series, text, (right, up) in label_offsets(channels.panel, _ends(channels.panel))
    }
    no_label = {"text": "", "right": 0, "up": 0}
    records = [
        channels.point(series, x, y, line=len(series.x) > 1) | (labels.get(series.name, no_label))
        for series in channels.panel.series
        for x, y in zip(series.x, series.y, strict=True)
        if math.isfinite(x) and math.isfinite(y)
    ]
    lines, markers = ({"transform": [{"filter": test}]} for test in ("datum.line", "!datum.line"))
    tip = {"tooltip": channels.axis_tip()}
    return [
        lines
        | {
            "mark": {"type": "line", "opacity": 0.7},
            # As given: Vega-Lite would sort the points of a line by x.
            "encoding": place | {"strokeDash": channels.dash(), "order": {"value": None}},
        },
        markers
        | {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": place | tip | {"shape": channels.shape()},
        },
        markers
        | {
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "alphabetic",
                "dx": {"expr": "datum.right"},
                "dy": {"expr": "-datum.up"},
            },
            "encoding": place | {"text": {"field": "text"}, "color": {"value": "currentColor"}},
        },
    ], by_series(records)


def _ends(panel: Panel) -> Sequence[float]:
    """Returns the ends of both axes, where points lie somewhere."""
    if panel.limits:
        return panel.limits
    ends: list[float] = []
    for values in ([x for series in panel.series for x in series.x], [y for series in panel.series for y in series.y]):
        finite = [value for value in values if math.isfinite(value)] or [0.0]
        ends += [min(finite), max(finite) if max(finite) > min(finite) else min(finite) + 1]
    return ends


def _step(channels: Channels) -> tuple[Sequence[Json], list[Json]]:
    """Returns histograms: real rows filled, others as lines; a bin shows its heights wherever the mouse is in it."""
    histograms = channels.panel.series
    real = {series.x: series.y for series in histograms if series.name not in channels.styles}
    highest = max((y for series in histograms for y in series.y if math.isfinite(y)), default=1.0)
    records = [row for series in histograms for row in _bins(channels, series, real.get(series.x), highest)]
    axis = channels.y(axis=None, **({} if channels.panel.limits else {"scale": {"domainMin": 0}}))
    place = {"x": channels.x(), "y": axis, "color": channels.colour()}
    both_ends = place | {"x2": {"field": "x2"}}
    filled = {
        "transform": [{"filter": "datum.ink && !datum.end"}],
        "mark": {"type": "rect", "opacity": 0.2},
        "encoding": both_ends | {"y2": {"datum": 0}},
    }
    titles = {"x": plain(channels.panel.x_label) or "from", "x2": "to", "y": "density", "real": "density of real rows"}
    hover = {
        "transform": [{"filter": "!datum.end"}],
        "mark": {"type": "rect", "opacity": 0},
        "encoding": both_ends
        | {"y": {"field": "top", "type": "quantitative"}, "y2": {"datum": 0}, "tooltip": channels.tip(**titles)},
    }
    stroke = {"condition": {"test": "datum.ink", "value": 0.5}, "value": 1}
    line = {
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 1.5, "clip": True},
        "encoding": place | {"strokeDash": channels.dash(), "opacity": stroke},
    }
    return [filled, line, hover], by_series(records)


def _bins(channels: Channels, series: Series, real: Sequence[float] | None, highest: float) -> list[Json]:
    """Returns a row for each bin, and a last one that ends the line."""
    ends, heights = series.x, (*series.y, series.y[-1] if series.y else 0.0)
    rows = []
    for place, (start, height) in enumerate(zip(ends, heights, strict=True)):
        after = min(place + 1, len(ends) - 1)
        beside = short(real[min(place, len(real) - 1)]) if real else None
        more = {"x2": channels.place(ends[after]), "real": beside, "top": short(highest), "end": place == len(ends) - 1}
        rows.append(channels.point(series, start, height, **more))
    return rows


_LAYERS: dict[str, Callable[[Channels], tuple[Sequence[Json], list[Json]]]] = {
    "line": _line,
    "step": _step,
    "scatter": _scatter,
    "interval": interval_layers,
    "heatmap": heatmap_layers,
    "bars": bars_layers,
    "points": _points,
    "changes": changes_layers,
}
