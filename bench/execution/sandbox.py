"""Inside a task's process: a group, a folder and a log of its own; one that dies with the driver."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

LOG = "log.txt"
FILE_BYTES = 2 * 2**30
"""No file of a task may grow beyond this: one that writes without end meets it before the disk is full."""


def enter(connection: Connection, scratch: str, work: Callable[[Any, Any], Any], payload: Any) -> None:  # noqa: ANN401
    """The task's process: its own group, folder and log; it dies with the driver."""
    os.setsid()
    _adopt_orphans()
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    os.chdir(scratch)
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    threading.Thread(target=_die_with_driver, args=(scratch,), daemon=True).start()
    files = work(payload, lambda stage, done, total: connection.send(("progress", stage, done, total)))
    for stream in (sys.stdout, sys.stderr):
        # A task may have closed them.
        with contextlib.suppress(ValueError, OSError):
            stream.flush()
    connection.send(("done", files))
    # Until the driver ends it together with what it started: of a process that has gone, nobody finds the children.
    threading.Event().wait()


def _adopt_orphans() -> None:
    """Keeps descendants whose parent has died below this process, where they are found and ended with it."""
    if sys.platform == "linux":
        import ctypes

        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def _die_with_driver(scratch: str) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        shutil.rmtree(scratch, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)
