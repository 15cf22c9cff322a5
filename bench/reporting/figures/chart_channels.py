"""What the layers of a chart share: its rows, axes, colours, and what hover shows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from bench.api import Panel, Series
from bench.common.safe_text import plain
from bench.reporting.figures.axis_labels import power_ticks
from bench.reporting.figures.legend import INK, VEGA_SHAPES, Style, colour_and_dash

Json = dict[str, Any]

_NUMBER, _DATE = ",.4~g", "%Y-%m-%d %H:%M"


def short(value: float) -> float | None:
    """Returns a value with the digits that a picture can show; None for what lies nowhere."""
    return float(f"{value:.5g}") if math.isfinite(value) else None


def by_series(records: Sequence[Json]) -> list[Json]:
    """Returns records in blocks, one for each label: a field is a list, or a single value that all rows share."""
    blocks = ((key, list(rows)) for key, rows in groupby(records, key=itemgetter("l")))
    return [
        {"rows": len(rows)} | {field: _shared(row[field] for row in rows) for field in rows[0]} for _, rows in blocks
    ]


def _shared(values: Iterable[Any]) -> Any:  # noqa: ANN401 - cells of rows
    cells = list(values)
    return cells[0] if all(cell == cells[0] for cell in cells) else cells


def label_of(series: Series) -> str:
    """Returns what hover calls a series: its name, and its label if it has another one."""
    label = series.label if series.label != series.name else ""
    return plain(", ".join(filter(None, (series.name, label))))


def rule(ends: Json, **mark: object) -> Json:
    """Returns one line in ink with data of its own."""
    return {"data": {"values": [{}]}, "mark": {"type": "rule", "opacity": 0.5} | mark, "encoding": ends}


@dataclass(frozen=True, slots=True)
class Channels:
    """The encodings of one panel, as Vega-Lite names them."""

    panel: Panel
    styles: Mapping[str, Style]

    def place(self, x: float) -> float | None:
        """Returns an x value as it is written: dates in milliseconds, as Vega counts."""
        return round(1000 * x) if self.panel.dates and math.isfinite(x) else short(x)

    def x(self, **more: Any) -> Json:  # noqa: ANN401 - Vega-Lite's own union
        """Returns the x axis, of numbers, logarithms or dates."""
        panel = self.panel
        scale: Json = {"zero": False, "nice": False}
        axis: Json = {"tickCount": 5, "grid": False}
        if panel.limits:
            scale["domain"] = [self.place(end) for end in panel.limits[:2]]
        if panel.dates:
            scale["type"] = "utc"
        if panel.log:
            axis |= {"values": self._powers(), "labelExpr": "format(pow(10, datum.value), ',.3~g')"}
        kind = "temporal" if panel.dates else "quantitative"
        return {"field": "x", "type": kind, "title": plain(panel.x_label) or None, "scale": scale, "axis": axis} | more

    def _powers(self) -> list[float]:
        values = [x for series in self.panel.series for x in series.x if math.isfinite(x)] or [0.0, 1.0]
        return [place for place, _ in power_ticks(*(self.panel.limits[:2] or (min(values), max(values))))]

    def y(self, **more: Any) -> Json:  # noqa: ANN401 - Vega-Lite's own union
        """Returns the y axis, of numbers."""
        scale: Json = {"zero": False, "nice": False}
        if self.panel.limits:
            scale["domain"] = [short(end) for end in self.panel.limits[2:]]
        return {"field": "y", "type": "quantitative", "title": plain(self.panel.y_label) or None, "scale": scale} | more

    def rows(self, **more: Any) -> Json:  # noqa: ANN401 - Vega-Lite's own union
        """Returns the axis of rows with labels, from top to bottom; hidden rows leave no gap."""
        labels = [plain(label) for label in self.panel.labels]
        axis = {"ticks": False, "domain": False, "labelLimit": 160, "labelOverlap": False}
        return {"field": "row", "type": "nominal", "title": None, "sort": labels, "axis": axis} | more

    def row(self, place: float) -> str:
        """Returns the label of a row."""
        return plain(self.panel.labels[int(place)]) if 0 <= place < len(self.panel.labels) else ""

    def colour(self) -> Json:
        """Returns the colour of each series."""
        colours = (colour_and_dash(series, self.styles)[0].replace(INK, "currentColor") for series in self.panel.series)
        return self._by_series(colours)

    def dash(self) -> Json:
        """Returns the dashes of each series."""
        dashes = (colour_and_dash(series, self.styles)[1] for series in self.panel.series)
        return self._by_series([float(length) for length in dash.split()] or [1, 0] for dash in dashes)

    def shape(self) -> Json:
        """Returns the marker of each series."""
        styles = (self.styles.get(series.name, Style()) for series in self.panel.series)
        return self._by_series(VEGA_SHAPES[style.marker] for style in styles)

    def _by_series(self, values: Iterable[Any]) -> Json:
        pairs = dict(zip(map(label_of, self.panel.series), values, strict=True))
        scale = {"domain": [*pairs], "range": [*pairs.values()]}
        return {"field": "l", "type": "nominal", "legend": None, "scale": scale}

    def tip(self, **titles: str) -> list[Json]:
        """Returns what hover shows: the series, then fields with their titles."""
        shown: list[Json] = [{"field": "l", "title": "of", "type": "nominal"}]
        for field, title in titles.items():
            is_date = self.panel.dates and field in ("x", "x2")
            kind: Json = (
                {"type": "temporal", "format": _DATE} if is_date else {"type": "quantitative", "format": _NUMBER}
            )
            shown.append({"field": field, "title": title} | ({"type": "nominal"} if field == "row" else kind))
        return shown

    def axis_tip(self) -> list[Json]:
        """Returns what hover shows of a point: the series and its place on both axes."""
        x, y = plain(self.panel.x_label) or "x", plain(self.panel.y_label) or "value"
        return self.tip(**{"power" if self.panel.log else "x": x, "y": y})

    def points(self) -> list[Json]:
        """Returns the rows of points and lines."""
        return by_series(
            [
                self.point(series, x, y)
                for series in self.panel.series
                for x, y in zip(series.x, series.y, strict=True)
                if math.isfinite(x) and math.isfinite(y)
            ]
        )

    def point(self, series: Series, x: float, y: float, **more: Any) -> Json:  # noqa: ANN401 - cells of a row
        """Returns one row of a point."""
        power = {"power": short(10.0 ** min(x, 300.0))} if self.panel.log else {}
        own = {"n": series.name, "l": label_of(series), "x": self.place(x), "y": short(y)}
        return own | power | {"ink": series.name not in self.styles} | more
