"""Where tasks run: each in a process of its own, forked from a server that has imported the heavy packages once.

A task may raise, exit, crash, hang, print or fork children: it costs its own result and nothing else.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import shutil
import signal
import tempfile
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from bench.execution import process_control, sandbox
from bench.execution.task import Event, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.context import ForkServerContext
    from multiprocessing.process import BaseProcess

    from bench.api import Status
    from bench.execution.task import Files, Task

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "LOKY_MAX_CPU_COUNT",
    ),
    "1",
)
"""One thread per task: the number of threads changes results, and tasks run side by side."""

_POLL_SECONDS = 0.2
_LOG_BYTES = 1_000_000


@dataclass(slots=True)
class _Running:
    task: Task
    process: BaseProcess
    connection: Connection
    scratch: Path
    started: float = field(default_factory=monotonic)
    start_bytes: int | None = None
    peak_bytes: int = 0
    stage: tuple[str, int, int] = ("start", 0, 0)


class Pool:
    """Runs at most `size` tasks at once. Use as a context manager: leaving it kills what still runs."""

    def __init__(self, size: int, preload: Sequence[str] = ()) -> None:
        """Args: size: tasks at once. preload: modules to import once, before any task is forked."""
        self._size = size
        self._context = _fork_server(preload)
        self._running: list[_Running] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for running in self._running:
            _clear(running)
        self._running.clear()

    @property
    def idle(self) -> int:
        """How many more tasks can start now."""
        return self._size - len(self._running)

    def start(self, task: Task) -> None:
        """Starts a task; there must be an idle place."""
        scratch = Path(tempfile.mkdtemp(prefix="bench-"))
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=sandbox.enter, args=(theirs, str(scratch), task.work, task.payload), daemon=False
        )
        forkserver.ensure_running()
        with _undisturbed():
            process.start()
            theirs.close()
            self._running.append(_Running(task, process, ours, scratch))

    def events(self) -> Iterator[Event]:
        """Waits a moment for news of the running tasks and yields it."""
        wait([running.connection for running in self._running], timeout=_POLL_SECONDS)
        for running in list(self._running):
            yield from self._news(running)

    def _news(self, running: _Running) -> Iterator[Event]:
        outcome: Outcome | None = None
        while outcome is None and running.connection.poll():
            try:
                kind, *content = running.connection.recv()
            except (EOFError, OSError, pickle.UnpicklingError):
                outcome = _outcome(running, "failed", process_control.how_it_died(running.process))
            else:
                if kind == "done":
                    outcome = _outcome(running, "ok", "", content[0])
                else:
                    stage, done, total = content
                    running.stage = (stage, done, total)
                    yield Event(running.task, stage, done, total)
        outcome = outcome or _over_limit(running)
        if outcome is not None:
            self._running.remove(running)
            _clear(running)
            yield Event(running.task, outcome=outcome)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Holds a request to stop back until a task is known to have started, or nothing would end it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _fork_server(preload: Sequence[str]) -> ForkServerContext:
    """A context whose processes are forked from one that has imported the heavy packages, single-threaded."""
    os.environ.update(ONE_THREAD)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def _over_limit(running: _Running) -> Outcome | None:
    limits = running.task.limits
    used = process_control.resident_bytes(running.process.pid)
    if used is not None:
        running.start_bytes = used if running.start_bytes is None else running.start_bytes
        running.peak_bytes = max(running.peak_bytes, used - running.start_bytes)
    if limits.seconds is not None and monotonic() - running.started > limits.seconds:
        return _outcome(running, "timeout", f"stopped after {limits.seconds:g} s, while in {_where(running)}")
    if limits.memory_bytes is not None and running.peak_bytes > limits.memory_bytes:
        peak, limit = running.peak_bytes / 2**20, limits.memory_bytes / 2**20
        return _outcome(running, "memory", f"used {peak:.0f} MiB of {limit:.0f} MiB, while in {_where(running)}")
    return None


def _where(running: _Running) -> str:
    stage, done, total = running.stage
    return f"{stage} ({done} of {total})" if total else stage


def _outcome(running: _Running, status: Status, error: str, files: Files | None = None) -> Outcome:
    seconds = monotonic() - running.started
    log = _tail(running.scratch / sandbox.LOG)
    return Outcome(status, files or {}, error, seconds, _where(running), running.peak_bytes, log)


def _tail(path: Path) -> bytes:
    """The end of a log, at most a megabyte of it."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            stream.seek(max(size - _LOG_BYTES, 0))
            return stream.read()
    except OSError:
        return b""


def _clear(running: _Running) -> None:
    """Ends a task's processes and removes its scratch folder."""
    process_control.end(running.process)
    running.connection.close()
    shutil.rmtree(running.scratch, ignore_errors=True)
