"""Which task is next: a split is prepared once, then its trials and reference rows run, the longest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bench import store, trial
from bench.api import Trial, TrialResult
from bench.files import read_arrays, write_directory, write_file
from bench.reference import names as reference_names
from bench.scoring import nest
from bench.seeds import derive
from bench.trial import Job
from bench.workers import NO_LIMITS, Limits, Task

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from bench.plan import Plan, PlannedSplit
    from bench.trial import Files
    from bench.workers import Event, Outcome, Pool

Kind = Literal["prepare", "reference", "trial"]
_WORK = {"prepare": trial.prepare, "reference": trial.reference, "trial": trial.run}


@dataclass(frozen=True, slots=True)
class Item:
    """A task to be: `trial` names the generator, the reference row, or `prepare`."""

    kind: Kind
    trial: Trial


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

    def __init__(self, plan: Plan, path: Path, limits: Limits = NO_LIMITS, retry: Collection[str] = ()) -> None:
        """Looks up what is missing; results with a status in `retry` count as missing."""
        self.plan = plan
        self.path = path
        self._limits = limits
        self._ready: list[Item] = []
        self._after: dict[str, list[Item]] = {}
        for planned in plan.splits.values():
            self._look_up(planned, retry)

    @property
    def items(self) -> list[Item]:
        """The trials and reference rows that have not started."""
        ready = [item for item in self._ready if item.kind != "prepare"]
        return ready + [item for items in self._after.values() for item in items]

    def steps(self, pool: Pool) -> Iterator[Step]:
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

    def _look_up(self, planned: PlannedSplit, retry: Collection[str]) -> None:
        trials = [Item("trial", each) for each in self.plan.trials if each.split == planned.id]
        due = [item for item in trials if self._is_due(item.trial, retry)]
        due += [self._reference(planned, name) for name in reference_names() if self._lacks(planned.id, name)]
        if due and self._artefacts(planned.id).is_file():
            self._add(due)
        elif due:
            self._after[planned.id] = due
            self._ready.insert(0, Item("prepare", _pseudo(planned, "prepare")))

    def _is_due(self, each: Trial, retry: Collection[str]) -> bool:
        found = store.find_result(self.path, each)
        return found is None or found.status in retry

    def _lacks(self, split: str, name: str) -> bool:
        return not store.reference_directory(self.path, split, name).is_dir()

    def _reference(self, planned: PlannedSplit, name: str) -> Item:
        return Item("reference", _pseudo(planned, name))

    def _artefacts(self, split: str) -> Path:
        return self.path / "references" / split / "artefacts.npz"

    def _add(self, items: list[Item]) -> None:
        """Preparations come first, then what takes longest, so that no core idles at the end."""
        self._ready.extend(items)
        self._ready.sort(key=lambda item: (item.kind != "prepare", -item.trial.expected_seconds))

    def _task(self, item: Item) -> Task:
        planned = self.plan.splits[item.trial.split]
        artefacts = {} if item.kind == "prepare" else nest(read_arrays(self._artefacts(planned.id)))
        seed = derive(planned.seed, "score")
        job = Job(item.trial, self.plan.draw(planned), artefacts, seed, self.plan.config.budget.metrics)
        return Task(item.trial.id, _WORK[item.kind], job, self._limits if item.kind == "trial" else NO_LIMITS)

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
            yield self._keep(item, store.unpack_result(files["result.json"]), files)
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
        """Stores a result. A reference row that failed is not kept: the next run of the command tries it again."""
        split, name = item.trial.split, item.trial.generator
        if item.kind == "trial":
            folder = store.result_directory(self.path, item.trial)
        else:
            folder = store.reference_directory(self.path, split, name)
        if item.kind == "trial" or result.status == "ok":
            write_directory(folder, {**files, "result.json": store.pack_result(result)})
        return Step("finished", item, result=result)


def _pseudo(planned: PlannedSplit, name: str) -> Trial:
    """A trial-shaped description of work on a split that fits no generator."""
    return Trial(f"{planned.id}-{name}", planned.dataset, planned.id, planned.repeat, name, {}, planned.seed, 0.0)


def _lost(each: Trial, outcome: Outcome) -> TrialResult:
    """The result of a trial whose process did not return one."""
    seconds = {"total": outcome.seconds}
    return TrialResult(each, outcome.status, error=outcome.error, seconds=seconds, memory_bytes=outcome.peak_bytes)
