"""Tasks, what happens to them and what runs them: processes of this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bench.api import Status

Files: TypeAlias = dict[str, bytes]
"""What a task returns: the contents of a result's directory, by file name."""

Tell: TypeAlias = Callable[[str, int, int], None]
"""Called with (stage, done, total) as a task goes."""

Work: TypeAlias = Callable[[Any, Tell], Files]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a task may use; None is no limit.

    Attributes:
        seconds: wall time from its start.
        memory_bytes: resident set of its whole process group above that at its start.
    """

    seconds: float | None = None
    memory_bytes: int | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Task:
    """A function to call elsewhere. `work` is importable by name, `payload` can be pickled."""

    id: str
    work: Work
    payload: Any
    limits: Limits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class Event:
    """What happens to a task: progress (stage, done, total), or its outcome."""

    task: Task
    stage: str = ""
    done: int = 0
    total: int = 0
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended.

    Attributes:
        status: ok, failed (it died), timeout or memory.
        files: what it returned; empty unless `status` is ok.
        error: one line, empty when ok.
        stage: how far it got.
        peak_bytes: the largest resident set seen above that at its start.
    """

    status: Status
    files: Files
    error: str
    seconds: float
    stage: str
    peak_bytes: int
    log: bytes


class Engine(Protocol):
    """Something that runs tasks: processes of this machine (`Pool`), or a cluster. Leaving it ends what still runs."""

    def __enter__(self) -> Engine: ...

    def __exit__(self, *_: object) -> None: ...

    @property
    def idle(self) -> int:
        """How many more tasks can start now."""

    def start(self, task: Task) -> None:
        """Starts a task; there must be an idle place."""

    def events(self) -> Iterator[Event]:
        """Waits a moment for news of the running tasks and yields it."""


def outcomes(engine: Engine, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
    """Runs tasks in their order, as many at once as there are places, and yields how each ended when it has."""
    waiting, running = list(tasks), 0
    while waiting or running:
        while waiting and engine.idle:
            engine.start(waiting.pop(0))
            running += 1
        for event in engine.events():
            if event.outcome is not None:
                running -= 1
                yield event.task, event.outcome
