"""A plan over a made table, and the same table spoiled outside train."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Dataset, Protocol_, Schema, Split
from bench.planning import plan
from bench.planning.config import Config
from bench.tables.table_request import TableRequest
from bench.workflows.tuning import objectives, setup

if TYPE_CHECKING:
    import pandas as pd
    import pytest


def dataset(frame: pd.DataFrame, *, ordered: bool = False) -> Dataset:
    schema = Schema.of_numbers(frame.columns, "y", ordered=ordered)
    return Dataset("small", "small", frame, schema, "0" * 64, "made here", "MIT")


def planned(frame: pd.DataFrame, protocol: Protocol_) -> tuple[plan.Plan, Split]:
    """The plan of a run and the split of its repeat 0."""
    config = Config((TableRequest("small"),), ("beta-vae",), repeats=1, split=protocol, profile="standard")
    made = plan.make_plan(config, {"small": dataset(frame, ordered=protocol == "blocked")})
    return made, made.draw(next(iter(made.splits.values())))


def poisoned(frame: pd.DataFrame, protocol: Protocol_) -> pd.DataFrame:
    """The table with absurd values in every row that is not train's."""
    train = planned(frame, protocol)[1].train.index
    spoiled = frame.copy()
    spoiled.loc[~spoiled.index.isin(train)] = 1e6
    return spoiled


def prepared(frame: pd.DataFrame, protocol: Protocol_, monkeypatch: pytest.MonkeyPatch) -> setup.TuningSetup:
    made = planned(frame, protocol)[0]
    monkeypatch.setattr("bench.execution.runner.load_plan", lambda config: made)
    return setup.prepare_tuning(made.config, None, objectives.parse_objective(objectives.DEFAULT, objectives.GUARD))
