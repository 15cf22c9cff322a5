"""Judges one read: it may end with a value, or with a `BenchError` whose message is one line."""

from __future__ import annotations

import contextlib
import re
import resource
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.api import BenchError

ROOT = Path(__file__).parents[2]
_SILENT = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""Warnings that Python shows to developers only."""
_STATUS, _PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a read may take: seconds of processor time, and bytes of memory above those at its start."""

    seconds: float = 20.0
    memory_bytes: int = 2**30


@dataclass(frozen=True, slots=True)
class Fault:
    """How a read ended that should have ended otherwise.

    Attributes:
        kind: the type of an error or warning, or which limit was passed.
        place: file and line of the last function of this package that was at work.
        details: the traceback, or the message.
    """

    kind: str
    place: str
    details: str


Outcome = Fault | Literal["value", "refused"]


class CpuTimeError(BaseException):
    """A read that takes too much processor time; no reader catches it."""


def judge(read: Callable[[], object], limits: Limits | None = None) -> Outcome:
    """Reads, and returns how that ended; without limits, nothing is measured."""
    shown: list[Fault] = []
    try:
        with _noted_warnings(shown), _cpu_limit(limits), _memory_limit(limits, shown):
            read()
    except BenchError as error:
        if "\n" in str(error) or not str(error):
            return _fault("message of several lines", error)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a reader lets through is what is looked for
        return _fault(type(error).__name__, error)
    else:
        return shown[0] if shown else "value"
    return shown[0] if shown else "refused"


def _fault(kind: str, error: BaseException) -> Fault:
    stack = traceback.extract_tb(error.__traceback__)
    return Fault(kind, _place(stack), "".join(traceback.format_exception(error)))


def _place(stack: traceback.StackSummary) -> str:
    for frame in reversed(stack):
        path = Path(frame.filename)
        if path.is_relative_to(ROOT) and not {"tests", "site-packages"} & set(path.relative_to(ROOT).parts):
            return f"{path.relative_to(ROOT)}:{frame.lineno}"
    return "elsewhere"


@contextlib.contextmanager
def _noted_warnings(shown: list[Fault]) -> Iterator[None]:
    def note(message: Warning | str, category: type[Warning], *_where: object, **_options: object) -> None:
        stack = traceback.extract_stack()
        shown.append(Fault(category.__name__, _place(stack), f"{message}\n{''.join(stack.format())}"))

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        for category in _SILENT:
            warnings.simplefilter("ignore", category)
        warnings.showwarning = note
        yield


@contextlib.contextmanager
def _cpu_limit(limits: Limits | None) -> Iterator[None]:
    """Ends a read in Python code that takes too long; `rounds` ends one that does not return from a library."""

    def end(_signal: int, _frame: object) -> None:
        raise CpuTimeError

    if limits is None:
        yield
        return
    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def _memory_limit(limits: Limits | None, shown: list[Fault]) -> Iterator[None]:
    """Notes a read that took too much memory; only Linux tells of the peak of a part of a process."""
    if limits is None or not _PEAK.exists():
        yield
        return
    _PEAK.write_text("5")
    start = _peak_bytes()
    try:
        yield
    finally:
        if (used := _peak_bytes() - start) > limits.memory_bytes:
            shown.append(Fault("memory", "elsewhere", f"the read took {used / 2**20:,.0f} MiB\n"))


def _peak_bytes() -> int:
    found = re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text())
    return int(found[1]) * 1024 if found else 0


def limit_address_space(memory_bytes: int) -> None:
    """Lets this process take that much more address space and no more, so that a fault does not harm the machine."""
    found = re.search(r"VmSize:\s*(\d+) kB", _STATUS.read_text()) if _STATUS.exists() else None
    if found:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (int(found[1]) * 1024 + memory_bytes, hard))
