"""Finished runs in MLflow (`--track mlflow`): a run of its own for the benchmark, and a nested one for each trial.

What is logged is read from the run directory, after the work: no number depends on it, and logging again changes
nothing, so that a stored run can be logged at any time. What MLflow holds of a run is what the directory holds now.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import logging
import os
import shlex
import sys
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from bench.api import BenchError
from bench.common.atomic_files import to_json
from bench.common.safe_text import one_line
from bench.runs.run_directory import MANIFEST
from bench.statistics.leaderboard import rank
from bench.workflows.mlflow_tracking import run_as_plain_data

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bench.api import TrialResult
    from bench.runs.run_directory import Run

INSTALL = "pip install 'tabgen-bench[mlflow]'"
FOLDER = "mlruns"
"""Beside the run directory: the store, where `MLFLOW_TRACKING_URI` names no other."""
EXPERIMENT = "tabgen-bench"
"""Where `MLFLOW_EXPERIMENT_NAME` names no other."""

_RUN, _TRIAL, _DIGEST, _PARENT = "bench.run", "bench.trial", "bench.digest", "mlflow.parentRunId"
_STATUS = {"ok": "FINISHED", "timeout": "KILLED", "memory": "KILLED"}
_BATCH, _MOST_PARAMS = 1000, 100
"""What MLflow takes in one call."""
# A benchmark calls nobody unasked, and an absent server is not worth minutes.
_DEFAULTS = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2"}


def require(tracker: str | None) -> None:
    """Looks before the work begins whether it can be tracked; None needs nothing.

    Raises:
        BenchError: if MLflow is not installed.
    """
    if tracker and importlib.util.find_spec("mlflow") is None:
        raise BenchError(f"--track mlflow needs MLflow, which is not installed; {INSTALL}")


def track(run: Run, tracker: str | None, say: Callable[[str], None]) -> None:
    """Logs a stored run; whatever goes wrong is a line on standard error, since the run is right without it.

    Args:
        run: as it is stored.
        tracker: None logs nothing.
        say: told where it was logged.
    """
    if tracker is None:
        return
    try:
        say(_log(run))
    except Exception as error:  # noqa: BLE001 - a tracking server may fail in any way
        said = one_line(error)[:300]
        again = shlex.join(["bench", "run", "--resume", str(run.path), "--track", tracker])
        print(f"bench: warning: the run was not tracked: {type(error).__name__}: {said}", file=sys.stderr)
        print(f"bench: it is stored all the same; to try again: {again}", file=sys.stderr)


def _log(run: Run) -> str:
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    mlflow: Any = importlib.import_module("mlflow")
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    # Migrations of a new database are logged by its own tool.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    uri, artefacts, lock = _place(run.path)
    with lock:
        client = mlflow.MlflowClient(tracking_uri=uri)
        logged = _Logged(client, mlflow.entities, _experiment(client, artefacts), run)
        new, gone = logged.mirror()
    kept = len(run.results) - new
    # What stands before @ may be a password.
    where = f"the experiment {_name()!r} of {uri.rpartition('@')[2]}"
    return f"tracked in {where}: trials logged {new}, there already {kept}, out of date and removed {gone}"


def _place(path: Path) -> tuple[str, str | None, AbstractContextManager[Any]]:
    """Address of the store, where its artefacts go (None: it knows itself), and what keeps others from making it."""
    if uri := os.environ.get("MLFLOW_TRACKING_URI"):
        return uri, None, nullcontext()
    folder = path.absolute().parent / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'mlflow.db'}", (folder / "artifacts").as_uri(), FileLock(folder / ".lock")


def _name() -> str:
    return os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT


def _experiment(client: Any, artefacts: str | None) -> str:  # noqa: ANN401 - MLflow's
    found = client.get_experiment_by_name(_name())
    return str(found.experiment_id if found else client.create_experiment(_name(), artifact_location=artefacts))


@dataclass(frozen=True, slots=True)
class _Logged:
    """What MLflow holds of a run.

    Attributes:
        client: of MLflow.
        entities: MLflow's module of that name.
        experiment: id.
    """

    client: Any
    entities: Any
    experiment: str
    run: Run

    def mirror(self) -> tuple[int, int]:
        """Makes MLflow hold what the run holds; returns how many trials were logged, and removed."""
        boards = rank(self.run).boards
        parent = self._parent(run_as_plain_data.scores(boards))
        lacking, gone = {each.trial.id: each for each in self.run.results}, 0
        for found in self._found(f"tags.`{_PARENT}` = '{parent}'"):
            said = found.data.tags
            result = lacking.get(said.get(_TRIAL, ""))
            # The digest is logged last: what was interrupted has none.
            if result is not None and said.get(_DIGEST) == run_as_plain_data.digest(result):
                del lacking[result.trial.id]
            else:
                self.client.delete_run(found.info.run_id)
                gone += 1
        overall = run_as_plain_data.overall(boards)
        for result in lacking.values():
            self._child(parent, result, overall.get((result.trial.generator, result.trial.split)))
        return len(lacking), gone

    def _found(self, where: str) -> list[Any]:
        found: list[Any] = []
        token = None
        while True:
            page = self.client.search_runs([self.experiment], where, max_results=1000, page_token=token)
            found += page
            if not (token := page.token):
                return found

    def _parent(self, scores: Mapping[str, float]) -> str:
        """The id of the run's own run, up to date: scores by table and generator, report, manifest."""
        manifest, run = self.run.manifest, self.run
        begun = run_as_plain_data.milliseconds(manifest["created"])
        ended = run_as_plain_data.milliseconds(manifest["finished"] or manifest["created"])
        identity = f"{manifest['config_hash']} {manifest['created']}"
        found = next(iter(self._found(f"tags.`{_RUN}` = '{identity}'")), None)
        if found is None:
            name = f"{manifest['name']}-{manifest['config_hash']}"
            found = self.client.create_run(self.experiment, begun, {_RUN: identity}, run_name=name)
        files = (run.path / name for name in ("report.md", MANIFEST))
        texts = {file.name: file.read_text(encoding="utf-8") for file in files if file.is_file()}
        digest = hashlib.sha256(to_json(texts).encode()).hexdigest()
        run_id: str = found.info.run_id
        if found.data.tags.get(_DIGEST) != digest:
            self._batch(run_id, scores, run_as_plain_data.asked(manifest), run_as_plain_data.about(manifest), ended)
            for name, text in texts.items():
                self.client.log_text(run_id, text, name)
            self.client.set_terminated(run_id, "KILLED" if run.missing else "FINISHED", ended)
            self.client.set_tag(run_id, _DIGEST, digest)
        return run_id

    def _child(self, parent: str, result: TrialResult, overall: float | None) -> None:
        trial, begun = result.trial, run_as_plain_data.milliseconds(self.run.manifest["created"])
        name = f"{trial.generator} on {trial.dataset}, repeat {trial.repeat + 1}, fit {trial.draw + 1}"
        tags = run_as_plain_data.short(
            {_PARENT: parent, _TRIAL: trial.id, "status": result.status, "error": result.error}
        )
        run_id: str = self.client.create_run(self.experiment, begun, tags, run_name=name).info.run_id
        facts = {name: getattr(trial, name) for name in ("generator", "dataset", "repeat", "draw", "seed")}
        scores = {} if overall is None else {"score/overall": overall}
        self._batch(run_id, run_as_plain_data.values(self.run, result) | scores, {**facts, **trial.params}, {}, begun)
        self._points(run_id, run_as_plain_data.history(self.run, result), begun)
        self.client.log_text(run_id, to_json(asdict(result)), "result.json")
        ended = begun + round(1000 * result.seconds.get("total", 0.0))
        self.client.set_terminated(run_id, _STATUS.get(result.status, "FAILED"), ended)
        self.client.set_tag(run_id, _DIGEST, run_as_plain_data.digest(result))

    def _batch(
        self, run_id: str, values: Mapping[str, float], params: Mapping[str, Any], tags: Mapping[str, str], when: int
    ) -> None:
        asked = [self.entities.Param(*pair) for pair in run_as_plain_data.short(params).items()]
        said = [self.entities.RunTag(*pair) for pair in run_as_plain_data.short(tags).items()]
        self.client.log_batch(run_id, params=asked[:_MOST_PARAMS], tags=said)
        self._points(run_id, [(name, 0, value) for name, value in values.items() if isfinite(value)], when)

    def _points(self, run_id: str, points: Sequence[tuple[str, int, float]], when: int) -> None:
        metrics = [
            self.entities.Metric(run_as_plain_data.plain(name), value, when, step) for name, step, value in points
        ]
        for start in range(0, len(metrics), _BATCH):
            self.client.log_batch(run_id, metrics=metrics[start : start + _BATCH])
