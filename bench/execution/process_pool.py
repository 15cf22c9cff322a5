"""Runs each task in a process of its own, forked from a server that has imported the heavy packages once.

A task may raise, exit, crash, hang, print or fork children: only its own result is lost. `ProcessPool` starts the
processes, and a `WorkerProcess` watches one from outside: its memory, its timeout, how it died, and killing it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic, time

from bench.api import Status
from bench.execution import worker_sandbox
from bench.execution.process_tree import (
    DRIVER,
    MARK,
    PRELOADED,
    continue_server,
    has_ended,
    kill_orphans,
    kill_process_tree,
    resident_bytes,
    server_pid,
    stop_server,
)
from bench.execution.tasks import Files, Progress, Task, TaskOutcome
from bench.execution.worker_messages import Finished, MessageError, MessageReader, open_plain_file, read_files

_NUM_THREADS = [f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")]
ONE_THREAD = dict.fromkeys([*_NUM_THREADS, "VECLIB_MAXIMUM_THREADS", "LOKY_MAX_CPU_COUNT"], "1")
"""One thread per task: the number of threads changes results, and tasks run side by side."""

_POLL_SECONDS = 0.2
_LOG_BYTES = 1_000_000


class ProcessPool:
    """Runs at most `size` tasks at once. Use as a context manager: leaving it kills the tasks that still run."""

    def __init__(self, size: int, preload: Sequence[str] = ()) -> None:
        """Args: size: tasks at once. preload: modules to import once, before any task is forked."""
        self._size = size
        os.environ.update(ONE_THREAD)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bench.execution.fork_server"])
        self._preload = " ".join(preload)
        self._workers: list[WorkerProcess] = []

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(self, *_: object) -> None:
        # A second Ctrl-C may not leave processes and scratch folders behind.
        with _delayed_interrupts():
            while self._workers:
                self._workers.pop().kill(self._workers)

    @property
    def idle(self) -> int:
        """How many more tasks can start now."""
        return self._size - len(self._workers)

    def start(self, task: Task) -> None:
        """Starts a task; a worker must be idle."""
        try:
            self._start(task)
        except (EOFError, OSError):
            if not self._preload:
                raise
            # A package has ended the server when it was imported.
            self._preload = ""
            stop_server()
            self._start(task)

    def _start(self, task: Task) -> None:
        scratch = Path(tempfile.mkdtemp(prefix="bench-"))
        receiver, sender = self._context.Pipe(duplex=False)
        arguments = (sender, str(scratch), task.handed_over())
        process = self._context.Process(target=worker_sandbox.run_task, args=arguments, daemon=False)
        try:
            with _environment_of_server(self._preload):
                forkserver.ensure_running()
            continue_server()
            with _delayed_interrupts():
                process.start()
                sender.close()
                self._workers.append(WorkerProcess(task, process, receiver, scratch, server_pid()))
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise

    def events(self) -> Iterator[tuple[Task, Progress | TaskOutcome]]:
        """Waits a moment and yields the progress and the outcomes of running tasks."""
        wait([worker.connection for worker in self._workers], timeout=_POLL_SECONDS)
        continue_server()
        for worker in list(self._workers):
            # Whether it has ended is asked before its messages are read, so that none is overlooked.
            ended, outcome = has_ended(worker.process), None
            for message in worker.messages():
                if isinstance(message, TaskOutcome):
                    outcome = message
                    break
                worker.progress = message
                yield worker.task, message
            if ended and outcome is None:
                outcome = worker.outcome("failed", describe_death(worker.process))
            outcome = outcome or worker.check_limits()
            if outcome is not None:
                self._workers.remove(worker)
                worker.kill(self._workers)
                yield worker.task, outcome


@contextlib.contextmanager
def _environment_of_server(preload: str) -> Iterator[None]:
    """Hides the variables BENCH_* of this process, such as the folder with the data, from a server that it starts.

    The server finds there which modules it is to import.
    """
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("BENCH_")}
    os.environ |= {PRELOADED: preload, DRIVER: MARK}
    try:
        yield
    finally:
        del os.environ[PRELOADED], os.environ[DRIVER]
        os.environ.update(hidden)


@contextlib.contextmanager
def _delayed_interrupts() -> Iterator[None]:
    """Delays SIGINT and SIGTERM while processes are started or killed: one that is not known would not be killed."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass(slots=True)
class WorkerProcess:
    """The process of one task.

    Attributes:
        scratch: its working directory, which also holds its log.
        server: the process id of the server that it was forked from.
        start_bytes: resident set at its start, once it has been read.
        peak_bytes: the largest resident set seen above that.
    """

    task: Task
    process: multiprocessing.process.BaseProcess
    connection: Connection
    scratch: Path
    server: int | None
    started: float = field(default_factory=monotonic)
    start_bytes: int | None = None
    peak_bytes: int = 0
    progress: Progress = field(default_factory=lambda: Progress("start"))
    _reader: MessageReader = field(init=False)

    def __post_init__(self) -> None:
        """Reads the connection as a plain pipe: what a plugin's process sends is never unpickled."""
        self._reader = MessageReader(self.connection.fileno())

    def messages(self) -> Iterator[Progress | TaskOutcome]:
        """Yields how far the task is, and how it ended if it has ended by itself."""
        try:
            for message in self._reader.read():
                if isinstance(message, Finished):
                    yield self.outcome("ok", files=read_files(self.scratch))
                    return
                yield message
        except (EOFError, OSError):
            yield self.outcome("failed", describe_death(self.process))
        except MessageError as error:
            yield self.outcome("failed", str(error))

    def outcome(self, status: Status, error: str = "", files: Files | None = None) -> TaskOutcome:
        """Describes how the task ended."""
        log = _read_end(self.scratch / worker_sandbox.LOG)
        return TaskOutcome(status, files or {}, error, monotonic() - self.started, self.peak_bytes, log)

    def check_limits(self) -> TaskOutcome | None:
        """Measures the memory in use; returns an outcome if the task is over its time or memory limit."""
        limits = self.task.limits
        used = resident_bytes(self.process.pid)
        if used is not None:
            self.start_bytes = used if self.start_bytes is None else self.start_bytes
            self.peak_bytes = max(self.peak_bytes, used - self.start_bytes)
        if limits.seconds is not None and monotonic() - self.started > limits.seconds:
            return self.outcome("timeout", f"stopped after {limits.seconds:g} s, while in {self.progress}")
        if limits.memory_bytes is not None and self.peak_bytes > limits.memory_bytes:
            peak, limit = self.peak_bytes / 2**20, limits.memory_bytes / 2**20
            return self.outcome("memory", f"used {peak:.0f} MiB of {limit:.0f} MiB, while in {self.progress}")
        return None

    def kill(self, others: Sequence[WorkerProcess] = ()) -> None:
        """Kills the process with everything that it started, and removes its scratch folder; `others` run on."""
        continue_server()
        kill_process_tree(self.process)
        kill_orphans(self.server, time() - (monotonic() - self.started), [other.process.pid for other in others])
        self.connection.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _read_end(path: Path) -> bytes:
    """Returns the end of a log, at most a megabyte of it."""
    try:
        with open_plain_file(path) as stream:
            stream.seek(max(os.fstat(stream.fileno()).st_size - _LOG_BYTES, 0))
            return stream.read(_LOG_BYTES)
    except (OSError, MessageError):
        return b""


def describe_death(process: multiprocessing.process.BaseProcess) -> str:
    """Says why a process that has closed its connection returned nothing."""
    process.join(5)
    code = process.exitcode
    if code is None:
        return "the process closed its connection and went on; it was killed"
    if code < 0:
        return f"the process was killed by {_signal_name(-code)}"
    return f"the process exited with code {code} before it returned"


def _signal_name(number: int) -> str:
    """Returns the name of a signal; most of the real-time signals have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
