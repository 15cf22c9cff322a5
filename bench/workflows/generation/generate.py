"""Makes synthetic rows for use: one generator, one table, and a card that says how good and how private the rows are.

The model is that of repeat 0 of `bench run` with the same options: fitted on the train part of a split and scored
against the other parts. The rows are sampled from this model, so the scores on the card are those of the model that
made the rows.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import BenchError, GeneratorInfo, Trial
from bench.common.atomic_files import require_creatable, unpack_table, write_file
from bench.execution import fit_and_sample, import_external, plugin_errors, runner
from bench.execution.due_tasks import fit_limits
from bench.execution.inspect_plugins import IsolatedInspector
from bench.execution.process_pool import ProcessPool
from bench.execution.tasks import Files, Task, run_one_task
from bench.planning.config import Config, Operation
from bench.planning.external_tables import file_sha256
from bench.planning.generator_selection import Candidate, select_generators
from bench.runs import run_directory
from bench.workflows.generation.data_card import CardFacts, data_card
from bench.workflows.generation.generation_task import GenerationInputs, GenerationRequest, generate_rows
from bench.workflows.generation.known_conditions import check_condition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.execution.tasks import OnProgress
    from bench.planning.plan import Plan
    from bench.plugins.generator_facts import GeneratorFacts

_MOST_ROWS = 10**8
_PARQUET = b"PAR1"
"""The first bytes of every Parquet file."""


class GeneratorFailedError(Exception):
    """The generator failed, rather than the request: one line."""


def generate(
    config: Config,
    request: GenerationRequest,
    tell: Callable[[str], None],
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Path]:
    """Fits and scores a generator, or loads a saved model; samples rows and writes them with their card.

    Args:
        config: names one generator and one data set, whose repeat 0 is the split; for a saved model only the
            generator and the seed of the rows count.
        request: the rows to make and the files to write.
        tell: called with a line before each step.
        on_progress: called with the units of training that are done and all of them, if the generator reports them.

    Returns:
        The files that were written.

    Raises:
        BenchError: if the request makes no sense, or the file to load is not a model of this generator.
        GeneratorFailedError: if the generator fails.
    """
    tell("reading data and generators")
    candidate, info = _select_generator(config, request)
    if request.load is not None:
        tell(f"drawing {request.rows} rows from {request.load}")
        # The id of the trial of a saved model is the checksum of the file.
        facts = CardFacts(request, Trial(file_sha256(request.load), "", "", 0, candidate.name, {}, config.seed), info)
        inputs = GenerationInputs(request, model=request.load.read_bytes(), plugin=candidate.plugin)
        files, scored = _run_task(facts.trial, inputs, runner.modules_to_preload([candidate])), None
    else:
        facts, files, scored = _fit_and_score(config, request, candidate, info, tell, on_progress)
    return _write(files, request, data_card(facts, unpack_table(files["rows.parquet"]), scored))


def _fit_and_score(
    config: Config,
    request: GenerationRequest,
    candidate: Candidate,
    info: GeneratorInfo,
    tell: Callable[[str], None],
    on_progress: Callable[[int, int], None],
) -> tuple[CardFacts, Files, run_directory.Run | None]:
    plan = runner.load_plan(replace(config, repeats=1, seeds_per_split=1))
    trial, data = plan.trials[0], next(iter(plan.datasets.values()))
    if reason := plan.refusal(trial)[1]:
        raise BenchError(
            f"{candidate.name} cannot model {data.name} ({reason}); choose another generator: bench list generators "
            "--long says what columns each can model"
        )
    rows = data.frame if request.all_rows else plan.draw(plan.splits[trial.split]).train
    train = fit_and_sample.rows_to_fit(rows, data.schema)
    inputs = GenerationInputs(request, train, data.schema, plugin=candidate.plugin)
    modules = runner.modules_to_preload(plan.generators.values())
    if request.condition is not None:
        tell(f"checking the condition {request.condition}")
        _run_task(trial, inputs, modules, check_condition)
    part = "all" if request.all_rows else "the train part's"
    tell(f"fitting {candidate.name} on {part} {len(train)} of {len(data.frame)} rows of {data.name}")
    files = _run_task(trial, inputs, modules, on_progress=on_progress)
    facts = CardFacts(request, trial, info, data, len(train))
    if request.all_rows:
        tell("not scored: no rows were kept back")
        return facts, files, None
    tell("scoring against the rows that were kept back")
    return facts, files, _score(plan, trial, files, request.workers)


def _select_generator(config: Config, request: GenerationRequest) -> tuple[Candidate, GeneratorInfo]:
    """Returns the one generator that a configuration names, if it can do what is requested."""
    with IsolatedInspector() as inspector:
        selected = list(select_generators(config, inspector).values())
    if len(selected) != 1:
        names = ", ".join(candidate.name for candidate in selected)
        raise BenchError(f"{config.generators[0]!r} stands for several generators; expected one of {names}")
    (candidate,) = selected
    if candidate.facts is None or candidate.status != "ok":
        raise BenchError(f"{candidate.name} cannot run: {candidate.problem}")
    check_request(candidate.name, candidate.facts, request)
    return candidate, candidate.facts.info


def check_request(name: str, facts: GeneratorFacts, request: GenerationRequest) -> None:
    """Raises `BenchError`, before anything is fitted, if the generator cannot do it or a file is in the way."""
    if not 1 <= request.rows <= _MOST_ROWS:
        raise BenchError(f"--rows is {request.rows}; expected a whole number from 1 to {_MOST_ROWS:,}")
    if request.out.suffix.lower() not in (".csv", ".parquet", ".pq"):
        raise BenchError(f"--out {request.out} ends in {request.out.suffix or 'no suffix'}; expected .parquet or .csv")
    if (request.save or request.load) and not {"save", "load"}.issubset(facts.methods):
        raise BenchError(f"{name} cannot be kept in a file; leave out --save and --load")
    if request.load and (request.save or request.all_rows):
        raise BenchError("--load takes a model that is fitted already; leave out --save and --all-rows")
    if request.load and not request.load.is_file():
        raise BenchError(f"--load {request.load}: there is no such file; expected one that --save wrote")
    if request.load and (request.load.suffix.lower() == ".csv" or request.load.read_bytes()[:4] == _PARQUET):
        raise BenchError(f"--load {request.load} is a table; expected a file that --save wrote")
    if request.condition is not None and "conditions" not in facts.methods:
        raise BenchError(f"{name} cannot be asked for rows of one kind; leave out --condition")
    _require_free(request)


def _require_free(request: GenerationRequest) -> None:
    paths = [request.out, request.card, *([request.save] if request.save else [])]
    if len({path.absolute() for path in paths}) < len(paths):
        raise BenchError(f"--save {request.save} is where the rows or their card go; expected another file")
    for path in paths:
        require_creatable(path, "--save" if path == request.save else "--out")
        if path.is_dir():
            raise BenchError(f"{path} is a folder; expected a file")
        if path.exists() and not request.force:
            raise BenchError(f"{path} exists; choose another name, or add --force to replace it")


def _run_task(
    trial: Trial,
    inputs: GenerationInputs,
    modules: Sequence[str],
    work: Callable[[Task, OnProgress], Files] = generate_rows,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Files:
    """Runs a task in a process of its own, on one thread, as trials are run."""
    with ProcessPool(1, list(modules)) as pool:
        task = Task(trial, work, inputs, limits=fit_limits(trial, Operation()))
        outcome = run_one_task(pool, task, lambda progress: on_progress(progress.done, progress.total))
    if outcome.status != "ok":
        raise GeneratorFailedError(f"{trial.generator} failed: {outcome.error}")
    if message := outcome.files.get(plugin_errors.USAGE):
        raise BenchError(message.decode())
    if message := outcome.files.get(plugin_errors.ERROR):
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
