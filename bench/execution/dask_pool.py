"""Runs tasks on an existing Dask scheduler: same isolation, limits and results; only the driver writes results."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.digests import SCORING_PACKAGES, versions
from bench.execution.process_pool import ProcessPool
from bench.execution.tasks import Progress, Task, TaskOutcome

if TYPE_CHECKING:
    from distributed import Client, Future


RETRIES = 2
"""How often a task whose worker was lost is started again elsewhere."""

_POLL_SECONDS = 0.2
_CONNECT_SECONDS = 20
_installed_versions = partial(versions, ("tabgen-bench", *SCORING_PACKAGES, "torch"))
"""Called here and on each worker: these versions must be the same everywhere, because results depend on them."""


class SchedulerLostError(BenchError):
    """The scheduler has stopped answering during a run."""


class ClusterPool:
    """Runs tasks as `ProcessPool` does, one at a time on each thread of a cluster. Use as a context manager."""

    def __init__(self, address: str, preload: Sequence[str] = ()) -> None:
        """Connects to a scheduler, such as tcp://host:8786; `preload` as in `ProcessPool`, once on each worker.

        Raises:
            BenchError: if there is no scheduler, no worker, or a worker with other versions than this process.
        """
        self._address, self._client = address, _connect(address)
        self._preload = tuple(preload)
        self._topic = f"bench-{uuid.uuid4().hex}"
        self._running: dict[str, tuple[Task, Future[TaskOutcome]]] = {}
        self._messages: list[tuple[str, str, int, int]] = []
        self._starts: Counter[str] = Counter()
        _check_versions(self._client)
        self._client.subscribe_topic(self._topic, lambda event: self._messages.append(event[1]))

    def __enter__(self) -> ClusterPool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client.status == "running":
            self._client.cancel([future for _, future in self._running.values()], force=True)
        self._client.close()

    @property
    def idle(self) -> int:
        """How many more tasks can start now; workers may come and go."""
        with self._asking():
            threads: dict[str, int] = self._client.nthreads()
        return max(max(sum(threads.values()), 1) - len(self._running), 0)

    def start(self, task: Task) -> None:
        """Hands a task to the scheduler."""
        key = f"bench-{task.id}-{uuid.uuid4().hex}"
        with self._asking():
            future = self._client.submit(_run_in_process, task, self._preload, self._topic, key, key=key, pure=False)
        self._running[key] = task, future

    def events(self) -> Iterator[tuple[Task, Progress | TaskOutcome]]:
        """Waits a moment and yields the progress and the outcomes of running tasks."""
        from distributed import wait

        with self._asking(), contextlib.suppress(TimeoutError):
            futures = [future for _, future in self._running.values()]
            wait(futures, timeout=_POLL_SECONDS, return_when="FIRST_COMPLETED")
        yield from self._progress()
        for key, (task, future) in list(self._running.items()):
            outcome = self._outcome(key, future)
            if outcome is not None:
                del self._running[key]
                yield task, outcome

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """Tells a scheduler that is gone from other errors; its tasks are lost, and others cannot be started.

        Raises:
            SchedulerLostError: if the scheduler does not answer.
        """
        try:
            yield
        except Exception as error:
            # The connection may break before the client has noticed.
            if self._client.status == "running" and not isinstance(error, OSError):
                raise
            raise SchedulerLostError(f"the Dask scheduler at {self._address} no longer answers") from error
        if self._client.status != "running":
            raise SchedulerLostError(f"the Dask scheduler at {self._address} no longer answers")

    def _progress(self) -> Iterator[tuple[Task, Progress]]:
        messages, self._messages[:] = list(self._messages), []
        for key, stage, done, total in messages:
            self._starts[key] += stage == "start"
            if key in self._running and stage != "start":
                yield self._running[key][0], Progress(stage, done, total)

    def _outcome(self, key: str, future: Future[TaskOutcome]) -> TaskOutcome | None:
        """How a task ended; None while it runs. A task is started again elsewhere when its worker was lost."""
        losses = self._starts[key] - 1
        if not future.done() and losses <= RETRIES:
            return None
        if future.status == "finished":
            return future.result()
        error = future.exception() if future.done() else None
        self._client.cancel([future], force=True)
        return TaskOutcome("failed", {}, f"its worker was lost {losses} times" if error is None else _one_line(error))


def _one_line(error: BaseException) -> str:
    """Dask gives up on tasks whose workers keep dying, with an error of its own."""
    if type(error).__name__ == "KilledWorker":
        return "its workers were lost again and again"
    return " ".join(f"the worker failed: {type(error).__name__}: {error}".split())


def _connect(address: str) -> Client:
    if find_spec("distributed") is None:
        raise BenchError("--cluster needs Dask: pip install 'tabgen-bench[cluster]'")
    from distributed import Client

    # What is lost is said once, by this package; Dask's log has a traceback for each attempt to connect again.
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        return Client(address, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise BenchError(
            f"no Dask scheduler answers at {address} ({error}); start one with `dask scheduler`, or leave out --cluster"
        ) from error


def _check_versions(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except TimeoutError:
        raise BenchError("the cluster has no worker; start some with `dask worker`") from None
    ours = _installed_versions()
    for worker, theirs in client.run(_installed_versions).items():
        for name in ours:
            if theirs.get(name) != ours[name]:
                raise BenchError(
                    f"the worker {worker} has {name} {theirs.get(name)}, this process {ours[name]}: results would "
                    "differ; install the same versions (constraints.txt)"
                )


def _run_in_process(task: Task, preload: Sequence[str], topic: str, key: str) -> TaskOutcome:
    """Runs a task in a process of its own on a worker, and sends its progress to the driver under its key.

    So the fit of a trial and the scoring of its rows have two processes here too, perhaps on two workers.
    """
    from distributed import get_worker

    worker = get_worker()

    def send(stage: str, done: int, total: int) -> None:
        worker.log_event(topic, (key, stage, done, total))

    send("start", 0, 0)
    _allow_children()
    with ProcessPool(1, preload) as pool:
        pool.start(task)
        while True:
            for _, event in pool.events():
                if isinstance(event, TaskOutcome):
                    return event
                send(*event)


def _allow_children() -> None:
    """Lets this worker start processes. Dask's nanny starts workers as daemons, which may not; the pool ends ours."""
    settings: dict[str, Any] = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    settings["daemon"] = False
