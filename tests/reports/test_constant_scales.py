"""Floors and ceilings that are constants, or the best of several, read well everywhere."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.api import Fold, Table, Text
from bench.common.atomic_files import to_json
from bench.reporting import latex, leaderboard_data
from bench.reporting.build_report import collect, documents
from bench.reporting.document_tables import tables
from bench.statistics.leaderboard import rank
from tests.reports.make_run import METRICS, Spec, make_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Block, Metric
    from bench.runs.run_directory import Run


def _with_constants(metric: Metric) -> Metric:
    """The metric with a scale that ends in known values."""
    match metric.name:
        case "copies":
            return replace(metric, floor=(0.05, "copy"), ceiling=0.0)
        case "c2st_auc":
            return replace(metric, ceiling=0.5)
        case "std_ratio":
            return replace(metric, ceiling=1.0)
    return metric


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    spec = Spec({"good": 0.9, "fair": 0.6}, ("Moisture", "Methane"), repeats=3, points=10)
    made = make_run(tmp_path_factory.mktemp("run") / "run", spec)
    return replace(made, manifest=replace(made.manifest, metrics=tuple(_with_constants(metric) for metric in METRICS)))


@pytest.fixture(scope="module")
def sections(run: Run) -> dict[str, Sequence[Block]]:
    return {part.title: part.blocks for part in collect(run, rank(run)).parts}


def test_the_method_says_which_constants_bound_which_metrics(sections: dict[str, Sequence[Block]]) -> None:
    fold = next(block for block in sections["Leaderboard"] if isinstance(block, Fold))
    (method,) = (block.text for block in fold.blocks if isinstance(block, Text))
    assert "copy (train rows) and the constant 0.05 (copies). Ceilings: " in method
    assert (
        "the constant 0 (copies), the constant 0.5 (c2st_auc) and the constant 1 (std_ratio). Constants are" in method
    )


def test_hints_name_the_scale(sections: dict[str, Sequence[Block]]) -> None:
    hints = {
        name: hint for block in sections["Metrics"] if isinstance(block, Table) for name, hint in block.hints.items()
    }
    assert hints["copies ↓"].endswith("scored from 0.05 or copy to 0")
    assert hints["c2st_auc ≤ 0.5"].endswith("scored from independent to 0.5")


def test_what_holds_back_shows_the_constants(sections: dict[str, Sequence[Block]]) -> None:
    fold = next(
        block for block in sections["Why this ranking"] if isinstance(block, Fold) and "every family" in block.title
    )
    (table,) = (block for block in fold.blocks if isinstance(block, Table))
    rows = {row[:2]: row[2:] for row in table.rows}
    privacy, detection = rows["good", "privacy (0.637)"], rows["good", "detection (0.884)"]
    assert privacy[:2] == ("copies (0.637)", "0.018; floor 0.050, ceiling 0.000")
    assert detection[1].endswith("ceiling 0.500")
    columns = [row[4] for row in table.rows if row[2].startswith("std_ratio")]
    assert columns == ["Moisture (1.056, ceiling 1.000)"]


def test_every_format_can_hold_them(run: Run) -> None:
    leaderboard = rank(run)
    assert documents(run, leaderboard, ("md", "html"), figures=False)
    assert "good" in latex.render(tables(run, leaderboard, "leaderboard"), leaderboard)
    metrics = json.loads(to_json(leaderboard_data.to_plain(run, leaderboard)))["metrics"]
    assert (metrics["copies"]["floor"], metrics["copies"]["ceiling"]) == ([0.05, "copy"], 0.0)
