"""The environment of a run: versions, processor, commit. No host, user name or absolute path."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.common.fingerprint import versions

DISTRIBUTION = "tabgen-bench"
_PACKAGES = (
    "ctgan",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "sdmetrics",
    "sdv",
    "torch",
    "xgboost",
)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def environment() -> dict[str, Any]:
    """Versions, processor and commit: what may explain a different number elsewhere."""
    import psutil

    return {
        "bench": versions([DISTRIBUTION])[DISTRIBUTION],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _processor(),
        "cores": psutil.cpu_count() or 1,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "packages": versions(_PACKAGES),
        **_commit(),
    }


def _processor() -> str:
    """The processor's model, where the system says it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            lines = [line for line in stream if line.startswith("model name")]
    except OSError:
        lines = []
    return lines[0].partition(":")[2].strip() if lines else platform.processor() or "unknown"


def _commit() -> dict[str, Any]:
    """The commit of the checkout that bench runs from, and whether it had uncommitted changes."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return {"commit": None, "dirty": None}

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "dirty": bool(git("status", "--porcelain"))}
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "dirty": None}
