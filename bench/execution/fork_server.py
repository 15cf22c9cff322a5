"""What the server that tasks are forked from imports first: it adopts what a task leaves behind, and imports packages.

Importing this module changes the process; nothing but the server imports it. Importing packages here saves time in each
task and nothing else, so one that cannot be imported, or not within a minute, is left to the task that needs it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import warnings

from bench.execution.process_tree import PRELOADED, adopt_orphans

_SECONDS = 60


def _preload(modules: list[str]) -> None:
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    for module in modules:
        signal.alarm(_SECONDS)
        with contextlib.suppress(BaseException):
            importlib.import_module(module)
        signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


adopt_orphans()
_preload(os.environ.pop(PRELOADED, "").split())
# It says so of each process that it adopted and that has ended.
warnings.filterwarnings("ignore", "forkserver: waitpid returned unexpected pid")
