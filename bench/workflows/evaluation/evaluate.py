"""Any synthetic table, scored as a generator's rows are: the same scorers, reference rows and report.

A directory like that of a run is made: one data set, one split made of the files, one row named after the synthetic
file. With a holdout its scores mean what those of a run mean. Without, fidelity and detection compare with the very
rows that the table may have been made from, and what needs unseen rows is not assessable, which every cell says.
"""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api import BenchError, EvaluationDescription, Trial
from bench.common import fingerprint
from bench.common.atomic_files import appearing, pack_arrays, read_arrays, require_place, to_json, write_file
from bench.execution import import_external, runner
from bench.planning.config import Config, Operation
from bench.planning.external_tables import External
from bench.planning.generator_selection import Candidate
from bench.planning.plan import Plan, PlannedSplit
from bench.plugins import entry_points
from bench.reporting import build_report
from bench.runs import run_directory
from bench.runs.manifest import read_manifest, write_manifest
from bench.scoring.reference_rows import names as references
from bench.scoring.score_table import keys, wanted
from bench.tables.datasets import is_registered
from bench.tables.leakage_audit import audit
from bench.workflows.evaluation import input_tables
from bench.workflows.evaluation.result_json import NO_HOLDOUT, NO_TARGET, result
from bench.workflows.evaluation.result_json import silences as silences

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bench.api import Split, TrialResult
    from bench.tables.table_request import TableRequest
    from bench.workflows.evaluation.input_tables import Parts

NEEDS_HOLDOUT = ("privacy", "utility")
"""Families that say something only of rows that the table was not made from."""
_WARNING = (
    "No holdout was given: privacy and utility are not assessable, and fidelity and detection compare with all of the "
    "real table, of which a copy would be best."
)
_REUSED = (
    "{known} of the {rows} holdout rows are rows of the real table, value by value: where these are the same records, "
    "privacy is judged against rows that the table may have been made from, and utility rewards memorising."
)
RESULT = "evaluation.json"


@dataclass(frozen=True, slots=True)
class Question:
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


@dataclass(frozen=True, slots=True)
class _Given(Plan):
    """A plan whose one split is made of files rather than drawn."""

    parts: Split

    def draw(self, planned: PlannedSplit) -> Split:
        """The parts as they were given."""
        return self.parts


def evaluate(
    question: Question, out: Path | None = None, json: Path | None = None, *, figures: bool = True, force: bool = False
) -> run_directory.Run:
    """Scores a table and writes its report and result.

    Args:
        question: what to score.
        out: folder for the run, `report.md`, `report.html` and `evaluation.json`; by default under `runs/`.
        json: another place for the result.
        figures: whether reports have figures.
        force: replace what is there.

    Raises:
        BenchError: if a table cannot be used, or there is something in the way.
    """
    loaded = input_tables.load(question.real, question.synthetic, question.holdout)
    plan = _plan(question, loaded)
    path = out or runner.RUNS / f"evaluate-{plan.name}-{plan.hash}"
    _require_free(path, json, force=force)
    found = _scored(plan, loaded, path, question)
    build_report.write_report(found, figures=figures)
    text = to_json(result(found, loaded.digests)).encode()
    for file in (path / RESULT, *([json] if json else [])):
        write_file(file, text)
    return found


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


def _plan(question: Question, loaded: Parts) -> _Given:
    name = _name(question.synthetic.stem)
    config = Config((question.real,), (name,), profile=question.profile)
    config = replace(config, repeats=1, seed=question.seed, split="random", rows=len(loaded.split.train))
    identity = {**loaded.digests, "schema": repr(loaded.data.schema), "seed": question.seed}
    split = _split(loaded, fingerprint.digest(identity), question.seed)
    sha256 = loaded.digests["synthetic"]
    trial_id = fingerprint.digest({"split": split.id, "external": sha256, "name": name})
    trial = Trial(trial_id, loaded.data.name, split.id, 0, name, {"sha256": sha256}, question.seed, 0.0)
    return _Given(
        config=replace(config, external={name: External(question.synthetic.name, {split.id: sha256})}),
        name=f"{_name(loaded.data.name)}-{name}",
        hash=fingerprint.digest({**identity, "profile": question.profile}, 10),
        scoring=fingerprint.scoring(entry_points.families(), config.budget.metrics),
        datasets={loaded.data.name: loaded.data},
        splits={split.id: split},
        generators={name: Candidate(name, None, "a table made elsewhere")},
        trials=(trial,),
        parts=loaded.split,
    )


def _name(stem: str) -> str:
    """A file's name as that of a row: none of ours, and nothing that a path could mean."""
    name = re.sub(r"[^\w.-]+", "-", stem)[:40].strip("-.") or "table"
    return f"{name}-table" if name in ("all", *entry_points.choices(), *references()) else name


def _split(loaded: Parts, name: str, seed: int) -> PlannedSplit:
    split = loaded.split
    found = audit(loaded.data, split)
    if not loaded.held:
        found = replace(found, overlap=0, warnings=(_WARNING,))
    elif loaded.known:
        said = _REUSED.format(known=loaded.known, rows=len(split.holdout))
        found = replace(found, overlap=loaded.known, warnings=(said, *found.warnings))
    sizes = {part: len(getattr(split, part)) for part in ("train", "holdout", "test")}
    return PlannedSplit(name, loaded.data.name, 0, "random", seed, None, {}, sizes, found)


def _scored(plan: _Given, loaded: Parts, path: Path, question: Question) -> run_directory.Run:
    """Runs the scorers in a folder beside `path`, which then appears whole."""
    with appearing(path) as work:
        (trial,) = plan.trials
        import_external.write_rows(run_directory.result_directory(work, trial), trial, loaded.synthetic)
        operation = Operation(workers=question.workers)
        with runner.session(plan, work, operation) as schedule:
            runner.run(schedule, operation, lambda _: None)
        _describe(work, question, len(loaded.synthetic))
        _blank(work, loaded, _silent(question, held=loaded.held))
        (work / ".lock").unlink(missing_ok=True)
        if path.exists():
            shutil.rmtree(path)
    return run_directory.open_run(path)


def _silent(question: Question, *, held: bool) -> dict[str, str]:
    """Why families say nothing, by name."""
    found = {} if question.real.target or is_registered(question.real.name) else {"utility": NO_TARGET}
    return found if held else dict.fromkeys(NEEDS_HOLDOUT, NO_HOLDOUT)


def _describe(path: Path, question: Question, synthetic_rows: int) -> None:
    """The manifest names what was asked for: nothing was cut or trained."""
    found = read_manifest(path)
    profile = replace(found.profile, name=runner.EVALUATION, train_rows=None)
    evaluation = EvaluationDescription(
        question.real.label(),
        question.synthetic.name,
        synthetic_rows,
        question.holdout.name if question.holdout else None,
    )
    write_manifest(path, replace(found, command=command(question), profile=profile, evaluation=evaluation))


def command(question: Question) -> str:
    """The command line of a question; paths are reduced to file names."""
    real = question.real.label()
    words = ["bench", "evaluate", real, question.synthetic.name]
    flags = {"--target": question.real.target, "--time": question.real.time}
    flags |= {"--holdout": question.holdout.name if question.holdout else None, "--profile": question.profile}
    words += [word for flag, value in flags.items() if value for word in (flag, value)]
    words += ["--ordered"] if question.real.ordered else []
    return shlex.join([*words, "--seed", str(question.seed)])


def _blank(path: Path, loaded: Parts, silent: Mapping[str, str]) -> None:
    """Takes the values of families that say nothing here out of every row, the reference rows included."""
    run = run_directory.open_run(path)
    families = {family.name: family for family in entry_points.families()}
    columns = loaded.data.schema.columns
    metric_set = run.profile.metrics
    reasons = {key: why for name, why in silent.items() for key in keys(wanted(families[name], metric_set), columns)}
    (of_split,) = run.references.values()
    for each in (*run.results, *of_split.values()):
        folder = run.directory(each)
        write_file(folder / "result.json", run_directory.pack_result(_without(each, reasons)))
        drawn = read_arrays(folder / "drawings.npz")
        kept = {key: array for key, array in drawn.items() if key.partition("/")[0] not in silent}
        write_file(folder / "drawings.npz", pack_arrays(kept))


def _without(each: TrialResult, reasons: Mapping[str, str]) -> TrialResult:
    metrics = {key: None if key in reasons else value for key, value in each.metrics.items()}
    return replace(each, metrics=metrics, reasons={**each.reasons, **reasons})
