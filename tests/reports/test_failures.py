"""Section Failures: what failed comes first, notes that change no score are folded."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import Block, Fold, Table, Text
from bench.statistics.leaderboard import rank
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import TrialResult
    from bench.runs.run_directory import Run

FINE = Spec({"vae": 0.8, "ae": 0.5})


def build(run: Run) -> list[Block]:
    blocks: list[Block] = importlib.import_module("bench.reports.failures").SECTION.build(run, rank(run))
    return blocks


def without(result: TrialResult, key: str, reason: str) -> TrialResult:
    return replace(result, metrics={**result.metrics, key: None}, reasons={**result.reasons, key: reason})


def test_notes_of_fine_trials_are_one_row_each_and_folded(tmp_path: Path) -> None:
    def note(result: TrialResult) -> TrialResult:
        unranked = without(result, "quality", f"no level has less than {result.trial.repeat + 1} % of train")
        return without(unranked, "column_shapes[Moisture]", "is categorical")

    text, fold = build(make_run(tmp_path / "run", FINE, note))
    assert isinstance(text, Text)
    assert text.text == "No trial failed, and no generator lacks the value of a ranked metric."
    assert isinstance(fold, Fold)
    assert fold.title == "Notes that change no score: 2 reasons for values that do not exist"
    (table,) = fold.blocks
    assert isinstance(table, Table)
    assert table.rows == (
        ("is categorical", "column_shapes by column", "all 2", "methane-1", "4"),
        ("no level has less than 1 to 2 % of train", "quality", "all 2", "methane-1", "4"),
    )


def test_a_missing_value_of_a_ranked_metric_counts_and_is_no_note(tmp_path: Path) -> None:
    def lose(result: TrialResult) -> TrialResult:
        missing = result.trial.generator == "ae" and not result.trial.repeat
        return without(result, "tstr_xgb_r2", "the model diverged") if missing else result

    (table,) = build(make_run(tmp_path / "run", FINE, lose))
    assert isinstance(table, Table)
    assert table.caption == "Ranked values that could not be computed: each counts as the floor"
    assert table.rows == (("ae", "methane-1", "tstr_xgb_r2", "1", "the model diverged"),)


def test_without_a_scale_a_missing_value_counts_for_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", FINE, lambda result: without(result, "tstr_xgb_r2", "no model"))
    without_scale = {
        split: {name: without(row, "tstr_xgb_r2", "no model") for name, row in rows.items()}
        for split, rows in run.references.items()
    }
    text, fold = build(replace(run, references=without_scale))
    assert isinstance(text, Text)
    assert isinstance(fold, Fold)


def test_failed_trials_come_first(tmp_path: Path) -> None:
    spec = Spec({"vae": 0.8, "broken": None})
    table, fold = build(make_run(tmp_path / "run", spec, lambda result: without(result, "quality", "a note")))
    assert isinstance(table, Table)
    assert [row[:4] for row in table.rows] == [("broken", "methane-1", str(n), "failed") for n in (1, 2)]
    assert isinstance(fold, Fold)


def test_nothing_to_tell_is_no_section(tmp_path: Path) -> None:
    assert build(make_run(tmp_path / "run", FINE)) == []
