"""Scores one table beside the reference rows and stores both as a run directory of one split and one trial."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import Manifest, Trial
from bench.common import digests
from bench.common.atomic_files import new_directory, pack_arrays, unpack_arrays, write_directory, write_file
from bench.execution import import_external
from bench.execution.due_tasks import prepare_task, reference_task, rescore_task
from bench.execution.process_pool import ProcessPool
from bench.execution.runner import modules_to_preload
from bench.execution.schedule import artefacts_path, task_directory
from bench.execution.score_trial import ScoreInputs, failed_scoring, read_stored_files
from bench.execution.tasks import Files, Task, TaskOutcome, run_one_task, run_tasks
from bench.planning.config import PROFILES
from bench.planning.plan import PlannedSplit
from bench.plugins import entry_points
from bench.runs import run_directory
from bench.runs.environment import now
from bench.runs.manifest import write_manifest
from bench.runs.result_digests import seal
from bench.scoring.reference_rows import reference_names, reference_names_of
from bench.scoring.score_table import metrics_in, nest, score_keys
from bench.seeds import derive
from bench.tables.leakage_audit import audit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bench.workflows.evaluation.input_tables import InputTables

_NO_HOLDOUT_WARNING = (
    "No holdout was given: privacy and utility are not assessable, and fidelity and detection compare with all of the "
    "real table, so even new real rows would score below 1, and scores of a card or of a run are not comparable."
)
_REUSED_WARNING = (
    "{known} of the {rows} holdout rows are rows of the real table, value by value: where these are the same records, "
    "privacy is judged against rows that the table may have been made from, and utility rewards memorising."
)


def trial_name(file_stem: str) -> str:
    """Returns a file's name as that of a generator, unlike any of ours and without characters of paths."""
    name = re.sub(r"[^\w.-]+", "-", file_stem)[:40].strip("-.") or "table"
    return f"{name}-table" if name in ("all", *entry_points.choices(), *reference_names()) else name


def make_trial(tables: InputTables, split: PlannedSplit) -> Trial:
    """Returns the trial that stands for the synthetic table."""
    name, sha256 = trial_name(tables.request.synthetic.stem), tables.digests["synthetic"]
    trial_id = digests.digest({"split": split.id, "external": sha256, "name": name})
    return Trial(trial_id, split.dataset, split.id, 0, name, {"sha256": sha256}, split.seed, 0.0)


def describe_split(tables: InputTables) -> PlannedSplit:
    """Describes the split that is made of the given files, with the warnings of its audit."""
    split = tables.split
    leaks = audit(tables.data, split, drawn=False)
    if tables.request.holdout is None:
        leaks = replace(leaks, overlap=0, warnings=(_NO_HOLDOUT_WARNING,))
    elif tables.reused_rows:
        warning = _REUSED_WARNING.format(known=tables.reused_rows, rows=len(split.holdout))
        leaks = replace(leaks, overlap=tables.reused_rows, warnings=(warning, *leaks.warnings))
    sizes = {part: len(getattr(split, part)) for part in ("train", "holdout", "test")}
    split_id = digests.digest(tables.identity)
    return PlannedSplit(split_id, tables.data.name, 0, "random", tables.request.seed, None, {}, sizes, leaks)


def score_and_store(
    path: Path, tables: InputTables, split: PlannedSplit, trial: Trial, manifest: Manifest
) -> run_directory.Run:
    """Scores a table and the reference rows in a folder beside `path`, which then appears whole and replaces `path`.

    The split is made of the tables, the trial stands for the synthetic table, and the manifest is not finished yet.
    """
    metric_set, unassessed = PROFILES[tables.request.profile].metrics, tables.request.unassessed()
    scoring = digests.scoring_digest(entry_points.families(), metric_set)
    inputs = ScoreInputs(tables.split, {}, derive(split.seed, "score"), metric_set, scoring, any_length=True)
    with new_directory(path) as folder:
        place = run_directory.result_directory(folder, trial)
        import_external.store_unscored_rows(place, trial, tables.synthetic)
        for task, outcome in _score(folder, inputs, split, trial, tables.request.workers):
            if outcome.status == "ok":
                files = _without_unassessed(outcome.files, inputs, unassessed)
                write_directory(task_directory(folder, task), {**files, "log.txt": outcome.log})
        if (unscored := run_directory.read_result(place)).awaits_scoring:
            failed = failed_scoring(unscored, "its rows could not be scored; the log has the reason")
            write_directory(place, {"result.json": run_directory.pack_result(failed)})
        write_manifest(folder, replace(manifest, finished=now()))
        if path.exists():
            shutil.rmtree(path)
    return run_directory.open_run(path)


def _score(
    path: Path, inputs: ScoreInputs, split: PlannedSplit, trial: Trial, workers: int
) -> Iterator[tuple[Task, TaskOutcome]]:
    """Prepares the split, then scores the stored rows and the reference rows."""
    with ProcessPool(workers, modules_to_preload()) as pool:
        prepared = run_one_task(pool, replace(prepare_task(split), payload=inputs))
        if prepared.status != "ok":
            return
        artefacts = prepared.files["artefacts.npz"]
        write_file(artefacts_path(path, split.id, inputs.scoring), artefacts)
        inputs = replace(inputs, artefacts=nest(unpack_arrays(artefacts)))
        stored = read_stored_files(run_directory.result_directory(path, trial), path)
        rescore = replace(rescore_task(trial), payload=replace(inputs, stored=stored))
        names = reference_names_of(inputs.split.schema, inputs.split.protocol)
        references = [replace(reference_task(split, name), payload=inputs) for name in names]
        yield from run_tasks(pool, [rescore, *references])


def _without_unassessed(files: Files, inputs: ScoreInputs, unassessed: Mapping[str, str]) -> Files:
    """Removes the values and drawings of families that cannot be assessed, and stores the reasons instead."""
    schema = inputs.split.schema
    metrics = {family.name: metrics_in(family, inputs.metric_set, schema) for family in entry_points.families()}
    reasons = {key: reason for name, reason in unassessed.items() for key in score_keys(metrics[name], schema.names)}
    result = run_directory.unpack_result(files["result.json"])
    if result.status != "ok":
        return files
    values = {key: None if key in reasons else value for key, value in result.metrics.items()}
    result = replace(result, metrics=values, reasons={**result.reasons, **reasons})
    drawings = unpack_arrays(files["drawings.npz"])
    kept = {key: array for key, array in drawings.items() if key.partition("/")[0] not in unassessed}
    return {**files, "result.json": run_directory.pack_result(seal(result)), "drawings.npz": pack_arrays(kept)}
