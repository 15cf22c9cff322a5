"""The manifest: what a run says about itself, its data, its splits, its generators and its trials."""

from __future__ import annotations

from collections.abc import Mapping  # at run time: the reader of manifests looks annotations up
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.api.data import KeptTogether, Schema
from bench.api.metrics import Metric, MetricSet
from bench.api.trials import Trial

PROTOCOL_VERSION = 2
"""How runs draw splits and set scales today. Version 1 held out no stretches of time and had other floors,
ceilings and metrics, so its scores are not comparable with later ones."""


@dataclass(frozen=True, slots=True)
class RunProfile:
    """How much work a run does.

    Attributes:
        name: of a profile, or `evaluation` for a table that was made elsewhere.
        repeats: splits drawn per data set.
        train_rows: cap on the train rows, or None.
    """

    name: str
    repeats: int
    train_rows: int | None
    metrics: MetricSet


@dataclass(frozen=True, slots=True)
class RequestedTable:
    """A data set as it was requested.

    Attributes:
        name: a registered name, or a file's name.
        path: the name or path as typed, unless absolute.
        target: the column to predict, where one was named.
        ordered: whether rows were said to be in time.
        time: the column to sort by, where one was named.
        missing: `keep`, `drop` or `refuse`: what became of gaps.
        group: the column whose groups stay together, where one was named.
        distinct: whether identical rows stay together.
        column: kinds of columns that were asked for.
        missing_code: values that were said to be gaps.
        leave_out: columns that were left out on demand.
        task: the task that was asked for, if any.
    """

    name: str
    path: str = ""
    target: str | None = None
    ordered: bool = False
    time: str | None = None
    missing: str = "refuse"
    group: str | None = None
    distinct: bool = False
    column: tuple[str, ...] = ()
    missing_code: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    task: str | None = None


@dataclass(frozen=True, slots=True)
class ExternalTables:
    """A folder of tables that were made elsewhere; `tables` is the sha256 of each file by split id."""

    folder: str
    tables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RunConfiguration:
    """What a run was asked to do; it decides all numbers.

    Attributes:
        seed: the base seed; of merged runs with different seeds, text that lists them.
        split: `auto`, `random` or `blocked`.
        blocks: options of the blocked protocol.
        settings: generator -> parameter -> value.
        seeds_per_split: fits of each generator on each split.
        snap: whether synthetic columns are moved to the grids of train before they are scored.
        external: tables made elsewhere, by the name of their row.
        plugins: Python files of generators, as typed.
    """

    datasets: tuple[RequestedTable, ...] = ()
    generators: tuple[str, ...] = ()
    seed: int | str | None = None
    split: str = "auto"
    device: str | None = None
    blocks: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seeds_per_split: int = 1
    snap: bool = False
    external: Mapping[str, ExternalTables] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunEnvironment:
    """Versions and machine; of merged runs, texts that differ are joined and other values that differ are None.

    Attributes:
        packages: version by distribution.
        commit: of the checkout that bench ran from, if any.
        dirty: whether that checkout had uncommitted changes.
    """

    bench: str = "unknown"
    python: str = "unknown"
    system: str = "unknown"
    cpu: str = "unknown"
    cores: int | None = None
    memory_gib: float | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    commit: str | None = None
    dirty: bool | None = None


@dataclass(frozen=True, slots=True)
class DatasetDescription:
    """A data set without its rows; see `Dataset`."""

    name: str
    sha256: str
    rows: int
    schema: Schema
    group: str = ""
    source: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()
    kept_together: KeptTogether = ""


@dataclass(frozen=True, slots=True)
class PartSizes:
    """Rows in each part of a split; 0 where it is not known, or where there is no such part."""

    train: int = 0
    holdout: int = 0
    test: int = 0
    stretches: int = 0


@dataclass(frozen=True, slots=True)
class LeakageAudit:
    """What could leak between the parts of a split; None where it was not measured.

    Attributes:
        unused: rows in no part.
        embargo: rows dropped on either side of test blocks.
        lag1: lag-1 autocorrelation by column, -1 to 1.
        near_holdout: share of holdout rows with a near-copy in train beyond chance, 0 to 1; where `near_chance` is
            None, share with a train row within 0.02 standard deviations, as earlier versions counted.
        near_test: the same for test rows.
        near_chance: share of rows with a near-copy by chance, 0 to 1.
        identical_holdout: share of holdout rows that are identical to a train row, 0 to 1.
        identical_test: the same for test rows.
        distinct_rows: different rows of the table.
        overlap: rows of train that are also in holdout or test.
        warnings: one sentence each.
    """

    unused: int | None = None
    embargo: int | None = None
    lag1: Mapping[str, float | None] = field(default_factory=dict)
    near_holdout: float | None = None
    near_test: float | None = None
    near_chance: float | None = None
    identical_holdout: float | None = None
    identical_test: float | None = None
    distinct_rows: int | None = None
    overlap: int | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SplitDescription:
    """A split without its rows.

    Attributes:
        id: names its directory.
        rows: cap on train rows, or None.
        options: of the protocol.
    """

    id: str
    dataset: str
    protocol: str
    repeat: int
    seed: int
    rows: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    sizes: PartSizes = field(default_factory=PartSizes)
    audit: LeakageAudit = field(default_factory=LeakageAudit)


@dataclass(frozen=True, slots=True)
class FamilyDescription:
    """A metric family, and how its metrics make one score."""

    combine: Literal["mean", "worst"]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class PluginFile:
    """The Python file of a generator: its name without folder, and its checksum."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class GeneratorDescription:
    """A generator without its code.

    Attributes:
        packages: version by distribution, of what it needs.
        memorises: whether it returns rows of train, or rows between them, by design.
        preset_of: the generator that it is a preset of, if any.
        plugin: its file, if it is no installed generator.
    """

    summary: str = ""
    licence: str = ""
    paper: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)
    memorises: bool = False
    preset_of: str = ""
    plugin: PluginFile | None = None


@dataclass(frozen=True, slots=True)
class EvaluationDescription:
    """The tables of `bench evaluate`, by file name.

    Attributes:
        synthetic_rows: the size of the synthetic table.
        decisive: sentences on what decides the scores besides the rows: cells that cannot be scored, columns that were
            left out, dates that became gaps.
    """

    real: str
    synthetic: str
    synthetic_rows: int
    holdout: str | None = None
    decisive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run says about itself. No host, user name or absolute path.

    Attributes:
        config_hash: identifies the configuration and the data.
        command: the command line that asks for the same run.
        config_file: TOML that `command` refers to as FILE, for what flags cannot say.
        created: time in UTC, ISO 8601; `finished` as well, or None.
        splits: by data set and repeat.
        trials: every planned trial, in order of data set, repeat, generator and draw.
        evaluation: the tables of `bench evaluate`; None for a run of generators.
        protocol_version: see `PROTOCOL_VERSION`; 1 for runs that do not say.
    """

    config: RunConfiguration
    config_hash: str
    profile: RunProfile
    datasets: tuple[DatasetDescription, ...]
    splits: tuple[SplitDescription, ...]
    metrics: tuple[Metric, ...]
    families: Mapping[str, FamilyDescription]
    trials: tuple[Trial, ...]
    generators: Mapping[str, GeneratorDescription] = field(default_factory=dict)
    environment: RunEnvironment = field(default_factory=RunEnvironment)
    name: str = ""
    command: str = ""
    config_file: str = ""
    created: str = ""
    finished: str | None = None
    evaluation: EvaluationDescription | None = None
    protocol_version: int = 1

    @property
    def memorising(self) -> frozenset[str]:
        """Returns the generators that return rows of train, or rows between them, by design."""
        return frozenset(name for name, description in self.generators.items() if description.memorises)

    @property
    def earlier_protocol(self) -> str:
        """Returns one sentence that warns of an earlier protocol; empty for a run under the current one."""
        if self.protocol_version >= PROTOCOL_VERSION:
            return ""
        return (
            "Made under the earlier protocol: no stretches of time were held out, and other floors, ceilings and "
            "metrics set the scale. Its scores are not comparable with newer runs."
        )

    def dataset(self, name: str) -> DatasetDescription:
        """Returns the data set of that name."""
        return next(dataset for dataset in self.datasets if dataset.name == name)

    def metrics_on(self, dataset: str) -> tuple[Metric, ...]:
        """Returns the metrics that exist on a data set: those of the run that apply to its schema."""
        schema = self.dataset(dataset).schema
        return tuple(metric for metric in self.metrics if metric.applies_to(schema))

    def dataset_splits(self, name: str) -> tuple[SplitDescription, ...]:
        """Returns the splits of a data set."""
        return tuple(split for split in self.splits if split.dataset == name)

    def generator(self, name: str) -> GeneratorDescription:
        """Returns the description of a generator; an empty one of a name that the run does not list."""
        return self.generators.get(name) or GeneratorDescription()
