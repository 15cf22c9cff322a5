"""Which task is next: a split is prepared once, then its trials and reference rows run, the longest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.api import TrialResult
from bench.common.atomic_files import read_arrays, write_directory, write_file
from bench.execution import due_work, trial_task
from bench.execution.due_work import Item
from bench.execution.task import NO_LIMITS, Limits, Task
from bench.execution.trial_task import Job, Stored
from bench.planning.config import DEFAULT_OPERATION, Operation
from bench.runs import run_directory
from bench.scoring.score_table import nest
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.api import Trial
    from bench.execution.task import Engine, Event, Files, Outcome
    from bench.planning.plan import Plan

_WORK = {
    "prepare": trial_task.prepare,
    "reference": trial_task.reference,
    "rescore": trial_task.rescore,
    "trial": trial_task.run,
}


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to an item: `started`, `progress` (stage, done, total) or `finished` (with its result)."""

    event: str
    item: Item
    stage: str = ""
    done: int = 0
    total: int = 0
    result: TrialResult | None = None


class Schedule:
    """The items that a run directory still lacks, and what becomes of their outcomes."""

    def __init__(
        self,
        plan: Plan,
        path: Path,
        limits: Limits = NO_LIMITS,
        operation: Operation = DEFAULT_OPERATION,
    ) -> None:
        """Looks up what is missing.

        Args:
            plan: what is to be done.
            path: the run directory, with its manifest.
            limits: per trial.
            operation: what counts as missing, and the cache.
        """
        self.plan = plan
        self.path = path
        self._limits = limits
        self._cache = operation.cache
        self._ready: list[Item] = []
        self._after: dict[str, list[Item]] = {}
        for split, items in due_work.find(plan, path, operation).items():
            if self._artefacts(split).is_file():
                self._add(items)
            else:
                self._after[split] = items
                self._add([Item("prepare", due_work.pseudo(plan.splits[split], "prepare"))])

    @property
    def items(self) -> list[Item]:
        """The trials and reference rows that have not started."""
        ready = [item for item in self._ready if item.kind != "prepare"]
        return ready + [item for items in self._after.values() for item in items]

    def steps(self, pool: Engine) -> Iterator[Step]:
        """Runs everything in `pool`; an outcome is stored before it is told."""
        running: dict[str, Item] = {}
        while self._ready or running:
            while self._ready and pool.idle:
                item = self._ready.pop(0)
                if refused := self._refusal(item):
                    yield self._keep(item, refused, {})
                    continue
                running[item.trial.id] = item
                pool.start(self._task(item))
                yield Step("started", item)
            for event in pool.events() if running else ():
                yield from self._step(running, event)

    def _artefacts(self, split: str) -> Path:
        return self.path / "references" / split / f"artefacts-{self.plan.scoring}.npz"

    def _add(self, items: list[Item]) -> None:
        """Preparations come first, then what takes longest, so that no core idles at the end."""
        self._ready.extend(items)
        self._ready.sort(key=lambda item: (item.kind != "prepare", -item.trial.expected_seconds))

    def _task(self, item: Item) -> Task:
        plan, planned = self.plan, self.plan.splits[item.trial.split]
        job = Job(
            item.trial,
            plan.draw(planned),
            artefacts={} if item.kind == "prepare" else nest(read_arrays(self._artefacts(planned.id))),
            score_seed=derive(planned.seed, "score"),
            metric_set=plan.config.budget.metrics,
            scoring=plan.scoring,
            stored=self._stored(item.trial) if item.kind == "rescore" else None,
            snap=plan.config.snap,
            plugin=plan.generators[item.trial.generator].plugin if item.kind == "trial" else None,
        )
        return Task(item.trial.id, _WORK[item.kind], job, self._limits if item.kind == "trial" else NO_LIMITS)

    def _stored(self, each: Trial) -> Stored:
        folder = run_directory.result_directory(self.path, each)
        latents = folder / "latents.npz"
        return Stored(
            (folder / "synthetic.parquet").read_bytes(),
            run_directory.read_result(folder),
            latents.read_bytes() if latents.is_file() else None,
        )

    def _refusal(self, item: Item) -> TrialResult | None:
        """The result of a generator that cannot even start."""
        candidate = self.plan.generators.get(item.trial.generator) if item.kind == "trial" else None
        if candidate is None or candidate.status == "ok":
            return None
        return TrialResult(item.trial, candidate.status, error=candidate.problem)

    def _step(self, running: dict[str, Item], event: Event) -> Iterator[Step]:
        item = running[event.task.id]
        if event.outcome is None:
            yield Step("progress", item, event.stage, event.done, event.total)
            return
        del running[event.task.id]
        if item.kind == "prepare":
            yield from self._prepared(item, event.outcome)
        elif event.outcome.status == "ok":
            files = {**event.outcome.files, "log.txt": event.outcome.log}
            yield self._keep(item, run_directory.unpack_result(files["result.json"]), files)
        else:
            yield self._keep(item, _lost(item.trial, event.outcome), {"log.txt": event.outcome.log})

    def _prepared(self, item: Item, outcome: Outcome) -> Iterator[Step]:
        """Frees the items of a split; without artefacts none of them can run."""
        items = self._after.pop(item.trial.split)
        if outcome.status == "ok":
            write_file(self._artefacts(item.trial.split), outcome.files["artefacts.npz"])
            self._add(items)
        yield Step("finished", item)
        for each in items if outcome.status != "ok" else ():
            error = f"the split could not be prepared: {outcome.error}"
            yield self._keep(each, TrialResult(each.trial, "failed", error=error), {"log.txt": outcome.log})

    def _keep(self, item: Item, result: TrialResult, files: Files) -> Step:
        """Stores a result, unless a stored one is better than none.

        A reference row or a rescoring that failed is not kept: the next run of the command tries it again.
        """
        if item.kind == "trial" or result.status == "ok":
            whole = {**files, "result.json": run_directory.pack_result(result)}
            write_directory(_directory(self.path, item), whole)
            if self._cache is not None and result.status == "ok":
                write_directory(_directory(self._cache, item), whole)
        return Step("finished", item, result=result)


def _directory(path: Path, item: Item) -> Path:
    each = item.trial
    if item.kind == "reference":
        return run_directory.reference_directory(path, each.split, each.generator)
    return run_directory.result_directory(path, each)


def _lost(each: Trial, outcome: Outcome) -> TrialResult:
    """The result of a trial whose process did not return one."""
    result = TrialResult(each, outcome.status, error=outcome.error, memory_bytes=outcome.peak_bytes)
    return replace(result, seconds={"total": outcome.seconds})
