"""Refits published models under their own protocol, leaks included, and writes what comes out beside what was said.

Every fit is kept in a JSON file as soon as it ends, so that a call that was stopped goes on where it was; the page
beside it is made from that file alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.atomic_files import to_json, write_file
from bench.plugins import entry_points
from bench.workflows.reproduction.configurations import called, configurations, fits
from bench.workflows.reproduction.page import MARKER, SCHEMA, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.api import Dataset, Preset, Study
    from bench.execution.tasks import Task, TaskOutcome
    from bench.workflows.reproduction.configurations import Configuration

    Say = Callable[[str], None]

RESULTS = Path("docs/results")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for.

    Attributes:
        seeds: fits of each configuration.
        only: presets to fit; empty: all of them, and the experiments.
        out: the page; a JSON file beside it holds the values. None: the study's name below `docs/results`.
        workers: fits at once, one thread each.
        render_only: write the page from what is stored; nothing is fitted.
    """

    seeds: int = 5
    only: tuple[str, ...] = ()
    out: Path | None = None
    workers: int = 1
    render_only: bool = False


def run(name: str | None, dataset: str | None, options: Options, say: Say) -> Path:
    """Reproduces a registered study.

    Args:
        name: of an entry point of `bench.findings`; None: the first.
        dataset: a registered name; None: the study's own.
        options: see there.
        say: told a line after each fit.

    Returns:
        The page.

    Raises:
        BenchError: if a name is unknown, the data set cannot be had, or the page would replace a file not made here.
    """
    name = name or _first()
    study: Study = entry_points.load("findings", name)
    presets: Mapping[str, Preset] = entry_points.load("presets", study.presets)
    out = options.out or RESULTS / f"{name}.md"
    if options.render_only:
        return write_page(study, presets, _stored(out), out)
    # Before anything is downloaded.
    _check(options)
    configurations(study, presets, {"train": 0, "validation": 0}, options.only)
    from bench.tables.datasets import resolve
    from bench.tables.table_request import TableRequest

    return reproduce(study, presets, resolve(TableRequest(dataset or study.dataset)), out, options, say)


def _first() -> str:
    if not (names := entry_points.names("findings")):
        raise BenchError("no study is registered; expected an entry point of bench.findings; install the package again")
    return names[0]


def _check(options: Options) -> None:
    if options.seeds < 1 or options.workers < 1:
        raise BenchError(f"got {options.seeds} seeds and {options.workers} workers; expected at least 1 of each")


def reproduce(
    study: Study, presets: Mapping[str, Preset], dataset: Dataset, out: Path, options: Options, say: Say
) -> Path:
    """Fits what is not stored yet, storing each fit as it ends, and writes the page; see `run`."""
    _check(options)
    _check_page(out)
    stored = _stored(out) or _nothing(dataset)
    about = stored["dataset"]
    if about["sha256"] != dataset.sha256:
        raise BenchError(f"{out} is about {about['name']}, got another table, {dataset.name}; give another --out")
    _forget(stored, configurations(study, presets, about["rows"]))
    wanted = fits(study, presets, about["rows"], options.seeds, options.only)
    tasks = _tasks(wanted, stored["fits"], dataset, tuple(study.measures))
    names = called(study, presets, about["rows"])
    write_file(_values(out), to_json(stored).encode())
    for count, (task, outcome) in enumerate(_outcomes(tasks, options.workers), 1):
        fit = _keep(stored["fits"], task, outcome)
        write_file(_values(out), to_json(stored).encode())
        said = fit.get("error") or f"{fit['seconds']:.0f} s"
        job = task.payload
        say(f"[{count}/{len(tasks)}] {names[job.configuration.id]} seed {job.seed}: {said}")
    return write_page(study, presets, stored, out)


def write_page(study: Study, presets: Mapping[str, Preset], stored: Mapping[str, Any], out: Path) -> Path:
    """Writes what is stored; the same values give the same bytes.

    Raises:
        BenchError: if nothing is stored, or `out` is a file that was not made here.
    """
    _check_page(out)
    if not stored:
        raise BenchError(f"{_values(out)} is not there; expected stored fits; leave --render-only out")
    write_file(out, page(study, presets, stored).encode())
    return out


def _values(out: Path) -> Path:
    return out.with_suffix(".json")


def _check_page(out: Path) -> None:
    if out.suffix == ".json":
        raise BenchError(f"got --out {out}; expected a Markdown file: the .json beside it holds the values")
    if out.exists() and MARKER not in out.read_text(encoding="utf-8"):
        raise BenchError(f"{out} was not written by bench reproduce; expected its marker line; give another --out")


def _stored(out: Path) -> dict[str, Any]:
    """What the file beside the page holds; empty if there is none."""
    path = _values(out)
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BenchError(f"{path} is no JSON ({error}); expected the values of earlier fits; move it away") from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise BenchError(f"{path} holds no values of bench reproduce (schema {SCHEMA}); move it away")
    return found


def _nothing(dataset: Dataset) -> dict[str, Any]:
    from bench.workflows.reproduction.refit_task import validation_rows

    total, held = len(dataset.frame), validation_rows(len(dataset.frame))
    rows = {"all": total, "train": total - held, "validation": held}
    about = {"name": dataset.name, "sha256": dataset.sha256, "source": dataset.source, "rows": rows}
    return {"schema": SCHEMA, "dataset": about, "fits": {}}


def _forget(stored: dict[str, Any], known: Sequence[Configuration]) -> None:
    """Drops fits that no preset and no experiment asks for any more."""
    kept = {each.id for each in known}
    stored["fits"] = {name: fit for name, fit in stored["fits"].items() if name in kept}


def _tasks(
    wanted: Sequence[tuple[Configuration, int]], stored: Mapping[str, Any], dataset: Dataset, measures: tuple[str, ...]
) -> list[Task]:
    """The fits that are missing, failed or made by other code."""
    from bench.api import Trial
    from bench.execution.tasks import Task
    from bench.workflows.reproduction import refit_task

    refit_task.check_measures(measures, dataset.schema.columns)
    codes = {name: refit_task.code(name, measures) for name in {each.generator for each, _ in wanted}}
    table = refit_task.published_order(dataset.frame[list(dataset.schema.columns)])

    def due(each: Configuration, seed: int) -> bool:
        known = stored.get(each.id, {}).get("seeds", {}).get(str(seed), {})
        return bool(known.get("status") != "ok" or known.get("code") != codes[each.generator])

    return [
        Task(
            Trial(f"{each.id}-{seed}", dataset.name, "", 0, each.generator, each.params, seed),
            refit_task.work,
            refit_task.Job(each, seed, table, dataset.schema, measures, codes[each.generator]),
        )
        for each, seed in wanted
        if due(each, seed)
    ]


def _outcomes(tasks: Sequence[Task], workers: int) -> Iterator[tuple[Task, TaskOutcome]]:
    from bench.execution.process_pool import ProcessPool
    from bench.execution.tasks import run_tasks

    modules = {module for task in tasks for module in task.payload.preload()}
    with ProcessPool(workers, ("bench.workflows.reproduction.refit_task", *sorted(modules))) as pool:
        yield from run_tasks(pool, tasks)


def _keep(stored: dict[str, Any], task: Task, outcome: TaskOutcome) -> dict[str, Any]:
    """Puts a fit where it belongs, and returns it."""
    from bench.workflows.reproduction.refit_task import FILE

    what = task.payload.configuration
    fit: dict[str, Any] = {"status": outcome.status, "error": outcome.error, "seconds": round(outcome.seconds, 1)}
    if outcome.status == "ok":
        fit = json.loads(outcome.files[FILE])
    fit["code"] = task.payload.code
    entry = {"generator": what.generator, "params": dict(what.params), "rows": what.rows, "seeds": {}}
    stored.setdefault(what.id, entry)["seeds"][str(task.payload.seed)] = fit
    return fit
