"""Caveats of made-up runs."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.statistics.leaderboard import rank
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from bench.runs.run_directory import Run

caveats = importlib.import_module("bench.reports._caveats")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("made") / "run", Spec({"ae": 0.5, "vae": 0.7}, repeats=5, points=5))


def _with_ceilings(run: Run, *values: float) -> Run:
    """The run in which models of real rows predict this well, repeat by repeat."""
    references = dict(run.references)
    for split, value in zip(run.manifest.splits, values, strict=True):
        row = references[split.id]["real-train"]
        real = replace(row, metrics={**row.metrics, "tstr_xgb_r2": value})
        references[split.id] = {**references[split.id], "real-train": real}
    return replace(run, references=references)


def _low_ceilings(run: Run) -> list[str]:
    return [caveat for caveat in caveats.caveats(run, rank(run).boards[0]) if "below 0" in caveat]


def test_splits_on_which_real_rows_predict_nothing_are_named(run: Run) -> None:
    (caveat,) = _low_ceilings(_with_ceilings(run, -0.27, 0.76, 0.76, 0.32, -1.58))
    assert "tstr_xgb_r2 in 2 of 5 (repeats 1 and 5)" in caveat
    (caveat,) = _low_ceilings(_with_ceilings(run, 0.5, 0.5, 0.5, -0.1, 0.5))
    assert "tstr_xgb_r2 in 1 of 5 (repeat 4)" in caveat


def test_ceilings_above_the_mean_give_no_caveat(run: Run) -> None:
    assert _low_ceilings(_with_ceilings(run, 0.1, 0.76, 0.76, 0.32, 0.0)) == []
