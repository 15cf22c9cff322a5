"""Runs the due tasks in order and stores their results: a split is prepared, and then the longest task is next.

A trial takes two tasks in two processes. The first runs the generator, which knows train alone; its rows are stored.
The second, in a process without any generator, scores the stored rows. To a listener both are one trial.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bench.api import BenchError, TrialResult
from bench.common.atomic_files import write_directory, write_file
from bench.execution.drawn_tasks import DrawnInputs, DrawnTasks
from bench.execution.due_tasks import DueTasks, prepare_task, rescore_task
from bench.execution.fit_trial import FitInputs
from bench.execution.fitted_trial import read_fit
from bench.execution.score_trial import ScoreInputs, failed_scoring, read_stored_files
from bench.execution.tasks import Files, Progress, Task, TaskOutcome, WorkerPool
from bench.runs import run_directory
from bench.runs.stored_files import is_stored, read_arrays
from bench.scoring.score_table import nest
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.execution.tasks import TaskKind
    from bench.planning.config import Operation
    from bench.planning.plan import Plan

Listener: TypeAlias = Callable[[str, Task, Progress | TrialResult | None], None]
"""Called with `started`, `progress` (and how far the task is) or `finished` (and its result, unless it has none)."""


class Schedule:
    """The tasks of a plan that a run directory still lacks.

    Attributes:
        plan: the plan.
        path: the run directory.
        notes: sentences on damaged files that were passed over.
    """

    def __init__(self, plan: Plan, path: Path, operation: Operation) -> None:
        """Finds the due tasks; the run directory has its manifest already."""
        self.plan = plan
        self.path = path
        self._cache = operation.cache
        self._scored_fits: dict[str, Task] = {}
        self._ready: list[Task] = []
        self._waiting: dict[str, list[Task]] = {}
        self._drawn = DrawnTasks(plan, path)
        self._add(self._drawn.due())
        due = DueTasks(plan, path, operation)
        self.notes = due.notes
        for split, tasks in due.by_split.items():
            if is_stored(self._artefacts(split)) and not operation.rescore:
                self._add(tasks)
            else:
                self._waiting[split] = tasks
                self._add([prepare_task(plan.splits[split])])

    @property
    def tasks(self) -> list[Task]:
        """The trials and reference rows that have not started."""
        ready = [task for task in self._ready if task.kind not in ("prepare", "drawn")]
        return ready + [task for tasks in self._waiting.values() for task in tasks]

    @property
    def unprepared_splits(self) -> int:
        """How many splits have tasks that wait for their preparation."""
        return len(self._waiting)

    @property
    def drawn_tasks(self) -> list[Task]:
        """The drawn splits whose reference rows have not been scored; they decide which metrics enter."""
        return [task for task in self._ready if task.kind == "drawn"]

    def run(self, pool: WorkerPool, listen: Listener) -> None:
        """Runs all tasks in `pool`; a result is stored before the listener gets it."""
        running: Counter[TaskKind] = Counter()
        while self._ready or running.total():
            while self._ready and pool.idle:
                task = self._next(running)
                if refusal := self._refusal(task):
                    self._store(task, refusal, {}, listen)
                    continue
                try:
                    payload = self._inputs(task)
                except BenchError as error:
                    if task.kind != "rescore":
                        raise
                    self._finish_scoring(task, TaskOutcome("failed", {}, str(error), 0.0, 0, b""), listen)
                    continue
                running[task.kind] += 1
                pool.start(replace(task, payload=payload))
                if task.id not in self._scored_fits:
                    listen("started", task, None)
            for task, event in pool.events() if running.total() else ():
                if isinstance(event, Progress):
                    listen("progress", self._shown(task), event)
                else:
                    running[task.kind] -= 1
                    self._finish(task, event, listen)

    def _next(self, running: Mapping[TaskKind, int]) -> Task:
        """Takes the next task: a reference row if none is running, as no score has a scale without them."""
        if not running["reference"] and self._ready[0].kind == "trial":
            references = (at for at, task in enumerate(self._ready) if task.kind == "reference")
            return self._ready.pop(next(references, 0))
        return self._ready.pop(0)

    def _shown(self, task: Task) -> Task:
        """The task as which a listener knows a task: scoring the rows of a fit is the end of that fit's task."""
        return self._scored_fits.get(task.id, task)

    def _artefacts(self, split: str) -> Path:
        return artefacts_path(self.path, split, self.plan.scoring)

    def _add(self, tasks: list[Task]) -> None:
        """Rows to score come first, then what takes longest on the splits that are prepared; another split comes then.

        So the first results are there soon, however many splits there are. Drawn splits come last, as they are needed
        for ranks alone.
        """
        self._ready.extend(tasks)
        rank = {"rescore": 0, "trial": 1, "reference": 1, "prepare": 2, "drawn": 3}
        self._ready.sort(key=lambda task: (rank[task.kind], -task.trial.expected_seconds))

    def _inputs(self, task: Task) -> FitInputs | ScoreInputs | DrawnInputs:
        if task.kind == "drawn":
            return self._drawn.inputs(task)
        plan, trial, planned = self.plan, task.trial, self.plan.splits[task.trial.split]
        if task.kind == "trial":
            plugin, shadow_fits = plan.generators[trial.generator].plugin, plan.config.budget.shadow_fits
            return FitInputs.of(plan.draw(planned), plugin, shadow_fits)
        folder = run_directory.result_directory(self.path, trial)
        return ScoreInputs(
            plan.draw(planned),
            artefacts={} if task.kind == "prepare" else nest(read_arrays(self._artefacts(planned.id), self.path)),
            score_seed=derive(planned.seed, "score"),
            metric_set=plan.config.budget.metrics,
            scoring=plan.scoring,
            stored=read_stored_files(folder, self.path) if task.kind == "rescore" else None,
            snap=plan.config.snap,
            shadow_fits=plan.config.budget.shadow_fits,
        )

    def _refusal(self, task: Task) -> TrialResult | None:
        """Returns the result of a generator that cannot even start, or that cannot model this data set."""
        if task.kind != "trial" or task.trial.generator not in self.plan.generators:
            return None
        status, error = self.plan.refusal(task.trial)
        return None if status == "ok" else TrialResult(task.trial, status, error=error)

    def _finish(self, task: Task, outcome: TaskOutcome, listen: Listener) -> None:
        if task.kind == "prepare":
            self._finish_preparation(task, outcome, listen)
        elif task.kind == "drawn":
            self._finish_drawn(task, outcome, listen)
        elif task.kind == "trial":
            self._finish_fit(task, outcome, listen)
        else:
            self._finish_scoring(task, outcome, listen)

    def _finish_drawn(self, task: Task, outcome: TaskOutcome, listen: Listener) -> None:
        """Keeps the values of a drawn split. Without them the run's own splits decide, and the next run tries again."""
        if outcome.status == "ok":
            self._drawn.keep(task, outcome)
        seconds = {"score": outcome.seconds, "total": outcome.seconds}
        listen("finished", task, TrialResult(task.trial, outcome.status, error=outcome.error, seconds=seconds))

    def _finish_fit(self, task: Task, outcome: TaskOutcome, listen: Listener) -> None:
        """Stores the rows, which are scored next: a run that is stopped in between goes on from here."""
        result, files = read_fit(task.trial, outcome)
        files["log.txt"] = outcome.log
        if not result.awaits_scoring:
            self._store(task, result, files, listen)
            return
        self._write(task, result, files)
        self._scored_fits[task.id] = task
        self._add([rescore_task(task.trial)])

    def _finish_scoring(self, task: Task, outcome: TaskOutcome, listen: Listener) -> None:
        log = {"scoring-log.txt" if task.kind == "rescore" else "log.txt": outcome.log} if outcome.log else {}
        if outcome.status == "ok":
            result = run_directory.unpack_result(outcome.files["result.json"])
        elif task.kind == "rescore":
            stored = run_directory.read_result(task_directory(self.path, task), self.path)
            result = failed_scoring(stored, f"its rows could not be scored: {outcome.error}")
        else:
            result = TrialResult(task.trial, outcome.status, error=outcome.error, seconds={"total": outcome.seconds})
        self._store(task, result, {**outcome.files, **log}, listen)

    def _finish_preparation(self, task: Task, outcome: TaskOutcome, listen: Listener) -> None:
        """Makes the tasks of a split ready; without artefacts all fail, and stored rows wait for the next run."""
        tasks = self._waiting.pop(task.trial.split)
        if outcome.status == "ok":
            write_file(self._artefacts(task.trial.split), outcome.files["artefacts.npz"])
            self._add(tasks)
        listen("finished", task, None)
        for waiting in tasks if outcome.status != "ok" else ():
            error = f"the split could not be prepared: {outcome.error}"
            result = TrialResult(waiting.trial, "failed", error=error)
            if waiting.kind == "trial":
                self._write(waiting, result, {"log.txt": outcome.log})
            listen("finished", waiting, result)

    def _store(self, task: Task, result: TrialResult, files: Files, listen: Listener) -> None:
        """Stores a result, unless a stored one is better than none.

        A reference row that failed is not stored, nor that rows with scores could not be scored again: the next run of
        the command tries it again.
        """
        first = task.kind == "trial" or (task.kind == "rescore" and self._awaits_scoring(task))
        if first or result.status == "ok":
            self._write(task, result, files)
        listen("finished", self._scored_fits.pop(task.id, task), result)

    def _awaits_scoring(self, task: Task) -> bool:
        return run_directory.read_result(task_directory(self.path, task), self.path).awaits_scoring

    def _write(self, task: Task, result: TrialResult, files: Files) -> None:
        files = {**files, "result.json": run_directory.pack_result(result)}
        write_directory(task_directory(self.path, task), files)
        if self._cache is not None and result.status == "ok":
            write_directory(task_directory(self._cache, task), files)


def artefacts_path(path: Path, split: str, scoring: str) -> Path:
    """Returns the file of a run directory that holds what scoring needs of a split."""
    return path / "references" / split / f"artefacts-{scoring}.npz"


def task_directory(path: Path, task: Task) -> Path:
    """Returns the folder of a run directory that holds the result of a task."""
    trial = task.trial
    if task.kind == "reference":
        return run_directory.reference_directory(path, trial.split, trial.generator)
    return run_directory.result_directory(path, trial)
