"""From a configuration and its data to the list of trials; nothing is fitted here."""

from __future__ import annotations

import inspect
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import fingerprint, plugins, registry
from bench.api import BenchError, Budget, Trial
from bench.config import BUDGETS_OF
from bench.external import SUMMARY as _EXTERNAL
from bench.reference import names as reference_names
from bench.seeds import derive
from bench.splits import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Dataset, Preset, Protocol_, Split, Status
    from bench.audit import Audit
    from bench.config import Config
    from bench.external import External
    from bench.plugins import Plugin
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
    """A generator that was asked for; `problem` says why it cannot run, with the status to record.

    Attributes:
        plugin: the file that it comes from, if it is not installed.
    """

    name: str
    cls: type | None
    problem: str = ""
    status: Status = "ok"
    preset: Preset | None = None
    plugin: Plugin | None = None


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
    generators = candidates(config)
    if taken := [name for name in config.external if name in generators]:
        raise BenchError(f"--external names {taken[0]!r}, which a plugin has already; choose another name")
    generators |= {name: Candidate(name, None, _EXTERNAL) for name in config.external}
    for name in config.external:
        _refuse_reference(name, f"--external names {name!r}")
    _check_settings(config, generators)
    splits = [_split(config, data, repeat) for data in datasets.values() for repeat in range(config.budget.repeats)]
    if config.blocks.holdout != BLOCKS.holdout and all(split.protocol == "random" for split in splits):
        raise BenchError(
            "--holdout-share is of the blocked protocol, and the splits asked for are random, with one part as holdout "
            "and test; leave it out, or add --split blocked"
        )
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


def candidates(config: Config) -> dict[str, Candidate]:
    """The generators that a configuration asks for, by name.

    Raises:
        BenchError: if one does not exist, or is called like a reference row.
    """
    files = plugins.find(config.plugins, ["all", *registry.choices()] if config.plugins else ())
    for name, each in files.items():
        _refuse_reference(name, f"{each.file} makes a generator {name!r}")
    asked = {name: candidate(name, files.get(name)) for name in _asked(config, files)}
    for name in asked:
        _refuse_reference(name, f"a plugin registers {name!r}")
    return asked


def _refuse_reference(name: str, said: str) -> None:
    """Two rows of one name could not be told apart, and floors and ceilings are found by name."""
    if name in reference_names():
        raise BenchError(f"{said}, which is the name of a reference row; choose another name")


def _asked(config: Config, files: Mapping[str, Plugin]) -> list[str]:
    """The generators asked for: `all` stands for every one, a set's name for its presets, a file's for its classes."""
    return list(dict.fromkeys(each for name in config.generators for each in _expand(name, files)))


def _expand(name: str, files: Mapping[str, Plugin]) -> list[str]:
    if name == "all":
        return [*registry.expand(name), *files]
    if name in files:
        return [name]
    of_file = [each.name for each in files.values() if plugins.kebab(Path(each.file).stem) == name]
    if of_file and name not in registry.choices():
        return of_file
    # What a file that cannot be imported would have held is not known.
    broken = [each.name for each in files.values() if each.problem and name.startswith(f"{each.name}-")]
    return broken or registry.expand(name, files)


def candidate(name: str, plugin: Plugin | None = None) -> Candidate:
    """A generator; one that cannot be imported, breaks the contract or lacks a package is a row with a reason.

    Args:
        name: of a registered generator or a preset, or `adapter:argument`.
        plugin: the file that it comes from instead.
    """
    try:
        found = registry.Entry(plugin.load()) if plugin else registry.generator(name)
    except Exception as error:  # noqa: BLE001 - an adapter is a plugin and may raise anything
        said = str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"
        return Candidate(name, None, said, "failed", plugin=plugin)
    cls = found.cls
    if problem := plugins.misfit(cls):
        return Candidate(name, None, problem, "failed", plugin=plugin)
    if absent := registry.missing_packages(cls):
        advice = registry.info(cls).install or f"pip install {' '.join(absent)}"
        return Candidate(name, cls, f"needs {', '.join(absent)}: {advice}", "skipped", found.preset, plugin)
    return Candidate(name, cls, preset=found.preset, plugin=plugin)


def parameters(cls: type) -> tuple[str, ...]:
    """The hyper-parameters of a generator: its constructor's keywords."""
    return tuple(name for name in inspect.signature(cls).parameters if name not in ("args", "kwargs"))


def _check_settings(config: Config, generators: Mapping[str, Candidate]) -> None:
    for name, given in config.settings.items():
        if name not in generators:
            raise BenchError(
                f"--set names the generator {name!r}, which does not run: {registry.closest(name, generators)}"
            )
        if name in config.external:
            raise BenchError(f"--set names {name!r}, a folder of tables, which has no parameters; leave it out")
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


def _table_of(name: str, made: External, split: PlannedSplit) -> str:
    if split.id not in made.tables:
        raise BenchError(
            f"--external {name}: {made.folder} has no table for the split {split.id} ({split.dataset}, repeat "
            f"{split.repeat + 1}); expected {split.id}.csv or .parquet, made from what `bench split` writes"
        )
    return made.tables[split.id]


def _trial(config: Config, split: PlannedSplit, generator: Candidate, draw: int) -> Trial:
    budget = Budget()
    params: dict[str, Any] = dict(config.settings.get(generator.name, {}))
    source = generator.plugin.sha256 if generator.plugin else ""
    identity: dict[str, Any] = {"versions": {}, "code": source}
    if made := config.external.get(generator.name):
        params = {"sha256": _table_of(generator.name, made, split)}
    if cls := generator.cls:
        said = registry.info(cls)
        other = BUDGETS_OF.get(config.profile, config.profile)
        budget = said.budgets.get(config.profile) or said.budgets.get(other, budget)
        device = {"device": config.device} if "device" in parameters(cls) else {}
        # A preset is what it says under every profile.
        chosen = generator.preset.params if generator.preset else budget.params
        params = {**chosen, **device, **params}
        identity = {
            "versions": fingerprint.versions((*said.packages, "numpy", "pandas")),
            "code": source or fingerprint.code(cls.__module__),
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
