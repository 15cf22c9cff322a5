"""Processes with all that they have started: their memory, killing them, and finding those that were left behind."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import uuid
from multiprocessing import forkserver
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import psutil

PRELOADED = "TABGEN_PRELOADED"
"""The variable with the modules that the server of processes imports, set while it starts."""

DRIVER, MARK = "TABGEN_DRIVER", uuid.uuid4().hex
"""A variable of the server's environment and its value: what descends from the server has it, wherever it has gone."""

_CLOCK_ERROR = 1.0
"""Seconds by which the system's time of a process may differ from the clock."""


def adopt_orphans() -> None:
    """Makes this process the parent of descendants whose parent has died, so that they are found and killed."""
    if sys.platform == "linux":
        import ctypes

        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def resident_bytes(pid: int | None) -> int | None:
    """Returns the resident set of a process and all its descendants, in bytes; None if the process is gone."""
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


def has_ended(process: multiprocessing.process.BaseProcess) -> bool:
    """Returns whether a process has ended. Its exit code alone does not tell: it is lost when the server is killed."""
    import psutil

    if process.exitcode is None:
        return False
    try:
        return bool(psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def kill_process_tree(process: multiprocessing.process.BaseProcess) -> None:
    """Kills a process with its group, and those of its descendants that have left the group."""
    import psutil

    pid = process.pid
    descendants: Sequence[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        descendants = psutil.Process(pid).children(recursive=True)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    _kill(descendants)
    process.kill()
    process.join()


def kill_orphans(server: int | None, since: float, running: Collection[int | None]) -> None:
    """Kills what processes have left behind that ended before their children.

    The server of processes adopts such children. Its other children are processes that this one has started. If a task
    has killed the server, its children are anywhere, and are found by a variable of their environment.

    Args:
        server: the process id of the server that the processes were forked from.
        since: seconds of the epoch; older processes are left alone.
        running: process ids of tasks that still run. Without the server, `multiprocessing` does not know of them.
    """
    import psutil

    if server is None:
        return
    known = {*running, *(process.pid for process in multiprocessing.active_children())}
    alive = _is_alive(server)
    orphans = psutil.Process(server).children() if alive else _marked_processes(known)
    for orphan in orphans:
        with contextlib.suppress(psutil.NoSuchProcess):
            if orphan.pid not in known and orphan.create_time() >= since - _CLOCK_ERROR:
                _kill([*orphan.children(recursive=True), orphan])


def _is_alive(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _marked_processes(known: set[int | None]) -> list[psutil.Process]:
    """Returns the processes that descend from a server of this driver, but for tasks that run and today's server."""
    import psutil

    found, kept = [], {*known, server_pid()}
    for pid in known:
        with contextlib.suppress(psutil.NoSuchProcess):
            kept |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid not in kept and process.environ().get(DRIVER) == MARK:
                found.append(process)
    return found


def continue_server() -> None:
    """Lets the server of processes go on if a task has stopped it; it could not start or end processes then."""
    server = server_pid()
    if server is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(server, signal.SIGCONT)


def stop_server() -> None:
    """Ends the server of processes; the next process starts another."""
    continue_server()
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


def server_runs() -> bool:
    """Returns whether there is a server of processes."""
    return server_pid() is not None


def server_pid() -> int | None:
    """Returns the process id of the server of processes; None if there is none."""
    server: Any = forkserver._forkserver
    pid: int | None = server._forkserver_pid
    return pid


def _kill(processes: Sequence[psutil.Process]) -> None:
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
