"""Scores one table beside the reference rows and stores both as a run directory of one split and one trial."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api import Manifest, Trial
from bench.common import fingerprint
from bench.common.atomic_files import appearing, pack_arrays, unpack_arrays, write_directory, write_file
from bench.execution import import_external
from bench.execution.due_tasks import prepare_task, reference_task, rescore_task
from bench.execution.process_pool import ProcessPool
from bench.execution.run_trial import TrialInputs, read_stored_trial
from bench.execution.runner import modules_to_preload
from bench.execution.schedule import artefacts_path, task_directory
from bench.execution.tasks import run_one_task, run_tasks
from bench.planning.plan import PlannedSplit
from bench.plugins import entry_points
from bench.runs import run_directory
from bench.runs.environment import now
from bench.runs.manifest import write_manifest
from bench.scoring.reference_rows import reference_names
from bench.scoring.score_table import metrics_in, nest, score_keys
from bench.seeds import derive
from bench.tables.leakage_audit import audit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from bench.api import MetricSet
    from bench.execution.tasks import Files, Task, TaskOutcome
    from bench.workflows.evaluation.input_tables import InputTables

_NO_HOLDOUT_WARNING = (
    "No holdout was given: privacy and utility are not assessable, and fidelity and detection compare with all of the "
    "real table, of which a copy would be best."
)
_REUSED_WARNING = (
    "{known} of the {rows} holdout rows are rows of the real table, value by value: where these are the same records, "
    "privacy is judged against rows that the table may have been made from, and utility rewards memorising."
)


@dataclass(frozen=True, slots=True)
class TableTrial:
    """A table to score: its rows, its split made of the given files, and the trial that stands for it."""

    tables: InputTables
    split: PlannedSplit
    trial: Trial
    metric_set: MetricSet

    @property
    def inputs(self) -> TrialInputs:
        """What scoring needs; the artefacts of the split are added when they are computed."""
        scoring = fingerprint.scoring(entry_points.families(), self.metric_set)
        return TrialInputs(self.tables.split, {}, derive(self.split.seed, "score"), self.metric_set, scoring)

    def reasons(self, unassessed: Mapping[str, str]) -> dict[str, str]:
        """Returns why metrics have no value, by key, for families that cannot be assessed."""
        metrics = {family.name: metrics_in(family, self.metric_set) for family in entry_points.families()}
        columns = self.tables.data.schema.columns
        return {key: reason for name, reason in unassessed.items() for key in score_keys(metrics[name], columns)}


def make_table_trial(tables: InputTables, file_stem: str, metric_set: MetricSet, seed: int) -> TableTrial:
    """Describes a table's split and trial; their ids depend on the files, the schema and the seed."""
    name, sha256 = trial_name(file_stem), tables.digests["synthetic"]
    split = describe_split(tables, seed)
    trial_id = fingerprint.digest({"split": split.id, "external": sha256, "name": name})
    trial = Trial(trial_id, tables.data.name, split.id, 0, name, {"sha256": sha256}, seed, 0.0)
    return TableTrial(tables, split, trial, metric_set)


def trial_name(file_stem: str) -> str:
    """Returns a file's name as that of a generator, unlike any of ours and without characters of paths."""
    name = re.sub(r"[^\w.-]+", "-", file_stem)[:40].strip("-.") or "table"
    return f"{name}-table" if name in ("all", *entry_points.choices(), *reference_names()) else name


def identity(tables: InputTables, seed: int) -> dict[str, Any]:
    """Returns what the values of an evaluation depend on, apart from the profile and the code."""
    return {**tables.digests, "schema": repr(tables.data.schema), "seed": seed}


def describe_split(tables: InputTables, seed: int) -> PlannedSplit:
    """Describes the split that is made of the given files, with the warnings of its audit."""
    split = tables.split
    leaks = audit(tables.data, split)
    if not tables.has_holdout:
        leaks = replace(leaks, overlap=0, warnings=(_NO_HOLDOUT_WARNING,))
    elif tables.reused_rows:
        warning = _REUSED_WARNING.format(known=tables.reused_rows, rows=len(split.holdout))
        leaks = replace(leaks, overlap=tables.reused_rows, warnings=(warning, *leaks.warnings))
    sizes = {part: len(getattr(split, part)) for part in ("train", "holdout", "test")}
    split_id = fingerprint.digest(identity(tables, seed))
    return PlannedSplit(split_id, tables.data.name, 0, "random", seed, None, {}, sizes, leaks)


def write_run(
    path: Path, table: TableTrial, manifest: Manifest, unassessed: Mapping[str, str], workers: int
) -> run_directory.Run:
    """Scores a table and its reference rows in a folder beside `path`, which then appears whole.

    Args:
        path: the run directory; one that is there is replaced.
        table: what to score.
        manifest: of the run, without its end.
        unassessed: families that cannot be assessed, with the reason: neither the table nor a reference row gets
            their values.
        workers: tables scored at once.
    """
    reasons = table.reasons(unassessed)
    with appearing(path) as folder:
        for task, outcome in _score(folder, table, workers):
            if outcome.status == "ok":
                files = _without_unassessed(outcome.files, reasons, tuple(unassessed))
                write_directory(task_directory(folder, task), {**files, "log.txt": outcome.log})
        write_manifest(folder, replace(manifest, finished=now()))
        if path.exists():
            shutil.rmtree(path)
    return run_directory.open_run(path)


def _score(path: Path, table: TableTrial, workers: int) -> Iterator[tuple[Task, TaskOutcome]]:
    """Stores the table's rows, prepares the split, then scores the table and the reference rows."""
    folder = run_directory.result_directory(path, table.trial)
    import_external.store_unscored_rows(folder, table.trial, table.tables.synthetic)
    inputs = table.inputs
    with ProcessPool(workers, modules_to_preload()) as pool:
        prepared = run_one_task(pool, replace(prepare_task(table.split), payload=inputs))
        if prepared.status != "ok":
            return
        artefacts = prepared.files["artefacts.npz"]
        write_file(artefacts_path(path, table.split.id, inputs.scoring), artefacts)
        inputs = replace(inputs, artefacts=nest(unpack_arrays(artefacts)))
        tasks = [replace(reference_task(table.split, name), payload=inputs) for name in reference_names()]
        rescore = replace(rescore_task(table.trial), payload=replace(inputs, stored=read_stored_trial(folder)))
        yield from run_tasks(pool, [rescore, *tasks])


def _without_unassessed(files: Files, reasons: Mapping[str, str], families: tuple[str, ...]) -> Files:
    """Removes the values and drawings of families that cannot be assessed."""
    result = run_directory.unpack_result(files["result.json"])
    metrics = {key: None if key in reasons else value for key, value in result.metrics.items()}
    result = replace(result, metrics=metrics, reasons={**result.reasons, **reasons})
    drawings = unpack_arrays(files["drawings.npz"])
    kept = {key: array for key, array in drawings.items() if key.partition("/")[0] not in families}
    return {**files, "result.json": run_directory.pack_result(result), "drawings.npz": pack_arrays(kept)}
