"""Implausible rows: marked everywhere, without a rank, and never named as best."""

from __future__ import annotations

import csv
import importlib
import io
import json
from typing import TYPE_CHECKING

import pytest

from bench.api import Block, Facts, Fold, Table, Text
from bench.common.atomic_files import to_json
from bench.reporting import latex, leaderboard_data
from bench.reporting.build_report import collect, documents
from bench.reporting.document_tables import tables
from bench.reporting.leaderboard_data import tied_with_first
from tests.reports.made_boards import WHY, with_implausible
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.api import Leaderboard
    from bench.runs.run_directory import Run

caveats = importlib.import_module("bench.reports._caveats")
summary = importlib.import_module("bench.reports.summary")

CHEAT = "gap-fill"
QUALITY = {CHEAT: 0.99, "good": 0.9, "fair": 0.6, "bad": 0.3, "broken": None}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("run") / "run", Spec(QUALITY, ("a", "b"), repeats=3, points=10))


@pytest.fixture(scope="module")
def leaderboard(run: Run) -> Leaderboard:
    return with_implausible(run, CHEAT)


@pytest.fixture(scope="module")
def sections(run: Run, leaderboard: Leaderboard) -> dict[str, Sequence[Block]]:
    return {part.title: part.blocks for part in collect(run, leaderboard).parts}


def flat(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield from flat(block.blocks) if isinstance(block, Fold) else [block]


def tables_of(blocks: Sequence[Block]) -> list[Table]:
    return [block for block in flat(blocks) if isinstance(block, Table)]


def test_the_row_follows_the_ranked_ones_without_a_rank_and_with_the_reason(
    sections: dict[str, Sequence[Block]],
) -> None:
    ranking = tables_of(sections["Leaderboard"])[0]
    names = [row[1] for row in ranking.rows]
    assert names[:6] == ["good", "fair", "bad", "broken", CHEAT, "real-train"]
    assert ranking.rows[4][0] == "—"
    assert ranking.rows[4][-1] == f"3 ok, implausible: {WHY}"
    assert ranking.tags[4] == "implausible"
    assert 4 in ranking.apart
    assert not {row for row, _ in ranking.strong} & ranking.apart
    assert not {row for row, _ in ranking.bars} & ranking.apart


def test_it_leads_the_caveats(run: Run, leaderboard: Leaderboard) -> None:
    first = caveats.caveats(run, leaderboard.boards[0])[0]
    assert first == f"{CHEAT} is implausible and has no rank: {WHY}."


def test_the_first_sentences_do_not_know_it(leaderboard: Leaderboard) -> None:
    words = summary.outcome(leaderboard.boards[0])
    assert words.startswith("good leads with")
    assert CHEAT not in words


def test_nothing_but_implausible_rows_is_no_ranking(tmp_path: Path) -> None:
    alone = make_run(tmp_path / "run", Spec({CHEAT: 0.9}, ("a", "b"), points=10))
    words = summary.outcome(with_implausible(alone, CHEAT).boards[0])
    assert words == "Nothing could be ranked: the rows of every generator that succeeded are implausible."


def test_no_list_recommends_it(sections: dict[str, Sequence[Block]]) -> None:
    (fronts, *_) = [block for block in sections["Trade-offs"] if isinstance(block, Text)]
    assert f"implausible rows ({CHEAT})" in fronts.text
    assert not any(CHEAT in item for item in fronts.items)
    budgets = next(table for table in tables_of(sections["Cost"]) if "budget" in table.caption)
    assert CHEAT not in {row[1] for row in budgets.rows}
    assert budgets.rows[-1][4] == "3 of 3"
    assert not any(CHEAT in row for table in tables_of(sections["Uncertainty"]) for row in table.rows)
    compared = [text for block in flat(sections["Why this ranking"]) if isinstance(block, Text) for text in block.items]
    assert not any(CHEAT in text for text in compared)


def test_values_are_shown_apart_and_never_as_the_best(sections: dict[str, Sequence[Block]]) -> None:
    values = tables_of(sections["Metrics"])[0]
    row = next(number for number, cells in enumerate(values.rows) if cells[0] == CHEAT)
    assert row in values.apart
    assert values.tags[row] == "implausible"
    assert row not in {strong for strong, _ in values.strong}


def test_its_own_part_says_why(sections: dict[str, Sequence[Block]]) -> None:
    part = next(block for block in sections["Generators"] if isinstance(block, Fold) and block.about == CHEAT)
    assert part.title.startswith(f"{CHEAT}: no rank, overall 0.9")
    assert part.title.endswith("(implausible)")
    facts = part.blocks[0]
    assert isinstance(facts, Facts)
    assert ("Implausible", WHY) in facts.items


def test_the_documents_mark_it(run: Run, leaderboard: Leaderboard) -> None:
    files = documents(run, leaderboard, ("md", "html"), figures=False)
    assert f"| — | {CHEAT} (implausible) |" in files["report.md"].decode()
    assert '<span class="tag">(implausible)</span>' in files["report.html"].decode()


def test_the_data_formats_mark_it(run: Run, leaderboard: Leaderboard) -> None:
    lines = {line["generator"]: line for line in csv.DictReader(io.StringIO(leaderboard_data.to_csv(run, leaderboard)))}
    assert lines[CHEAT]["implausible"] == WHY
    assert lines[CHEAT]["rank"] == lines[CHEAT]["tied_with_first"] == ""
    assert lines["good"]["implausible"] == ""
    content = json.loads(to_json(leaderboard_data.to_plain(run, leaderboard)))
    rows = {row["generator"]: row for row in content["boards"][0]["rows"]}
    assert rows[CHEAT]["implausible"] == f"implausible: {WHY}"
    assert rows[CHEAT]["rank"] is None
    assert CHEAT not in tied_with_first(leaderboard.boards[0])


def test_latex_lists_it_below_a_rule(run: Run, leaderboard: Leaderboard) -> None:
    body = latex.render(tables(run, leaderboard, "leaderboard"), leaderboard).split(r"\midrule")
    assert CHEAT not in body[1]
    assert rf"--- & \emph{{{CHEAT} (implausible)}}" in body[2]
    assert r"& 3 ok, implausible \\" in body[2]
