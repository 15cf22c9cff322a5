"""Processes with all that they have started: their memory, killing them, and finding those that were left behind."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from multiprocessing import forkserver
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psutil

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


def kill_orphans(since: float) -> None:
    """Kills what processes have left behind that ended before their children.

    The server of processes adopts such children. Its other children are processes that this one has started.

    Args:
        since: seconds of the epoch; older processes are left alone.
    """
    import psutil

    server = _server_pid()
    if server is None:
        return
    known = {process.pid for process in multiprocessing.active_children()}
    with contextlib.suppress(psutil.NoSuchProcess):
        orphans = [child for child in psutil.Process(server).children() if child.pid not in known]
        for orphan in orphans:
            with contextlib.suppress(psutil.NoSuchProcess):
                if orphan.create_time() >= since - _CLOCK_ERROR:
                    _kill([*orphan.children(recursive=True), orphan])


def continue_server() -> None:
    """Lets the server of processes go on if a task has stopped it; it could not start or end processes then."""
    server = _server_pid()
    if server is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(server, signal.SIGCONT)


def stop_server() -> None:
    """Ends the server of processes; the next process starts another."""
    continue_server()
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


def server_runs() -> bool:
    """Returns whether there is a server of processes."""
    return _server_pid() is not None


def _server_pid() -> int | None:
    server: Any = forkserver._forkserver
    pid: int | None = server._forkserver_pid
    return pid


def _kill(processes: Sequence[psutil.Process]) -> None:
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
