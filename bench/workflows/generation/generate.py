"""Makes synthetic rows for use: one generator, one table, and a card that says how good and how private the rows are.

The model is that of repeat 0 of `bench run` with the same options: fitted on the train part of a split and scored
against the other parts. The rows are sampled from this model, so the scores on the card are those of the model that
made the rows.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import BenchError, Trial
from bench.common.atomic_files import require_place, unpack_table, write_file
from bench.execution import fit_and_sample, import_external, runner
from bench.execution.process_pool import ProcessPool
from bench.execution.tasks import Task, run_one_task
from bench.planning.config import Operation
from bench.planning.external_tables import sha256
from bench.planning.generator_selection import candidates
from bench.plugins import entry_points
from bench.runs import run_directory
from bench.workflows.generation.data_card import CardFacts, data_card
from bench.workflows.generation.generation_task import GenerationInputs, generate_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.api import GeneratorInfo
    from bench.execution.tasks import Files
    from bench.planning.config import Config
    from bench.planning.generator_selection import Candidate
    from bench.planning.plan import Plan

_SUFFIXES = (".csv", ".parquet", ".pq")
_PARQUET = b"PAR1"
"""The first bytes of every Parquet file."""


class GeneratorFailedError(Exception):
    """The generator failed, rather than the request: one line."""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """The rows to make and the files to write.

    Attributes:
        rows: how many.
        out: a `.csv` or `.parquet` file; the card goes beside it, as `.md`.
        condition: one of the generator's conditions, or None for rows of all kinds.
        all_rows: fit on every row; then no rows are left to score with.
        save: where to keep the fitted model, or None.
        load: a saved model, instead of fitting one.
        force: replace files.
        workers: how many reference rows are scored at once; no number depends on it.
        command: the command line, for the card.
    """

    rows: int
    out: Path
    condition: str | None = None
    all_rows: bool = False
    save: Path | None = None
    load: Path | None = None
    force: bool = False
    workers: int = 1
    command: str = ""

    @property
    def card(self) -> Path:
        """The card's path."""
        return self.out.with_suffix(".md")


def generate(config: Config, request: GenerationRequest, tell: Callable[[str], None]) -> list[Path]:
    """Fits, scores, samples rows and writes them with their card.

    Args:
        config: names one generator and one data set; its repeat 0 is the split.
        request: the rows to make and the files to write.
        tell: called with a line before each step.

    Returns:
        The files that were written.

    Raises:
        BenchError: if the request makes no sense.
        GeneratorFailedError: if the generator fails.
    """
    candidate, info = _select_generator(config, request)
    plan = runner.load_plan(replace(config, repeats=1, seeds_per_split=1))
    trial, data = plan.trials[0], next(iter(plan.datasets.values()))
    split = plan.draw(plan.splits[trial.split])
    train = data.frame if request.all_rows else split.train
    part = "all" if request.all_rows else "the train part's"
    tell(f"fitting {candidate.name} on {part} {len(train)} of {len(data.frame)} rows of {data.name}")
    inputs = GenerationInputs(train, data.schema, request.rows, request.condition, save=request.save is not None)
    inputs = replace(inputs, plugin=candidate.plugin)
    files = _run_task(trial, inputs, runner.modules_to_preload(plan.generators.values()))
    tell("not scored: no rows were kept back" if request.all_rows else "scoring against the rows that were kept back")
    scored = None if request.all_rows else _score(plan, trial, files, request.workers)
    facts = CardFacts(trial, info, data, len(train), request.rows, request.condition, request.command)
    facts = replace(facts, all_rows=request.all_rows)
    return _write(files, request, data_card(facts, unpack_table(files["rows.parquet"]), scored))


def generate_from_model(config: Config, request: GenerationRequest, tell: Callable[[str], None]) -> list[Path]:
    """Samples rows from a saved model; fits nothing, and cannot score.

    Args:
        config: names the generator, and the seed of the rows.
        request: the rows to make, the model to `load` and the files to write.
        tell: called with a line before each step.

    Raises:
        BenchError: if the request makes no sense, or the file is not a model of this generator.
        GeneratorFailedError: if the generator fails.
    """
    candidate, info = _select_generator(config, request)
    if request.load is None:
        raise BenchError("no model is named; expected --load FILE")
    model, digest, file = request.load.read_bytes(), sha256(request.load), request.load.name
    trial = Trial(digest[:16], "", "", 0, candidate.name, {}, config.seed)
    tell(f"drawing {request.rows} rows from {request.load}")
    inputs = GenerationInputs(None, None, request.rows, request.condition, model=model, file=file)
    files = _run_task(trial, replace(inputs, plugin=candidate.plugin), info.preload)
    facts = CardFacts(trial, info, None, 0, request.rows, request.condition, request.command)
    facts = replace(facts, model=f"{file}, sha256 {digest}")
    return _write(files, request, data_card(facts, unpack_table(files["rows.parquet"]), None))


def _select_generator(config: Config, request: GenerationRequest) -> tuple[Candidate, GeneratorInfo]:
    """Returns the one generator that a configuration names, if it can do what is requested."""
    selected = list(candidates(config).values())
    if len(selected) != 1:
        names = ", ".join(candidate.name for candidate in selected)
        raise BenchError(f"{config.generators[0]!r} stands for several generators; expected one of {names}")
    (candidate,) = selected
    if candidate.cls is None or candidate.status != "ok":
        raise BenchError(f"{candidate.name} cannot run: {candidate.problem}")
    check_request(candidate.name, candidate.cls, request)
    return candidate, entry_points.info(candidate.cls)


def check_request(name: str, cls: type, request: GenerationRequest) -> None:
    """Checks a request before anything is fitted or written.

    Raises:
        BenchError: if the generator cannot do it, or a file is in the way.
    """
    if request.rows < 1:
        raise BenchError(f"--rows is {request.rows}; expected a whole number of at least 1")
    if request.out.suffix.lower() not in _SUFFIXES:
        raise BenchError(f"--out {request.out} ends in {request.out.suffix or 'no suffix'}; expected .parquet or .csv")
    if (request.save or request.load) and not (hasattr(cls, "save") and hasattr(cls, "load")):
        raise BenchError(f"{name} cannot be kept in a file; leave out --save and --load")
    if request.load and (request.save or request.all_rows):
        raise BenchError("--load takes a model that is fitted already; leave out --save and --all-rows")
    if request.load and not request.load.is_file():
        raise BenchError(f"--load {request.load}: there is no such file; expected one that --save wrote")
    if request.load and (request.load.suffix.lower() == ".csv" or request.load.read_bytes()[:4] == _PARQUET):
        raise BenchError(f"--load {request.load} is a table; expected a file that --save wrote")
    if request.condition is not None and not hasattr(cls, "conditions"):
        raise BenchError(f"{name} cannot be asked for rows of one kind; leave out --condition")
    _require_free(request)


def _require_free(request: GenerationRequest) -> None:
    paths = [request.out, request.card, *([request.save] if request.save else [])]
    if len({path.absolute() for path in paths}) < len(paths):
        raise BenchError(f"--save {request.save} is where the rows or their card go; expected another file")
    for path in paths:
        require_place(path, "--save" if path == request.save else "--out")
        if path.is_dir():
            raise BenchError(f"{path} is a folder; expected a file")
        if path.exists() and not request.force:
            raise BenchError(f"{path} exists; choose another name, or add --force to replace it")


def _run_task(trial: Trial, inputs: GenerationInputs, modules: Sequence[str]) -> Files:
    """Runs the task in a process of its own, on one thread, as trials are run."""
    with ProcessPool(1, list(modules)) as pool:
        outcome = run_one_task(pool, Task(trial, generate_rows, inputs))
    if outcome.status != "ok":
        raise GeneratorFailedError(f"{trial.generator} failed: {outcome.error}")
    if message := outcome.files.get(fit_and_sample.USAGE):
        raise BenchError(message.decode())
    if message := outcome.files.get(fit_and_sample.ERROR):
        raise GeneratorFailedError(f"{trial.generator} failed: {message.decode()}")
    return outcome.files


def _score(plan: Plan, trial: Trial, files: Files, workers: int) -> run_directory.Run:
    """Scores the fit beside the reference rows of its split, in a run directory that is not kept."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "run"
        seconds = json.loads(files["seconds.json"])
        rows = unpack_table(files["scored.parquet"])
        import_external.store_unscored_rows(run_directory.result_directory(path, trial), trial, rows, seconds)
        operation = Operation(workers=workers)
        with runner.session(plan, path, operation) as schedule:
            return runner.run(schedule, operation)


def _write(files: Files, request: GenerationRequest, card: str) -> list[Path]:
    """Writes the table, its card, and the model if it was requested."""
    rows = files["rows.parquet"]
    csv = request.out.suffix.lower() == ".csv"
    write_file(request.out, unpack_table(rows).to_csv(index=False).encode() if csv else rows)
    write_file(request.card, card.encode())
    if request.save is None:
        return [request.out, request.card]
    write_file(request.save, files["model"])
    return [request.out, request.card, request.save]
