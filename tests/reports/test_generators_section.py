from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from bench.api import BenchError, Block, Facts, Figure, Fold, Table, Text
from bench.plugins import entry_points
from bench.reporting.build_report import collect, write_report
from bench.reports._diagonal_panel import diagonal_panel
from bench.statistics.leaderboard import rank
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.runs.run_directory import Run

MANY = {f"g{at}": 0.95 - 0.05 * at for at in range(10)} | {"broken": None}


def build(run: Run) -> dict[str, Fold]:
    blocks: list[Block] = entry_points.load("sections", "generators").build(run, rank(run))
    return {block.about: block for block in blocks if isinstance(block, Fold)}


def figures(fold: Fold) -> list[str]:
    return [block.name.partition("-g")[0] for block in fold.blocks if isinstance(block, Figure)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    spec = Spec(MANY, ("a", "b", "c"), foils=("g3",), whole=True, points=40)
    return make_run(tmp_path_factory.mktemp("run"), spec)


def test_every_generator_has_a_part_from_best_to_worst(run: Run) -> None:
    assert list(build(run)) == list(MANY)


def test_the_eight_best_are_drawn_and_the_others_have_tables(run: Run) -> None:
    parts = build(run)
    drawn = [
        "training",
        "matrices",
        "matrix-off",
        "pairs",
        "predicted",
        "given-away",
        "codes",
    ]
    assert all(figures(parts[f"g{at}"]) == drawn for at in range(8))
    assert all(not figures(parts[name]) for name in ("g8", "g9", "broken"))
    assert any(isinstance(block, Table) for block in parts["g9"].blocks)


def test_pages_draw_more(run: Run) -> None:
    asked = replace(run, shown_in_full=("g9",))
    assert figures(build(asked)["g9"])
    assert not figures(build(asked)["g8"])


def test_pages_of_nobody_are_refused(run: Run) -> None:
    with pytest.raises(BenchError, match="no generator 'g99' to draw; expected some of broken, g0"):
        collect(run, rank(run), ["g99"])


def test_only_training_curves_stand_in_markdown(run: Run) -> None:
    kinds = {
        block.name.partition("-g")[0]: block.detail for block in build(run)["g0"].blocks if isinstance(block, Figure)
    }
    assert [kind for kind, detail in kinds.items() if not detail] == ["training"]


def test_a_failure_has_its_reason_and_a_leaky_baseline_is_marked(run: Run) -> None:
    parts = build(run)
    assert parts["broken"].title == "broken: 2 failed"
    facts = dict(next(block for block in parts["broken"].blocks if isinstance(block, Facts)).items)
    assert facts["First error"] == "ValueError: the loss is NaN at epoch 3"
    assert facts["Parameters set"] == "epochs=30"
    assert parts["g3"].title.endswith("(leaky baseline)")
    assert "Leaky baseline" in dict(next(block for block in parts["g3"].blocks if isinstance(block, Facts)).items)


def test_the_leaderboard_and_the_caveats_name_leaky_baselines(run: Run) -> None:
    board: list[Block] = entry_points.load("sections", "leaderboard").build(run, rank(run))
    table = next(block for block in board if isinstance(block, Table))
    assert {table.rows[at][1]: tag for at, tag in table.tags.items()} == {"g3": "leaky baseline"}
    first: list[Block] = entry_points.load("sections", "summary").build(run, rank(run))
    caveats = next(block.items for block in first if isinstance(block, Text) and block.tone == "warning")
    assert any(caveat.startswith("g3 is a deliberately leaky baseline.") for caveat in caveats)


def test_names_on_the_leaderboard_lead_to_their_parts(run: Run) -> None:
    board: list[Block] = entry_points.load("sections", "leaderboard").build(run, rank(run))
    table = next(block for block in board if isinstance(block, Table))
    assert {name: fold.anchor for name, fold in build(run).items()} == dict(table.anchors)
    assert len(set(table.anchors.values())) == len(MANY)


def test_names_that_look_alike_in_an_address_have_anchors_of_their_own(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", Spec({"ä": 0.5, "ö": 0.4}, ("a", "b"), second="other"))
    blocks: list[Block] = entry_points.load("sections", "generators").build(run, rank(run))
    anchors = [block.anchor for block in blocks if isinstance(block, Fold)]
    assert len(anchors) == len(set(anchors)) == 4


def test_quantiles_of_the_same_rows_lie_on_the_diagonal(run: Run) -> None:
    panel = diagonal_panel("x", "g0", (1.0, 2.0, 4.0), (1.0, 2.0, 4.0), "real", "synthetic")
    assert panel.diagonal
    assert panel.limits[:2] == panel.limits[2:]
    assert panel.limits[0] < 1.0 < 4.0 < panel.limits[1]


def test_html_holds_all_figures_and_markdown_the_same_tables(run: Run, tmp_path: Path) -> None:
    small = make_run(tmp_path / "run", Spec({"ae": 0.5}, ("a", "b"), repeats=1, whole=True, points=20))
    markdown, html = (path.read_text(encoding="utf-8") for path in write_report(small))
    assert "Quantiles of a, 1 % to 99 %" in html
    assert "Quantiles of a, 1 % to 99 %" not in markdown
    assert "(figures/training-ae-methane-1-blocked.svg)" in markdown
    assert not list((small.path / "figures").glob("quantiles*"))
    assert "Metrics behind the score" in markdown


@pytest.mark.parametrize(
    "epochs",
    [{"epoch": ["one", "two", "three"]}, {"epoch": [1, 2, 3]}, {}, {"epoch": [None, None, None]}],
)
def test_a_history_of_any_form_has_curves(epochs: dict[str, list[object]]) -> None:
    pages = importlib.import_module("bench.reports._generator_figures")
    history = pd.DataFrame({**epochs, "train_loss": [3.0, 2.0, 1.0], "note": ["a", "b", "c"]}, index=["x", "y", "z"])
    (panel,) = pages._training_panels("mine", history)
    (curve,) = panel.series
    assert curve.y == (3.0, 2.0, 1.0)
    assert len(curve.x) == 3
