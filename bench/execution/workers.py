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
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from bench.execution import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.context import ForkServerContext
    from multiprocessing.process import BaseProcess

    from bench.api import Status
    from bench.execution.trial import Files, Tell

Work: TypeAlias = Callable[[Any, "Tell"], "Files"]

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
            _kill(running)
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
                outcome = _outcome(running, "failed", _how_it_died(running.process))
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
            _kill(running)
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
    used = _group_bytes(running.process.pid)
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


def _group_bytes(pid: int | None) -> int | None:
    """Resident set of a process and all its descendants, in bytes; None if it is gone."""
    import psutil

    try:
        leader = psutil.Process(pid)
        members = [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return None
    total = 0
    for member in members:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += member.memory_info().rss
    return total


def _how_it_died(process: BaseProcess) -> str:
    process.join(5)
    code = process.exitcode
    if code is None:
        return "the process closed its connection and went on; it was killed"
    if code < 0:
        return f"the process was killed by {signal.Signals(-code).name}"
    return f"the process exited with code {code} before it returned"


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


def _kill(running: _Running) -> None:
    """Ends a task's process group and whatever left the group, and removes its scratch folder."""
    import psutil

    pid = running.process.pid
    strays: Sequence[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        strays = psutil.Process(pid).children(recursive=True)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    for stray in strays:
        with contextlib.suppress(psutil.NoSuchProcess):
            stray.kill()
    running.process.kill()
    running.process.join()
    running.connection.close()
    shutil.rmtree(running.scratch, ignore_errors=True)
