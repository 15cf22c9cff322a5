"""Tasks for worker processes: what a worker is handed, how a task ended, and the interface of what runs tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from bench.api import Status, Trial

Files: TypeAlias = dict[str, bytes]
"""What a task returns: the contents of a result's directory, by file name."""

OnProgress: TypeAlias = Callable[[str, int, int], None]
"""Called with (stage, done, total) while a task runs."""

Work: TypeAlias = "Callable[[Task, OnProgress], Files]"

TaskKind = Literal["drawn", "prepare", "reference", "rescore", "trial"]
"""`trial` runs a generator. The others run none: they prepare a split, or score a reference row, stored rows, or the
reference rows of a drawn split."""


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """Wall time of a task, and resident set of its whole process group above that at its start; None is no limit."""

    seconds: float | None = None
    memory_bytes: int | None = None


NO_LIMITS = TaskLimits()

SCORING_LIMITS = TaskLimits(seconds=4 * 3600.0)
"""Of a task that scores: its own, because a slow metric says nothing about a generator. Every run ends so."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is handed.

    Attributes:
        trial: what the task works on. Preparing a split and scoring a reference row have one too, see `split_trial`.
        work: the function that the worker calls with the task; importable by name.
        payload: what the work needs besides the trial; can be pickled. A scheduled task gets it when it starts.
        confined: whether its process may write to its own folder only, where the system can see to it.
    """

    trial: Trial
    work: Work
    payload: Any = None
    limits: TaskLimits = NO_LIMITS
    kind: TaskKind = "trial"
    confined: bool = False

    @property
    def id(self) -> str:
        """The id of the trial; unique among the tasks of a pool."""
        return self.trial.id

    def handed_over(self) -> Task:
        """Returns the task as its process gets it: where a generator runs, nothing tells of the data set and split."""
        if self.kind != "trial":
            return self
        return replace(self, trial=replace(self.trial, id="", dataset="", split="", repeat=0, draw=0))


class Progress(NamedTuple):
    """How far a running task is; `total` is 0 where it is unknown."""

    stage: str
    done: int = 0
    total: int = 0

    def __str__(self) -> str:
        return f"{self.stage} ({self.done} of {self.total})" if self.total else self.stage


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """How a task ended.

    Attributes:
        status: ok, failed (the process died), timeout or memory.
        files: what the task returned; empty unless `status` is ok.
        error: one line, empty when ok.
        seconds: wall time.
        peak_bytes: the largest resident set seen above that at its start.
        log: what the task printed.
    """

    status: Status
    files: Files
    error: str
    seconds: float = 0.0
    peak_bytes: int = 0
    log: bytes = b""


class WorkerPool(Protocol):
    """What runs tasks: processes of this machine, or a cluster. Leaving its context ends the tasks that still run."""

    def __enter__(self) -> WorkerPool: ...

    def __exit__(self, *_: object) -> None: ...

    @property
    def idle(self) -> int:
        """How many more tasks can start now."""

    def start(self, task: Task) -> None:
        """Starts a task; a worker must be idle."""

    def events(self) -> Iterator[tuple[Task, Progress | TaskOutcome]]:
        """Waits a moment and yields the progress and the outcomes of running tasks."""


def run_tasks(pool: WorkerPool, tasks: Iterable[Task]) -> Iterator[tuple[Task, TaskOutcome]]:
    """Runs tasks in their order, as many at once as there are workers, and yields each when it has ended."""
    waiting, running = list(tasks), 0
    while waiting or running:
        while waiting and pool.idle:
            pool.start(waiting.pop(0))
            running += 1
        for task, event in pool.events():
            if isinstance(event, TaskOutcome):
                running -= 1
                yield task, event


def run_one_task(pool: WorkerPool, task: Task, on_progress: Callable[[Progress], None] = lambda _: None) -> TaskOutcome:
    """Runs a task alone and returns how it ended; `on_progress` is called with how far it is."""
    pool.start(task)
    while True:
        for _, event in pool.events():
            if isinstance(event, TaskOutcome):
                return event
            on_progress(event)
