"""Tasks on an existing Dask scheduler: same isolation, limits and results; the driver alone writes the store."""

from __future__ import annotations

import contextlib
import multiprocessing
import uuid
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.fingerprint import versions
from bench.common.safe_text import one_line
from bench.execution.process_pool import Pool
from bench.execution.task import Event, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from distributed import Client, Future

    from bench.execution.task import Task

RETRIES = 2
"""How often a task whose worker was lost is started again elsewhere."""

_POLL_SECONDS = 0.2
_CONNECT_SECONDS = 20
_COMPARED = ("tabgen-bench", "numpy", "pandas", "scikit-learn", "scipy", "sdmetrics", "xgboost", "torch")


@dataclass(slots=True)
class _Running:
    task: Task
    future: Future[Outcome]


class ClusterPool:
    """As `bench.execution.process_pool.Pool`, with the cluster's threads as its places. Use as a context manager."""

    def __init__(self, address: str, preload: Sequence[str] = ()) -> None:
        """Connects to a scheduler.

        Args:
            address: such as tcp://host:8786.
            preload: modules that each worker imports once, before any task is forked there.

        Raises:
            BenchError: if there is no scheduler, no worker, or a worker with other versions than this process.
        """
        self._client = _connect(address)
        self._preload = tuple(preload)
        self._topic = f"bench-{uuid.uuid4().hex}"
        self._running: dict[str, _Running] = {}
        self._news: list[tuple[str, str, str, int, int]] = []
        self._starts: Counter[str] = Counter()
        _check_versions(self._client)
        self._client.subscribe_topic(self._topic, lambda event: self._news.append(event[1]))

    def __enter__(self) -> ClusterPool:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.cancel([running.future for running in self._running.values()], force=True)
        self._client.close()

    @property
    def idle(self) -> int:
        """How many more tasks can start now; workers may come and go."""
        threads: dict[str, int] = self._client.nthreads()
        return max(max(sum(threads.values()), 1) - len(self._running), 0)

    def start(self, task: Task) -> None:
        """Hands a task to the scheduler."""
        key = f"bench-{task.id}-{uuid.uuid4().hex}"
        future = self._client.submit(_isolated, task, self._preload, self._topic, key=key, pure=False)
        self._running[task.id] = _Running(task, future)

    def events(self) -> Iterator[Event]:
        """Waits a moment for news of the running tasks and yields it."""
        from distributed import wait

        futures = [running.future for running in self._running.values()]
        with contextlib.suppress(TimeoutError):
            wait(futures, timeout=_POLL_SECONDS, return_when="FIRST_COMPLETED")
        yield from self._told()
        for running in list(self._running.values()):
            outcome = self._outcome(running)
            if outcome is not None:
                del self._running[running.task.id]
                yield Event(running.task, outcome=outcome)

    def _told(self) -> Iterator[Event]:
        news, self._news[:] = list(self._news), []
        for task, _, stage, done, total in news:
            self._starts[task] += stage == "start"
            if task in self._running and stage != "start":
                yield Event(self._running[task].task, stage, done, total)

    def _outcome(self, running: _Running) -> Outcome | None:
        lost = self._starts[running.task.id] - 1
        if not running.future.done() and lost <= RETRIES:
            return None
        if running.future.status == "finished":
            return running.future.result()
        error = running.future.exception() if running.future.done() else None
        self._client.cancel([running.future], force=True)
        what = f"its worker was lost {lost} times" if error is None else _killed(error)
        return Outcome("failed", {}, what, 0.0, "", 0, b"")


def _killed(error: BaseException) -> str:
    """Dask gives up on tasks whose workers keep dying, with an error of its own."""
    if type(error).__name__ == "KilledWorker":
        return "its workers were lost again and again"
    return one_line(f"the worker failed: {type(error).__name__}: {error}")


def _connect(address: str) -> Client:
    if find_spec("distributed") is None:
        raise BenchError("--cluster needs Dask: pip install 'tabgen-bench[cluster]'")
    from distributed import Client

    try:
        return Client(address, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise BenchError(
            f"no Dask scheduler answers at {address} ({error}); start one with `dask scheduler`, or leave out --cluster"
        ) from error


def _versions() -> dict[str, str]:
    """What must be the same everywhere for the same numbers."""
    return versions(_COMPARED)


def _check_versions(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except TimeoutError:
        raise BenchError("the cluster has no worker; start some with `dask worker`") from None
    ours = _versions()
    for worker, theirs in client.run(_versions).items():
        for name in ours:
            if theirs.get(name) != ours[name]:
                raise BenchError(
                    f"the worker {worker} has {name} {theirs.get(name)}, this process {ours[name]}: results would "
                    "differ; install the same versions (constraints.txt)"
                )


def _isolated(task: Task, preload: Sequence[str], topic: str) -> Outcome:
    """On a worker: runs a task in a process of its own, and tells the driver how it goes."""
    from distributed import get_worker

    worker = get_worker()

    def tell(stage: str, done: int, total: int) -> None:
        worker.log_event(topic, (task.id, worker.address, stage, done, total))

    tell("start", 0, 0)
    _allow_children()
    with Pool(1, preload) as pool:
        pool.start(task)
        while True:
            for event in pool.events():
                if event.outcome is not None:
                    return event.outcome
                tell(event.stage, event.done, event.total)


def _allow_children() -> None:
    """Dask's nanny starts workers as daemons, which may not have children; `Pool` ends ours whatever happens."""
    settings: dict[str, Any] = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    settings["daemon"] = False
