"""Synthetic rows for use: one generator, one table, and a card beside it that says what the rows are worth.

The model is that of repeat 0 of `bench run` with the same options: fitted on the train part of a split, scored against
the rest, and then asked for as many rows as are wanted. So the scores are those of the very model that made the rows.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import BenchError, Trial
from bench.common.atomic_files import require_creatable, unpack_table, write_file
from bench.execution import import_external, refit_task, runner
from bench.execution.process_pool import Pool
from bench.execution.task import Task, outcomes
from bench.planning import external_tables
from bench.planning.config import Operation
from bench.planning.generator_selection import select_generators
from bench.plugins import entry_points
from bench.runs import run_directory
from bench.workflows.generation import data_card, generation_task
from bench.workflows.generation.generation_task import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.execution.task import Files
    from bench.planning.config import Config
    from bench.planning.generator_selection import Candidate
    from bench.planning.plan import Plan

_SUFFIXES = (".csv", ".parquet", ".pq")
_PARQUET = b"PAR1"
"""With which every Parquet file begins."""


class FailedError(Exception):
    """The generator failed, rather than the question: one line."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a generator.

    Attributes:
        rows: how many.
        out: a `.csv` or `.parquet` file; the card goes beside it, as `.md`.
        condition: one of the generator's conditions, or None for rows of all kinds.
        all_rows: fit on every row; then there are none left to score with.
        save: where to keep the fitted model, or None.
        load: a model that was saved, instead of fitting one.
        force: replace files.
        workers: how many reference rows are scored at once; no number depends on it.
    """

    rows: int
    out: Path
    condition: str | None = None
    all_rows: bool = False
    save: Path | None = None
    load: Path | None = None
    force: bool = False
    workers: int = 1

    @property
    def card(self) -> Path:
        """The card's path."""
        return self.out.with_suffix(".md")


def check(name: str, cls: type, wish: Wish) -> None:
    """Makes sure that the wish makes sense, before anything is fitted or written.

    Raises:
        BenchError: if it does not.
    """
    if wish.rows < 1:
        raise BenchError(f"--rows is {wish.rows}; expected a whole number of at least 1")
    if wish.out.suffix.lower() not in _SUFFIXES:
        raise BenchError(f"--out {wish.out} ends in {wish.out.suffix or 'no suffix'}; expected .parquet or .csv")
    if (wish.save or wish.load) and not (hasattr(cls, "save") and hasattr(cls, "load")):
        raise BenchError(f"{name} cannot be kept in a file; leave out --save and --load")
    if wish.load and (wish.save or wish.all_rows):
        raise BenchError("--load takes a model that is fitted already; leave out --save and --all-rows")
    if wish.load and not wish.load.is_file():
        raise BenchError(f"--load {wish.load}: there is no such file; expected one that --save wrote")
    if wish.load and (wish.load.suffix.lower() == ".csv" or wish.load.read_bytes()[:4] == _PARQUET):
        raise BenchError(f"--load {wish.load} is a table; expected a file that --save wrote")
    if wish.condition is not None and not hasattr(cls, "conditions"):
        raise BenchError(f"{name} cannot be asked for rows of one kind; leave out --condition")
    _require_free(wish)


def _only(config: Config) -> Candidate:
    """The one generator that a configuration names."""
    found = list(select_generators(config).values())
    if len(found) != 1:
        names = ", ".join(each.name for each in found)
        raise BenchError(f"{config.generators[0]!r} stands for several generators; expected one of {names}")
    (one,) = found
    if one.cls is None or one.status != "ok":
        raise BenchError(f"{one.name} cannot run: {one.problem}")
    return one


def _require_free(wish: Wish) -> None:
    wanted = [wish.out, wish.card, *([wish.save] if wish.save else [])]
    if len({path.absolute() for path in wanted}) < len(wanted):
        raise BenchError(f"--save {wish.save} is where the rows or their card go; expected another file")
    for path in wanted:
        require_creatable(path, "--save" if path == wish.save else "--out")
        if path.is_dir():
            raise BenchError(f"{path} is a folder; expected a file")
        if path.exists() and not wish.force:
            raise BenchError(f"{path} exists; choose another name, or add --force to replace it")


def generate(config: Config, wish: Wish, command: str, say: Callable[[str], None]) -> list[Path]:
    """Fits, scores, draws rows and writes them with their card.

    Args:
        config: names one generator and one data set; its repeat 0 is the split.
        wish: what is wanted.
        command: for the card.
        say: told what is being done, in lines.

    Returns:
        The files that were written.

    Raises:
        BenchError: if the wish makes no sense.
        FailedError: if the generator fails.
    """
    chosen = _only(config)
    name, cls = chosen.name, chosen.cls or object
    check(name, cls, wish)
    plan = runner.load(replace(config, repeats=1, seeds_per_split=1))
    trial, data = plan.trials[0], next(iter(plan.datasets.values()))
    split = plan.draw(plan.splits[trial.split])
    train = data.frame if wish.all_rows else split.train
    part = "all" if wish.all_rows else "the train part's"
    say(f"fitting {name} on {part} {len(train)} of {len(data.frame)} rows of {data.name}")
    order = Order(trial, train, data.schema, wish.rows, wish.condition, wish.save is not None, plugin=chosen.plugin)
    files = _do(order, runner.preload(plan))
    say("not scored: no rows were kept back" if wish.all_rows else "scoring against the rows that were kept back")
    judged = None if wish.all_rows else _score(plan, trial, files, wish.workers)
    said = entry_points.info(cls)
    facts = data_card.Facts(trial, said, data, len(train), wish.rows, wish.condition, command, whole=wish.all_rows)
    return _write(files, wish, data_card.card(facts, unpack_table(files["rows.parquet"]), judged))


def from_model(config: Config, wish: Wish, command: str, say: Callable[[str], None]) -> list[Path]:
    """Draws rows from a model that was saved; nothing is fitted, and nothing can be scored.

    Args:
        config: names the generator, and the seed of the rows.
        wish: with `load`.
        command: for the card.
        say: told what is being done, in lines.

    Raises:
        BenchError: if the wish makes no sense, or the file is not a model of this generator.
        FailedError: if the generator fails.
    """
    chosen = _only(config)
    name, cls = chosen.name, chosen.cls or object
    check(name, cls, wish)
    if wish.load is None:
        raise BenchError("no model is named; expected --load FILE")
    model = wish.load.read_bytes()
    said = external_tables.file_sha256(wish.load)
    trial = Trial(said[:16], "", "", 0, name, {}, config.seed)
    say(f"drawing {wish.rows} rows from {wish.load}")
    order = Order(
        trial, None, None, wish.rows, wish.condition, save=False, model=model, file=wish.load.name, plugin=chosen.plugin
    )
    files, told = _do(order, entry_points.info(cls).preload), entry_points.info(cls)
    facts = data_card.Facts(
        trial, told, None, 0, wish.rows, wish.condition, command, model=f"{wish.load.name}, sha256 {said}"
    )
    return _write(files, wish, data_card.card(facts, unpack_table(files["rows.parquet"]), None))


def _do(order: Order, modules: Sequence[str]) -> Files:
    """Runs the task in a process of its own, on one thread, as trials are."""
    with Pool(1, list(modules)) as pool:
        ((_, outcome),) = outcomes(pool, [Task("generate", generation_task.make, order)])
    if outcome.status != "ok":
        raise FailedError(f"{order.trial.generator} failed: {outcome.error}")
    if said := outcome.files.get(refit_task.USAGE):
        raise BenchError(said.decode())
    if said := outcome.files.get(refit_task.ERROR):
        raise FailedError(f"{order.trial.generator} failed: {said.decode()}")
    return outcome.files


def _score(plan: Plan, trial: Trial, files: Files, workers: int) -> run_directory.Run:
    """Scores the fit beside the reference rows of its split, as a run of its own that nobody keeps."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "run"
        seconds = json.loads(files["seconds.json"])
        rows = unpack_table(files["scored.parquet"])
        import_external.write_rows(run_directory.result_directory(path, trial), trial, rows, seconds)
        operation = Operation(workers=workers)
        with runner.session(plan, path, operation) as schedule:
            return runner.run(schedule, operation, lambda _: None)


def _write(files: Files, wish: Wish, card: str) -> list[Path]:
    """The table, its card, and the model if it was asked for."""
    rows = files["rows.parquet"]
    csv = wish.out.suffix.lower() == ".csv"
    write_file(wish.out, unpack_table(rows).to_csv(index=False).encode() if csv else rows)
    write_file(wish.card, card.encode())
    if wish.save is None:
        return [wish.out, wish.card]
    write_file(wish.save, files["model"])
    return [wish.out, wish.card, wish.save]
