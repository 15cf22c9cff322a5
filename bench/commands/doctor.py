"""Finds out what is installed, what is missing and how to get it, and which data are there; downloads nothing."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import bench
from bench.api import BenchError
from bench.common.digests import versions
from bench.common.safe_text import error_line
from bench.execution.inspect_plugins import IsolatedInspector
from bench.execution.process_pool import ONE_THREAD
from bench.plugins import entry_points

if TYPE_CHECKING:
    from bench.plugins.inspection import Inspector

_DISTRIBUTION = "tabgen-bench"
_MISSING = "missing"
Line = tuple[str, str, str]
"""Topic, item, finding."""


def diagnosis() -> Iterator[Line]:
    """Yields every finding, in order."""
    for findings in (_versions, _extras, _plugins, _machine, _folders, _data):
        yield from findings()
    yield "reports", "chromium", _chromium()


def _versions() -> Iterator[Line]:
    yield "version", "bench", bench.__version__
    yield "version", "python", f"{platform.python_version()}, {platform.system()} {platform.machine()}"
    for name, extra in _requirements():
        if not extra:
            yield "version", name, versions([name]).get(name, f"{_MISSING}: pip install '{name}'")


def _extras() -> Iterator[Line]:
    """One line per extra, extras for development included."""
    names_by_extra: dict[str, list[str]] = {}
    for name, extra in _requirements():
        if extra:
            names_by_extra.setdefault(extra, []).append(name)
    for extra, names in names_by_extra.items():
        installed = versions(names)
        missing = [name for name in names if name not in installed]
        advice = f"{_MISSING} {', '.join(missing)}: pip install '{_DISTRIBUTION}[{extra}]'"
        yield "extra", extra, advice if missing else ", ".join(f"{name} {installed[name]}" for name in names)


def _requirements() -> list[tuple[str, str]]:
    """Name and extra (empty if always needed) of each requirement of the installed distribution."""
    try:
        requirements = distribution(_DISTRIBUTION).requires or []
    except PackageNotFoundError:
        return []
    return [parse_requirement(requirement) for requirement in requirements]


def parse_requirement(requirement: str) -> tuple[str, str]:
    """Returns the name and the extra of a requirement.

    >>> parse_requirement('optuna>=5; extra == "tune"'), parse_requirement("numpy>=1.26")
    (('optuna', 'tune'), ('numpy', ''))
    """
    specifier, _, marker = requirement.partition(";")
    name = "".join(char if char.isalnum() or char in "-_." else " " for char in specifier).split()[0]
    extra = marker.partition("extra ==")[2].strip().strip("\"'")
    return name, extra


def _plugins() -> Iterator[Line]:
    """One line per generator that cannot run, and one for all that can."""
    names = entry_points.names("generators")
    with IsolatedInspector() as inspector:
        problems = {name: problem for name in names if (problem := _problem(name, inspector))}
    for name, problem in problems.items():
        yield "generator", name, problem
    usable = [name for name in names if name not in problems]
    yield "generator", f"{len(usable)} of {len(names)} can run", ", ".join(usable)


def _problem(generator: str, inspector: Inspector) -> str:
    """Why a generator cannot run; empty if it can."""
    try:
        return inspector.facts(generator).installation_hint
    except BenchError as error:
        return str(error)


def _machine() -> Iterator[Line]:
    import psutil

    from bench.planning.read_config import usable_cores

    yield "machine", "cores", f"{usable_cores()} usable of {psutil.cpu_count() or 1}; one trial on each (--workers)"
    variables = ", ".join(f"{name}={os.environ[name]}" for name in ONE_THREAD if name in os.environ)
    yield "machine", "threads", f"1 per trial, whatever the environment says{f' ({variables})' if variables else ''}"
    memory = psutil.virtual_memory()
    yield "machine", "memory", f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free"
    yield "machine", "GPU", _gpu()


def _gpu() -> str:
    """Asks the driver, as loading torch takes seconds."""
    torch = versions(["torch"]).get("torch", "")
    build = f"; torch {torch} cannot use one" if torch.endswith("+cpu") else ""
    if (tool := shutil.which("nvidia-smi")) is None:
        return f"none found (no nvidia-smi){build}"
    query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        output = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return f"nvidia-smi failed ({type(error).__name__}){build}"
    return "; ".join(line.strip() for line in output.splitlines() if line.strip()) + build + " (--device cuda)"


def _folders() -> Iterator[Line]:
    import platformdirs

    folder = os.environ.get("BENCH_DATA_DIR")
    state = "not set" if folder is None else f"{folder}{'' if Path(folder).is_dir() else ' (no folder)'}"
    yield "folder", "BENCH_DATA_DIR", state
    yield "folder", "downloads", _folder_size(Path(platformdirs.user_cache_dir(_DISTRIBUTION)))
    yield "folder", "runs", _folder_size(Path("runs"))


def _folder_size(path: Path) -> str:
    if not path.is_dir():
        return f"{path} (not there yet)"
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return f"{path} ({size / 1e6:.1f} MB)"


def _data() -> Iterator[Line]:
    """Whether each data set loads without the network."""
    for name in entry_points.names("datasets"):
        try:
            with offline():
                data = entry_points.load("datasets", name).load()
        except Exception as error:  # noqa: BLE001 - a loader is a plugin and may raise anything
            detail = "" if isinstance(error, BenchError) else f" ({error_line(error)})"
            yield "data", name, f"not at hand: bench data fetch {name}{detail}"
        else:
            yield "data", name, f"{len(data.frame):,} rows"


@contextmanager
def offline() -> Iterator[None]:
    """Makes every attempt to connect raise an `OSError`."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("bench doctor downloads nothing")

    with (
        mock.patch.object(socket, "getaddrinfo", refuse),
        mock.patch.object(socket.socket, "connect", refuse),
        mock.patch.object(socket, "create_connection", refuse),
    ):
        yield


def _chromium() -> str:
    """Only the tests of reports need a browser."""
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    if builds := sorted(folder.glob("chromium*")):
        return f"{builds[-1].name} of playwright"
    missing = f"{_MISSING}, needed by tests only: pip install playwright && playwright install chromium"
    return next(filter(shutil.which, ("chromium", "chromium-browser", "google-chrome")), missing)
