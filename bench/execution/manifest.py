"""What a run says of itself: configuration, seeds, versions, machine, data. No host, user name or absolute path."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.common.fingerprint import versions
from bench.plugins import entry_points
from bench.runs.environment import environment, now
from bench.runs.run_directory import SCHEMA_VERSION, pack_metric

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.api import Dataset, Family
    from bench.planning.generator_selection import Candidate
    from bench.planning.plan import Plan


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
    said = entry_points.info(candidate.cls)
    return {
        "summary": candidate.preset.summary if candidate.preset else entry_points.summary(candidate.cls),
        "licence": said.licence,
        "paper": said.paper,
        "packages": versions(said.packages),
        "memorises": said.memorises,
        "preset_of": candidate.preset.generator if candidate.preset else "",
        **file,
    }
