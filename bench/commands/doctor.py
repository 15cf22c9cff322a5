"""What is installed, what is missing and how to get it, what data are at hand; nothing is downloaded."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import bench
from bench.api import BenchError
from bench.common.fingerprint import versions
from bench.execution.process_pool import ONE_THREAD
from bench.plugins import entry_points

if TYPE_CHECKING:
    from collections.abc import Iterator

_DISTRIBUTION = "tabgen-bench"
_MISSING = "missing"
Line = tuple[str, str, str]
"""Topic, what is asked, what was found."""


def lines() -> Iterator[Line]:
    """Everything there is to say, in order."""
    yield from _versions()
    yield from _extras()
    yield from _plugins()
    yield from _machine()
    yield from _folders()
    yield from _data()
    yield "reports", "chromium", _chromium()


def _versions() -> Iterator[Line]:
    yield "version", "bench", bench.__version__
    yield "version", "python", f"{platform.python_version()}, {platform.system()} {platform.machine()}"
    for name, extra in _requirements():
        if not extra:
            yield "version", name, versions([name]).get(name, f"{_MISSING}: pip install '{name}'")


def _extras() -> Iterator[Line]:
    """One line per extra; those of development are said like the others."""
    found: dict[str, list[str]] = {}
    for name, extra in _requirements():
        if extra:
            found.setdefault(extra, []).append(name)
    for extra, names in found.items():
        lacking = [name for name in names if not versions([name])]
        advice = f"{_MISSING} {', '.join(lacking)}: pip install '{_DISTRIBUTION}[{extra}]'"
        yield "extra", extra, advice if lacking else ", ".join(f"{name} {versions([name])[name]}" for name in names)


def _requirements() -> list[tuple[str, str]]:
    """Name and extra (empty: always needed) of what the installed distribution asks for."""
    try:
        asked = distribution(_DISTRIBUTION).requires or []
    except PackageNotFoundError:
        return []
    return [parse(line) for line in asked]


def parse(requirement: str) -> tuple[str, str]:
    """The name and the extra of a requirement.

    >>> parse('optuna>=5; extra == "tune"'), parse("numpy>=1.26")
    (('optuna', 'tune'), ('numpy', ''))
    """
    what, _, marker = requirement.partition(";")
    name = "".join(char if char.isalnum() or char in "-_." else " " for char in what).split()[0]
    extra = marker.partition("extra ==")[2].strip().strip("\"'")
    return name, extra


def _plugins() -> Iterator[Line]:
    """Generators that cannot run here; the others need no line each."""
    names = entry_points.names("generators")
    good = []
    for name in names:
        try:
            cls = entry_points.generator(name).cls
        except BenchError as error:
            yield "generator", name, str(error)
            continue
        if lacking := entry_points.lacking(cls):
            yield "generator", name, lacking
        else:
            good.append(name)
    yield "generator", f"{len(good)} of {len(names)} can run", ", ".join(good)


def _machine() -> Iterator[Line]:
    import psutil

    from bench.planning.options import usable_cores

    yield "machine", "cores", f"{usable_cores()} usable of {psutil.cpu_count() or 1}; one trial on each (--workers)"
    set_ = ", ".join(f"{name}={os.environ[name]}" for name in ONE_THREAD if name in os.environ)
    yield "machine", "threads", f"1 per trial, whatever the environment says{f' ({set_})' if set_ else ''}"
    memory = psutil.virtual_memory()
    yield "machine", "memory", f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free"
    yield "machine", "GPU", _gpu()


def _gpu() -> str:
    """Asked of the driver: loading torch takes seconds, and only generators do."""
    torch = versions(["torch"]).get("torch", "")
    build = f"; torch {torch} cannot use one" if torch.endswith("+cpu") else ""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return f"none found (no nvidia-smi){build}"
    asked = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return f"nvidia-smi failed ({type(error).__name__}){build}"
    return "; ".join(line.strip() for line in said.splitlines() if line.strip()) + build + " (--device cuda)"


def _folders() -> Iterator[Line]:
    import platformdirs

    own = os.environ.get("BENCH_DATA_DIR")
    yield (
        "folder",
        "BENCH_DATA_DIR",
        "not set" if own is None else f"{own}{'' if Path(own).is_dir() else ' (no folder)'}",
    )
    yield "folder", "downloads", _filled(Path(platformdirs.user_cache_dir(_DISTRIBUTION)))
    yield "folder", "runs", _filled(Path("runs"))


def _filled(path: Path) -> str:
    if not path.is_dir():
        return f"{path} (not there yet)"
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return f"{path} ({size / 1e6:.1f} MB)"


def _data() -> Iterator[Line]:
    """Whether each data set loads without the network."""
    for name in entry_points.names("datasets"):
        try:
            with offline():
                found = entry_points.load("datasets", name).load()
        except Exception as error:  # noqa: BLE001 - a loader is a plugin and may raise anything
            reason = f"not at hand: bench data fetch {name}"
            yield (
                "data",
                name,
                reason if isinstance(error, BenchError) else f"{reason} ({type(error).__name__}: {error})",
            )
        else:
            yield "data", name, f"{len(found.frame):,} rows"


@contextmanager
def offline() -> Iterator[None]:
    """No connection can be made within; whoever tries gets an `OSError`."""

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
    if found := sorted(folder.glob("chromium*")):
        return f"{found[-1].name} of playwright"
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    return f"{_MISSING}, needed by tests only: pip install playwright && playwright install chromium"
