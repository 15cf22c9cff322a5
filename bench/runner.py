"""A run from its configuration to its store: what is missing is computed, what is there is kept."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bench import fingerprint, manifest, registry, store
from bench.api import BenchError
from bench.files import to_json, write_file
from bench.plan import make as make_plan
from bench.reference import names as reference_names
from bench.schedule import Schedule, Step
from bench.tables import TableOptions, resolve
from bench.workers import Limits, Pool

if TYPE_CHECKING:
    from bench.api import Dataset
    from bench.config import Config, Operation
    from bench.plan import Plan

RUNS = Path("runs")

Listener: TypeAlias = Callable[[Step], None]

SECONDS_PER_SCORING = 6.0
"""What scoring one table costs, for estimates: the core set's budget."""


def load(config: Config) -> Plan:
    """Loads the data of a configuration and plans its trials."""
    datasets: dict[str, Dataset] = {}
    for request in config.datasets:
        options = TableOptions(request.target, request.ordered, request.time, request.missing)
        data = resolve(request.name, options)
        if data.name in datasets:
            raise BenchError(f"two data sets are called {data.name!r}; rename one of the files")
        datasets[data.name] = data
    return make_plan(config, datasets)


def directory(plan: Plan, out: Path | None) -> Path:
    """Where a plan's run is kept.

    Raises:
        BenchError: if there is something there that is not a run of the same configuration and data.
    """
    path = out if out is not None else RUNS / f"{plan.name}-{plan.hash}"
    if path.exists() and not path.is_dir():
        raise BenchError(f"--out {path} is a file; expected a new folder or a run to continue")
    if store.is_run(path):
        found = store.read_manifest(path).get("config_hash")
        if found != plan.hash:
            raise BenchError(
                f"{path} holds a run of another configuration ({found}, this is {plan.hash}); choose another --out"
            )
    elif path.exists() and any(path.iterdir()):
        raise BenchError(f"--out {path} exists, is not empty and is not a run; choose another folder")
    return path


def begin(plan: Plan, path: Path, operation: Operation) -> Schedule:
    """Writes the manifest and looks up what is missing; a run that is continued keeps its time of creation."""
    described = manifest.describe(plan, registry.families())
    if store.is_run(path):
        described["created"] = store.read_manifest(path)["created"]
    write_file(path / store.MANIFEST, to_json(described).encode())
    memory = None if operation.memory is None else int(operation.memory * 2**30)
    return Schedule(plan, path, Limits(operation.timeout, memory), operation.retry)


def run(schedule: Schedule, workers: int, listen: Listener) -> store.Run:
    """Computes what a run still lacks and returns it, complete.

    Args:
        schedule: from `begin`.
        workers: trials at once; no number depends on it.
        listen: told of everything that starts, goes on and ends.
    """
    if schedule.items:
        with Pool(workers, preload(schedule.plan)) as pool:
            for step in schedule.steps(pool):
                listen(step)
    finish(schedule.path)
    return store.open_run(schedule.path)


def finish(path: Path) -> None:
    """Notes when a run was completed."""
    described = store.read_manifest(path)
    write_file(path / store.MANIFEST, to_json({**described, "finished": manifest.now()}).encode())


def preload(plan: Plan) -> list[str]:
    """The modules that tasks will import: those of scoring and of the planned generators' packages."""
    wanted = set(fingerprint.SCORING)
    for candidate in plan.generators.values():
        wanted |= set(registry.info(candidate.cls).packages) if candidate.cls else set()
    modules = ((name, set(found)) for name, found in packages_distributions().items())
    return sorted(name for name, distributions in modules if distributions & wanted and name.isidentifier())


def estimate(plan: Plan, workers: int) -> float:
    """Rough seconds that a whole run takes, from what generators say of themselves."""
    trials = [each.expected_seconds + SECONDS_PER_SCORING for each in plan.trials]
    references = [SECONDS_PER_SCORING] * len(reference_names()) * len(plan.splits)
    work = [*trials, *references]
    return max(sum(work) / workers, max(work, default=0.0))
