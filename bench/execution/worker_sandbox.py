"""Runs a task inside its own process: with a process group, a folder and a log of its own; it dies with the driver."""

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
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from bench.execution.confined_writes import confine_writes
from bench.execution.process_tree import adopt_orphans
from bench.execution.worker_messages import FILE_BYTES, send_files, send_progress

if TYPE_CHECKING:
    from bench.execution.tasks import Task

LOG = "log.txt"


def run_task(connection: Connection, scratch: str, task: Task) -> None:
    """Runs a task, telling how far it is, and returns its files; see `worker_messages`."""
    os.setsid()
    adopt_orphans()
    _limit_files()
    try:
        os.chdir(scratch)
    except FileNotFoundError:
        return  # the driver was stopped while this process started
    _forget_the_caller(scratch)
    log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if task.confined:
        # Before another thread starts: only this one and what it starts from now on are confined.
        confine_writes(scratch)
        os.environ.setdefault("NUMBA_CACHE_DIR", scratch)
    threading.Thread(target=_die_with_driver, args=(scratch,), daemon=True).start()
    pipe = connection.fileno()
    files = task.work(task, lambda stage, done, total: send_progress(pipe, stage, done, total))
    for stream in (sys.stdout, sys.stderr):
        # A task may have closed them.
        with contextlib.suppress(ValueError, OSError):
            stream.flush()
    os.chdir(scratch)
    send_files(pipe, files)
    # Wait until the driver kills this process and its children: the children of a process that is gone are not found.
    threading.Event().wait()


def _limit_files() -> None:
    """Limits the size of files; a limit that the caller has already may be lower, and cannot be raised."""
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    limit = FILE_BYTES if allowed == resource.RLIM_INFINITY else min(FILE_BYTES, allowed)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def _forget_the_caller(scratch: str) -> None:
    """Removes what a task inherits from the command line: its arguments, its settings, its server of processes."""
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    for name in [name for name in os.environ if name.startswith("BENCH_")]:
        del os.environ[name]
    sys.argv = sys.argv[:1]
    forkserver._forkserver._forkserver_address = None  # type: ignore[attr-defined]


def _die_with_driver(scratch: str) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        shutil.rmtree(scratch, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)
