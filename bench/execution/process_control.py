"""A process and its descendants, seen from outside: what they use, how they died, and their end."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.process import BaseProcess

    import psutil


def resident_bytes(pid: int | None) -> int | None:
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


def how_it_died(process: BaseProcess) -> str:
    """Why a process that has closed its connection returned nothing."""
    process.join(5)
    code = process.exitcode
    if code is None:
        return "the process closed its connection and went on; it was killed"
    if code < 0:
        return f"the process was killed by {_signal(-code)}"
    return f"the process exited with code {code} before it returned"


def _signal(number: int) -> str:
    """A signal's name; most of the real-time signals have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def end(process: BaseProcess) -> None:
    """Kills a process with its group, and those of its descendants that have left the group."""
    import psutil

    pid = process.pid
    strays: Sequence[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        strays = psutil.Process(pid).children(recursive=True)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    for stray in strays:
        with contextlib.suppress(psutil.NoSuchProcess):
            stray.kill()
    process.kill()
    process.join()
