"""Scores a synthetic table made anywhere as a generator's rows are: same metrics, reference rows and report.

The result is stored as a run: one data set, one split made of the given files, one trial named after the synthetic
file. With a holdout the scores mean what those of a run mean. Without one, fidelity and detection compare with the very
rows that the table may have been made from, and metrics that need unseen rows have no value but a reason.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api import BenchError, EvaluationDescription, GeneratorDescription, Manifest
from bench.common.atomic_files import require_place, to_json, write_file
from bench.common.fingerprint import digest
from bench.execution import runner
from bench.execution.manifest import describe_trials
from bench.planning.config import PROFILES, Config
from bench.planning.external_tables import External
from bench.reporting import build_report
from bench.runs import run_directory
from bench.tables.datasets import is_registered
from bench.workflows.evaluation import evaluation_run
from bench.workflows.evaluation.input_tables import read_input_tables
from bench.workflows.evaluation.result_json import NO_HOLDOUT, NO_TARGET, evaluation_result

if TYPE_CHECKING:
    from pathlib import Path

    from bench.tables.table_request import TableRequest
    from bench.workflows.evaluation.evaluation_run import TableTrial

NEEDS_HOLDOUT = ("privacy", "utility")
"""Families that need real rows that the table was not made from."""
RESULT = "evaluation.json"
SUMMARY = "a table made elsewhere"


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What to score and how.

    Attributes:
        real: what the table was made from, a registered data set or a file.
        synthetic: a file.
        holdout: a file of real rows that it was not made from, or None.
        profile: which metrics: those of `quick` or of `standard`.
        seed: of the scorers and reference rows.
        workers: tables scored at once; no number depends on it.
    """

    real: TableRequest
    synthetic: Path
    holdout: Path | None = None
    profile: str = "quick"
    seed: int = 0
    workers: int = 1

    def command(self) -> str:
        """Returns the command line that asks for this; paths are reduced to file names."""
        flags = {"--target": self.real.target, "--time": self.real.time}
        flags |= {"--holdout": self.holdout.name if self.holdout else None, "--profile": self.profile}
        words = ["bench", "evaluate", self.real.label(), self.synthetic.name]
        words += [word for flag, value in flags.items() if value for word in (flag, value)]
        words += ["--ordered"] if self.real.ordered else []
        return shlex.join([*words, "--seed", str(self.seed)])

    def tables(self, synthetic_rows: int) -> EvaluationDescription:
        """Returns the names of the tables, for the manifest."""
        holdout = self.holdout.name if self.holdout else None
        return EvaluationDescription(self.real.label(), self.synthetic.name, synthetic_rows, holdout)

    def unassessed(self) -> dict[str, str]:
        """Returns the families that cannot be assessed, with the reason."""
        if self.holdout is None:
            return dict.fromkeys(NEEDS_HOLDOUT, NO_HOLDOUT)
        return {} if self.real.target or is_registered(self.real.name) else {"utility": NO_TARGET}


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
    tables = read_input_tables(request.real, request.synthetic, request.holdout)
    metric_set = PROFILES[request.profile].metrics
    table = evaluation_run.make_table_trial(tables, request.synthetic.stem, metric_set, request.seed)
    manifest = _manifest(request, table)
    path = out or runner.RUNS / f"evaluate-{manifest.name}-{manifest.config_hash}"
    _require_free(path, json, force=force)
    run = evaluation_run.write_run(path, table, manifest, request.unassessed(), request.workers)
    build_report.write_report(run, figures=figures)
    text = to_json(evaluation_result(run, tables.digests)).encode()
    for file in (path / RESULT, *([json] if json else [])):
        write_file(file, text)
    return run


def _manifest(request: EvaluationRequest, table: TableTrial) -> Manifest:
    """Describes an evaluation as a run is described; its profile is named `evaluation`, as nothing is fitted."""
    config, data = _config(request, table), table.tables.data
    generators = {table.trial.generator: GeneratorDescription(SUMMARY)}
    described = describe_trials(config, [data], [table.split], generators, [table.trial])
    identity = evaluation_run.identity(table.tables, request.seed) | {"profile": request.profile}
    return replace(
        described,
        name=f"{evaluation_run.trial_name(data.name)}-{table.trial.generator}",
        config_hash=digest(identity, 10),
        command=request.command(),
        profile=replace(described.profile, name=runner.EVALUATION, train_rows=None),
        evaluation=request.tables(len(table.tables.synthetic)),
    )


def _config(request: EvaluationRequest, table: TableTrial) -> Config:
    """Returns the configuration of a run whose one generator is the table."""
    name, digests = table.trial.generator, {table.split.id: table.tables.digests["synthetic"]}
    return Config(
        (request.real,),
        (name,),
        repeats=1,
        seed=request.seed,
        split="random",
        profile=request.profile,
        rows=table.split.sizes["train"],
        external={name: External(request.synthetic.name, digests)},
    )


def _require_free(path: Path, json: Path | None, *, force: bool) -> None:
    require_place(path, "--out")
    if path.exists() and not path.is_dir():
        raise BenchError(f"--out {path} is a file; expected a new folder")
    if path.is_dir() and any(path.iterdir()):
        if not run_directory.is_run(path):
            raise BenchError(f"--out {path} exists, is not empty and is not a run; choose another folder")
        if not (path / RESULT).is_file():
            raise BenchError(f"--out {path} holds a run of generators; choose another folder")
        if not force:
            raise BenchError(f"{path} exists; choose another --out, or add --force to replace it")
    if json:
        require_place(json, "--json")
    if json and json.is_dir():
        raise BenchError(f"--json {json} is a folder; expected a file")
    if json and json.exists() and not force:
        raise BenchError(f"--json {json} exists; choose another name, or add --force to replace it")
