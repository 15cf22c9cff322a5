"""Charts hold the data of static pictures, in the form that Vega-Lite reads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import vl_convert

from bench.api import Panel, Series
from bench.reporting.figures.charts import chart
from bench.reporting.figures.legend import styles_by_name
from tests.reporting.test_plot import PANELS

STYLES = styles_by_name(["ae", "vae"])


def rows(made: dict[str, Any]) -> list[dict[str, Any]]:
    """As the script of the page makes them."""
    return [
        {field: cells[at] if isinstance(cells, list) else cells for field, cells in block.items() if field != "rows"}
        for block in made["rows"]
        for at in range(block["rows"])
    ]


def drawn(panel: Panel) -> str:
    """The SVG that Vega-Lite makes of a chart."""
    made = chart(panel, STYLES)
    return vl_convert.vegalite_to_svg({**made["spec"], "data": {"values": rows(made)}, "width": 200, "height": 120})


@pytest.mark.parametrize("kind", PANELS)
def test_every_kind_is_a_chart_that_vega_lite_draws(kind: str) -> None:
    made = chart(PANELS[kind], STYLES)
    json.dumps(made, allow_nan=False)
    assert rows(made)
    assert "<path" in drawn(PANELS[kind])


@pytest.mark.parametrize("kind", PANELS)
def test_colours_are_those_of_the_static_picture(kind: str) -> None:
    names = {series.name for series in PANELS[kind].series} & set(STYLES)
    text = drawn(PANELS[kind]).lower()
    assert all(STYLES[name].colour.lower() in text for name in names)


def test_a_panel_knows_its_generators() -> None:
    assert chart(PANELS["scatter"], STYLES)["names"] == ["vae"]
    matrix = Panel("heatmap", matrix=((0.5, float("nan")), (1.0, 0.0)), labels=("vae", "real"), across=("a", "b"))
    made = chart(matrix, STYLES)
    assert made["names"] == ["vae"]
    assert [(row["row"], row["column"], row["v"]) for row in rows(made)] == [
        ("vae", "a", 0.5),
        ("vae", "b", None),
        ("real", "a", 1.0),
        ("real", "b", 0.0),
    ]
    assert "#888888" in drawn(matrix)


def test_a_bin_tells_the_height_of_the_real_rows_too() -> None:
    bins = [row for row in rows(chart(PANELS["step"], STYLES)) if row["n"] == "vae" and not row["end"]]
    assert [(row["x"], row["x2"], row["y"], row["real"]) for row in bins] == [(0, 1, 2, 1), (1, 2, 1, 2)]


def test_what_lies_nowhere_has_no_row() -> None:
    holes = Series("vae", (0.0, float("nan"), 2.0), (1.0, 2.0, float("inf")))
    assert [row["x"] for row in rows(chart(Panel("scatter", series=(holes,)), STYLES))] == [0.0]


def test_dates_are_in_milliseconds_and_logarithms_tell_the_number() -> None:
    day = Series("vae", (0.0, 86_400.0), (1.0, 2.0))
    assert [row["x"] for row in rows(chart(Panel("line", series=(day,), dates=True), STYLES))] == [0, 86_400_000]
    power = Series("vae", (0.0, 2.0), (1.0, 2.0))
    assert [row["power"] for row in rows(chart(Panel("points", series=(power,), log=True), STYLES))] == [1, 100]


def test_lines_join_ties() -> None:
    labels = ("a", "b", "c")
    series = tuple(Series(name, (float(at),), (float(at),)) for at, name in enumerate(labels))
    panel = Panel("interval", series=series, labels=labels, ties=((0, 1),))
    layers = chart(panel, {})["spec"]["layer"]
    assert layers[-1]["data"]["values"][0]["tied"] == "a, b"
    assert len(layers) == len(chart(replace(panel, ties=()), {})["spec"]["layer"]) + 1
