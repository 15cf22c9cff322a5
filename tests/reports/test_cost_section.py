from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.api import Block, Figure, Metric, Table, Text
from bench.plugins import entry_points
from bench.reporting.build_report import write_report
from bench.statistics.leaderboard import rank
from tests.reports.make_run import METRICS, Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.runs.run_directory import Run

QUALITY: dict[str, float | str | None] = {"quick": 0.3, "slow": 0.9, "slower": 0.6, "broken": None}
SECONDS = {"quick": 0.5, "slow": 20.0, "slower": 250.0}


def with_clock(run: Run, seconds: dict[str, float]) -> Run:
    """The run, with processor times."""
    metrics = (*METRICS, Metric("fit_cpu_seconds", "cost", "lower", "t", unit="s"))
    results = tuple(
        replace(result, metrics={**result.metrics, "fit_cpu_seconds": seconds[result.trial.generator]})
        if result.metrics
        else result
        for result in run.results
    )
    return replace(run, manifest=replace(run.manifest, metrics=metrics), results=results)


def build(run: Run) -> list[Block]:
    blocks: list[Block] = entry_points.load("sections", "cost").build(run, rank(run))
    return blocks


BUDGETS = "The generator with the best mean"


def budgets(blocks: list[Block]) -> Table:
    return next(block for block in blocks if isinstance(block, Table) and block.caption.startswith(BUDGETS))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return with_clock(make_run(tmp_path_factory.mktemp("run"), Spec(QUALITY)), SECONDS)


def test_a_larger_budget_buys_the_best_that_fits_in_it(run: Run) -> None:
    assert [(row[0], row[1], row[4]) for row in budgets(build(run)).rows] == [
        ("1 s", "quick", "1 of 3"),
        ("3 s", "quick", "1 of 3"),
        ("10 s", "quick", "1 of 3"),
        ("30 s", "slow", "2 of 3"),
        ("100 s", "slow", "2 of 3"),
        ("300 s", "slow", "3 of 3"),
    ]


def test_what_takes_longer_than_any_round_budget_is_still_named(run: Run) -> None:
    slow = with_clock(run, {"quick": 20_000.0, "slow": 50_000.0, "slower": 60_000.0})
    assert [row[:2] for row in budgets(build(slow)).rows] == [("no limit", "slow")]


def test_the_figure_has_a_mark_and_a_cross_for_each_that_ran_and_the_best_so_far(run: Run) -> None:
    figure = next(block for block in build(run) if isinstance(block, Figure))
    best, *drawn = figure.panels[0].series
    marks, crosses = drawn[:3], drawn[3:]
    assert [mark.name for mark in marks] == [cross.name for cross in crosses] == ["slow", "slower", "quick"]
    assert [mark.label for mark in marks] == ["slow", "", "quick"]
    assert crosses[0].x[2] == marks[0].x[0] == pytest.approx(1.30103)
    assert crosses[0].y[4] - marks[0].y[0] == pytest.approx(rank(run).boards[0].entries[0].overall.spread)  # type: ignore[union-attr]
    assert list(best.x) == sorted(best.x)
    assert best.x[-1] == max(mark.x[0] for mark in marks)
    assert list(best.y) == sorted(best.y)
    assert "slow 0.9" in figure.alt


def test_leaky_baselines_are_drawn_but_are_never_the_best(tmp_path: Path) -> None:
    spec = Spec({"good": 0.6, "foil": 0.9}, foils=("foil",))
    blocks = build(with_clock(make_run(tmp_path / "run", spec), {"good": 5.0, "foil": 0.1}))
    figure = next(block for block in blocks if isinstance(block, Figure))
    assert [(mark.name, mark.label) for mark in figure.panels[0].series[1:3]] == [("foil", ""), ("good", "good")]
    assert [row[1] for row in budgets(blocks).rows] == ["good"]
    assert isinstance(blocks[0], Text)
    assert blocks[0].text.endswith("Never named as the best: deliberately leaky baselines (foil).")
    alone = build(make_run(tmp_path / "alone", Spec({"foil": 0.9}, foils=("foil",))))
    assert not any(isinstance(block, Table) and block.caption.startswith(BUDGETS) for block in alone)


def test_a_run_without_processor_times_shows_wall_time_and_says_so(tmp_path: Path) -> None:
    blocks = build(make_run(tmp_path / "run", Spec({"vae": 0.5})))
    assert isinstance(blocks[0], Text)
    assert "seconds of one fit; it is higher if the machine does other work" in blocks[0].text
    figure = next(block for block in blocks if isinstance(block, Figure))
    assert figure.panels[0].x_label == "fit, seconds"


def test_nothing_that_ran_leaves_no_section(tmp_path: Path) -> None:
    assert build(make_run(tmp_path / "run", Spec({"vae": None}))) == []


def test_it_is_drawn(run: Run, tmp_path: Path) -> None:
    markdown, html = (path.read_text(encoding="utf-8") for path in write_report(run, figures=True, out=tmp_path))
    assert "figures/cost-methane-1-blocked.svg" in markdown
    assert "best up to this time" in html
