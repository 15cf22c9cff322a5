"""What a run computes (`Config`) and how it is carried out (`Operation`)."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from bench.api import MetricSet
from bench.planning.external_tables import ExternalTables
from bench.planning.generator_params import param_words, toml_value
from bench.planning.options import OPTIONS, SplitChoice, command_words
from bench.tables.splits import BLOCKS, BlockOptions
from bench.tables.table_request import TableRequest, portable


@dataclass(frozen=True, slots=True)
class Profile:
    """How much work a run does. Profiles differ in these four things only.

    Attributes:
        name: also selects each generator's training budget.
        repeats: the number of splits.
        train_rows: the most train rows, or None for all.
    """

    name: str
    repeats: int
    train_rows: int | None
    metrics: MetricSet

    @property
    def shadow_fits(self) -> int:
        """How often each trial fits its generator again, to halves of train."""
        return SHADOW_FITS if self.metrics == "audit" else 0


SHADOW_FITS = 12
"""Even, as halves come in pairs. Eight are the fewest that the attack can use; with twelve its interval is a quarter
narrower."""

PROFILES = {
    "quick": Profile("quick", repeats=3, train_rows=2_000, metrics="core"),
    "standard": Profile("standard", repeats=5, train_rows=None, metrics="full"),
    "ci": Profile("ci", repeats=3, train_rows=1_000, metrics="core"),
    "audit": Profile("audit", repeats=3, train_rows=None, metrics="audit"),
}

BUDGET_FALLBACKS = {"ci": "quick", "audit": "standard"}
"""Profile -> the profile whose training budget replaces it for generators that declare none for it."""

_FIRST_VERSION = {"datasets", "generators", "seed", "split", "profile", "settings", "device", "blocks"}
"""Fields that are stored at their defaults too. Later fields are left out there, so that older runs keep their hash."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that decides a run's numbers, and nothing else. Fields are options of the table unless listed here.

    Attributes:
        datasets: from `dataset` and the options that say how to read it.
        repeats: None takes the profile's.
        settings: generator -> parameter -> value, from `set`.
        rows: None takes the profile's.
        blocks: from `blocks` and `holdout_share`.
        external: name on the leaderboard -> tables made elsewhere. They do not change the run's hash.
        plugins: paths of Python files with generators, as typed.
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
    external: Mapping[str, ExternalTables] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()

    @property
    def budget(self) -> Profile:
        """The profile with what this configuration overrides."""
        base = PROFILES[self.profile]
        return replace(base, repeats=self.repeats or base.repeats, train_rows=self.rows or base.train_rows)

    def as_dict(self) -> dict[str, Any]:
        """Returns plain data for the manifest and the hash; paths are reduced to file names."""
        kept = (_FIRST_VERSION | self._changed()) - {"repeats", "rows", "external"}
        plain = {name: value for name, value in asdict(self).items() if name in kept}
        if self.plugins:
            plain["plugins"] = [Path(plugin).name for plugin in self.plugins]
        plain["datasets"] = [data.as_dict() for data in self.datasets]
        plain["profile"] = asdict(self.budget)
        return plain

    def stored(self) -> dict[str, Any]:
        """Returns `as_dict` with the paths of files as typed, unless they are absolute; see `restore_config`."""
        plain = self.as_dict()
        for data, stored_data in zip(self.datasets, plain["datasets"], strict=True):
            stored_data["path"] = data.path()
        if self.plugins:
            plain["plugins"] = [portable(plugin) for plugin in self.plugins]
        if self.external:
            plain["external"] = {name: tables.stored() for name, tables in self.external.items()}
        return plain

    def command(self) -> str:
        """Returns the command line for this configuration; it has `--config FILE` if `file` returns something."""
        config_file = ["--config", "FILE"] if self.file() else []
        return shlex.join(["bench", "run", *config_file, *command_words(self._options())])

    def file(self) -> str:
        """Returns as TOML what flags cannot express: data sets that are read differently, and options of blocks."""
        tables = [] if self._read_alike else [_toml_table("[[dataset]]", data) for data in self.datasets]
        blocks = replace(self.blocks, holdout=BLOCKS.holdout)
        return "\n\n".join([*tables, *([_toml_table("[blocks]", blocks)] if blocks != BLOCKS else [])])

    def _changed(self) -> set[str]:
        """The fields that are not at their defaults."""
        return {item.name for item in fields(self) if getattr(self, item.name) != getattr(DEFAULT_CONFIG, item.name)}

    def _options(self) -> dict[str, object]:
        """The options for a command line: those that differ from the defaults, and those that are always printed."""
        printed = {name for name, option in OPTIONS.items() if option.printed}
        values: dict[str, object] = {name: getattr(self, name) for name in (self._changed() | printed) & OPTIONS.keys()}
        if self._read_alike:
            names = [f"./{data.label()}" if Path(data.name).is_absolute() else data.name for data in self.datasets]
            values |= {"dataset": names, **_changed_values(replace(self.datasets[0], name=""))}
        if self.blocks.holdout != BLOCKS.holdout:
            values["holdout_share"] = self.blocks.holdout
        return {
            **values,
            "generators": ",".join(self.generators),
            "plugins": [portable(plugin) for plugin in self.plugins],
            "set": param_words(self.settings),
            "external": [f"{name}={tables.folder}" for name, tables in self.external.items()],
        }

    @property
    def _read_alike(self) -> bool:
        """Whether all data sets are read with the same options."""
        return len({replace(data, name="") for data in self.datasets}) == 1


DEFAULT_CONFIG = Config()


def _changed_values(item: TableRequest | BlockOptions) -> dict[str, Any]:
    """The fields that are not at their defaults."""
    defaults = asdict(BLOCKS if isinstance(item, BlockOptions) else TableRequest(""))
    return {name: value for name, value in asdict(item).items() if value != defaults[name]}


def _toml_table(header: str, item: TableRequest | BlockOptions) -> str:
    values = _changed_values(item)
    if isinstance(item, TableRequest):
        values["name"] = item.path()
    return "\n".join([header, *(f"{key} = {toml_value(value)}" for key, value in values.items())])


@dataclass(frozen=True, slots=True)
class Operation:
    """How a run is carried out; nothing here changes a number. All fields but the last two are options of the table.

    Attributes:
        out: the run directory; None puts it under `runs/`.
        timeout: seconds for one fit with its sampling and its shadow fits, or None.
        memory: GiB that these may use above what they start with, or None.
        retry: statuses of finished trials that are run again.
        cache: a folder through which runs share finished trials, or None.
        cluster: the address of a Dask scheduler, or None for this machine.
        track: `mlflow` to log finished runs there too, or None.
        refit: whether missing trials are fitted; otherwise only scores that are missing or outdated are computed.
        rescore: whether everything is scored again, up to date or not.
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
    rescore: bool = False
