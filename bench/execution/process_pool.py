"""Runs each task in a process of its own, forked from a server that has imported the heavy packages once.

A task may raise, exit, crash, hang, print or fork children: only its own result is lost.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import tempfile
from collections.abc import Iterator, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import wait
from pathlib import Path

from bench.execution import worker_sandbox
from bench.execution.tasks import Progress, Task, TaskOutcome
from bench.execution.worker_limits import WorkerProcess, describe_death

_NUM_THREADS = [f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")]
ONE_THREAD = dict.fromkeys([*_NUM_THREADS, "VECLIB_MAXIMUM_THREADS", "LOKY_MAX_CPU_COUNT"], "1")
"""One thread per task: the number of threads changes results, and tasks run side by side."""

_POLL_SECONDS = 0.2


class ProcessPool:
    """Runs at most `size` tasks at once. Use as a context manager: leaving it kills the tasks that still run."""

    def __init__(self, size: int, preload: Sequence[str] = ()) -> None:
        """Args: size: tasks at once. preload: modules to import once, before any task is forked."""
        self._size = size
        os.environ.update(ONE_THREAD)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._workers: list[WorkerProcess] = []

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers.clear()

    @property
    def idle(self) -> int:
        """How many more tasks can start now."""
        return self._size - len(self._workers)

    def start(self, task: Task) -> None:
        """Starts a task; a worker must be idle."""
        scratch = Path(tempfile.mkdtemp(prefix="bench-"))
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=worker_sandbox.run_task, args=(sender, str(scratch), task), daemon=False)
        forkserver.ensure_running()
        with _delayed_interrupts():
            process.start()
            sender.close()
            self._workers.append(WorkerProcess(task, process, receiver, scratch))

    def events(self) -> Iterator[tuple[Task, Progress | TaskOutcome]]:
        """Waits a moment and yields the progress and the outcomes of running tasks."""
        wait([worker.connection for worker in self._workers], timeout=_POLL_SECONDS)
        for worker in list(self._workers):
            outcome = None
            while outcome is None and worker.connection.poll():
                message = _receive(worker)
                if isinstance(message, TaskOutcome):
                    outcome = message
                else:
                    worker.progress = message
                    yield worker.task, message
            outcome = outcome or worker.check_limits()
            if outcome is not None:
                self._workers.remove(worker)
                worker.kill()
                yield worker.task, outcome


def _receive(worker: WorkerProcess) -> Progress | TaskOutcome:
    """Reads one message of a worker: a progress, the files of a finished task, or the end of a process that died."""
    try:
        message = worker.connection.recv()
    except (EOFError, OSError, pickle.UnpicklingError):
        return worker.outcome("failed", describe_death(worker.process))
    return worker.outcome("ok", files=message) if isinstance(message, dict) else Progress(*message)


@contextlib.contextmanager
def _delayed_interrupts() -> Iterator[None]:
    """Delays SIGINT and SIGTERM until the started process is known, because otherwise nothing would kill it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
