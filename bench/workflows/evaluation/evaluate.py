"""Scores a synthetic table made anywhere as a generator's rows are: same metrics, reference rows and report.

The result is stored as a run: one data set, one split made of the given files, one trial named after the synthetic
file. With a holdout the scores mean what those of a run mean. Without one, fidelity and detection compare with the very
rows that the table may have been made from, and metrics that need unseen rows have no value but a reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bench.api import BenchError, EvaluationDescription, GeneratorDescription, Manifest, Trial
from bench.common.atomic_files import require_creatable, to_json, write_file
from bench.common.digests import digest
from bench.execution import runner
from bench.execution.describe_run import describe_trials
from bench.planning.config import Config
from bench.planning.external_tables import ExternalTables
from bench.reporting import build_report
from bench.runs import run_directory
from bench.workflows.evaluation.evaluation_run import describe_split, make_trial, score_and_store, trial_name
from bench.workflows.evaluation.input_tables import EvaluationRequest, InputTables, read_input_tables
from bench.workflows.evaluation.result_json import evaluation_result

if TYPE_CHECKING:
    from pathlib import Path

    from bench.planning.plan import PlannedSplit

RESULT = "evaluation.json"
SUMMARY = "a table made elsewhere"


def evaluate(
    request: EvaluationRequest,
    out: Path | None = None,
    json: Path | None = None,
    *,
    figures: bool = True,
    force: bool = False,
) -> run_directory.Run:
    """Scores a table and writes its report and result.

    Args:
        request: what to score.
        out: folder for the run, `report.md`, `report.html` and `evaluation.json`; by default under `runs/`.
        json: another place for the result.
        figures: whether reports have figures.
        force: replace what is there.

    Raises:
        BenchError: if a table cannot be used, or a file or folder is in the way.
    """
    tables = read_input_tables(request)
    split = describe_split(tables)
    trial = make_trial(tables, split)
    manifest = _manifest(tables, split, trial)
    path = out or runner.RUNS / f"evaluate-{manifest.name}-{manifest.config_hash}"
    _require_free(path, json, force=force)
    run = score_and_store(path, tables, split, trial, manifest)
    build_report.write_report(run, figures=figures)
    text = to_json(evaluation_result(run, tables.digests)).encode()
    for file in (path / RESULT, *([json] if json else [])):
        write_file(file, text)
    return run


def _manifest(tables: InputTables, split: PlannedSplit, trial: Trial) -> Manifest:
    """Describes an evaluation as a run is described, with the table as its one generator."""
    request, data, name = tables.request, tables.data, trial.generator
    external = {name: ExternalTables(request.synthetic.name, {split.id: tables.digests["synthetic"]})}
    config = Config((request.real,), (name,), 1, request.seed, "random", request.profile, external=external)
    config = replace(config, rows=split.sizes["train"])
    described = describe_trials(config, [data], [split], {name: GeneratorDescription(SUMMARY)}, [trial])
    holdout = request.holdout.name if request.holdout else None
    return replace(
        described,
        name=f"{trial_name(data.name)}-{name}",
        config_hash=digest(tables.identity | {"profile": request.profile}, 10),
        command=request.command(),
        profile=replace(described.profile, name=runner.EVALUATION, train_rows=None),
        evaluation=EvaluationDescription(
            request.real.label(), request.synthetic.name, len(tables.synthetic), holdout, tables.decisive
        ),
    )


def _require_free(path: Path, json: Path | None, *, force: bool) -> None:
    require_creatable(path, "--out")
    if path.exists() and not path.is_dir():
        raise BenchError(f"--out {path} is a file; expected a new folder")
    if path.is_dir() and any(path.iterdir()):
        if not run_directory.is_run(path):
            raise BenchError(f"--out {path} exists, is not empty and is not a run; choose another folder")
        if not (path / RESULT).is_file():
            raise BenchError(f"--out {path} holds a run of generators; choose another folder")
        if not force:
            raise BenchError(f"{path} exists; choose another --out, or add --force to replace it")
    if json is None:
        return
    require_creatable(json, "--json")
    if json.is_dir():
        raise BenchError(f"--json {json} is a folder; expected a file")
    if json.exists() and not force:
        raise BenchError(f"--json {json} exists; choose another name, or add --force to replace it")
