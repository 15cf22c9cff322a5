"""The section on how sure a ranking is, and what the leaderboard says of it."""

from __future__ import annotations

import importlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import Block, Figure, Fold, Leaderboard, Moderation, Table, Text
from bench.reporting.figures.plot import plot_figure
from bench.statistics.leaderboard import rank as rank_run
from bench.statistics.leaderboard import rank_frame
from tests.reports.make_run import Spec, make_run
from tests.statistics.test_leaderboard import COMBINE, METRICS, STEADY, Several, Values, about, frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.runs.run_directory import Run

section = importlib.import_module("bench.reports.uncertainty")
summary = importlib.import_module("bench.reports.summary")
ranking = importlib.import_module("bench.reports.leaderboard")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("run"))


def ranked(generators: Mapping[str, Sequence[Values | Several]]) -> Leaderboard:
    return rank_frame(frame(generators), METRICS, COMBINE)


def build(run: Run, board: Leaderboard) -> list[Block]:
    found: list[Block] = section.SECTION.build(run, board)
    return found


def table(blocks: list[Block], caption: str) -> dict[str, tuple[str, ...]]:
    """The one table whose caption starts so, by the cells of its first column."""
    found = [block for block in blocks if isinstance(block, Table) and block.caption.startswith(caption)]
    assert len(found) == 1, [block.caption for block in blocks if isinstance(block, Table)]
    return {row[0]: row for row in found[0].rows}


def texts(blocks: list[Block]) -> str:
    return "\n".join(block.text for block in blocks if isinstance(block, Text))


FIVE: dict[str, list[Values]] = {
    "a": about(0.8, *STEADY),
    "b": about(0.6, 0, 2, -2, 5, -1),
    "c": about(0.59, *STEADY),
    "d": about(0.5, *STEADY),
    "e": about(0.4, *STEADY),
    "dead": [{}] * 5,
}


def test_ranks_and_pairs_and_ties(run: Run) -> None:
    blocks = build(run, ranked(FIVE))
    chances = table(blocks, "Probability of each rank")
    assert list(chances) == ["a", "b", "c", "d", "e", "dead"]
    assert chances["a"] == ("a", "1", "1.00", "0.00", "0.00", "0.00", "0.00", "0.00")
    assert chances["b"][1] == chances["c"][1] == "2–3"
    assert chances["dead"][1:] == ("6", "0.00", "0.00", "0.00", "0.00", "0.00", "1.00")
    assert texts(blocks).startswith("These cannot be told apart: b and c.\n")
    near = next(one for one in blocks if isinstance(one, Table) and "the best 4" in one.caption)
    assert near.rows[0][:2] == ("a", "b")
    assert near.rows[0][2].startswith("+0.19")
    assert len(near.rows) == 6
    assert (0, 4) in near.strong
    assert next(at for at, row in enumerate(near.rows) if row[:2] == ("b", "c")) not in {at for at, _ in near.strong}
    fold = next(one for one in blocks if isinstance(one, Fold))
    assert isinstance(fold.blocks[0], Table)
    assert len(fold.blocks[0].rows) == 4


def test_the_noise_of_seeds_is_shown_where_there_are_several(run: Run) -> None:
    one = ranked({name: FIVE[name] for name in "ab"})
    assert "--seeds-per-split" in texts(build(run, one))
    pairs = [(low, high) for low, high in zip(about(0.5, *STEADY), about(0.54, *STEADY), strict=True)]
    blocks = build(run, ranked({"a": pairs, "b": pairs}))
    assert table(blocks, "Noise of the overall score")["a"] == ("a", "0.000", "0.028", "2")
    assert "--seeds-per-split" not in texts(blocks)


def test_the_weights_with_which_each_leads(run: Run) -> None:
    blocks = build(run, ranked({name: FIVE[name] for name in "ab"}))
    assert table(blocks, "Share of all possible weights of detection, fidelity") == {
        "a": ("a", "100 %"),
        "b": ("b", "0 %"),
    }


def test_one_repeat_claims_nothing(run: Run) -> None:
    blocks = build(run, ranked({"a": about(0.8, 0), "b": about(0.2, 0)}))
    assert texts(blocks).startswith("These cannot be told apart: a and b. One repeat shows no noise. To detect smaller")
    assert [block.caption.split()[0] for block in blocks if isinstance(block, Table)] == ["Share"]


@pytest.mark.parametrize("generators", [{"a": about(0.8, *STEADY)}, {"a": about(0.8, 0), "dead": [{}]}, {"dead": [{}]}])
def test_one_generator_has_nothing_to_be_unsure_of(generators: dict[str, list[Values]], run: Run) -> None:
    assert build(run, ranked(generators)) == []


def several(many: int) -> Leaderboard:
    rng = np.random.default_rng(1)
    tables = []
    for at in range(many):
        shifts = rng.normal(0, 2, size=3)
        one = frame({name: about(0.4 + 0.2 * i + 0.01 * shifts[i], *STEADY) for i, name in enumerate("abc")})
        tables.append(one.assign(dataset=f"d{at}"))
    return rank_frame(pd.concat(tables), METRICS, COMBINE)


def test_enough_data_sets_are_compared(run: Run) -> None:
    blocks = build(run, several(6))
    assert "Friedman's test over 6 independent groups (d0, d1, d2, d3, d4 and d5): p = 0.002" in texts(blocks)
    assert "adjusted p cannot fall below 0.094" in texts(blocks)
    assert table(blocks, "Mean ranks") == {
        "c": ("c", "1.000", "1"),
        "b": ("b", "2.000", "1, 2"),
        "a": ("a", "3.000", "2"),
    }
    figure = next(block for block in blocks if isinstance(block, Figure) and "mean rank" in block.title.lower())
    assert "mean rank (1 is best)" in plot_figure(figure, {}).file()
    series = figure.panels[0].series
    assert [one.name for one in series] == ["c", "b", "a"]
    assert series[0].high[0] - series[0].low[0] == pytest.approx(3.314 / np.sqrt(2) * np.sqrt(12 / 36), abs=1e-3)


def test_few_data_sets_are_refused(run: Run, tmp_path: Path) -> None:
    blocks = build(run, several(4))
    assert "4 data sets: Friedman's test, Nemenyi's and Wilcoxon's need at least 5" in texts(blocks)
    assert not [block for block in blocks if isinstance(block, Figure) and "mean rank" in block.title.lower()]
    two = make_run(tmp_path / "run", Spec({"vae": 0.5, "ae": 0.4}, second="methane-2"))
    assert "2 data sets in 1 independent group" in texts(build(two, rank_run(two)))


def test_the_leaderboard_shows_ranges_of_ranks_and_intervals(run: Run) -> None:
    blocks = ranking.SECTION.build(run, rank_run(run))
    board = next(block for block in blocks if isinstance(block, Table))
    assert board.header[-2] == "Fit s"
    assert [row[0] for row in board.rows if row[1] in ("beta-vae", "vae", "ae", "ctgan")] == [
        *(f"{place} (not tested)" for place in (1, 2, 3)),
        "4",
    ]
    assert board.rows[0][2].startswith("0.9")
    assert board.rows[0][2].endswith("]")
    assert "95 % interval" in board.caption


def test_the_figure_draws_the_corrected_interval(run: Run) -> None:
    found = rank_run(run)
    figure = next(block for block in summary.SECTION.build(run, found) if isinstance(block, Figure))
    first = found.boards[0].entries[0]
    assert (figure.panels[0].series[0].low[0], figure.panels[0].series[0].high[0]) == first.interval
    assert "corrected 95 % intervals" in figure.title


def test_processor_time_is_shown_where_it_was_measured(run: Run) -> None:
    whole = run.frame()
    timed = whole[whole["metric"] == "fit_seconds"].assign(metric="fit_cpu_seconds", value=7.0)
    cost = next(metric for metric in run.metrics if metric.name == "fit_seconds")
    metrics = [*run.metrics, type(cost)("fit_cpu_seconds", "cost", "lower", "processor time", unit="s")]
    combine = {metric.family: "mean" for metric in metrics}
    found = rank_frame(pd.concat([whole, timed]), metrics, combine)
    board = next(block for block in ranking.SECTION.build(run, found) if isinstance(block, Table))
    assert board.header[-2] == "Fit CPU s"
    assert board.rows[0][-2].startswith("7.00")


def test_moderated_variances_are_explained(run: Run) -> None:
    leaderboard = ranked(FIVE)
    (board,) = leaderboard.boards
    plain = replace(leaderboard, boards=(replace(board, moderation=None),))
    assert "Variances are not moderated: " in texts(build(run, plain))
    moderated = replace(leaderboard, boards=(replace(board, moderation=Moderation(0.001, 3.0)),))
    text = texts(build(run, moderated))
    assert "which counts as 3 more degrees of freedom, because a variance from few repeats is a rough estimate" in text
    two = replace(board, repeats=2, moderation=Moderation(0.001, 2.0))
    words = texts(build(run, replace(leaderboard, boards=(two,))))
    assert "2 repeats leave 3 degrees of freedom, 2 of them from the mean over all pairs." in words


def test_comparisons_with_the_first_are_shown_as_the_summary_makes_them(run: Run) -> None:
    leaderboard = ranked(FIVE)
    (board,) = leaderboard.boards
    own = tuple(replace(pair, p=0.04) for pair in board.pairs if pair.first == "a")
    folds = [
        block
        for block in build(run, replace(leaderboard, boards=(replace(board, leader_pairs=own),)))
        if isinstance(block, Fold) and block.title == "a against each other generator, as the summary compares them"
    ]
    ((shown,),) = (fold.blocks for fold in folds)
    assert isinstance(shown, Table)
    assert [row[:2] + row[4:] for row in shown.rows] == [("a", other, "0.040") for other in "bcde"]


def test_pairs_at_one_floor_say_so(run: Run) -> None:
    leaderboard = ranked({name: FIVE[name] for name in "ab"})
    (board,) = leaderboard.boards
    pairs = (replace(board.pairs[0], p=0.001, at_floor="detection"),)
    blocks = build(run, replace(leaderboard, boards=(replace(board, pairs=pairs),)))
    near = next(one for one in blocks if isinstance(one, Table) and "the best 2" in one.caption)
    assert near.rows[0][4] == "0.001 (both at the floor of detection)"
    assert not near.strong


def test_iman_and_davenport_stand_beside_friedman(run: Run) -> None:
    leaderboard = several(6)
    across = leaderboard.across["random"]
    assert not isinstance(across, str)
    known = replace(leaderboard, across={"random": replace(across, iman_davenport_p=0.0004)})
    assert "p = 0.002; by Iman and Davenport's F, which is less conservative: p < 0.001." in texts(build(run, known))
    unknown = replace(leaderboard, across={"random": replace(across, iman_davenport_p=math.nan)})
    assert "d5): p = 0.002. " in texts(build(run, unknown))


def test_the_matrix_of_differences_says_what_the_tests_say(run: Run) -> None:
    board = rank_run(run).boards[0]
    (panel,) = next(
        block
        for block in build(run, rank_run(run))
        if isinstance(block, Figure) and block.name.startswith("differences-")
    ).panels
    for pair in board.pairs:
        row, column = panel.labels.index(pair.first), panel.labels.index(pair.second)
        assert panel.matrix[row][column] == -panel.matrix[column][row] == pair.difference.mean
        assert panel.notes[row][column].startswith("differs" if pair.differ else "cannot be told apart")
    assert all(panel.matrix[at][at] == 0 for at in range(len(panel.labels)))
