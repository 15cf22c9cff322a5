"""Refits published models under their own protocol, leaks included, and writes a page of published and own values.

Every fit is stored in a JSON file as soon as it ends, so a call that was stopped continues where it was. The page
beside the file is made from that file alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Dataset, Preset, PublishedStudy, Trial
from bench.common.atomic_files import to_json, write_file
from bench.common.parsed_text import parse_json
from bench.execution import runner
from bench.execution.process_pool import ProcessPool
from bench.execution.tasks import Task, TaskOutcome, run_tasks
from bench.planning.generator_selection import Candidate
from bench.plugins import entry_points
from bench.plugins.inspection import Inspector
from bench.tables.datasets import resolve
from bench.tables.table_request import TableRequest
from bench.workflows.reproduction import published_fit
from bench.workflows.reproduction.configurations import Configuration, configuration_names, configurations, planned_fits
from bench.workflows.reproduction.page import MARKER, SCHEMA, page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


RESULTS = Path("docs/results")


@dataclass(frozen=True, slots=True)
class ReproductionOptions:
    """Options of `bench reproduce`.

    Attributes:
        seeds: fits of each configuration; at least 1.
        only: presets to fit; if empty, all of them, and the experiments.
        out: the page; a JSON file beside it holds the values. None: the study's name below `docs/results`.
        workers: fits at once, one thread each; at least 1.
        render_only: write the page from stored values; fit nothing.
    """

    seeds: int = 5
    only: tuple[str, ...] = ()
    out: Path | None = None
    workers: int = 1
    render_only: bool = False

    def __post_init__(self) -> None:
        """Raises `BenchError` for values that are not at least 1."""
        if not self.render_only and min(self.seeds, self.workers) < 1:
            raise BenchError(f"got {self.seeds} seeds and {self.workers} workers; expected at least 1 of each")


def reproduce_registered(
    name: str | None,
    dataset: str | None,
    options: ReproductionOptions,
    on_line: Callable[[str], None],
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Path:
    """Reproduces a registered study and returns the path of its page.

    Args:
        name: of an entry point of `bench.findings`; None: the first.
        dataset: a registered name; None: the study's own.
        options: what to fit, and where to write.
        on_line: called with a line after each fit.
        on_progress: called with the number of fits done and of all fits of this call.

    Raises:
        BenchError: if a name is unknown, the data set is not available, or the page would replace a foreign file.
    """
    names = entry_points.names("findings")
    if not name and not names:
        raise BenchError("no study is registered; expected an entry point of bench.findings; install the package again")
    name = name or names[0]
    study: PublishedStudy = entry_points.load("findings", name)
    presets: Mapping[str, Preset] = entry_points.load("presets", study.presets)
    out = options.out or RESULTS / f"{name}.md"
    if options.render_only:
        return write_page(study, presets, _stored(out), out)
    # Unknown presets are refused before anything is downloaded.
    configurations(study, presets, {"train": 0, "validation": 0}, options.only)
    return reproduce_study(
        study, presets, resolve(TableRequest(dataset or study.dataset)), out, options, on_line, on_progress
    )


def reproduce_study(
    study: PublishedStudy,
    presets: Mapping[str, Preset],
    dataset: Dataset,
    out: Path,
    options: ReproductionOptions,
    on_line: Callable[[str], None],
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Path:
    """Runs the fits that are not stored yet, stores each as it ends, and writes the page."""
    _check_page(out)
    stored = _stored(out) or _no_fits(dataset)
    about = stored["dataset"]
    if about["sha256"] != dataset.sha256:
        raise BenchError(f"{out} is about {about['name']}, got another table, {dataset.name}; give another --out")
    # Fits that no preset and no experiment needs any more are dropped.
    names = configuration_names(study, presets, about["rows"])
    stored["fits"] = {name: fit for name, fit in stored["fits"].items() if name in names}
    planned = planned_fits(study, presets, about["rows"], options.seeds, options.only)
    tasks = _tasks(planned, stored["fits"], dataset, tuple(study.measures))
    write_file(_values_path(out), to_json(stored).encode())
    generators = {task.trial.generator for task in tasks}
    candidates = [Candidate(name, Inspector().facts(name)) for name in sorted(generators)]
    with ProcessPool(options.workers, runner.modules_to_preload(candidates)) as pool:
        on_progress(0, len(tasks))
        for count, (task, outcome) in enumerate(run_tasks(pool, tasks), 1):
            fit = _store(stored["fits"], task, outcome)
            write_file(_values_path(out), to_json(stored).encode())
            text = fit.get("error") or f"{fit['seconds']:.0f} s"
            on_line(f"[{count}/{len(tasks)}] {names[task.payload.configuration.id]} seed {task.payload.seed}: {text}")
            on_progress(count, len(tasks))
    return write_page(study, presets, stored, out)


def write_page(study: PublishedStudy, presets: Mapping[str, Preset], stored: Mapping[str, Any], out: Path) -> Path:
    """Writes the page of stored values; the same values give the same bytes.

    Raises:
        BenchError: if nothing is stored, or `out` is a file that was not written by `bench reproduce`.
    """
    _check_page(out)
    if not stored:
        raise BenchError(f"{_values_path(out)} is not there; expected stored fits; leave --render-only out")
    write_file(out, page(study, presets, stored).encode())
    return out


def _values_path(out: Path) -> Path:
    return out.with_suffix(".json")


def _check_page(out: Path) -> None:
    if out.suffix == ".json":
        raise BenchError(f"got --out {out}; expected a Markdown file: the .json beside it holds the values")
    if out.exists() and MARKER not in out.read_text(encoding="utf-8"):
        raise BenchError(f"{out} was not written by bench reproduce; expected its marker line; give another --out")


def _stored(out: Path) -> dict[str, Any]:
    """Returns the content of the file beside the page; empty if there is none."""
    path = _values_path(out)
    if not path.exists():
        return {}
    try:
        content = parse_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BenchError(f"{path} is no JSON ({error}); expected the values of earlier fits; move it away") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise BenchError(f"{path} holds no values of bench reproduce (schema {SCHEMA}); move it away")
    return content


def _no_fits(dataset: Dataset) -> dict[str, Any]:
    total, held_out = len(dataset.frame), published_fit.validation_rows(len(dataset.frame))
    rows = {"all": total, "train": total - held_out, "validation": held_out}
    about = {"name": dataset.name, "sha256": dataset.sha256, "source": dataset.source, "rows": rows}
    return {"schema": SCHEMA, "dataset": about, "fits": {}}


def _tasks(
    planned: Sequence[tuple[Configuration, int]], stored: Mapping[str, Any], dataset: Dataset, measures: tuple[str, ...]
) -> list[Task]:
    """Returns tasks for the fits that are missing, failed, or were made by other code."""
    published_fit.check_measures(measures, dataset.schema.names)
    codes = {name: published_fit.fit_code(name, measures) for name in {item.generator for item, _ in planned}}
    table = published_fit.published_order(dataset.frame[list(dataset.schema.names)])
    tasks = []
    for item, seed in planned:
        code, fit = codes[item.generator], stored.get(item.id, {}).get("seeds", {}).get(str(seed), {})
        if fit.get("status") != "ok" or fit.get("code") != code:
            job = published_fit.RefitJob(item, seed, table, dataset.schema, measures, code)
            trial = Trial(f"{item.id}-{seed}", dataset.name, "", 0, item.generator, item.params, seed)
            tasks.append(Task(trial, published_fit.refit, job))
    return tasks


def _store(stored: dict[str, Any], task: Task, outcome: TaskOutcome) -> dict[str, Any]:
    """Adds a fit to the stored ones and returns it."""
    fitted = task.payload.configuration
    fit: dict[str, Any] = {"status": outcome.status, "error": outcome.error, "seconds": round(outcome.seconds, 1)}
    if outcome.status == "ok":
        fit = json.loads(outcome.files[published_fit.FILE])
    fit["code"] = task.payload.code
    entry = {"generator": fitted.generator, "params": dict(fitted.params), "rows": fitted.rows, "seeds": {}}
    stored.setdefault(fitted.id, entry)["seeds"][str(task.payload.seed)] = fit
    return fit
