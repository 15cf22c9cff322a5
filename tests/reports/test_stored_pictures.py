"""Maps of rows, distances to train, pairs of columns and rows in time, of what scoring has stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.api import Figure, Fold, Text
from bench.plugins import entry_points
from bench.statistics.leaderboard import rank
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.api import Block, Details
    from bench.runs.run_directory import Run

SECTIONS = ("maps", "distances", "pairs", "in-time")
QUALITY = {"vae": 0.6, "ae": 0.3}
COLUMNS = ("Methane (ppb)", "Moisture", "Humidity")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("run") / "run", Spec(QUALITY, COLUMNS, whole=True, repeats=1, points=40))


def blocks(run: Run, section: str) -> list[Block]:
    built: list[Block] = entry_points.load("sections", section).build(run, rank(run))
    return built


def figures(run: Run, section: str) -> list[Figure]:
    found = blocks(run, section)
    inside = [block for fold in found if isinstance(fold, Fold) for block in fold.blocks]
    return [block for block in [*found, *inside] if isinstance(block, Figure)]


def changed(run: Run, monkeypatch: pytest.MonkeyPatch, change: Callable[[str, str, Any], Any]) -> Run:
    """The run with other stored arrays; None takes one away."""
    stored = type(run).drawings

    def drawings(self: Run, result: Any) -> Details:  # noqa: ANN401
        arrays = {key: change(result.trial.generator, key, array) for key, array in stored(self, result).items()}
        return {key: array for key, array in arrays.items() if array is not None}

    monkeypatch.setattr(type(run), "drawings", drawings)
    return run


def test_maps_have_a_panel_for_each_generator_and_say_what_they_do_not_mean(run: Run) -> None:
    placed, mapped = figures(run, "maps")
    assert [[series.name for series in panel.series] for panel in placed.panels] == [["real", "vae"], ["real", "ae"]]
    assert placed.panels[0].x_label == "component 1 (60 %)"
    assert len({panel.limits for panel in placed.panels}) == 1
    assert [panel.title for panel in mapped.panels] == ["vae", "ae"]
    assert placed.detail
    assert mapped.detail
    text = blocks(run, "maps")[0]
    assert isinstance(text, Text)
    assert "distances between clusters, their sizes and their place in the panel mean little" in text.text


def test_rows_beyond_the_map_are_counted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def far(who: str, key: str, array: Any) -> Any:  # noqa: ANN401
        moves = who == "ae" and key.endswith("/components")
        return array + 100 * (np.arange(len(array)) % 4 == 0)[:, None] if moves else array

    placed, _ = figures(changed(run, monkeypatch, far), "maps")
    assert placed.panels[1].title.endswith(" % beyond")
    assert int(placed.panels[1].title.split()[1]) >= 25


def test_a_generator_without_a_map_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(who: str, key: str, array: Any) -> Any:  # noqa: ANN401
        return None if (who, key) == ("ae", "fidelity/tsne/synthetic") else array

    found = blocks(changed(run, monkeypatch, without), "maps")
    assert [panel.title for panel in [block for block in found if isinstance(block, Figure)][1].panels] == ["vae"]
    assert isinstance(found[-1], Text)
    assert found[-1].text.endswith("which failed: ae.")


def test_distances_are_over_those_of_holdout_with_the_copies(run: Run) -> None:
    (figure,) = figures(run, "distances")
    panel = figure.panels[0]
    assert panel.title == "vae: 1.0 % equal"
    assert [series.name for series in panel.series] == ["holdout", "vae"]
    assert figure.title.endswith("holdout rows (grey), of which 0.2 % equal")
    assert panel.log
    assert len(panel.series[0].x) == len(panel.series[0].y) + 1
    assert not figure.detail


def test_pairs_are_shown_real_synthetic_and_their_difference(run: Run) -> None:
    shared, differ = figures(run, "pairs")[:2]
    assert [panel.title for panel in shared.panels] == ["real", "vae", "ae"]
    assert [panel.title for panel in differ.panels] == ["vae", "ae"]
    real, synthetic, difference = (np.array(panel.matrix) for panel in (*shared.panels[:2], differ.panels[0]))
    assert real.sum() == pytest.approx(1)
    np.testing.assert_allclose(difference, synthetic - real)
    for figure, positive in ((shared, True), (differ, False)):
        assert {(panel.span, panel.positive) for panel in figure.panels} == {(figure.panels[0].span, positive)}
    # The first row is the largest value of the column on the y axis.
    assert shared.panels[0].labels[0] == "15"
    assert [series.name for series in shared.panels[1].series] == ["vae"]
    folds = [block for block in blocks(run, "pairs") if isinstance(block, Fold)]
    assert [fold.about for fold in folds] == ["", "", "vae", "ae"]


def test_synthetic_rows_without_a_time_are_three_lines(run: Run) -> None:
    made = figures(run, "in-time")
    assert [figure.title for figure in made] == [f"{column} in the order of the table" for column in COLUMNS]
    real, synthetic = made[0].panels[0].series
    assert len(real.x) == 400
    assert len(set(synthetic.y)) == 3


def test_synthetic_rows_with_a_date_are_placed_by_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = type(run).drawings
    dated = {
        "fidelity/in_time/clock": np.array("visit"),
        "fidelity/in_time/real_seconds": np.arange(400.0) * 86_400,
        "fidelity/in_time/rows": np.ones((7, 3), np.float32),
        "fidelity/in_time/rows_seconds": np.arange(7.0) * 86_400,
    }
    monkeypatch.setattr(type(run), "drawings", lambda self, result: stored(self, result) | dated)
    panel = figures(run, "in-time")[0].panels[0]
    assert panel.dates
    assert panel.x_label == "visit"
    assert len(panel.series[1].x) == 7


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 0.0])
@pytest.mark.parametrize("section", SECTIONS)
def test_damaged_values_are_no_error(run: Run, monkeypatch: pytest.MonkeyPatch, section: str, value: float) -> None:
    def damaged(who: str, key: str, array: Any) -> Any:  # noqa: ANN401
        return (
            np.full_like(array, value) if array.dtype.kind == "f" else array * 0 if array.dtype.kind == "u" else array
        )

    for figure in figures(changed(run, monkeypatch, damaged), section):
        for panel in figure.panels:
            assert np.isfinite(panel.limits).all()


@pytest.mark.parametrize("section", SECTIONS)
def test_runs_that_store_none_have_no_section(tmp_path: Path, section: str) -> None:
    assert blocks(make_run(tmp_path / "run", Spec(QUALITY, COLUMNS, repeats=1)), section) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_single_column_is_no_error(tmp_path: Path, section: str) -> None:
    run = make_run(tmp_path / "run", Spec(QUALITY, COLUMNS[:1], whole=True, repeats=1, points=20))
    assert bool(figures(run, section)) == (section != "pairs")
