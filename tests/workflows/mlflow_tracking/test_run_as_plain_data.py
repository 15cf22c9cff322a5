"""What a tracking server is told, and what is said where there is none."""

from __future__ import annotations

import doctest
import importlib.util
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bench.api import BenchError
from bench.commands.cli import app
from bench.planning import read_config
from bench.runs import run_directory
from bench.statistics.leaderboard import rank
from bench.workflows.mlflow_tracking import log_run, run_as_plain_data

if TYPE_CHECKING:
    from pathlib import Path


def test_names_are_such_as_servers_take() -> None:
    assert doctest.testmod(run_as_plain_data).failed == 0


@pytest.mark.slow
def test_values_of_a_trial_are_named_by_family(finished: Path) -> None:
    run = run_directory.open_run(finished)
    good = next(each for each in run.results if each.status == "ok")
    said = run_as_plain_data.trial_values(run, good)
    assert said["seconds/total"] == good.seconds["total"]
    assert {name.partition("/")[0] for name in said} >= {"fidelity", "detection", "privacy", "seconds"}
    assert all(isinstance(value, float | int) for value in said.values())
    assert run_as_plain_data.result_digest(good) != run_as_plain_data.result_digest(run.results[-1])
    boards = rank(run).boards
    assert 0 <= run_as_plain_data.overall_scores(boards)["noisy", good.trial.split] <= 1
    assert "small/noisy/privacy" in run_as_plain_data.leaderboard_scores(boards)


def test_without_the_extra_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    done = CliRunner().invoke(app, ["run", "--track", "mlflow", "--generators", "smote"])
    assert isinstance(done.exception, BenchError)
    assert "pip install 'tabgen-bench[mlflow]'" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_only_known_trackers_are_taken() -> None:
    assert read_config.build_operation({"track": "mlflow"}).track == "mlflow"
    with pytest.raises(BenchError, match="track is 'wandb'; expected one of: mlflow"):
        read_config.build_operation({"track": "wandb"})
    log_run.require_tracker(None)
