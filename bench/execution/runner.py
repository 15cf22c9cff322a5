"""Runs a benchmark from its configuration to its run directory: computes what is missing, keeps what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import PROTOCOL_VERSION, BenchError, Trial
from bench.common import digests
from bench.common.atomic_files import LOCK, lock_folder, remove_leftovers
from bench.execution import import_external
from bench.execution.describe_run import describe_plan
from bench.execution.fit_trial import ROWS
from bench.execution.inspect_plugins import IsolatedInspector
from bench.execution.process_pool import ProcessPool
from bench.execution.schedule import Listener, Schedule
from bench.planning.plan import Plan, make_plan, require_buildable
from bench.planning.read_config import restore_config
from bench.plugins import entry_points
from bench.runs import environment, run_directory
from bench.runs.manifest import read_manifest, write_manifest
from bench.runs.result_digests import digest_rows
from bench.runs.stored_files import is_stored, read_table, require_no_links
from bench.tables.datasets import resolve_all

if TYPE_CHECKING:
    from bench.api import Dataset, TrialResult
    from bench.execution.tasks import WorkerPool
    from bench.planning.config import Config, Operation
    from bench.planning.external_tables import ExternalTables
    from bench.planning.generator_selection import Candidate

RUNS = Path("runs")
EVALUATION = "evaluation"
"""The profile of a run directory that `bench evaluate` made: it holds the scores of a table made elsewhere."""

_TASK_MODULES = (
    *("psutil", "pyarrow", "pyarrow.parquet"),
    *("bench.execution.fit_trial", "bench.execution.score_trial"),
    *("bench.scoring.metrics.shared.import_sdmetrics", "bench.scoring.reference_rows", "bench.scoring.score_table"),
)
"""What every task imports to measure itself, to write or read rows, and to score: no plugin."""

_MACHINE = ("system", "cpu", "cores", "memory_gib", "commit", "dirty")


def load_plan(config: Config) -> Plan:
    """Loads the data of a configuration and plans its trials.

    Raises:
        BenchError: if data or a generator do not exist, or a generator cannot be built with its parameters.
    """
    return plan_run(config, resolve_all(config.datasets))


def plan_run(config: Config, datasets: Mapping[str, Dataset]) -> Plan:
    """Plans the trials of a configuration on its tables, given by name.

    Raises:
        BenchError: if a generator does not exist, or cannot be built with its parameters.
    """
    with IsolatedInspector() as inspector:
        plan = make_plan(config, datasets, inspector=inspector)
        require_buildable(plan, inspector)
    return plan


def choose_run_directory(plan: Plan, out: Path | None) -> Path:
    """Returns where a plan's run is stored: `out`, or a folder under `runs/`.

    Raises:
        BenchError: if the folder holds something else than a run of the same configuration and data.
    """
    path = out if out is not None else RUNS / f"{plan.name}-{plan.hash}"
    if path.exists() and not path.is_dir():
        raise BenchError(f"--out {path} is a file; expected a new folder or a run to continue")
    if run_directory.is_run(path):
        stored = read_manifest(path).config_hash
        if stored != plan.hash:
            raise BenchError(
                f"{path} holds a run of another configuration ({stored}, this is {plan.hash}); choose another --out"
            )
    elif path.exists() and any(entry.name != LOCK for entry in path.iterdir()):
        raise BenchError(f"--out {path} exists, is not empty and is not a run; choose another folder")
    return path


@contextmanager
def session(plan: Plan, path: Path, operation: Operation) -> Iterator[Schedule]:
    """Locks a run directory for this process, writes its manifest and finds the due tasks.

    Raises:
        BenchError: if another process is at work on it.
    """
    path.mkdir(parents=True, exist_ok=True)
    require_no_links(path)
    with lock_folder(path, "--out"):
        for folder in (path, path / "trials", *(path / "references").glob("*")):
            remove_leftovers(folder)
        import_external.store_external_tables(plan, path)
        if not run_directory.is_run(path):
            # Before anything is copied from a cache: if copying fails, the run can be continued.
            write_manifest(path, describe_plan(plan))
        schedule = Schedule(plan, path, operation)
        _describe(schedule)
        yield schedule


def _describe(schedule: Schedule) -> None:
    """Writes the manifest again, unless nothing changes; a continued run keeps its time of creation."""
    stored = read_manifest(schedule.path)
    planned = [trial.id for trial in schedule.plan.trials]
    if not schedule.tasks and stored.finished and planned == [trial.id for trial in stored.trials]:
        return
    # A new run whose trials all come from a cache is finished now.
    finished = None if schedule.tasks else stored.finished or environment.now()
    described = replace(describe_plan(schedule.plan), created=stored.created, finished=finished)
    if not any(task.kind == "trial" for task in schedule.tasks):
        # Nothing is fitted: times and descriptions of generators stay those of the machine that fitted.
        machine = replace(described.environment, **{name: getattr(stored.environment, name) for name in _MACHINE})
        generators = {name: stored.generators.get(name, card) for name, card in described.generators.items()}
        described = replace(described, environment=machine, generators=generators)
    write_manifest(schedule.path, described)


def run(schedule: Schedule, operation: Operation, listen: Listener = lambda *_: None) -> run_directory.Run:
    """Computes what the schedule of a `session` still lacks and returns the complete run.

    `operation` says where to run (no number depends on it); `listen` is called when a task starts, progresses or ends.
    """
    scheduled = bool(schedule.tasks)
    if scheduled or schedule.drawn_tasks:
        with _worker_pool(operation, modules_to_preload(schedule.plan.generators.values())) as pool:
            schedule.run(pool, listen)
        if scheduled:
            write_manifest(schedule.path, replace(read_manifest(schedule.path), finished=environment.now()))
    return run_directory.open_run(schedule.path)


def _worker_pool(operation: Operation, modules: Sequence[str]) -> WorkerPool:
    if operation.cluster is None:
        return ProcessPool(operation.workers, modules)
    from bench.execution.dask_pool import ClusterPool

    return ClusterPool(operation.cluster, modules)


def restore_plan(
    path: Path,
    joining: Mapping[str, ExternalTables] | None = None,
    stored: Sequence[Trial] | None = None,
    plugins: Sequence[str] = (),
) -> Plan:
    """Returns the plan of a stored run, made from its manifest.

    Args:
        path: the run directory.
        joining: tables made elsewhere that join it.
        stored: trials that are kept as they are, whatever their generators have become since; these are not loaded.
        plugins: the files of its plugins. The files that the run itself names are never run.

    Raises:
        BenchError: if its data can no longer be found, or have changed, its splits are of an earlier protocol, or its
            generators are loaded and `plugins` are not those that it was made with.
    """
    stored_manifest = read_manifest(path)
    if stored_manifest.profile.name == EVALUATION:
        raise BenchError(f"{path} is not a run of generators but what `bench evaluate` made; call that again")
    profile = asdict(stored_manifest.profile)
    config = restore_config({**asdict(stored_manifest.config), "profile": profile})
    config = replace(config, external={**config.external, **(joining or {})})
    if stored is None:
        config = replace(config, plugins=plugins_given(path, config.plugins, plugins))
    with IsolatedInspector() as inspector:
        plan = make_plan(config, resolve_all(config.datasets), stored, inspector=inspector)
    if plan.hash != stored_manifest.config_hash:
        raise BenchError(
            f"the data of {path}, or the configuration in its manifest.json, have changed since it was made; restore "
            "them, or start a new run"
        )
    if any(split.id not in plan.splits for split in stored_manifest.splits):
        raise BenchError(
            f"{path} was made under protocol version {stored_manifest.protocol_version}, whose splits are no longer "
            f"drawn (this is version {PROTOCOL_VERSION}); its reports can be made again, its rows need a new run"
        )
    return plan


def plugins_given(path: Path, named: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """Returns the given files of plugins in the order in which a run names them.

    Raises:
        BenchError: if a file that the run names is not given, or another one is.
    """
    by_name = {Path(plugin).name: plugin for plugin in given}
    if missing := [Path(plugin).name for plugin in named if Path(plugin).name not in by_name]:
        raise BenchError(
            f"{path} was made with the plugin {missing[0]}, whose code would run; give the file with --plugin, if you "
            "trust it"
        )
    names = [Path(plugin).name for plugin in named]
    if added := [name for name in by_name if name not in names]:
        raise BenchError(f"{path} was made without the plugin {added[0]}; leave out --plugin, or start a new run")
    return tuple(by_name[name] for name in names)


def restore_plan_for_scoring(path: Path) -> Plan:
    """Returns the plan that scores a stored run again: its trials as they are, whatever their generators are now.

    Raises:
        BenchError: if rows are missing or are not those that were scored, or the data of the run have changed.
    """
    run = run_directory.open_run(path, damaged=[])
    plan = restore_plan(path, stored=run.manifest.trials)
    succeeded = [result.trial for result in run.results if result.status == "ok"]
    folders = [run_directory.result_directory(path, trial) for trial in succeeded]
    if without_rows := [folder for folder in folders if not is_stored(folder / ROWS)]:
        raise BenchError(
            f"{len(without_rows)} of {len(succeeded)} trials of {path} have no rows to score again; expected a run "
            "directory, not an export"
        )
    if changed := [result.trial for result in run.results if result.rows_digest and _has_other_rows(path, result)]:
        raise BenchError(
            f"the rows of {len(changed)} trials of {path} are not those that were scored, first those of "
            f"{changed[0].generator} ({changed[0].id}); remove the folders of these trials and fit them again with "
            f"bench run --resume"
        )
    return plan


def _has_other_rows(path: Path, result: TrialResult) -> bool:
    """Whether the rows are readable, and not those that were scored. Scoring tells of a file that is not readable."""
    try:
        rows = read_table(run_directory.result_directory(path, result.trial) / ROWS, path)
    except BenchError:
        return False
    return digest_rows(rows) != result.rows_digest


def modules_to_preload(generators: Iterable[Candidate] = ()) -> list[str]:
    """Returns the modules that tasks will import: those of scoring and of the packages of some generators.

    All processes are forked from one that has imported them. So modules of packages that have plugins are left out, and
    those that belong to no installed package: a plugin is imported only where it runs.
    """
    infos = [candidate.facts.info for candidate in generators if candidate.facts]
    needed = {*digests.SCORING_PACKAGES, *(package for info in infos for package in info.packages)}
    owners, with_plugins = packages_distributions(), entry_points.distributions()
    third_party = {name for name, packages in owners.items() if not with_plugins & set(packages)}
    modules = {name for name in third_party if needed & set(owners[name]) and name.isidentifier()}
    declared = {module for info in infos for module in info.preload}
    declared = {module for module in declared if module.partition(".")[0] in third_party}
    return sorted({*_TASK_MODULES, *modules, *declared})
