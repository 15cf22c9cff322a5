"""What a run is asked to do: the profiles, the configuration that decides its numbers, how it is carried out."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bench.planning import generator_params
from bench.tables.splits import BLOCKS, BlockOptions
from bench.tables.table_request import TableRequest, portable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import MetricSet
    from bench.planning.external_tables import External


@dataclass(frozen=True, slots=True)
class Profile:
    """How much work a run does. Profiles differ in these four things only.

    Attributes:
        repeats: how many splits are drawn, unless `--repeats` says otherwise.
        train_rows: cap on the train rows, or None.
        metrics: which metrics are computed.
        name: also selects each generator's training budget.
    """

    name: str
    repeats: int
    train_rows: int | None
    metrics: MetricSet


PROFILES = {
    "quick": Profile("quick", repeats=2, train_rows=2_000, metrics="core"),
    "standard": Profile("standard", repeats=5, train_rows=None, metrics="full"),
    "ci": Profile("ci", repeats=3, train_rows=1_000, metrics="core"),
}

BUDGETS_OF = {"ci": "quick"}
"""Profiles that take another one's training budget for generators that say none for them."""

SplitChoice = Literal["auto", "random", "blocked"]


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that decides a run's numbers, and nothing else.

    Attributes:
        generators: names, or `all`.
        repeats: splits drawn per data set; None takes the profile's.
        settings: generator -> parameter -> value, over the profile's budget.
        rows: cap on train rows after the split; None takes the profile's.
        seeds_per_split: fits of each generator on each split, with different seeds.
        snap: whether generated columns are moved to the grids of train before they are scored.
        plugins: Python files of generators, as typed.
        external: tables made elsewhere, by the name of their row. They join a run without making it another one.
    """

    datasets: tuple[TableRequest, ...] = (TableRequest("station"),)
    generators: tuple[str, ...] = ("all",)
    repeats: int | None = None
    seed: int = 0
    split: SplitChoice = "auto"
    profile: str = "quick"
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rows: int | None = None
    device: str = "cpu"
    blocks: BlockOptions = BLOCKS
    seeds_per_split: int = 1
    snap: bool = False
    external: Mapping[str, External] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()

    @property
    def budget(self) -> Profile:
        """The profile with what this configuration overrides."""
        base = PROFILES[self.profile]
        return replace(base, repeats=self.repeats or base.repeats, train_rows=self.rows or base.train_rows)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the manifest and the hash; paths are reduced to file names.

        Options that runs of earlier versions did not have are left out at their defaults: such runs keep their hash.
        """
        plain = asdict(self)
        plain["plugins"] = [Path(plugin).name for plugin in self.plugins]
        for name in ("seeds_per_split", "snap", "plugins"):
            if getattr(self, name) == getattr(_DEFAULTS, name):
                del plain[name]
        plain["datasets"] = [{**asdict(data), "name": data.label()} for data in self.datasets]
        plain["profile"] = asdict(self.budget)
        del plain["repeats"], plain["rows"], plain["external"]
        return plain

    def stored(self) -> dict[str, Any]:
        """As `as_dict`, with what `restore` needs to find files again: their paths as typed, unless absolute."""
        plain = self.as_dict()
        for asked, said in zip(self.datasets, plain["datasets"], strict=True):
            said["path"] = asked.path()
        if self.plugins:
            plain["plugins"] = [portable(each) for each in self.plugins]
        if self.external:
            plain["external"] = {name: each.stored() for name, each in self.external.items()}
        return plain

    def command(self) -> str:
        """The command line that asks for this configuration; with `--config FILE` if `file` has something to say."""
        words = ["bench", "run", *(["--config", "FILE"] if self.file() else [])]
        if self._alike:
            for data in self.datasets:
                words += ["--dataset", f"./{data.label()}" if Path(data.name).is_absolute() else data.name]
            words += _data_flags(self.datasets[0])
        words += [word for plugin in self.plugins for word in ("--plugin", portable(plugin))]
        words += ["--generators", ",".join(self.generators)]
        words += ["--profile", self.profile, "--seed", str(self.seed)]
        words += [] if self.repeats is None else ["--repeats", str(self.repeats)]
        words += [] if self.split == "auto" else ["--split", self.split]
        words += [] if self.blocks.holdout == BLOCKS.holdout else ["--holdout-share", str(self.blocks.holdout)]
        words += [] if self.rows is None else ["--rows", str(self.rows)]
        words += [] if self.seeds_per_split == 1 else ["--seeds-per-split", str(self.seeds_per_split)]
        words += ["--snap"] if self.snap else []
        words += [] if self.device == "cpu" else ["--device", self.device]
        for each in generator_params.words(self.settings):
            words += ["--set", each]
        for name, tables in self.external.items():
            words += ["--external", f"{name}={tables.folder}"]
        return shlex.join(words)

    def file(self) -> str:
        """What flags cannot say, as TOML: data sets that are read differently, and blocks but for their holdout."""
        tables = [] if self._alike else [_table("[[dataset]]", each, TableRequest("")) for each in self.datasets]
        blocks = replace(self.blocks, holdout=BLOCKS.holdout)
        return "\n\n".join([*tables, *([_table("[blocks]", blocks, BLOCKS)] if blocks != BLOCKS else [])])

    @property
    def _alike(self) -> bool:
        """Whether all data sets are read in the same way."""
        return len({replace(each, name="") for each in self.datasets}) == 1


_DEFAULTS = Config()


def _table(head: str, given: TableRequest | BlockOptions, defaults: TableRequest | BlockOptions) -> str:
    """A table of TOML with what differs from the defaults."""
    usual = asdict(defaults)
    changed = {key: value for key, value in asdict(given).items() if value != usual[key]}
    said = changed if isinstance(given, BlockOptions) else {**changed, "name": given.path()}
    return "\n".join([head, *(f"{key} = {generator_params.toml(value)}" for key, value in said.items())])


def _data_flags(data: TableRequest) -> list[str]:
    words = [] if data.target is None else ["--target", data.target]
    words += ["--ordered"] if data.ordered else []
    words += [] if data.time is None else ["--time", data.time]
    return words + ([] if data.missing == "refuse" else ["--missing", data.missing])


@dataclass(frozen=True, slots=True)
class Operation:
    """How to run, as opposed to what: none of it changes a number.

    Attributes:
        out: the run directory; None puts it under `runs/`.
        workers: trials at once.
        timeout: seconds that a trial may take, or None.
        memory: GiB that a trial may use above what it starts with, or None.
        retry: statuses of finished trials to run again.
        cache: a folder that finished trials are shared through, between runs, or None.
        refit: whether to fit what is missing; otherwise only scores that are out of date are made again.
        cluster: address of a Dask scheduler to run on, or None for this machine.
        track: where finished runs are logged too, `mlflow`, or None.
    """

    out: Path | None = None
    workers: int = 1
    timeout: float | None = None
    memory: float | None = None
    retry: tuple[str, ...] = ()
    cache: Path | None = None
    cluster: str | None = None
    track: str | None = None
    refit: bool = True


AS_USUAL = Operation()
