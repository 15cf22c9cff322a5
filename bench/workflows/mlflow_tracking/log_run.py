"""Logs a finished run to MLflow (`--track mlflow`): a run of MLflow for the benchmark, a nested one for each trial.

Everything is read from the run directory when the work is done, so no number depends on it and a stored run can be
logged at any time. Logging again changes nothing; afterwards MLflow holds what the directory holds now.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import logging
import os
import shlex
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from bench.api import BenchError, TrialResult
from bench.common.atomic_files import to_json
from bench.runs.manifest import MANIFEST
from bench.statistics.leaderboard import rank
from bench.workflows.mlflow_tracking import run_as_plain_data as plain_data

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bench.runs.run_directory import Run

INSTALL = "pip install 'tabgen-bench[mlflow]'"
FOLDER = "mlruns"
"""Name of the store beside the run directory; `MLFLOW_TRACKING_URI` replaces it."""
EXPERIMENT = "tabgen-bench"
"""Name of the experiment; `MLFLOW_EXPERIMENT_NAME` replaces it."""

_RUN, _TRIAL, _DIGEST, _PARENT = "bench.run", "bench.trial", "bench.digest", "mlflow.parentRunId"
_STATUS = {"ok": "FINISHED", "timeout": "KILLED", "memory": "KILLED"}
_BATCH, _MOST_PARAMS = 1000, 100
"""Limits of MLflow for one call."""
_DEFAULTS = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2"}
"""No telemetry, and no minutes of waiting for a server that does not answer."""


def require_tracker(tracker: str | None) -> None:
    """Raises `BenchError`, before the work begins, if MLflow is to be used and is not installed."""
    if tracker and importlib.util.find_spec("mlflow") is None:
        raise BenchError(f"--track mlflow needs MLflow, which is not installed; {INSTALL}")


def track_run(run: Run, tracker: str | None, on_line: Callable[[str], None]) -> None:
    """Logs a stored run; without a tracker does nothing. `on_line` gets a line that says where it was logged.

    An error becomes a warning on standard error, because the run is complete without it.
    """
    if tracker is None:
        return
    try:
        on_line(_log(run))
    except Exception as error:  # noqa: BLE001 - a tracking server may fail in any way
        message = " ".join(str(error).split())[:300]
        command = shlex.join(["bench", "run", "--resume", str(run.path), "--track", tracker])
        print(f"bench: warning: the run was not tracked: {type(error).__name__}: {message}", file=sys.stderr)
        print(f"bench: it is stored all the same; to try again: {command}", file=sys.stderr)


def _log(run: Run) -> str:
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    mlflow: Any = importlib.import_module("mlflow")
    # Alembic logs the migrations of a new database.
    for logger in ("mlflow", "alembic"):
        logging.getLogger(logger).setLevel(logging.WARNING)
    uri, artefacts, lock = _store(run.path)
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
    with lock:
        client = mlflow.MlflowClient(tracking_uri=uri)
        experiment = client.get_experiment_by_name(name)
        id_ = experiment.experiment_id if experiment else client.create_experiment(name, artifact_location=artefacts)
        logged, removed = _MlflowMirror(client, mlflow.entities, str(id_), run).update()
    kept = len(run.results) - logged
    # The part of an address before @ may be a password.
    where = f"the experiment {name!r} of {uri.rpartition('@')[2]}"
    return f"tracked in {where}: trials logged {logged}, there already {kept}, out of date and removed {removed}"


def _store(path: Path) -> tuple[str, str | None, AbstractContextManager[Any]]:
    """Returns the store's address, the place of artefacts (None: the store's own), and a lock for creating it."""
    if uri := os.environ.get("MLFLOW_TRACKING_URI"):
        return uri, None, nullcontext()
    folder = path.absolute().parent / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'mlflow.db'}", (folder / "artifacts").as_uri(), FileLock(folder / ".lock")


@dataclass(frozen=True, slots=True)
class _MlflowMirror:
    """What MLflow holds of a run; `entities` is MLflow's module of that name, `experiment` the id of the experiment."""

    client: Any
    entities: Any
    experiment: str
    run: Run

    def update(self) -> tuple[int, int]:
        """Makes MLflow hold what the run holds; returns how many trials were logged, and how many removed."""
        boards = rank(self.run).boards
        parent = self._parent(plain_data.leaderboard_scores(boards))
        missing, removed = {result.trial.id: result for result in self.run.results}, 0
        for child in self._search(f"tags.`{_PARENT}` = '{parent}'"):
            tags = child.data.tags
            result = missing.get(tags.get(_TRIAL, ""))
            # The digest is logged last, so an interrupted trial has none.
            if result is not None and tags.get(_DIGEST) == plain_data.result_digest(result):
                del missing[result.trial.id]
            else:
                self.client.delete_run(child.info.run_id)
                removed += 1
        overall = plain_data.overall_scores(boards)
        for result in missing.values():
            self._log_trial(parent, result, overall.get((result.trial.generator, result.trial.split)))
        return len(missing), removed

    def _search(self, filter_: str) -> list[Any]:
        runs: list[Any] = []
        token = None
        while True:
            page = self.client.search_runs([self.experiment], filter_, max_results=1000, page_token=token)
            runs += page
            if not (token := page.token):
                return runs

    def _parent(self, scores: Mapping[str, float]) -> str:
        """Logs the run itself if it has changed: scores, report and manifest; returns its id."""
        manifest, run = self.run.manifest, self.run
        started = plain_data.milliseconds(manifest.created)
        ended = plain_data.milliseconds(manifest.finished or manifest.created)
        identity = f"{manifest.config_hash} {manifest.created}"
        parent = next(iter(self._search(f"tags.`{_RUN}` = '{identity}'")), None)
        if parent is None:
            name = f"{manifest.name}-{manifest.config_hash}"
            parent = self.client.create_run(self.experiment, started, {_RUN: identity}, run_name=name)
        files = (run.path / name for name in ("report.md", MANIFEST))
        texts = {file.name: file.read_text(encoding="utf-8") for file in files if file.is_file()}
        digest = hashlib.sha256(to_json(texts).encode()).hexdigest()
        run_id: str = parent.info.run_id
        if parent.data.tags.get(_DIGEST) != digest:
            self._batch(run_id, scores, plain_data.run_params(manifest), plain_data.run_tags(manifest), ended)
            for name, text in texts.items():
                self.client.log_text(run_id, text, name)
            self.client.set_terminated(run_id, "KILLED" if run.missing_trials else "FINISHED", ended)
            self.client.set_tag(run_id, _DIGEST, digest)
        return run_id

    def _log_trial(self, parent: str, result: TrialResult, overall: float | None) -> None:
        trial, started = result.trial, plain_data.milliseconds(self.run.manifest.created)
        name = f"{trial.generator} on {trial.dataset}, repeat {trial.repeat + 1}, fit {trial.draw + 1}"
        tags = {_PARENT: parent, _TRIAL: trial.id, "status": result.status, "error": result.error}
        run = self.client.create_run(self.experiment, started, plain_data.short_texts(tags), run_name=name)
        run_id: str = run.info.run_id
        params = {name: getattr(trial, name) for name in ("generator", "dataset", "repeat", "draw", "seed")}
        values = plain_data.trial_values(self.run, result)
        values |= {} if overall is None else {"score/overall": overall}
        self._batch(run_id, values, {**params, **trial.params}, {}, started)
        self._log_points(run_id, plain_data.history_points(self.run, result), started)
        self.client.log_text(run_id, to_json(asdict(result)), "result.json")
        ended = started + round(1000 * result.seconds.get("total", 0.0))
        self.client.set_terminated(run_id, _STATUS.get(result.status, "FAILED"), ended)
        self.client.set_tag(run_id, _DIGEST, plain_data.result_digest(result))

    def _batch(
        self, run_id: str, values: Mapping[str, float], params: Mapping[str, Any], tags: Mapping[str, str], time: int
    ) -> None:
        logged_params = [self.entities.Param(*pair) for pair in plain_data.short_texts(params).items()]
        logged_tags = [self.entities.RunTag(*pair) for pair in plain_data.short_texts(tags).items()]
        self.client.log_batch(run_id, params=logged_params[:_MOST_PARAMS], tags=logged_tags)
        self._log_points(run_id, [(name, 0, value) for name, value in values.items() if isfinite(value)], time)

    def _log_points(self, run_id: str, points: Sequence[tuple[str, int, float]], time: int) -> None:
        metrics = [self.entities.Metric(plain_data.safe_name(name), value, time, step) for name, step, value in points]
        for start in range(0, len(metrics), _BATCH):
            self.client.log_batch(run_id, metrics=metrics[start : start + _BATCH])
