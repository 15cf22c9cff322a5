"""What reads each kind of file: the functions that the commands use."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.commands import describe_table, show_leaderboard, terminal
from bench.common.atomic_files import to_json
from bench.execution import runner
from bench.execution.check_rows import read_rows
from bench.execution.fitted_trial import read_fit
from bench.execution.import_external import read_external_table
from bench.execution.tasks import TaskOutcome
from bench.planning.read_config import build_config, build_operation, merge_options, read_config_file
from bench.reporting import outputs
from bench.runs.cached_results import copy_result
from bench.runs.compare import changes
from bench.runs.drawn_splits import recall
from bench.runs.export import export_run
from bench.runs.manifest import pack_manifest
from bench.runs.merge import merge_runs
from bench.runs.result_digests import digest_rows
from bench.runs.run_directory import Run, open_run
from bench.runs.stored_files import read_table
from bench.statistics.leaderboard import rank
from bench.tables.table_request import TableRequest
from bench.workflows.evaluation.input_tables import EvaluationRequest, read_input_tables
from bench.workflows.regression_gate.baseline import read_baseline
from bench.workflows.regression_gate.check import check_run, detectable_losses
from tests.fuzzing.samples import TARGET, Samples, cache_in

if TYPE_CHECKING:
    from tests.fuzzing.mutations import Form


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of file and what reads it.

    Attributes:
        name: of the kind.
        form: of the file.
        places: where such files lie; a changed file takes the place of one of them.
        read: reads the file at a place with everything that belongs to it.
    """

    name: str
    form: Form
    places: tuple[Path, ...]
    read: Callable[[Path], object]

    @property
    def contents(self) -> Mapping[Path, bytes]:
        """The valid files."""
        return {place: place.read_bytes() for place in self.places}


def all_readers(samples: Samples) -> list[Reader]:
    """Returns a reader of every kind of file; they put what they write into `samples.folder`."""
    return [*_run_readers(samples), *_trial_readers(samples), *_table_readers(samples), *_other_readers(samples)]


def _run_readers(samples: Samples) -> Iterator[Reader]:
    runs = samples.numbers, samples.mixed, samples.planned
    intact = open_run(samples.numbers)
    manifests = tuple(run / "manifest.json" for run in runs)
    results = tuple(path for run in runs for path in _firsts(run, "result.json"))
    drawings = tuple(path for run in samples.drawn for path in _firsts(run, "drawings.npz"))
    yield Reader("manifest", "json", manifests, _show)
    yield Reader("result", "json", results, _show)
    yield Reader("report of a manifest", "json", manifests[:2], partial(_report, figures=False))
    yield Reader("report of a result", "json", results, partial(_report, figures=False))
    yield Reader("report of drawings", "npz", drawings, partial(_report, figures=True))
    yield Reader(
        "runs together", "json", (manifests[0], *_firsts(samples.numbers, "result.json")), partial(_together, intact)
    )
    yield Reader("plan of a run", "json", manifests[2:], partial(_plan, samples.folder))
    yield Reader("drawings", "npz", drawings, _export)
    yield Reader("history", "parquet", _firsts(samples.drawn[0], "history.parquet"), partial(_report, figures=True))
    yield Reader("drawn splits", "json", tuple(run / "references" / "drawn-splits.json" for run in runs[:2]), _show)


def _trial_readers(samples: Samples) -> Iterator[Reader]:
    (entry, *_) = (path.parent for path in _firsts(samples.planned / "trials", "result.json"))
    target, train = samples.folder / "copied", samples.split.train
    for name, form in {"result.json": "json", "synthetic.parquet": "parquet", "drawings.npz": "npz"}.items():
        yield Reader(f"cache entry: {name}", form, (entry / name,), partial(_cached, samples.planned, target))  # type: ignore[arg-type]
    yield Reader("rows", "parquet", (entry / "synthetic.parquet",), lambda path: read_rows(path.read_bytes(), train))
    yield Reader(
        "rows of a run", "parquet", (entry / "synthetic.parquet",), lambda path: digest_rows(read_table(path, entry))
    )
    yield Reader(
        "account of a fit", "json", (samples.folder / "fit.json",), partial(_account, open_run(samples.planned))
    )


def _table_readers(samples: Samples) -> Iterator[Reader]:
    csvs, parquets = (tuple(sorted(samples.tables.glob(pattern))) for pattern in ("*.csv", "*.parquet"))
    mixed = str(samples.tables / "mixed.csv")
    train = samples.split.train
    for form, places in {"csv": csvs, "parquet": parquets}.items():
        same = tuple(place for place in places if place.stem in ("mixed", "semicolons"))
        external = samples.folder / f"external.{form}"
        yield Reader(f"{form} table", form, places, _describe)  # type: ignore[arg-type]
        yield Reader(f"{form} table, synthetic", form, same, partial(_evaluate, mixed))  # type: ignore[arg-type]
        yield Reader(f"{form} table, external", form, (external,), lambda path: read_external_table(path, train))  # type: ignore[arg-type]
    tomls = tuple(sorted(samples.tables.glob("*.toml")))
    yield Reader("TABLE.toml", "toml", tomls, lambda path: _describe(path.with_suffix(".csv")))


def _other_readers(samples: Samples) -> Iterator[Reader]:
    folder, run = samples.folder, open_run(samples.numbers)
    yield Reader("configuration", "toml", (folder / "run.toml",), _configure)
    yield Reader("baseline", "json", (folder / "baseline.json",), partial(_check, run))
    cached = folder / "cache" / "drawn-splits" / f"{samples.decisive.key}.json"
    yield Reader("cached drawn splits", "json", (cached,), partial(_recall, samples))
    if models := tuple(sorted(samples.models.iterdir())):
        yield Reader("model", "model", models, _load)


def _firsts(folder: Path, name: str) -> tuple[Path, ...]:
    """Files of that name below a folder: two of trials and one of a reference row, if there are so many."""
    found = sorted(folder.rglob(name))
    references = [path for path in found if "references" in path.parts]
    trials = [path for path in found if "references" not in path.parts]
    return (*trials[:2], *references[:1])


def _root(path: Path) -> Path:
    return next(parent for parent in path.parents if (parent / "manifest.json").exists())


def _show(path: Path) -> None:
    """`bench show`."""
    run = open_run(_root(path))
    to_json(pack_manifest(run.manifest)).encode()
    screen = terminal.EscapingConsole(file=io.StringIO(), width=160)
    screen.print(terminal.overview(run, rank(run), show_leaderboard.select(run, None, None)))


def _report(path: Path, *, figures: bool) -> object:
    """`bench report` in all formats; without figures, in Markdown and data only."""
    run = open_run(_root(path))
    return outputs.files(run, [name for name in outputs.FORMATS if figures or name != "html"], figures=figures)


def _together(intact: Run, path: Path) -> None:
    """`bench compare`, and `bench report` of two runs."""
    run = open_run(_root(path))
    changes(intact, run, [metric.name for metric in intact.metrics])
    rank(merge_runs([intact, run]))


def _plan(folder: Path, path: Path) -> object:
    """`bench split`, `bench score` and `bench verify`, up to the plan."""
    with contextlib.chdir(folder):
        return runner.restore_plan(path.parent, stored=open_run(path.parent).manifest.trials)


def _export(path: Path) -> None:
    run, target = open_run(_root(path)), _root(path).parent / "exported"
    try:
        for _, result in run.all_results():
            run.drawings(result)
            run.history(result)
        export_run(run, target)
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _cached(cache: Path, target: Path, path: Path) -> None:
    try:
        copy_result(cache, path.parent, target)
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _account(run: Run, path: Path) -> object:
    files = {"fit.json": path.read_bytes(), "synthetic.parquet": b""}
    trial = run.manifest.trials[0]
    return to_json(read_fit(trial, TaskOutcome("ok", files, ""))[0].seconds)


def _describe(path: Path) -> None:
    """`bench list datasets FILE`: all decisions about a table, and the audit of a split."""
    described = describe_table.describe(TableRequest(str(path)))
    list(described.lines())
    list(described.tables())


def _evaluate(real: str, path: Path) -> object:
    return read_input_tables(EvaluationRequest(TableRequest(real, TARGET), path))


def _configure(path: Path) -> None:
    """`bench run --config FILE`, up to the configuration."""
    values = merge_options(read_config_file(path), {"set": ["ae.steps=5"]})
    build_operation(values)
    config = build_config(values)
    to_json(config.stored()).encode()
    config.command()


def _check(run: Run, path: Path) -> None:
    baseline = read_baseline(path)
    list(detectable_losses(baseline))
    check_run(run, baseline)


def _recall(samples: Samples, _: Path) -> object:
    with cache_in(samples.folder):
        return recall(samples.decisive)


def _load(path: Path) -> object:
    """`bench generate --load FILE`, up to the model."""
    from bench.plugins import entry_points

    names = {"AE": "ae", "VAE": "vae", "BetaVAE": "beta-vae", "Flow": "flow", "Autoregressive": "autoregressive"}
    with contextlib.redirect_stderr(io.StringIO()):
        return entry_points.load("generators", names[path.stem]).load(path)
