"""What is maximised: on which rows it is judged, and what it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.api import BenchError, Protocol_
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
    bounds = objectives.unpack_bounds(files["bounds.json"])
    mean = objectives.parse_objective("detection,utility")
    assert mean.judge(bounds, bounds["real-train"]).value == pytest.approx(1)
    assert mean.judge(bounds, bounds["independent"]).value == pytest.approx(0)
    halfway = {**bounds["independent"], "c2st_auc": bounds["real-train"]["c2st_auc"]}
    judged = mean.judge(bounds, halfway)
    assert judged.value == pytest.approx(0.5)
    assert judged.families["detection"] == pytest.approx(1)
    assert objectives.parse_objective("overall").judge(bounds, halfway).value == pytest.approx(judged.overall) == 0
    assert mean.judge(bounds, {}).value == 0
    guarded = objectives.parse_objective("detection,utility", "privacy")
    private = {**bounds["holdout-half"], **bounds["real-train"]}
    private |= {key: value for key, value in bounds["holdout-half"].items() if value is not None}
    assert guarded.judge(bounds, private).value == pytest.approx(1)
    assert guarded.judge(bounds, {**private, "copies": 1.0}).value == 0, "what copies is worth nothing"


@pytest.mark.parametrize(
    ("said", "answer"), [("utilty", "did you mean 'utility'"), ("cost", "expected"), (",", "families such as")]
)
def test_an_objective_that_cannot_be_says_why(said: str, answer: str) -> None:
    with pytest.raises(BenchError, match=answer):
        objectives.parse_objective(said)
