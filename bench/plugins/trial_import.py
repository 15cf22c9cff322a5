"""Imports a module in a process of its own before this one does: what hangs, exits or crashes there costs nothing here.

Generators of other packages are never imported by the command. Their data sets, metric families, report sections,
presets and adapters are, after this trial: it catches modules that cannot be imported, not those that mean harm.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from functools import cache
from typing import BinaryIO

from bench.common.safe_text import plain

SECONDS = 120.0
"""Most time of an import: that of large packages from a slow disk takes half a minute."""

_PROGRAM = "import importlib, sys; importlib.import_module(sys.argv[1]); print(sys.argv[2], file=sys.stderr)"
_LARGEST_OUTPUT = 2**16


@cache
def import_problem(module: str, seconds: float | None = None) -> str:
    """Returns why a module cannot be imported, as one line; empty if it can. Each module is tried once.

    Args:
        module: its full name.
        seconds: after which the trial ends; `SECONDS` by default.
    """
    seconds, token = SECONDS if seconds is None else seconds, secrets.token_hex()
    # What the module starts may keep a pipe open after its process has ended, but not a file.
    with tempfile.TemporaryFile() as output:
        command = [sys.executable, "-B", "-c", _PROGRAM, module, token]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=output, start_new_session=True
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"it was not imported within {seconds:g} s; it may do no work when imported"
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        last_line = _last_line(output)
    if last_line == token:
        return ""
    if code in (1, -signal.SIGINT) and last_line:  # the last line of a traceback
        return last_line
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with code {code}"
    return f"the process {how} before it was imported"


def _last_line(output: BinaryIO) -> str:
    """The last line of a file that is not empty."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _LARGEST_OUTPUT))
    lines = output.read().decode(errors="replace").split("\n")
    return next((plain(line) for line in reversed(lines) if line.strip()), "")
