"""From a configuration and its data to the list of trials; nothing is fitted here."""

from __future__ import annotations

import inspect
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bench import fingerprint, registry
from bench.api import BenchError, Budget, Trial
from bench.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Dataset, Preset, Protocol_, Split, Status
    from bench.audit import Audit
    from bench.config import Config
    from bench.splits import BlockOptions


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
class Candidate:
    """A generator that was asked for; `problem` says why it cannot run, with the status to record."""

    name: str
    cls: type | None
    problem: str = ""
    status: Status = "ok"
    preset: Preset | None = None


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


def make(config: Config, datasets: Mapping[str, Dataset]) -> Plan:
    """Draws every split once (for its sizes and audit) and lists every trial.

    Raises:
        BenchError: if a generator or one of its parameters does not exist, or a table is too small.
    """
    generators = {name: candidate(name) for name in _asked(config)}
    _check_settings(config, generators)
    splits = [_split(config, data, repeat) for data in datasets.values() for repeat in range(config.budget.repeats)]
    draws = range(config.seeds_per_split)
    trials = [_trial(config, split, each, draw) for split in splits for each in generators.values() for draw in draws]
    slug = "-".join(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "table" for name in datasets)
    identity = {"config": config.as_dict(), "data": {name: data.sha256 for name, data in datasets.items()}}
    return Plan(
        config=config,
        name=f"{slug[:60]}-{config.profile}",
        hash=fingerprint.digest(identity, 10),
        scoring=fingerprint.scoring(registry.families(), config.budget.metrics, snap=config.snap),
        datasets=datasets,
        splits={split.id: split for split in splits},
        generators=generators,
        trials=tuple(trials),
    )


def _asked(config: Config) -> list[str]:
    """The generators asked for; `all` stands for every registered one, a set's name for its presets."""
    return list(dict.fromkeys(each for name in config.generators for each in registry.expand(name)))


def candidate(name: str) -> Candidate:
    """A registered generator; one that cannot be imported, or lacks a package, becomes a row with a reason."""
    try:
        found = registry.generator(name)
    except BenchError as error:
        return Candidate(name, None, str(error), "failed")
    cls = found.cls
    if absent := registry.missing_packages(cls):
        advice = registry.info(cls).install or f"pip install {' '.join(absent)}"
        return Candidate(name, cls, f"needs {', '.join(absent)}: {advice}", "skipped", found.preset)
    return Candidate(name, cls, preset=found.preset)


def parameters(cls: type) -> tuple[str, ...]:
    """The hyper-parameters of a generator: its constructor's keywords."""
    return tuple(name for name in inspect.signature(cls).parameters if name not in ("args", "kwargs"))


def _check_settings(config: Config, generators: Mapping[str, Candidate]) -> None:
    for name, given in config.settings.items():
        if name not in generators:
            raise BenchError(
                f"--set names the generator {name!r}, which does not run: {registry.closest(name, generators)}"
            )
        cls = generators[name].cls
        for parameter in given if cls else ():
            known = parameters(cls) if cls else ()
            if parameter not in known:
                raise BenchError(f"{name} has no parameter {parameter!r}: {registry.closest(parameter, known)}")


def _split(config: Config, data: Dataset, repeat: int) -> PlannedSplit:
    from bench import splits
    from bench.audit import audit

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
    from bench import splits

    return splits.split(data, protocol, seed, rows=rows, options=options)


def _trial(config: Config, split: PlannedSplit, generator: Candidate, draw: int) -> Trial:
    budget = Budget()
    params: dict[str, Any] = dict(config.settings.get(generator.name, {}))
    identity: dict[str, Any] = {"versions": {}, "code": ""}
    if cls := generator.cls:
        said = registry.info(cls)
        budget = said.budgets.get(config.profile, budget)
        device = {"device": config.device} if "device" in parameters(cls) else {}
        # A preset is what it says under every profile.
        chosen = generator.preset.params if generator.preset else budget.params
        params = {**chosen, **device, **params}
        identity = {
            "versions": fingerprint.versions((*said.packages, "numpy", "pandas")),
            "code": fingerprint.code(cls.__module__),
        }
    # The first draw's seed does not depend on how many there are: more of them keep the trials that are done.
    seed = derive(config.seed, split.dataset, split.repeat, generator.name, "trial", *([draw] if draw else []))
    identity |= {"split": split.id, "generator": generator.name, "params": params, "seed": seed}
    return Trial(
        id=fingerprint.digest(identity),
        dataset=split.dataset,
        split=split.id,
        repeat=split.repeat,
        generator=generator.name,
        params=params,
        seed=seed,
        expected_seconds=budget.seconds,
        draw=draw,
    )
