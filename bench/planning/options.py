"""From a TOML file and flags to a configuration; flags win, an unknown key is an error."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args

from bench.api import BenchError
from bench.planning import generator_params, option_values
from bench.planning.config import PROFILES, Config, Operation, SplitChoice
from bench.planning.external_tables import External
from bench.planning.external_tables import parse as _parse_external
from bench.tables.splits import BLOCKS, BlockOptions
from bench.tables.table_request import Missing, TableRequest

if TYPE_CHECKING:
    from pathlib import Path

_DATA_KEYS = tuple(item.name for item in fields(TableRequest) if item.name != "name")
_KEYS = (
    "dataset",
    *_DATA_KEYS,
    "generators",
    "repeats",
    "seeds_per_split",
    "seed",
    "split",
    "holdout_share",
    "profile",
    "set",
    "rows",
    "snap",
    "device",
    "blocks",
    "external",
    "plugins",
)
_RETRIED = ("failed", "timeout", "memory", "skipped")
_OPERATION_KEYS = ("out", "workers", "timeout", "memory", "retry", "cache", "cluster", "track")
KEYS = (*_KEYS, *_OPERATION_KEYS)
"""What a configuration file may say."""
_TRACKERS = ("mlflow",)


def restore(stored: Mapping[str, Any]) -> Config:
    """The inverse of `Config.stored`."""
    profile = stored["profile"]
    values = {
        **{key: stored[key] for key in ("generators", "seed", "split", "device", "blocks")},
        **{key: stored[key] for key in ("seeds_per_split", "snap", "external", "plugins") if key in stored},
        "dataset": [
            {**{key: value for key, value in data.items() if key != "path"}, "name": data["path"]}
            for data in stored["datasets"]
        ],
        "profile": profile["name"],
        "repeats": profile["repeats"],
        "rows": profile["train_rows"],
        "set": stored["settings"],
    }
    return build(values)


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
    option_values.known(content, KEYS, str(path))
    return content


def build(values: Mapping[str, Any]) -> Config:
    """A configuration from the merged keys of file and flags.

    Raises:
        BenchError: if a value is of the wrong kind or out of range.
    """
    defaults = Config()
    shared = {key: values[key] for key in _DATA_KEYS if values.get(key) is not None}
    datasets = tuple(_dataset(item, shared) for item in option_values.items(values.get("dataset", "station")))
    config = Config(
        datasets=datasets,
        generators=_names(values.get("generators", "all")),
        repeats=option_values.count(values, "repeats"),
        seed=option_values.whole(values.get("seed", defaults.seed), "seed", 0),
        split=option_values.choice(values.get("split", defaults.split), "split", get_args(SplitChoice)),
        profile=option_values.choice(values.get("profile", defaults.profile), "profile", tuple(PROFILES)),
        settings=generator_params.read(values.get("set", {})),
        rows=option_values.count(values, "rows"),
        device=str(values.get("device", defaults.device)),
        blocks=_blocks(values.get("blocks", {}), values.get("holdout_share")),
        seeds_per_split=option_values.count(values, "seeds_per_split") or defaults.seeds_per_split,
        snap=option_values.flag(values, "snap"),
        external=external(values),
        plugins=tuple(dict.fromkeys(str(each) for each in option_values.items(values.get("plugins") or ()))),
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
    return Operation(
        out=option_values.path(values, "out"),
        workers=option_values.count(values, "workers") or usable_cores(),
        timeout=option_values.positive(values, "timeout"),
        memory=option_values.positive(values, "memory"),
        retry=tuple(
            option_values.choice(name, "retry", _RETRIED) for name in option_values.items(values.get("retry") or ())
        ),
        cache=option_values.folder(values, "cache"),
        cluster=option_values.text(values, "cluster"),
        track=None if values.get("track") is None else option_values.choice(values["track"], "track", _TRACKERS),
    )


def external(values: Mapping[str, Any]) -> dict[str, External]:
    """Tables made elsewhere, from the merged keys of file and flags.

    Raises:
        BenchError: if a name or a folder cannot be used.
    """
    return _parse_external(values.get("external") or {})


def usable_cores() -> int:
    """The cores that this process may use, where the system says so, else all."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def refuse_configuration(values: Mapping[str, Any], flag: str) -> None:
    """For commands that take the configuration of a stored run.

    Raises:
        BenchError: if `values` says anything of it.
    """
    if given := [key for key in (*_KEYS, "out") if values.get(key) is not None]:
        flags = (key.replace("_", "-") for key in given)
        named = ", ".join("--plugin" if key == "plugins" else f"--{key}" for key in flags)
        raise BenchError(f"{flag} takes the run's own configuration; leave out {named}")


def _names(value: object) -> tuple[str, ...]:
    """Names from a list whose items may hold commas; duplicates are dropped, order kept."""
    parts = [part.strip() for item in option_values.items(value) for part in str(item).split(",")]
    names = tuple(dict.fromkeys(part for part in parts if part))
    if not names:
        raise BenchError("no generator is named; expected `all` or names separated by commas")
    return names


def _dataset(item: object, shared: Mapping[str, Any]) -> TableRequest:
    given: Mapping[str, Any] = item if isinstance(item, Mapping) else {"name": item}
    option_values.known(given, ("name", *_DATA_KEYS), "[[dataset]]")
    if not isinstance(given.get("name"), str) or not given["name"]:
        raise BenchError("a data set needs a name: a registered one or the path of a table")
    asked = {**shared, **given}
    return TableRequest(
        name=given["name"],
        target=option_values.text(asked, "target"),
        ordered=option_values.flag(asked, "ordered"),
        time=option_values.text(asked, "time"),
        missing=option_values.choice(asked.get("missing", "refuse"), "missing", get_args(Missing)),
    )


def _blocks(given: object, holdout: object = None) -> BlockOptions:
    """From the table [blocks]; the share of holdout may also be said beside it, and then counts."""
    allowed = tuple(item.name for item in fields(BlockOptions))
    if not isinstance(given, Mapping):
        raise BenchError(f"blocks is {given!r}; expected a table [blocks] with any of {', '.join(allowed)}")
    option_values.known(given, allowed, "[blocks]")
    for key, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float if key == "holdout" else int):
            raise BenchError(f"blocks.{key} is {value!r}; expected a number")
    return BlockOptions(**given) if holdout is None else BlockOptions(**{**given, "holdout": _share(holdout)})


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise BenchError(f"holdout_share is {value!r}; expected a number between 0 and 1, such as {BLOCKS.holdout}")
    return float(value)


def merge(file: Mapping[str, Any], flags: Mapping[str, Any]) -> dict[str, Any]:
    """The file's keys with the flags that were given over them; `set` is merged parameter by parameter."""
    given = {key: value for key, value in flags.items() if value is not None}
    merged = {**file, **given}
    if "set" in file and "set" in given:
        merged["set"] = generator_params.merge(file["set"], given["set"])
    return merged
