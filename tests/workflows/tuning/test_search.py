"""Tuning: what a trial is given, when it stops, and what failures are worth."""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from bench.api import BenchError, Protocol_
from bench.common.atomic_files import pack_arrays, to_json
from bench.execution.tasks import Task, TaskOutcome
from bench.planning import plan
from bench.planning.config import Config
from bench.plugins import entry_points
from bench.workflows.tuning import objectives, optuna_study, output_files, scoring_files, search, setup
from bench.workflows.tuning.optuna_study import Attempt
from tests.workflows.tuning.prepared_tuning import poisoned, prepared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.mark.parametrize("protocol", ["random", "blocked"])
def test_nothing_that_a_trial_is_given_depends_on_other_rows(
    protocol: Protocol_, long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled = poisoned(long_table, protocol)
    assert (spoiled == 1e6).any(axis=None)
    fits: list[Task] = []
    scorings: list[Task] = []
    for frame in (long_table, spoiled):
        setup_ = prepared(frame, protocol, monkeypatch)
        fits.append(setup_.fit_task({"latent": 3}))
        scorings.append(setup_.score_task(fits[-1].trial, {}, {}))
    pd.testing.assert_frame_equal(fits[0].payload.train, fits[1].payload.train)
    clean, other = scorings
    for part in ("train", "holdout", "test"):
        pd.testing.assert_frame_equal(getattr(clean.payload.split, part), getattr(other.payload.split, part))
    assert clean.payload.split.seed == other.payload.split.seed
    assert clean.payload.score_seed == other.payload.score_seed
    assert (clean.trial.seed, clean.trial.params) == (other.trial.seed, other.trial.params)


def test_rows_caps_inner_train_only(long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = prepared(long_table, "random", monkeypatch)
    made = whole.plan
    monkeypatch.setattr("bench.execution.runner.load_plan", lambda config: made)
    capped = setup.prepare_tuning(replace(made.config, rows=100), None, whole.objective)
    assert len(capped.split.train) == 100
    assert capped.split.holdout.equals(whole.split.holdout)
    assert set(capped.split.train.index) < set(whole.split.train.index)


def test_what_is_set_is_not_searched(long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = prepared(long_table, "random", monkeypatch)
    fixed = replace(whole.plan.config, settings={"beta-vae": {"latent": 4}})
    assert set(whole.space) - set(setup.prepare_tuning(fixed, None, whole.objective).space) == {"latent"}


def test_without_optuna_the_pip_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(BenchError, match=r"pip install 'tabgen-bench\[tune\]'"):
        setup.prepare_tuning(Config(generators=("beta-vae",)), None, objectives.parse_objective("overall"))


@pytest.mark.parametrize("bad", [{"trials": 0}, {"minutes": -1.0}, {"timeout": 0.0}], ids=str)
def test_a_budget_is_above_0(bad: Mapping[str, float]) -> None:
    with pytest.raises(BenchError, match=f"{next(iter(bad))} is"):
        search.TuningBudget(**bad)  # type: ignore[arg-type]


def test_the_defaults_win_unless_something_is_better() -> None:
    default, worse, lost = (
        Attempt(None, {}, 0.5),
        Attempt(0, {"x": 1}, 0.5),
        Attempt(1, {"x": 2}, 0.0, "timeout", "slow"),
    )
    assert search.best_attempt([default, worse, lost]) is default
    assert search.best_attempt([default, replace(worse, value=0.6), lost]).params == {"x": 1}
    with pytest.raises(BenchError, match="nothing could be fitted; the first error: slow"):
        search.best_attempt([lost])


class HerePool:
    """Runs tasks in this process; or says that their time was up."""

    idle = 1

    def __init__(self, *, stops: bool = False) -> None:
        self.stops = stops

    def start(self, task: Task) -> None:
        self.task = task

    def events(self) -> list[tuple[Task, TaskOutcome]]:
        if self.stops:
            return [(self.task, TaskOutcome("timeout", {}, "stopped after 3 s", 3.0))]
        files = self.task.work(self.task, lambda *_: None)
        return [(self.task, TaskOutcome("ok", files, "", 1.0))]


@pytest.mark.parametrize("stops", [True, False])
def test_a_trial_that_fails_or_takes_too_long_is_worth_0(
    stops: bool, long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ends = {metric.name: 0.5 for family in entry_points.families() for metric in family.metrics}
    bounds = {"independent": {**ends, "c2st_auc": 1.0}, "real-train": ends}
    scoring_files.store(tmp_path, {"artefacts.npz": pack_arrays({}), "bounds.json": to_json(bounds).encode()})
    tuning = replace(prepared(long_table, "random", monkeypatch), objective=objectives.parse_objective("detection"))
    pool: Any = HerePool(stops=stops)
    judge = search._Judge(tuning, search.TuningBudget(timeout=3), pool, tmp_path)
    lost = judge(4, {"latent": 0})
    expected = ("timeout", "stopped after 3 s") if stops else ("failed", "got latent 0; expected at least 1")
    assert (lost.value, lost.status, lost.error) == (0, *expected)
    assert pool.task.limits.seconds == 3
    assert pool.task.trial.params["latent"] == 0
    assert [row[-2:] for row in csv.reader(output_files.history([lost]).splitlines())][1] == list(expected)


def test_fits_with_several_seeds_are_averaged(long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    one = prepared(long_table, "random", monkeypatch)
    several = plan.make_plan(replace(one.plan.config, seeds_per_split=3), one.plan.datasets)
    monkeypatch.setattr("bench.execution.runner.load_plan", lambda config: several)
    tuning = setup.prepare_tuning(several.config, None, one.objective)
    jobs = [tuning.fit_task({"latent": 3}, draw) for draw in range(len(tuning.plan.trials))]
    assert len({job.trial.seed for job in jobs}) == 3
    assert jobs[0].trial.seed == one.fit_task({"latent": 3}).trial.seed
    fits = [Attempt(1, {}, value, families={"utility": value}, seconds={"fit": 2 * value}) for value in (0.2, 0.6)]
    assert optuna_study.mean_attempt(fits) == Attempt(1, {}, 0.4, families={"utility": 0.4}, seconds={"fit": 0.8})
