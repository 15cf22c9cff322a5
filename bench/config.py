"""What a run is asked to do, from a TOML file and flags; flags win, an unknown key is an error."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from bench.api import BenchError, MetricSet
from bench.registry import closest
from bench.splits import BLOCKS, BlockOptions

if TYPE_CHECKING:
    from collections.abc import Sequence


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
}

Missing = Literal["refuse", "drop"]
SplitChoice = Literal["auto", "random", "blocked"]


@dataclass(frozen=True, slots=True)
class DataRequest:
    """A data set as asked for: a registered name, or a path with what a file cannot say of itself."""

    name: str
    target: str | None = None
    ordered: bool = False
    time: str | None = None
    missing: Missing = "refuse"

    def label(self) -> str:
        """The name to show and to hash: of a path, the file's name only."""
        return Path(self.name).name


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that decides a run's numbers, and nothing else.

    Attributes:
        generators: names, or `all`.
        repeats: splits drawn per data set; None takes the profile's.
        settings: generator -> parameter -> value, over the profile's budget.
        rows: cap on train rows after the split; None takes the profile's.
    """

    datasets: tuple[DataRequest, ...] = (DataRequest("station"),)
    generators: tuple[str, ...] = ("all",)
    repeats: int | None = None
    seed: int = 0
    split: SplitChoice = "auto"
    profile: str = "quick"
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rows: int | None = None
    device: str = "cpu"
    blocks: BlockOptions = BLOCKS

    @property
    def budget(self) -> Profile:
        """The profile with what this configuration overrides."""
        base = PROFILES[self.profile]
        return replace(base, repeats=self.repeats or base.repeats, train_rows=self.rows or base.train_rows)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the manifest and the hash; paths are reduced to file names."""
        plain = asdict(self)
        plain["datasets"] = [{**asdict(data), "name": data.label()} for data in self.datasets]
        plain["profile"] = asdict(self.budget)
        return plain

    def command(self) -> str:
        """The command line that asks for this configuration."""
        words = ["bench", "run"]
        for data in self.datasets:
            words += ["--dataset", data.label() if data.target is None else f"./{data.label()}"]
        words += _data_flags(self.datasets[0])
        words += ["--generators", ",".join(self.generators)]
        words += ["--profile", self.profile, "--seed", str(self.seed)]
        words += [] if self.repeats is None else ["--repeats", str(self.repeats)]
        words += [] if self.split == "auto" else ["--split", self.split]
        words += [] if self.rows is None else ["--rows", str(self.rows)]
        words += [] if self.device == "cpu" else ["--device", self.device]
        for generator, parameters in self.settings.items():
            for name, value in parameters.items():
                words += ["--set", f"{generator}.{name}={value}"]
        return shlex.join(words)


def _data_flags(data: DataRequest) -> list[str]:
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
    """

    out: Path | None = None
    workers: int = 1
    timeout: float | None = None
    memory: float | None = None
    retry: tuple[str, ...] = ()


_DATA_KEYS = tuple(item.name for item in fields(DataRequest) if item.name != "name")
_KEYS = ("dataset", *_DATA_KEYS, "generators", "repeats", "seed", "split", "profile", "set", "rows", "device", "blocks")
_RETRIED = ("failed", "timeout", "memory", "skipped")
_OPERATION_KEYS = ("out", "workers", "timeout", "memory", "retry")


def read_file(path: Path) -> dict[str, Any]:
    """The keys of a TOML configuration file.

    Raises:
        BenchError: if it cannot be read, or holds an unknown key.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchError(f"cannot read the configuration {path}: {error.strerror}") from error
    except ValueError as error:
        raise BenchError(f"{path} is not valid TOML: {error}") from error
    _check_keys(content, (*_KEYS, *_OPERATION_KEYS), str(path))
    return content


def _check_keys(content: Mapping[str, Any], allowed: Sequence[str], where: str) -> None:
    for key in content:
        if key not in allowed:
            raise BenchError(f"unknown key {key!r} in {where}: {closest(key, allowed)}")


def build(values: Mapping[str, Any]) -> Config:
    """A configuration from the merged keys of file and flags.

    Raises:
        BenchError: if a value is of the wrong kind or out of range.
    """
    defaults = Config()
    shared = {key: values[key] for key in _DATA_KEYS if values.get(key) is not None}
    datasets = tuple(_dataset(item, shared) for item in _list(values.get("dataset", "station")))
    config = Config(
        datasets=datasets,
        generators=_names(values.get("generators", "all")),
        repeats=_count(values, "repeats"),
        seed=_whole(values.get("seed", defaults.seed), "seed", 0),
        split=_choice(values.get("split", defaults.split), "split", get_args(SplitChoice)),
        profile=_choice(values.get("profile", defaults.profile), "profile", tuple(PROFILES)),
        settings=_settings(values.get("set", {})),
        rows=_count(values, "rows"),
        device=str(values.get("device", defaults.device)),
        blocks=_blocks(values.get("blocks", {})),
    )
    labels = [data.label() for data in datasets]
    if repeated := {label for label in labels if labels.count(label) > 1}:
        raise BenchError(f"the data set {sorted(repeated)[0]!r} is asked for twice; name each once")
    return config


def operation(values: Mapping[str, Any]) -> Operation:
    """How to run, from the merged keys of file and flags.

    Raises:
        BenchError: if a value is of the wrong kind or out of range.
    """
    out = values.get("out")
    return Operation(
        out=None if out is None else Path(out),
        workers=_count(values, "workers") or usable_cores(),
        timeout=_positive(values, "timeout"),
        memory=_positive(values, "memory"),
        retry=tuple(_choice(name, "retry", _RETRIED) for name in _names(values["retry"]))
        if values.get("retry")
        else (),
    )


def usable_cores() -> int:
    """The cores that this process may use, where the system says so, else all."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _positive(values: Mapping[str, Any], key: str) -> float | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise BenchError(f"{key} is {value!r}; expected a number above 0")
    return float(value)


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _names(value: object) -> tuple[str, ...]:
    """Names from a list whose items may hold commas; duplicates are dropped, order kept."""
    parts = [part.strip() for item in _list(value) for part in str(item).split(",")]
    names = tuple(dict.fromkeys(part for part in parts if part))
    if not names:
        raise BenchError("no generator is named; expected `all` or names separated by commas")
    return names


def _dataset(item: object, shared: Mapping[str, Any]) -> DataRequest:
    given = item if isinstance(item, Mapping) else {"name": item}
    _check_keys(given, ("name", *_DATA_KEYS), "[[dataset]]")
    if not isinstance(given.get("name"), str) or not given["name"]:
        raise BenchError("a data set needs a name: a registered one or the path of a table")
    request = DataRequest(**{**shared, **given})
    _choice(request.missing, "missing", get_args(Missing))
    return request


def _choice(value: object, key: str, choices: Sequence[str]) -> Any:  # noqa: ANN401 - a literal of the caller's
    if value not in choices:
        raise BenchError(f"{key} is {value!r}; {closest(str(value), choices)}")
    return value


def _whole(value: object, key: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BenchError(f"{key} is {value!r}; expected a whole number of at least {least}")
    return value


def _count(values: Mapping[str, Any], key: str) -> int | None:
    return None if values.get(key) is None else _whole(values[key], key, 1)


def _blocks(given: object) -> BlockOptions:
    allowed = tuple(item.name for item in fields(BlockOptions))
    if not isinstance(given, Mapping):
        raise BenchError(f"blocks is {given!r}; expected a table [blocks] with any of {', '.join(allowed)}")
    _check_keys(given, allowed, "[blocks]")
    for key, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float if key == "holdout" else int):
            raise BenchError(f"blocks.{key} is {value!r}; expected a number")
    return BlockOptions(**given)


def _settings(given: object) -> dict[str, dict[str, Any]]:
    """From [set.<generator>] tables, or from a list of `generator.param=value`."""
    if isinstance(given, Mapping):
        if not all(isinstance(parameters, Mapping) for parameters in given.values()):
            raise BenchError("set holds a bare value; expected tables such as [set.beta-vae]")
        return {str(name): dict(parameters) for name, parameters in given.items()}
    settings: dict[str, dict[str, Any]] = {}
    for item in _list(given):
        key, equals, text = str(item).partition("=")
        generator, dot, parameter = key.strip().partition(".")
        if not (equals and dot and generator and parameter):
            raise BenchError(f"--set {item!r} is not understood; expected generator.param=value")
        settings.setdefault(generator, {})[parameter] = _literal(text.strip())
    return settings


def _literal(text: str) -> Any:  # noqa: ANN401 - any TOML value
    """A TOML value (3, 0.5, true, [64, 32]), or else the text itself."""
    if text.lower() == "none":
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        return text


def merge(file: Mapping[str, Any], flags: Mapping[str, Any]) -> dict[str, Any]:
    """The file's keys with the flags that were given over them; `set` is merged parameter by parameter."""
    given = {key: value for key, value in flags.items() if value is not None}
    merged = {**file, **given}
    if "set" in file and "set" in given:
        base, over = _settings(file["set"]), _settings(given["set"])
        merged["set"] = {name: {**base.get(name, {}), **over.get(name, {})} for name in {**base, **over}}
    return merged
