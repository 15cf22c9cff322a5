"""Reads what a generator's process has returned: its rows, which are not scored yet, or why there are none.

The files come from a process that ran a plugin's code. Here only `fit.json` is read; rows and latents stay bytes until
the process that scores them opens them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.api import TrialResult
from bench.common.safe_text import plain
from bench.execution.fit_trial import HISTORY, LATENTS, MEASURED, ROWS
from bench.execution.shadow_fits import SHADOW_ERROR, SHADOWS

if TYPE_CHECKING:
    from bench.api import Trial
    from bench.execution.tasks import Files, TaskOutcome

_SECONDS = ("fit", "fit_cpu", "sample", "shadows", "total")
_STORED = (ROWS, HISTORY, LATENTS, SHADOWS, SHADOW_ERROR)
_LARGEST_COUNT = 2**63


def read_fit(trial: Trial, outcome: TaskOutcome) -> tuple[TrialResult, Files]:
    """Returns the result of a fit and the files to store with it.

    The result of a fit that succeeded awaits scoring. What the process says of itself (times, memory, parameters) is
    kept where it has the right form.
    """
    files = {name: outcome.files[name] for name in _STORED if name in outcome.files}
    if outcome.status != "ok":
        seconds, peak_bytes = {"total": outcome.seconds}, outcome.peak_bytes
        result = TrialResult(trial, outcome.status, error=outcome.error, seconds=seconds, memory_bytes=peak_bytes)
        return result, {}
    measured = _read_measured(outcome.files.get(MEASURED, b""))
    error = str(measured.get("error", "the process returned no account of the fit"))[:300]
    if not error and ROWS not in files:
        error = "the process returned no rows"
    result = TrialResult(
        trial,
        "failed" if error else "ok",
        error=plain(error),
        seconds=_seconds(measured.get("seconds")),
        memory_bytes=_count(measured.get("memory_bytes")),
        parameters=_count(measured.get("parameters")),
    )
    return result, {name: data for name, data in files.items() if result.status == "ok" or name == HISTORY}


def _read_measured(content: bytes) -> Mapping[str, Any]:
    try:
        measured = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return measured if isinstance(measured, dict) else {}


def _seconds(stated: object) -> dict[str, float]:
    if not isinstance(stated, dict):
        return {}
    numbers = {name: stated[name] for name in _SECONDS if _is_number(stated.get(name))}
    return {name: float(number) for name, number in numbers.items() if 0 <= number < _LARGEST_COUNT}


def _count(stated: object) -> int | None:
    return stated if isinstance(stated, int) and _is_number(stated) and 0 <= stated < _LARGEST_COUNT else None


def _is_number(stated: object) -> bool:
    """Whether a value is a number; to Python, true and false are numbers too."""
    return isinstance(stated, int | float) and not isinstance(stated, bool)
