"""Describes a run that is about to start, from its plan."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

from bench.api import (
    DatasetDescription,
    ExternalTables,
    FamilyDescription,
    GeneratorDescription,
    LeakageAudit,
    Manifest,
    PartSizes,
    PluginFile,
    RequestedTable,
    RunConfiguration,
    RunProfile,
    SplitDescription,
)
from bench.common.fingerprint import versions
from bench.plugins import entry_points
from bench.runs.environment import environment, now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Family
    from bench.planning.config import Config
    from bench.planning.generator_selection import Candidate
    from bench.planning.plan import Plan, PlannedSplit

T = TypeVar("T")


def describe(plan: Plan, families: Sequence[Family]) -> Manifest:
    """Returns the manifest of a run that is about to start."""
    return Manifest(
        name=plan.name,
        config=_configuration(plan.config),
        config_hash=plan.hash,
        command=plan.config.command(),
        config_file=plan.config.file(),
        profile=_like(RunProfile, plan.config.budget),
        created=now(),
        environment=environment(),
        datasets=tuple(
            _like(DatasetDescription, dataset, rows=len(dataset.frame)) for dataset in plan.datasets.values()
        ),
        splits=tuple(_split(split) for split in plan.splits.values()),
        metrics=tuple(metric for family in families for metric in family.metrics),
        families={family.name: FamilyDescription(family.combine, family.summary) for family in families},
        generators={name: _generator(candidate) for name, candidate in plan.generators.items()},
        trials=plan.trials,
    )


def _configuration(config: Config) -> RunConfiguration:
    stored = config.stored()
    return _like(
        RunConfiguration,
        config,
        datasets=tuple(RequestedTable(**table) for table in stored["datasets"]),
        blocks=asdict(config.blocks),
        external={name: _like(ExternalTables, tables) for name, tables in config.external.items()},
        plugins=tuple(stored.get("plugins", ())),
    )


def _split(split: PlannedSplit) -> SplitDescription:
    return _like(SplitDescription, split, sizes=PartSizes(**split.sizes), audit=_like(LeakageAudit, split.audit))


def _like(described: type[T], source: object, **others: Any) -> T:  # noqa: ANN401
    """Returns a description whose fields are the attributes of the same names of `source`, and `others`."""
    names = [field.name for field in fields(described) if field.name not in others]  # type: ignore[arg-type]
    return described(**{name: getattr(source, name) for name in names}, **others)


def _generator(candidate: Candidate) -> GeneratorDescription:
    """Describes a generator; one of a file also names the file, without its folder."""
    plugin = _like(PluginFile, candidate.plugin) if candidate.plugin else None
    if candidate.cls is None:
        return GeneratorDescription(candidate.problem, plugin=plugin)
    info, preset = entry_points.info(candidate.cls), candidate.preset
    return GeneratorDescription(
        summary=preset.summary if preset else entry_points.summary(candidate.cls),
        licence=info.licence,
        paper=info.paper,
        packages=versions(info.packages),
        memorises=info.memorises,
        preset_of=preset.generator if preset else "",
        plugin=plugin,
    )
