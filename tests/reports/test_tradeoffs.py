from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from bench.api import Block, Figure, Text
from bench.plugins import entry_points
from bench.statistics.leaderboard import rank
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

tradeoffs = importlib.import_module("bench.reports.tradeoffs")


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ({"a": (1.0, 0.0), "b": (0.0, 1.0), "c": (0.5, 0.5), "d": (0.4, 0.5)}, ["a", "c", "b"]),
        ({"a": (0.5, 0.5), "b": (0.5, 0.5)}, ["a", "b"]),
        ({"a": (1.0, 1.0), "b": (1.0, 0.9)}, ["a"]),
        ({}, []),
    ],
)
def test_the_front_holds_those_whom_nobody_beats(points: dict[str, tuple[float, float]], front: list[str]) -> None:
    assert tradeoffs.front(points) == front


def build(path: Path, spec: Spec) -> list[Block]:
    run = make_run(path / "run", spec)
    blocks: list[Block] = entry_points.load("sections", "tradeoffs").build(run, rank(run))
    return blocks


def test_both_pairs_are_drawn_and_said(tmp_path: Path) -> None:
    text, figure = build(tmp_path, Spec({"good": 0.9, "poor": 0.3, "broken": None}))
    assert isinstance(text, Text)
    assert isinstance(figure, Figure)
    # What fits longest is best in fidelity, so that nobody is beaten in fidelity and time.
    assert text.items[1] == "Fidelity and fit time: good and poor."
    assert [panel.title for panel in figure.panels] == ["Utility against privacy", "Fidelity against fit time"]
    assert [series.name for series in figure.panels[1].series] == ["", "good", "poor"]
    assert [series.label for series in figure.panels[1].series] == ["Pareto front", "good", "poor"]
    assert figure.panels[1].log
    assert "good and poor" in figure.alt


def test_one_generator_has_nothing_to_trade(tmp_path: Path) -> None:
    assert build(tmp_path, Spec({"vae": 0.5})) == []
    assert build(tmp_path / "none", Spec({"vae": None, "ae": None})) == []


def test_leaky_baselines_are_drawn_but_dominate_nobody(tmp_path: Path) -> None:
    text, figure = build(tmp_path, Spec({"foil": 0.95, "good": 0.9, "poor": 0.3}, foils=("foil",)))
    assert isinstance(text, Text)
    assert isinstance(figure, Figure)
    assert text.text.endswith("Left out of the front: deliberately leaky baselines (foil).")
    assert all("foil" not in item for item in text.items)
    assert "foil" in [series.name for series in figure.panels[0].series]
