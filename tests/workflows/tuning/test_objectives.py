"""What is maximised: on which rows it is judged, and what it is worth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bench.api import BenchError, Protocol_
from bench.plugins import entry_points
from bench.workflows.tuning import objectives
from tests.workflows.tuning.prepared_tuning import planned, prepared

if TYPE_CHECKING:
    import pandas as pd


@pytest.mark.parametrize("protocol", ["random", "blocked"])
def test_the_inner_split_is_of_train_rows_and_as_the_protocol_says(
    protocol: Protocol_, long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = planned(long_table, protocol)[1]
    inner = prepared(long_table, protocol, monkeypatch).split
    parts = (inner.train, inner.holdout, inner.test)
    assert all(set(part.index) <= set(outer.train.index) for part in parts)
    assert not set(inner.train.index) & (set(inner.holdout.index) | set(inner.test.index))
    assert inner.protocol == protocol
    assert (inner.holdout.index.equals(inner.test.index)) == (protocol == "random")
    assert all(part.equals(long_table.loc[part.index]) for part in parts)


def test_real_rows_reach_1_shuffled_columns_0(long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = prepared(long_table, "random", monkeypatch)
    files = objectives.score_bounds(tuning.prepare_task(), lambda *_: None)
    bounds = json.loads(files["bounds.json"])
    mean = objectives.parse_objective("detection,utility")
    assert mean.judge(bounds, bounds["real-train"]).value == pytest.approx(1)
    shuffled = mean.judge(bounds, bounds["independent"])
    assert shuffled.families["detection"] == pytest.approx(0)
    assert shuffled.value < 0.25, (
        "noise about a prediction is as wide as that of real rows, even if it predicts nothing"
    )
    halfway = {**bounds["independent"], "c2st_auc": bounds["real-train"]["c2st_auc"]}
    judged = mean.judge(bounds, halfway)
    assert judged.families["detection"] == pytest.approx(1)
    assert judged.value == pytest.approx((1 + shuffled.families["utility"]) / 2)
    assert objectives.parse_objective("overall").judge(bounds, halfway).value == pytest.approx(judged.overall) == 0
    assert mean.judge(bounds, {}).value == 0
    guarded = objectives.parse_objective("detection,utility", "privacy")
    ranked = [metric for metric in entry_points.load("metrics", "privacy").metrics if metric.ranked]
    ceilings = {metric.name: metric.ceiling for metric in ranked if not isinstance(metric.ceiling, str)}
    private = {**bounds["real-train"], **ceilings}
    assert guarded.judge(bounds, private).value == pytest.approx(1)
    assert guarded.judge(bounds, {**private, "copies": 1.0}).value == 0, "what copies is worth nothing"


def test_without_a_family_there_is_no_overall_score_to_maximise(
    long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = objectives.score_bounds(prepared(long_table, "random", monkeypatch).prepare_task(), lambda *_: None)
    names = {metric.name for metric in entry_points.load("metrics", "privacy").metrics}
    bounds = {
        row: {metric: value for metric, value in values.items() if metric not in names}
        for row, values in json.loads(files["bounds.json"]).items()
    }
    judged = objectives.parse_objective("detection,utility").judge(bounds, bounds["real-train"])
    assert judged.value == pytest.approx(1)
    assert judged.overall is None
    with pytest.raises(BenchError, match="privacy could not be measured here"):
        objectives.parse_objective("overall").judge(bounds, bounds["real-train"])


@pytest.mark.parametrize(
    ("said", "answer"), [("utilty", "did you mean 'utility'"), ("cost", "expected"), (",", "families such as")]
)
def test_an_objective_that_cannot_be_says_why(said: str, answer: str) -> None:
    with pytest.raises(BenchError, match=answer):
        objectives.parse_objective(said)
