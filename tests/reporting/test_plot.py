from __future__ import annotations

import doctest
import importlib
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

from bench.api import Figure, Panel, Series
from bench.plugins import entry_points
from bench.reporting.figures.legend import COLOURS, INK, shorten, styles_by_name
from bench.reporting.figures.plot import plot_figure
from bench.reporting.figures.svg import width_of

LINES = (Series("vae", (0.0, 1.0, 2.0), (1.0, 2.0, 3.0)), Series("real", (0.0, 1.0, 2.0), (2.0, 2.0, 2.0)))
STEPS = (Series("real", (0.0, 1.0, 2.0), (1.0, 2.0)), Series("vae", (0.0, 1.0, 2.0), (2.0, 1.0)))
PANELS = {
    "line": Panel("line", "a line", "x", "y", LINES),
    "step": Panel("step", "a density", series=STEPS),
    "scatter": Panel("scatter", "a cloud", "x", "y", LINES, limits=(0, 3, 0, 4)),
    "interval": Panel("interval", series=(Series("vae", (0.5,), (0.0,), (0.4,), (0.6,)),), labels=("vae",)),
    "points": Panel(
        "points",
        "a front",
        "x",
        "y",
        (Series("", (0.0, 1.0), (1.0, 0.0)), Series("vae", (0.5,), (0.5,), label="vae"), Series("ae", (0.6,), (0.4,))),
        limits=(0, 1, 0, 1),
    ),
    "heatmap": Panel("heatmap", "r", matrix=((1.0, float("nan")), (float("nan"), 1.0)), labels=("a", "b")),
    "changes": Panel(
        "changes",
        "from a to b",
        series=(Series("vae", (0.2,), (0.0,)), Series("ae", (-0.1,), (1.0,))),
        labels=("one", "two"),
    ),
    "bars": Panel(
        "bars",
        "a category",
        series=(Series("real", (0.7, 0.3), (0.0, 1.0)), Series("vae", (0.6, 0.4), (0.0, 1.0))),
        labels=("yes", "no"),
    ),
}
Kind = Literal["line", "step", "scatter", "interval", "heatmap", "points", "bars"]


def figure(*panels: Panel, name: str = "some-figure") -> Figure:
    return Figure(name, "A title <with> & signs", "in words", panels)


@pytest.mark.parametrize("kind", PANELS)
def test_every_kind_is_well_formed_small_and_the_same_again(kind: Kind) -> None:
    styles = styles_by_name(["vae"])
    first, second = (plot_figure(figure(PANELS[kind], PANELS[kind]), styles) for _ in range(2))
    assert first.file() == second.file()
    root = ElementTree.fromstring(first.file())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(first.file()) < 20_000
    assert "A title <with> & signs" in "".join(root.itertext())


@pytest.mark.parametrize("kind", PANELS)
def test_ids_are_unique_and_all_used(kind: Kind) -> None:
    text = plot_figure(figure(PANELS[kind], PANELS[kind]), styles_by_name(["vae"])).file()
    ids = [element.get("id") for element in ElementTree.fromstring(text).iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(f"#{name}" in text for name in ids)


def test_ink_follows_the_page_and_is_dark_in_files() -> None:
    drawing = plot_figure(figure(PANELS["line"]), styles_by_name(["vae"]))
    assert INK not in drawing.file()
    assert INK not in drawing.panels[0].inline()
    assert "currentColor" in drawing.panels[0].inline()
    assert "currentColor" not in drawing.file()


def test_no_clock_no_version_no_address_in_a_file() -> None:
    text = plot_figure(figure(PANELS["line"]), styles_by_name(["vae"])).file().replace("http://www.w3.org/2000/svg", "")
    assert "http" not in text
    assert "matplotlib v" not in text.lower()
    assert "<metadata" not in text


def test_a_name_has_one_colour_in_every_kind_of_panel() -> None:
    styles = styles_by_name(["ae", "vae"])
    for kind in ("line", "step", "scatter", "interval", "bars"):
        assert styles["vae"].colour.lower() in plot_figure(figure(PANELS[kind]), styles).file().lower()


def test_bundled_generators_have_colours_of_their_own_and_the_same_in_every_run() -> None:
    bundled = [name for name in entry_points.names("generators") if entry_points.is_bundled("generators", name)]
    styles = styles_by_name(bundled)
    assert len({style.colour for style in styles.values()}) == len(bundled)
    for name in bundled:
        assert styles_by_name(["mine", name])[name] == styles[name]


def test_other_names_look_different_by_colour_dash_and_marker() -> None:
    names = [f"g{at}" for at in range(200)]
    assert len(set(styles_by_name(names).values())) == 200
    assert len(styles_by_name([f"g{at}" for at in range(1100)])) == 1100
    assert styles_by_name(["other", "mine"])["mine"] == styles_by_name(["mine"])["mine"]


def test_colours_are_told_apart_by_every_reader_on_light_and_dark_pages() -> None:
    colours = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in COLOURS])
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    for seen_as, least in ((np.eye(3), 0.085), *((matrix, 0.044) for matrix in COLOUR_BLIND)):
        places = oklab(linear @ np.array(seen_as).T)
        distances = np.linalg.norm(places[:, None] - places[None], axis=2)
        assert distances[np.triu_indices(len(COLOURS), 1)].min() > least
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    for page in (1.0, 0.008):  # white, and the dark page
        light, dark = np.maximum(luminance, page), np.minimum(luminance, page)
        assert ((light + 0.05) / (dark + 0.05) >= 2.95).all()


COLOUR_BLIND = (
    ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
)
"""Machado et al. (2009), severity 1: without red, green or blue cones; on linear RGB."""


def oklab(linear: Any) -> Any:  # noqa: ANN401 - arrays
    """Ottosson (2020)."""
    cones = np.array(
        [
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ]
    )
    lab = np.array(
        [
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ]
    )
    return np.cbrt(np.clip(linear, 0, 1) @ cones.T) @ lab.T


def test_points_explain_every_name_once_and_label_those_that_ask() -> None:
    drawing = plot_figure(figure(PANELS["points"], PANELS["points"]), styles_by_name(["ae", "vae"]))
    assert [key.text for key in drawing.keys] == ["", "vae", "ae"]
    texts = "".join(ElementTree.fromstring(drawing.file()).itertext())
    assert texts.count("vae") == 3


def test_a_logarithmic_axis_says_the_numbers_themselves() -> None:
    panel = Panel("points", series=(Series("vae", (0.5,), (0.5,)),), limits=(-0.2, 2.2, 0, 1), log=True)
    texts = list(ElementTree.fromstring(plot_figure(figure(panel), {}).file()).itertext())
    assert [text for text in texts if text in ("1", "3", "10", "30", "100")] == ["1", "3", "10", "30", "100"]


def test_a_diagonal_is_drawn_within_the_limits() -> None:
    panel = PANELS["scatter"]
    bare, crossed = (plot_figure(figure(one), {}).panels[0].body for one in (panel, replace(panel, diagonal=True)))
    assert crossed.count("<path") == bare.count("<path") + 1


def test_the_legend_names_each_look_once() -> None:
    drawing = plot_figure(figure(PANELS["step"], PANELS["step"]), styles_by_name(["vae"]))
    assert [key.text for key in drawing.keys] == ["real", "vae"]
    assert [key.shape for key in drawing.keys] == ["area", "line"]


def test_a_heatmap_explains_its_colours_and_holes() -> None:
    keys = plot_figure(figure(PANELS["heatmap"]), {}).keys
    assert [key.text for key in keys] == ["-1", "-0.5", "0", "+0.5", "+1", "undefined"]


def test_points_that_are_not_finite_are_left_out() -> None:
    holes = Series("vae", (0.0, float("nan"), 1.0), (0.0, 1.0, float("inf")))
    text = plot_figure(figure(Panel("scatter", series=(holes,), limits=(-1, 2, -1, 2))), {}).file()
    assert "nan" not in text
    assert text.count("h0") == 1


def test_names_with_dollars_and_tags_are_drawn_as_they_are() -> None:
    panel = Panel("line", "a$b$c <i>", "x\ny", series=LINES)
    text = "".join(ElementTree.fromstring(plot_figure(figure(panel), {}).file()).itertext())
    assert "a$b$c <i>" in text
    assert "x y" in text


def test_long_names_are_cut() -> None:
    assert shorten("x" * 300) == "x" * 25 + "…"
    assert shorten("vae") == "vae"
    assert width_of("漢字", 10) == 20.0


def texts(panel: Panel, *names: str) -> list[str]:
    return list(ElementTree.fromstring(plot_figure(figure(panel), styles_by_name(names)).file()).itertext())


@pytest.mark.parametrize("module", ["axis_labels", "labelled_rows", "label_layout"])
def test_examples_in_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"bench.reporting.figures.{module}"))
    assert result.attempted
    assert not result.failed


def test_bars_have_a_row_for_each_label_and_shares_below() -> None:
    said = texts(PANELS["bars"], "vae")
    assert [text for text in said if text in ("yes", "no")] == ["yes", "no"]
    assert "20 %" in said


def test_one_generator_is_a_bar_and_several_are_markers() -> None:
    one, panel = Series("vae", (0.6, 0.4), (0.0, 1.0)), PANELS["bars"]
    both = replace(panel, series=(*panel.series, replace(one, name="ae")))
    keys = {names: plot_figure(figure(both), styles_by_name(names)).keys for names in (("vae",), ("vae", "ae"))}
    assert [(key.text, key.shape) for key in keys["vae",]] == [("real", "area"), ("vae", "area"), ("ae", "area")]
    assert [(key.text, key.shape) for key in keys["vae", "ae"]] == [("real", "area"), ("vae", "^"), ("ae", "o")]


def test_many_and_long_labels_of_bars_stay_apart() -> None:
    labels = tuple(f"a level with a name that is much too long {end}" for end in range(22))
    zeros = tuple(map(float, range(22)))
    drawing = plot_figure(figure(Panel("bars", series=(Series("real", zeros, zeros),), labels=labels)), {})
    shown = [text for text in ElementTree.fromstring(drawing.file()).itertext() if text.startswith("a level")]
    assert len(set(shown)) == 22
    assert max(map(len, shown)) == 22
    assert drawing.panels[0].height > 22 * 9


def test_a_matrix_may_have_other_columns_than_rows() -> None:
    panel = Panel("heatmap", matrix=((0.5, 1.0, 2.5),), labels=("real",), across=("x", "y", "z"), span=2, positive=True)
    drawing = plot_figure(figure(panel), {})
    assert {"real", "x", "y", "z"} <= set(texts(panel))
    assert [key.text for key in drawing.keys] == ["0", "0.5", "1", "1.5", "≥ 2"]
    assert drawing.panels[0].height < plot_figure(figure(PANELS["heatmap"]), {}).panels[0].height / 2


def test_a_matrix_of_shares_says_them() -> None:
    panel = Panel("heatmap", matrix=((0.91, 0.09), (float("nan"), 1.0)), labels=("a", "b"), positive=True, written=True)
    assert [text for text in texts(panel) if "%" in text] == ["91 %", "9 %", "100 %"]


def test_an_axis_of_dates_says_dates() -> None:
    day = 86_400.0
    panel = Panel("step", series=(Series("real", (0.0, day * 366, day * 730), (1.0, 2.0)),), dates=True)
    assert {"1970", "1971"} <= set(texts(panel))
