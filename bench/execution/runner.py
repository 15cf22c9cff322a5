"""A run from its configuration to its store: what is missing is computed, what is there is kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bench.api import BenchError
from bench.common import fingerprint
from bench.common.atomic_files import LOCK, sweep, taken
from bench.execution import import_external, manifest
from bench.execution.process_pool import Pool
from bench.execution.schedule import Schedule, Step
from bench.execution.task import Engine, Limits
from bench.planning import build_check, options
from bench.planning.plan import make as make_plan
from bench.plugins import entry_points
from bench.runs import environment, run_directory
from bench.runs.manifest import read_manifest, write_manifest
from bench.scoring.reference_rows import names as reference_names
from bench.tables.datasets import resolve_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.api import Trial
    from bench.planning.config import Config, Operation
    from bench.planning.external_tables import External
    from bench.planning.plan import Plan

RUNS = Path("runs")
EVALUATION = "evaluation"
"""The profile of a directory that holds no trials but a table from elsewhere."""

_MACHINE = ("system", "cpu", "cores", "memory_gib", "commit", "dirty")

Listener: TypeAlias = Callable[[Step], None]

SECONDS_PER_SCORING = {"core": 3.0, "full": 15.0}
"""What scoring one table costs, roughly, for estimates."""


def load(config: Config) -> Plan:
    """Loads the data of a configuration and plans its trials.

    Raises:
        BenchError: if data or a generator do not exist, or a parameter is none that the generator takes.
    """
    made = _load(config)
    build_check.demand(made)
    return made


def _load(config: Config, stored: Sequence[Trial] | None = None) -> Plan:
    datasets = resolve_all(config.datasets)
    return make_plan(config, datasets, stored)


def directory(plan: Plan, out: Path | None) -> Path:
    """Where a plan's run is kept.

    Raises:
        BenchError: if there is something there that is not a run of the same configuration and data.
    """
    path = out if out is not None else RUNS / f"{plan.name}-{plan.hash}"
    if path.exists() and not path.is_dir():
        raise BenchError(f"--out {path} is a file; expected a new folder or a run to continue")
    if run_directory.is_run(path):
        found = read_manifest(path).config_hash
        if found != plan.hash:
            raise BenchError(
                f"{path} holds a run of another configuration ({found}, this is {plan.hash}); choose another --out"
            )
    elif path.exists() and any(entry.name != LOCK for entry in path.iterdir()):
        raise BenchError(f"--out {path} exists, is not empty and is not a run; choose another folder")
    return path


@contextmanager
def session(plan: Plan, path: Path, operation: Operation) -> Iterator[Schedule]:
    """Takes a run directory for this process, writes its manifest and looks up what is missing.

    Raises:
        BenchError: if another process is at work on it.
    """
    path.mkdir(parents=True, exist_ok=True)
    with taken(path, "--out"):
        for folder in (path, path / "trials", *(path / "references").glob("*")):
            sweep(folder)
        memory = None if operation.memory is None else int(operation.memory * 2**30)
        limits = Limits(operation.timeout, memory)
        import_external.place(plan, path)
        if not run_directory.is_run(path):
            # Before anything is copied from a cache: what is in the way of that can be mended and the run continued.
            write_manifest(path, manifest.describe(plan, entry_points.families()))
        schedule = Schedule(plan, path, limits, operation)
        _describe(schedule)
        yield schedule


def _describe(schedule: Schedule) -> None:
    """Writes the manifest anew, unless nothing changes; what is continued keeps its time of creation."""
    found = read_manifest(schedule.path)
    planned = [trial.id for trial in schedule.plan.trials]
    if not schedule.items and found.finished and planned == [trial.id for trial in found.trials]:
        return
    # Of a new run whose trials all come from a cache, this is the end.
    finished = None if schedule.items else found.finished or environment.now()
    described = manifest.describe(schedule.plan, entry_points.families())
    described = replace(described, created=found.created, finished=finished)
    if not any(item.kind == "trial" for item in schedule.items):
        # Nothing is fitted: times are of where it was, and generators were what is said of them there.
        machine = replace(described.environment, **{name: getattr(found.environment, name) for name in _MACHINE})
        generators = {name: found.generators.get(name, new) for name, new in described.generators.items()}
        described = replace(described, environment=machine, generators=generators)
    write_manifest(schedule.path, described)


def run(schedule: Schedule, operation: Operation, listen: Listener) -> run_directory.Run:
    """Computes what a run still lacks and returns it, complete.

    Args:
        schedule: of a `session`.
        operation: where to run; no number depends on it.
        listen: told of everything that starts, goes on and ends.
    """
    if schedule.items:
        with _engine(operation, preload(schedule.plan)) as pool:
            for step in schedule.steps(pool):
                listen(step)
        write_manifest(schedule.path, replace(read_manifest(schedule.path), finished=environment.now()))
    return run_directory.open_run(schedule.path)


def _engine(operation: Operation, modules: Sequence[str]) -> Engine:
    if operation.cluster is None:
        return Pool(operation.workers, modules)
    from bench.execution.dask_pool import ClusterPool

    return ClusterPool(operation.cluster, modules)


def restore(path: Path, joining: Mapping[str, External] | None = None, stored: Sequence[Trial] | None = None) -> Plan:
    """The plan of a stored run, from its manifest.

    Args:
        path: of the run.
        joining: tables made elsewhere that join it.
        stored: trials to keep as they are, whatever their generators have become since.

    Raises:
        BenchError: if its data can no longer be found, or have changed.
    """
    found = read_manifest(path)
    if found.profile.name == EVALUATION:
        raise BenchError(f"{path} is not a run of generators but what `bench evaluate` made; call that again")
    asked = options.restore({**asdict(found.config), "profile": asdict(found.profile)})
    made = _load(replace(asked, external={**asked.external, **(joining or {})}), stored)
    if made.hash != found.config_hash:
        raise BenchError(f"the data of {path} have changed since it was made; start a new run")
    return made


def stale(path: Path) -> Plan:
    """The plan that scores a stored run again: its finished trials, whatever their generators have become since."""
    run = run_directory.open_run(path)
    made = restore(path, stored=run.planned_trials)
    kept = [result for result in run.results if result.status == "ok"]
    without = [
        each for each in kept if not (run_directory.result_directory(path, each.trial) / "synthetic.parquet").is_file()
    ]
    if without:
        raise BenchError(
            f"{len(without)} of {len(kept)} trials of {path} have no rows to score again; expected a run directory, "
            "not an export"
        )
    return made


def preload(plan: Plan) -> list[str]:
    """The modules that tasks will import: those of scoring and of the planned generators' packages."""
    infos = [entry_points.info(candidate.cls) for candidate in plan.generators.values() if candidate.cls]
    wanted = {*fingerprint.SCORING, *(package for info in infos for package in info.packages)}
    modules = {name for name, found in packages_distributions().items() if wanted & set(found) and name.isidentifier()}
    return sorted(modules | {name for info in infos for name in info.preload})


def estimate(plan: Plan, workers: int) -> float:
    """Rough seconds that a whole run takes, from what generators say of themselves."""
    scoring = SECONDS_PER_SCORING[plan.config.budget.metrics]
    trials = [each.expected_seconds + scoring for each in plan.trials]
    references = [scoring] * len(reference_names()) * len(plan.splits)
    work = [*trials, *references]
    return max(sum(work) / workers, max(work, default=0.0))
