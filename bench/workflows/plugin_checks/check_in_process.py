"""Tries a plugin in a process of its own, so that one that exits or crashes is said to be broken."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import signal
import tempfile
from pathlib import Path

from bench.api import BenchError
from bench.common.safe_text import error_line
from bench.workflows.plugin_checks import check_plugin


def count_broken_rules(plugin: str, *, trace: bool = False) -> int:
    """Tries every rule on a plugin, prints each result at once, and returns how many rules are broken.

    Args:
        plugin: a registered name, or the path of a Python file.
        trace: print where the plugin raised.

    Raises:
        BenchError: as `check_plugin.find_plugins`.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        process = multiprocessing.get_context("spawn").Process(target=_check, args=(plugin, trace, str(answer)))
        process.start()
        try:
            process.join()
        except KeyboardInterrupt:
            process.kill()
            raise
        if answer.exists():
            broken, refusal = json.loads(answer.read_text())
            if refusal:
                raise BenchError(refusal)
            return int(broken)
    code = process.exitcode or 0
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with code {code}"
    print(f"  BROKEN  the process {how} before the next result; expected a plugin that does not end its process")
    return 1


def _check(plugin: str, trace: bool, answer: str) -> None:
    refusal, broken = "", 0
    try:
        tested = check_plugin.find_plugins(plugin)
        broken = sum(check_plugin.print_results(each, trace=trace) for each in tested)
    except BenchError as error:
        refusal = str(error)
    except (SystemExit, KeyboardInterrupt) as error:
        refusal = f"{plugin} raised {error_line(error)}; expected a plugin that does not end its process"
    with contextlib.suppress(FileNotFoundError):  # the command was interrupted
        Path(answer).write_text(json.dumps([broken, refusal]))
