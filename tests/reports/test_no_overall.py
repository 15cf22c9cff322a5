"""A board without overall scores: no rank and no winner, but the families that are known, and why."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from bench.api import Table, Text
from bench.common.atomic_files import to_json
from bench.reporting import latex, leaderboard_data
from bench.reporting.build_report import collect, documents
from bench.reporting.document_tables import tables
from tests.reports.made_boards import NO_OVERALL, without_privacy
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Block, Leaderboard
    from bench.runs.run_directory import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    spec = Spec({"good": 0.9, "fair": 0.6, "broken": None}, ("a", "b"), repeats=3, points=10)
    return make_run(tmp_path_factory.mktemp("run") / "run", spec)


@pytest.fixture(scope="module")
def leaderboard(run: Run) -> Leaderboard:
    return without_privacy(run)


@pytest.fixture(scope="module")
def sections(run: Run, leaderboard: Leaderboard) -> dict[str, Sequence[Block]]:
    return {part.title: part.blocks for part in collect(run, leaderboard).parts}


def test_the_table_has_the_known_families_and_says_why(sections: dict[str, Sequence[Block]]) -> None:
    ranking = next(block for block in sections["Leaderboard"] if isinstance(block, Table))
    assert ranking.caption == f"Scores on methane-1, blocked split, 3 repeats; no overall score: {NO_OVERALL}"
    assert ranking.header[2:6] == ("Overall", "Fidelity", "Detection", "Utility")
    assert {row[0] for row in ranking.rows} == {row[2] for row in ranking.rows} == {"—"}
    assert ranking.rows[0][1] == "good"
    assert ranking.rows[0][3].startswith("0.89")


def test_the_summary_names_no_winner(sections: dict[str, Sequence[Block]]) -> None:
    lead = next(block for block in sections["Summary"] if isinstance(block, Text))
    assert lead.text == (
        f"There is no overall score and no rank: {NO_OVERALL}. "
        "The scores of fidelity, detection and utility are in the table below."
    )


def test_no_section_assumes_an_overall_score(sections: dict[str, Sequence[Block]]) -> None:
    assert "Uncertainty" not in sections
    assert [block.title for block in sections["Generators"][1:]] == [  # type: ignore[union-attr]
        "good: no overall score",
        "fair: no overall score",
        "broken: 3 failed",
    ]
    why = [block for block in sections["Why this ranking"] if isinstance(block, Table)]
    assert why[0].rows[0][:3] == ("good", "—", "detection (0.884)")
    assert "overall" not in {row[0] for row in why[-1].rows}


def test_every_format_can_hold_it(run: Run, leaderboard: Leaderboard) -> None:
    report = documents(run, leaderboard, ("md", "html"))
    assert "leads" not in report["report.md"].decode()
    assert NO_OVERALL in latex.render(tables(run, leaderboard, "leaderboard"), leaderboard)
    lines = list(csv.DictReader(io.StringIO(leaderboard_data.to_csv(run, leaderboard))))
    assert {(line["rank"], line["overall"], line["tied_with_first"]) for line in lines} == {("", "", "")}
    (board,) = json.loads(to_json(leaderboard_data.to_plain(run, leaderboard)))["boards"]
    assert board["no_overall"] == leaderboard.boards[0].no_overall
