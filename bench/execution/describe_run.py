"""Describes a run that is about to start, from its plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from bench import api
from bench.common.digests import versions
from bench.plugins import entry_points
from bench.runs.environment import environment, now

if TYPE_CHECKING:
    from bench.planning.config import Config
    from bench.planning.generator_selection import Candidate
    from bench.planning.plan import Plan, PlannedSplit

T = TypeVar("T")


def describe_plan(plan: Plan) -> api.Manifest:
    """Returns the manifest of a run that is about to start."""
    generators = {name: _generator(candidate) for name, candidate in plan.generators.items()}
    described = describe_trials(plan.config, plan.datasets.values(), plan.splits.values(), generators, plan.trials)
    return replace(described, name=plan.name, config_hash=plan.hash, config_file=plan.config.file())


def describe_trials(
    config: Config,
    datasets: Iterable[api.Dataset],
    splits: Iterable[PlannedSplit],
    generators: Mapping[str, api.GeneratorDescription],
    trials: Sequence[api.Trial],
) -> api.Manifest:
    """Returns the manifest of trials on some splits, without a name; the environment is that of this process."""
    families, datasets = entry_points.families(), tuple(datasets)
    return api.Manifest(
        config=_configuration(config),
        config_hash="",
        command=config.command(),
        profile=_like(api.RunProfile, config.budget),
        created=now(),
        environment=environment(),
        datasets=tuple(_like(api.DatasetDescription, dataset, rows=len(dataset.frame)) for dataset in datasets),
        splits=tuple(_split(split) for split in splits),
        metrics=tuple(
            metric
            for family in families
            for metric in family.metrics
            if any(metric.applies_to(dataset.schema) for dataset in datasets)
        ),
        families={family.name: api.FamilyDescription(family.combine, family.summary) for family in families},
        generators=generators,
        trials=tuple(trials),
        protocol_version=api.PROTOCOL_VERSION,
    )


def _configuration(config: Config) -> api.RunConfiguration:
    stored = config.stored()
    return _like(
        api.RunConfiguration,
        config,
        datasets=tuple(api.RequestedTable(**table) for table in stored["datasets"]),
        blocks=asdict(config.blocks),
        external={name: _like(api.ExternalTables, tables) for name, tables in config.external.items()},
        plugins=tuple(stored.get("plugins", ())),
    )


def _split(split: PlannedSplit) -> api.SplitDescription:
    audit = _like(api.LeakageAudit, split.audit)
    return _like(api.SplitDescription, split, sizes=api.PartSizes(**split.sizes), audit=audit)


def _like(described: type[T], source: object, **others: Any) -> T:  # noqa: ANN401
    """Returns a description whose fields are the attributes of the same names of `source`, and `others`."""
    names = [field.name for field in fields(described) if field.name not in others]  # type: ignore[arg-type]
    return described(**{name: getattr(source, name) for name in names}, **others)


def _generator(candidate: Candidate) -> api.GeneratorDescription:
    """Describes a generator; one of a file also names the file, without its folder."""
    plugin = _like(api.PluginFile, candidate.plugin) if candidate.plugin else None
    if candidate.facts is None:
        return api.GeneratorDescription(candidate.problem, plugin=plugin)
    info, preset = candidate.facts.info, candidate.preset
    return api.GeneratorDescription(
        summary=preset.summary if preset else candidate.facts.summary,
        licence=info.licence,
        paper=info.paper,
        packages=versions(info.packages),
        memorises=info.memorises,
        preset_of=preset.generator if preset else "",
        plugin=plugin,
    )
