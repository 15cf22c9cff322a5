from __future__ import annotations

import doctest
import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.api import Fold, Metric, Table
from bench.plugins import entry_points
from bench.statistics.leaderboard import rank
from tests.reports.make_run import METRICS, Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import Block
    from bench.runs.run_directory import Run

EXTRA = (
    *(Metric(f"tstr_m{at}", "utility", "higher", "of one model") for at in range(11)),
    Metric("aug_r2", "utility", "higher", "with real rows"),
    Metric("aug_mae", "utility", "lower", "with real rows"),
    Metric("drift", "utility", "lower", "on its own"),
    Metric("attack_tpr", "privacy", "lower", "share of rows found"),
    Metric("attack_tpr_low", "privacy", "lower", "lower end"),
    Metric("attack_tpr_high", "privacy", "lower", "upper end"),
)
VALUES = {metric.name: 0.5 for metric in EXTRA} | {"attack_tpr": 0.02, "attack_tpr_low": 0.01, "attack_tpr_high": 0.04}


@pytest.mark.parametrize("module", ["bench.reports.metrics", "bench.reports._value_tables"])
def test_examples_in_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted
    assert not result.failed


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with a family too large for one table, and a metric with an interval."""
    found = make_run(tmp_path_factory.mktemp("run"), Spec({"vae": 0.6, "ae": 0.3}))
    results = tuple(replace(one, metrics={**one.metrics, **VALUES}) for one in found.results)
    metrics = (*METRICS, *EXTRA)
    return replace(found, manifest=replace(found.manifest, metrics=metrics), results=results)


@pytest.fixture(scope="module")
def blocks(run: Run) -> list[Block]:
    built: list[Block] = entry_points.load("sections", "metrics").build(run, rank(run))
    return built


def tables(blocks: list[Block]) -> list[Table]:
    """Those at first sight."""
    return [block for block in blocks if isinstance(block, Table)]


def folded(blocks: list[Block], title: str) -> list[Table]:
    fold = next(block for block in blocks if isinstance(block, Fold) and block.title.startswith(title))
    return [block for block in fold.blocks if isinstance(block, Table)]


def test_what_is_ranked_stands_first_and_the_rest_of_a_large_family_is_folded(blocks: list[Block]) -> None:
    shown = [table for table in tables(blocks) if table.caption.startswith("Utility")]
    assert [table.header for table in shown] == [("Generator", "tstr_xgb_r2 ↑")]
    rest = folded(blocks, "Utility: 15 further metrics")
    assert [table.caption for table in rest] == ["tstr_… (1 of 2)", "tstr_… (2 of 2)", "aug_…", "others"]
    assert [len(table.header) - 1 for table in rest] == [6, 6, 2, 1]


def test_no_metric_is_lost_and_none_is_shown_twice(blocks: list[Block]) -> None:
    every = [*tables(blocks), *folded(blocks, "Utility: ")]
    names = [head.split()[0] for table in every for head in table.header[1:]]
    elsewhere = {metric.name for metric in METRICS if metric.family == "cost"}
    assert sorted(names) == sorted(
        {metric.name for metric in (*METRICS, *EXTRA)} - elsewhere - {"attack_tpr_low", "attack_tpr_high"}
    )


def test_no_table_is_wider_than_a_page(blocks: list[Block]) -> None:
    assert max(len(table.header) for table in [*tables(blocks), *folded(blocks, "Utility: ")]) <= 9


def test_an_interval_stands_beside_its_estimate(blocks: list[Block]) -> None:
    table = next(table for table in tables(blocks) if table.caption.startswith("Privacy"))
    at = next(place for place, head in enumerate(table.header) if head.startswith("attack_tpr"))
    assert {row[0]: row[at] for row in table.rows}["vae"] == "0.020 ± 0.000 [0.010 to 0.040]"


def test_families_with_a_section_of_their_own_are_left_to_it(blocks: list[Block]) -> None:
    assert not any(table.caption.startswith("Cost") for table in tables(blocks))


def test_values_by_column_stand_between_their_floor_and_ceiling(blocks: list[Block]) -> None:
    shapes = folded(blocks, "Fidelity by column")[0]
    assert shapes.header == ("Column", "vae", "ae", "real-train", "uniform")


def test_a_small_run_keeps_its_glossary(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", Spec({"vae": 0.6}, repeats=1))
    last = entry_points.load("sections", "metrics").build(run, rank(run))[-1]
    assert isinstance(last, Fold)
    assert [row[0] for row in last.blocks[0].rows] == [metric.name for metric in METRICS]  # type: ignore[union-attr]
