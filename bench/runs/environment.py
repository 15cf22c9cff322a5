"""The environment of a run: versions, processor and commit, but no host, user name or absolute path."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bench.api import RunEnvironment
from bench.common.digests import versions

DISTRIBUTION = "tabgen-bench"
_PACKAGES = (
    *("ctgan", "matplotlib", "numpy", "pandas", "pyarrow", "scikit-learn"),
    *("scipy", "sdmetrics", "sdv", "torch", "xgboost"),
)


def now() -> str:
    """Returns the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def environment() -> RunEnvironment:
    """Returns versions, processor and commit: what may explain different numbers elsewhere."""
    import psutil

    commit, dirty = _commit()
    return RunEnvironment(
        bench=versions([DISTRIBUTION])[DISTRIBUTION],
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cpu=_processor(),
        cores=psutil.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        packages=versions(_PACKAGES),
        commit=commit,
        dirty=dirty,
    )


def _processor() -> str:
    """Returns the processor's model, where the system names it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            lines = [line for line in stream if line.startswith("model name")]
    except OSError:
        lines = []
    return lines[0].partition(":")[2].strip() if lines else platform.processor() or "unknown"


def _commit() -> tuple[str | None, bool | None]:
    """Returns the commit of the checkout that bench runs from, and whether it has uncommitted changes."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None, None

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD"), bool(git("status", "--porcelain"))
    except (OSError, subprocess.CalledProcessError):
        return None, None
