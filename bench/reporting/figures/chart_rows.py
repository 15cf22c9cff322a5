"""Layers of charts whose rows have labels: intervals, matrices, bars and changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.common.safe_text import plain
from bench.reporting.figures.chart_channels import Channels, Json, by_series, rule, short
from bench.reporting.figures.legend import shades, tie_lanes

_SHADES = 9
_UNDEFINED = "#88888880"


def interval_layers(channels: Channels) -> tuple[Sequence[Json], list[Json]]:
    """Returns values with their intervals, and lines that join tied rows."""
    panel = channels.panel
    records = [
        channels.point(series, x, place, row=channels.row(place), low=short(low), high=short(high))
        for series in panel.series
        for x, place, low, high in zip(series.x, series.y, series.low or series.x, series.high or series.x, strict=True)
        if math.isfinite(x)
    ]
    tip = channels.tip(row="of", x=plain(panel.x_label) or "value", low="from", high="to")[1:]
    place = {"x": channels.x(), "y": channels.rows(), "color": channels.colour()}
    ends = place | {"x": channels.x(field="low"), "x2": {"field": "high"}}
    line = {
        "mark": {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round", "clip": True},
        "encoding": ends | {"tooltip": tip},
    }
    dot = {
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
        "encoding": place | {"shape": channels.shape(), "tooltip": tip},
    }
    return [line, dot, *_tie_lines(channels)], by_series(records)


def _tie_lines(channels: Channels) -> list[Json]:
    """Returns lines right of the rows: those joined by one cannot be told apart."""
    labels = [plain(label) for label in channels.panel.labels]
    lines = []
    pairs = zip(channels.panel.ties, tie_lanes(channels.panel.ties), strict=True)
    for order, ((first, last), lane) in enumerate(pairs):
        rows = [
            {"row": row, "tie": order, "tied": ", ".join(labels[first : last + 1])} for row in labels[first : last + 1]
        ]
        encoding = {"y": channels.rows(), "x": {"value": {"expr": f"width - {4 + 8 * lane}"}}}
        tip = {"tooltip": {"field": "tied", "title": "cannot be told apart"}}
        lines.append(
            {
                "data": {"values": rows},
                "mark": {"type": "line", "color": "currentColor", "strokeWidth": 2.5},
                "encoding": encoding | tip,
            }
        )
    return lines


def heatmap_layers(channels: Channels) -> tuple[Sequence[Json], list[Json]]:
    """Returns the cells of a matrix."""
    panel = channels.panel
    across = [plain(label) for label in panel.across or panel.labels]
    families = panel.groups or ("",) * len(across)
    notes = panel.notes or (families,) * len(panel.labels)
    records = [
        {
            "n": label,
            "l": plain(label),
            "row": plain(label),
            "column": column,
            "f": family,
            "v": short(value),
            "note": note,
        }
        for label, values, own in zip(panel.labels, panel.matrix, notes, strict=True)
        for column, family, value, note in zip(across, families, values, own, strict=True)
    ]
    scheme = {
        "range": shades(panel, _SHADES),
        "domain": [0 if panel.positive else -panel.span, panel.span],
        "clamp": True,
        # As static pictures: a blend in another space would tint small values with the other end.
        "interpolate": "rgb",
    }
    colour = {
        "condition": {"test": "datum.v === null", "value": _UNDEFINED},
        "field": "v",
        "type": "quantitative",
        "scale": scheme,
        "legend": None,
    }
    columns = {
        "field": "column",
        "type": "nominal",
        "title": None,
        "sort": across,
        "axis": {"labelAngle": -90, "ticks": False, "domain": False, "labelLimit": 140, "labelOverlap": False},
    }
    tip = [{"field": field, "title": field} for field in ("row", "column", *(["note"] if panel.notes else []))]
    cells = {
        "mark": {"type": "rect", "invalid": None},
        "encoding": {
            "x": columns,
            "y": channels.rows(),
            "color": colour,
            "tooltip": [*tip, {"field": "v", "title": "value", "type": "quantitative", "format": ".3f"}],
        },
    }
    return [cells], by_series(records)


def bars_layers(channels: Channels) -> tuple[Sequence[Json], list[Json]]:
    """Returns real data as wide bars, and others over them: one series as narrow bars, several as markers."""
    panel = channels.panel
    others = {series.name for series in panel.series if series.name in channels.styles}
    records = [
        channels.point(series, x, place, row=channels.row(place))
        for series in panel.series
        for x, place in zip(series.x, series.y, strict=True)
        if math.isfinite(x)
    ]
    axis = {"format": "~%", "tickCount": 4}
    tip = channels.tip(row="level", x="share")
    tip[-1]["format"] = ".1~%"
    place = {
        "x": channels.x(axis=axis, scale={"zero": True}, stack=None),
        "y": channels.rows(),
        "color": channels.colour(),
        "tooltip": tip,
    }
    real, synthetic = ({"transform": [{"filter": test}]} for test in ("datum.ink", "!datum.ink"))
    wide = real | {"mark": {"type": "bar", "opacity": 0.25}, "encoding": place}
    narrow = {"mark": {"type": "bar", "height": {"band": 0.35}}, "encoding": place}
    markers = {
        "mark": {"type": "point", "filled": True, "size": 40, "opacity": 0.9},
        "encoding": place | {"shape": channels.shape()},
    }
    return [wide, synthetic | (narrow if len(others) == 1 else markers)], by_series(records)


def changes_layers(channels: Channels) -> tuple[Sequence[Json], list[Json]]:
    """Returns signed bars, one for each row."""
    notes = channels.panel.notes[0] if channels.panel.notes else ("",) * len(channels.panel.labels)
    records = [
        channels.point(series, x, place, row=channels.row(place), note=plain(notes[int(place)]))
        for series in channels.panel.series
        for x, place in zip(series.x, series.y, strict=True)
        if math.isfinite(x)
    ]
    title = plain(channels.panel.x_label) or "change"
    tip = [*channels.tip(row="part", x=title), {"field": "note", "title": "most in"}]
    place = {"x": channels.x(scale={}), "y": channels.rows(), "color": channels.colour(), "tooltip": tip}
    zero = rule({"x": {"datum": 0}})
    return [{"mark": {"type": "bar", "height": {"band": 0.65}}, "encoding": place}, zero], by_series(records)
