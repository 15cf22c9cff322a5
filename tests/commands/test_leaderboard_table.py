"""The ranking in the terminal: wide, narrow, with implausible rows, without overall scores."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from bench.commands import terminal
from tests.reports.made_boards import NO_OVERALL, WHY, with_implausible, without_privacy
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from bench.api import Leaderboard
    from bench.runs.run_directory import Run

QUALITY = {"gap-fill": 0.99, "gaussian-mixture": 0.9, "flat": 0.004, "ctgan": None}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("run") / "run", Spec(QUALITY, ("a", "b"), repeats=3, points=5))


def lines(leaderboard: Leaderboard, width: int) -> list[str]:
    screen = Console(file=io.StringIO(), width=width)
    screen.print(terminal.boards_table(leaderboard))
    return screen.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


def test_eighty_columns_hold_every_name_and_score(run: Run) -> None:
    found = lines(with_implausible(run, "gap-fill"), 80)
    assert max(map(len, found)) <= 80
    assert not any("…" in line for line in found)
    cells = [line.split() for line in found]
    (mixture,) = [row for row in cells if "gaussian-mixture" in row]
    assert mixture == ["2", "gaussian-mixture", "0.911", "0.888", "0.880", "0.880", "1.000", "3", "ok"]
    (flat,) = [row for row in cells if "flat" in row]
    assert flat[2:6] == ["0.000", "floor", "floor", "floor"]


def test_a_wide_screen_has_spreads_and_times(run: Run) -> None:
    text = "\n".join(lines(with_implausible(run, "gap-fill"), 160))
    assert "0.888 ± " in text
    assert "fit cpu s" in text
    assert "at the floor" in text


@pytest.mark.parametrize("width", [80, 160])
def test_implausible_rows_are_last_without_a_rank_and_with_the_reason(run: Run, width: int) -> None:
    found = lines(with_implausible(run, "gap-fill"), width)
    names = [next((name for name in (*QUALITY, "real-train") if f" {name} " in line), "") for line in found]
    assert [name for name in names if name] == ["gaussian-mixture", "flat", "ctgan", "gap-fill", "real-train"]
    row = found[names.index("gap-fill")].replace("│", " ").split()
    assert (row[0], row[-1]) == ("-", "implausible")
    assert f"gap-fill: implausible: {WHY}" in " ".join(line.strip() for line in found)


def test_without_overall_scores_there_are_dashes_and_the_reason(run: Run) -> None:
    found = lines(without_privacy(run), 80)
    assert f"no overall score: {NO_OVERALL}" in " ".join(line.strip() for line in found)
    (mixture,) = [line.split() for line in found if "gaussian-mixture" in line]
    assert mixture[:3] == ["-", "gaussian-mixture", "-"]
