from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bench.api import Figure
from bench.plugins import entry_points
from bench.reporting.build_report import write_report
from bench.statistics.leaderboard import rank
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.runs.run_directory import Run

WEATHER = ("Methane (ppb)", "Moisture", "Temperature", "Humidity")
BETTER = {f"g{at}": 0.9 - 0.01 * at for at in range(8)}


def noise(level: float, unit: str = "absolute", **rest: str) -> dict[str, Any]:
    return {"noise": level, "noise_unit": unit, "device": "cpu", **rest}


PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "ae-1": ("ae", noise(1.0)),
    "ae-0.5": ("ae", noise(0.5)),
    "ae-0.1": ("ae", noise(0.1)),
    "ae-auto": ("ae", noise(0.5, "latent")),
    "vae-0.1": ("vae", noise(0.1, sampling="posterior")),
    "vae-0.5": ("vae", noise(0.5, sampling="posterior")),
    "vae-other": ("vae", noise(0.2, sampling="expost")),
    "vae-plain": ("vae", {"sampling": "posterior"}),
}


def figures(run: Run) -> dict[str, Figure]:
    blocks = entry_points.load("sections", "clouds").build(run, rank(run))
    return {block.title: block for block in blocks if isinstance(block, Figure)}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Levels of noise on two models, all of them worse than eight others; one level failed."""
    quality = BETTER | dict.fromkeys(PRESETS, 0.1) | {"ae-0.2": None, "ae": 0.5}
    presets = PRESETS | {"ae-0.2": ("ae", noise(0.2))}
    spec = Spec(quality, WEATHER, presets=presets, repeats=1, points=30)
    return make_run(tmp_path_factory.mktemp("run") / "run", spec)


def test_levels_stand_from_the_least_after_the_real_rows(swept: Run) -> None:
    drawn = figures(swept)
    for pair in ("Humidity against Temperature", "Moisture against Temperature"):
        panels = drawn[f"{pair}: ae by noise added to its latents"].panels
        levels = ["noise 0.1", "noise 0.5", "noise 1", "noise 0.5 standard deviations"]
        assert [panel.title for panel in panels] == ["real", *levels]
        assert [panel.series[-1].name for panel in panels] == ["real", "ae-0.1", "ae-0.5", "ae-1", "ae-auto"]
        assert [len(panel.series) for panel in panels] == [1, 2, 2, 2, 2]
        assert len({panel.limits for panel in panels}) == 1


def test_a_model_with_other_parameters_is_no_level_of_it(swept: Run) -> None:
    panels = figures(swept)["Humidity against Temperature: vae by noise added to its latents"].panels
    assert [panel.series[-1].name for panel in panels] == ["real", "vae-0.1", "vae-0.5"]


def test_the_best_are_drawn_as_without_levels(swept: Run) -> None:
    first, *_ = figures(swept).values()
    titles = [panel.title for panel in first.panels]
    assert titles[0] == "real"
    assert sorted(titles[1:]) == list(BETTER)


def test_one_level_is_no_sweep(tmp_path: Path) -> None:
    presets = {"ae-1": ("ae", noise(1.0)), "again": ("ae", noise(1.0)), "vae-1": ("vae", noise(1.0))}
    run = make_run(tmp_path / "run", Spec(dict.fromkeys(presets, 0.5), WEATHER, presets=presets, repeats=1, points=9))
    assert len(figures(run)) == 2


def test_they_are_in_both_documents(swept: Run, tmp_path: Path) -> None:
    paths = write_report(swept, out=tmp_path)
    markdown, html = (path.read_text(encoding="utf-8") for path in paths)
    assert markdown.count("(figures/noise-ae-") == 2
    assert markdown.count("(figures/noise-vae-") == 2
    assert html.count("ae by noise added to its latents") == 2 + 2  # of ae, and of vae
