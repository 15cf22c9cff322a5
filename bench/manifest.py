"""What a run says of itself: configuration, seeds, versions, machine, data. No host, user name or absolute path."""

from __future__ import annotations

import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench
from bench import registry
from bench.fingerprint import versions
from bench.store import SCHEMA_VERSION, pack_metric

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.api import Dataset, Family
    from bench.candidates import Candidate
    from bench.plan import Plan

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


def describe(plan: Plan, families: Iterable[Family]) -> dict[str, Any]:
    """The manifest of a run that is about to start.

    Keys: schema_version, name, config, config_hash, command, config_file (if flags cannot say all), profile, created,
    finished, environment, datasets, splits, metrics, families, generators, trials.
    """
    families = list(families)
    return {
        "schema_version": SCHEMA_VERSION,
        "name": plan.name,
        "config": plan.config.stored(),
        "config_hash": plan.hash,
        "command": plan.config.command(),
        **({"config_file": said} if (said := plan.config.file()) else {}),
        "profile": asdict(plan.config.budget),
        "created": now(),
        "finished": None,
        "environment": environment(),
        "datasets": [_dataset(data) for data in plan.datasets.values()],
        "splits": [split.as_dict() for split in plan.splits.values()],
        "metrics": [pack_metric(metric) for family in families for metric in family.metrics],
        "families": {family.name: {"summary": family.summary, "combine": family.combine} for family in families},
        "generators": {name: _generator(candidate) for name, candidate in plan.generators.items()},
        "trials": [asdict(trial) for trial in plan.trials],
    }


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def environment() -> dict[str, Any]:
    """Versions, processor and commit: what may explain a different number elsewhere."""
    import psutil

    return {
        "bench": bench.__version__,
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
    root = Path(bench.__file__).parents[1]
    if not (root / ".git").exists():
        return {"commit": None, "dirty": None}

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "dirty": bool(git("status", "--porcelain"))}
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "dirty": None}


def _dataset(data: Dataset) -> dict[str, Any]:
    return {
        "name": data.name,
        "group": data.group,
        "sha256": data.sha256,
        "source": data.source,
        "licence": data.licence,
        "rows": len(data.frame),
        "schema": asdict(data.schema),
        "notes": list(data.notes),
    }


def _generator(candidate: Candidate) -> dict[str, Any]:
    """A generator of a file also names it, without its folder."""
    plugin = candidate.plugin
    file = {"plugin": {"file": plugin.file, "sha256": plugin.sha256}} if plugin else {}
    if candidate.cls is None:
        return {"summary": candidate.problem, "licence": "", "paper": "", "packages": {}, **file}
    said = registry.info(candidate.cls)
    return {
        "summary": candidate.preset.summary if candidate.preset else registry.summary(candidate.cls),
        "licence": said.licence,
        "paper": said.paper,
        "packages": versions(said.packages),
        "memorises": said.memorises,
        "preset_of": candidate.preset.generator if candidate.preset else "",
        **file,
    }
