"""`--track mlflow`, against the real package and a store in a temporary folder."""

from __future__ import annotations

import importlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.common.atomic_files import write_file
from bench.runs import run_directory
from bench.workflows.mlflow_tracking import log_run

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.extra


@dataclass(frozen=True)
class Tracked:
    """A stored run that was logged, and how to ask MLflow for it."""

    run: run_directory.Run
    client: Any
    said: list[str]

    def logged(self) -> tuple[Any, list[Any]]:
        """The run's own run, and its trials'."""
        experiment = self.client.get_experiment_by_name(log_run.EXPERIMENT)
        every = list(self.client.search_runs([experiment.experiment_id]))
        children = [each for each in every if "mlflow.parentRunId" in each.data.tags]
        (parent,) = [each for each in every if each not in children]
        return parent, children

    def text(self, logged: Any, name: str) -> str:  # noqa: ANN401 - MLflow's
        return Path(self.client.download_artifacts(logged.info.run_id, name)).read_text()

    def again(self) -> str:
        """Logs what is stored now; the line that is said of it."""
        said: list[str] = []
        log_run.track_run(run_directory.open_run(self.run.path), "mlflow", said.append)
        return said[0]


@pytest.fixture(scope="module")
def tracked(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracked]:
    path = tmp_path_factory.mktemp("tracked") / "run"
    shutil.copytree(finished, path)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
            patch.delenv(name, raising=False)
        before, said = contents(path), list[str]()
        run = run_directory.open_run(path)
        log_run.track_run(run, "mlflow", said.append)
        assert contents(path) == before
        mlflow = importlib.import_module("mlflow")
        client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{path.parent / 'mlruns' / 'mlflow.db'}")
        yield Tracked(run, client, said)


def contents(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_a_trial_is_a_nested_run_with_its_parameters_values_and_end(tracked: Tracked) -> None:
    parent, children = tracked.logged()
    by_trial = {each.data.tags["bench.trial"]: each for each in children}
    assert set(by_trial) == {result.trial.id for result in tracked.run.results}
    for result in tracked.run.results:
        logged = by_trial[result.trial.id]
        assert logged.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert logged.data.params["generator"] == result.trial.generator
        assert logged.info.status == ("FINISHED" if result.status == "ok" else "FAILED")
        assert json.loads(tracked.text(logged, "result.json"))["trial"]["id"] == result.trial.id
        took = logged.info.end_time - logged.info.start_time
        assert took == round(1000 * result.seconds.get("total", 0.0))
        for metric in tracked.run.metrics:
            value = result.metrics.get(metric.name)
            assert logged.data.metrics.get(f"{metric.family}/{metric.name}") == (None if value is None else value)


def test_the_run_itself_has_scores_report_and_manifest(tracked: Tracked) -> None:
    parent, _ = tracked.logged()
    assert tracked.text(parent, "report.md") == (tracked.run.path / "report.md").read_text()
    assert tracked.text(parent, "manifest.json") == (tracked.run.path / "manifest.json").read_text()
    assert parent.data.params["repeats"] == "2"
    assert 0 <= parent.data.metrics["small/noisy/overall"] <= 1
    assert parent.data.tags["command"].startswith("bench run")
    assert "trials logged 4" in tracked.said[0]


def test_logging_again_changes_nothing_and_what_changed_is_replaced(tracked: Tracked) -> None:
    before = [each.info.run_id for each in tracked.logged()[1]]
    assert "trials logged 0, there already 4, out of date and removed 0" in tracked.again()
    assert [each.info.run_id for each in tracked.logged()[1]] == before

    changed = next(each for each in tracked.run.results if each.status == "ok")
    file = run_directory.result_directory(tracked.run.path, changed.trial) / "result.json"
    kept = file.read_bytes()
    write_file(file, run_directory.pack_result(run_directory.unpack_result(kept)).replace(b'"total"', b'"other"'))
    assert "trials logged 1, there already 3, out of date and removed 1" in tracked.again()
    _parent, children = tracked.logged()
    assert len(children) == 4
    assert sum("seconds/other" in each.data.metrics for each in children) == 1
    write_file(file, kept)


def test_a_server_that_fails_is_a_warning(
    tracked: Tracked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nothing://knows/this")
    log_run.track_run(tracked.run, "mlflow", lambda line: pytest.fail(line))
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert said[0].startswith("bench: warning: the run was not tracked")
    assert "--resume" in said[1]


def test_the_users_store_and_experiment_are_respected(tracked: Tracked, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = f"sqlite:///{tracked.run.path.parent / 'mlruns' / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    mine = tracked.client.create_experiment("mine", artifact_location=(tracked.run.path.parent / "mine").as_uri())
    assert "the experiment 'mine'" in tracked.again()
    assert tracked.client.search_runs([mine])
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
