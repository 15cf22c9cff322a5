"""From a configuration and its data to the list of trials; nothing is fitted here."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Budget, Trial
from bench.common import fingerprint
from bench.planning.config import BUDGETS_OF
from bench.planning.generator_selection import asked_for, parameters, past
from bench.plugins import entry_points
from bench.seeds import derive
from bench.tables.splits import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.api import Dataset, Protocol_, Split
    from bench.planning.config import Config
    from bench.planning.external_tables import External
    from bench.planning.generator_selection import Candidate
    from bench.tables.leakage_audit import Audit
    from bench.tables.splits import BlockOptions


@dataclass(frozen=True, slots=True)
class PlannedSplit:
    """One repeat on one data set: all that is needed to draw its split again.

    Attributes:
        id: sha256 (first 16 hex digits) of the data and of everything below.
        rows: cap on train rows, or None.
        sizes: rows per part.
    """

    id: str
    dataset: str
    repeat: int
    protocol: Protocol_
    seed: int
    rows: int | None
    options: Mapping[str, Any]
    sizes: Mapping[str, int]
    audit: Audit

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the manifest."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do.

    Attributes:
        name: of the run, from its data sets and profile.
        hash: of the configuration and of the data.
        scoring: digest of what scores depend on.
        splits: by id, in order of data set and repeat.
        trials: in order of data set, repeat, generator and draw.
    """

    config: Config
    name: str
    hash: str
    scoring: str
    datasets: Mapping[str, Dataset]
    splits: Mapping[str, PlannedSplit]
    generators: Mapping[str, Candidate]
    trials: tuple[Trial, ...]

    def draw(self, planned: PlannedSplit) -> Split:
        """Draws a planned split again."""
        data = self.datasets[planned.dataset]
        return _draw(data, planned.protocol, planned.seed, planned.rows, self.config.blocks)


def make(config: Config, datasets: Mapping[str, Dataset], stored: Sequence[Trial] | None = None) -> Plan:
    """Draws every split once (for its sizes and audit) and lists every trial.

    Args:
        config: what is asked for.
        datasets: by the names that it gives them.
        stored: trials of a run, to be kept as they are; none of them will be fitted, so that nothing is asked of their
            generators.

    Raises:
        BenchError: if a generator or one of its parameters does not exist, or a table is too small.
    """
    generators = asked_for(config) if stored is None else {each.generator: past(each.generator) for each in stored}
    splits = [_split(config, data, repeat) for data in datasets.values() for repeat in range(config.budget.repeats)]
    if config.blocks.holdout != BLOCKS.holdout and all(split.protocol == "random" for split in splits):
        raise BenchError(
            "--holdout-share is of the blocked protocol, and the splits asked for are random, with one part as holdout "
            "and test; leave it out, or add --split blocked"
        )
    draws = range(config.seeds_per_split)
    trials = stored or [
        _trial(config, split, each, n) for split in splits for each in generators.values() for n in draws
    ]
    slug = "-".join(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "table" for name in datasets)
    identity = {"config": config.as_dict(), "data": {name: data.sha256 for name, data in datasets.items()}}
    return Plan(
        config=config,
        name=f"{slug[:60]}-{config.profile}",
        hash=fingerprint.digest(identity, 10),
        scoring=fingerprint.scoring(entry_points.families(), config.budget.metrics, snap=config.snap),
        datasets=datasets,
        splits={split.id: split for split in splits},
        generators=generators,
        trials=tuple(trials),
    )


def _split(config: Config, data: Dataset, repeat: int) -> PlannedSplit:
    from bench.tables import splits
    from bench.tables.leakage_audit import audit

    protocol = splits.default_protocol(data.schema) if config.split == "auto" else config.split
    seed = derive(config.seed, data.name, protocol, repeat, "split")
    rows = config.budget.train_rows
    options = asdict(config.blocks) if protocol == "blocked" else {}
    drawn = _draw(data, protocol, seed, rows, config.blocks)
    identity = {"data": data.sha256, "protocol": protocol, "seed": seed, "rows": rows, "options": options}
    return PlannedSplit(
        id=fingerprint.digest(identity | {"schema": asdict(data.schema)}),
        dataset=data.name,
        repeat=repeat,
        protocol=protocol,
        seed=seed,
        rows=rows,
        options=options,
        sizes={part: len(getattr(drawn, part)) for part in ("train", "holdout", "test")},
        audit=audit(data, drawn, config.blocks),
    )


def _draw(data: Dataset, protocol: Protocol_, seed: int, rows: int | None, options: BlockOptions) -> Split:
    """The split that a `PlannedSplit` describes."""
    from bench.tables import splits

    return splits.split(data, protocol, seed, rows=rows, options=options)


def _table_of(name: str, made: External, split: PlannedSplit) -> str:
    if split.id not in made.tables:
        raise BenchError(
            f"--external {name}: {made.folder} has no table for the split {split.id} ({split.dataset}, repeat "
            f"{split.repeat + 1}); expected {split.id}.csv or .parquet, made from what `bench split` writes"
        )
    return made.tables[split.id]


def _trial(config: Config, split: PlannedSplit, generator: Candidate, draw: int) -> Trial:
    params, budget = _parameters(config, split, generator)
    # The first draw's seed does not depend on how many there are: more of them keep the trials that are done.
    seed = derive(config.seed, split.dataset, split.repeat, generator.name, "trial", *([draw] if draw else []))
    identity = {"split": split.id, "generator": generator.name, "params": params, "seed": seed}
    return Trial(
        id=fingerprint.digest(identity | _code(generator)),
        dataset=split.dataset,
        split=split.id,
        repeat=split.repeat,
        generator=generator.name,
        params=params,
        seed=seed,
        expected_seconds=budget.seconds,
        draw=draw,
    )


def _parameters(config: Config, split: PlannedSplit, generator: Candidate) -> tuple[dict[str, Any], Budget]:
    """What a trial is given, with what it costs: of tables made elsewhere the file, of a generator its keywords."""
    if made := config.external.get(generator.name):
        return {"sha256": _table_of(generator.name, made, split)}, Budget()
    given = dict(config.settings.get(generator.name, {}))
    if generator.cls is None:
        return given, Budget()
    budget = _budget(generator.cls, config.profile)
    device = {"device": config.device} if "device" in parameters(generator.cls) else {}
    # A preset is what it says under every profile.
    chosen = generator.preset.params if generator.preset else budget.params
    return {**chosen, **device, **given}, budget


def _budget(cls: type, profile: str) -> Budget:
    """A generator's budget under a profile: the one it says, or that of the profile that stands in for it."""
    said = entry_points.info(cls).budgets
    return said.get(profile) or said.get(BUDGETS_OF.get(profile, profile)) or Budget()


def _code(generator: Candidate) -> dict[str, Any]:
    """What a generator's rows depend on besides parameters and data: its code, and the versions that it runs on."""
    source = fingerprint.code_of_source(generator.plugin.source) if generator.plugin else ""
    if generator.cls is None:
        return {"versions": {}, "code": source}
    packages = (*entry_points.info(generator.cls).packages, "numpy", "pandas")
    return {"versions": fingerprint.versions(packages), "code": source or fingerprint.code(generator.cls.__module__)}
