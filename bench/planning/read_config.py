"""Builds a `Config` and an `Operation` from options: of a file, of flags, of keywords, or of a stored run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.api import BenchError
from bench.common.parsed_text import parse_toml, read_text
from bench.planning.config import DEFAULT_CONFIG, Config, Operation
from bench.planning.generator_params import merge_params
from bench.planning.option_types import refuse_unknown
from bench.planning.options import NAMES, OPTIONS, check_options
from bench.tables.splits import BlockOptions
from bench.tables.table_request import TableRequest


def read_config_file(path: Path) -> dict[str, Any]:
    """Returns the options of a TOML file, not yet checked.

    Raises:
        BenchError: if the file cannot be read or holds an unknown key.
    """
    try:
        content = parse_toml(read_text(path))
    except OSError as error:
        raise BenchError(f"cannot read the configuration {path}: {error.strerror}") from error
    except ValueError as error:
        raise BenchError(f"{path} is not valid TOML: {error}") from error
    refuse_unknown(content, OPTIONS, str(path))
    return content


def merge_options(file: Mapping[str, Any], flags: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the file's options with the flags that were given over them; `set` is merged parameter by parameter."""
    given = {name: value for name, value in flags.items() if value is not None}
    merged = {**file, **given}
    if "set" in file and "set" in given:
        merged["set"] = merge_params(file["set"], given["set"])
    return merged


def build_config(values: Mapping[str, Any]) -> Config:
    """Returns the configuration that options describe; options of other groups are ignored.

    Raises:
        BenchError: if a value has the wrong type or is out of range.
    """
    shared = check_options(values, "data")
    items = shared.pop("dataset", [data.name for data in DEFAULT_CONFIG.datasets])
    options = check_options(values, "configuration")
    options["datasets"] = tuple(_table_request(item, shared) for item in items)
    options["settings"] = options.pop("set", {})
    blocks = options.pop("blocks", {})
    if "holdout_share" in options:
        blocks["holdout"] = options.pop("holdout_share")
    config = Config(**options, blocks=BlockOptions(**blocks))
    labels = [data.label() for data in config.datasets]
    if repeated := {label for label in labels if labels.count(label) > 1}:
        raise BenchError(f"the data set {sorted(repeated)[0]!r} is asked for twice; name each once")
    return config


def _table_request(item: object, shared: Mapping[str, Any]) -> TableRequest:
    """A data set from a name, or from a table [[dataset]] whose options win over the shared ones."""
    given: Mapping[str, Any] = item if isinstance(item, Mapping) else {"name": item}
    refuse_unknown(given, ("name", *NAMES["data"][1:]), "[[dataset]]")
    if not isinstance(given.get("name"), str) or not given["name"]:
        raise BenchError("a data set needs a name: a registered one or the path of a table")
    return TableRequest(given["name"], **{**shared, **check_options(given, "data")})


def restore_config(stored: Mapping[str, Any]) -> Config:
    """Returns the configuration of a stored run: the inverse of `Config.stored`."""
    profile = stored["profile"]
    options = {name: value for name, value in stored.items() if name in OPTIONS}
    options |= {"profile": profile["name"], "repeats": profile["repeats"], "rows": profile["train_rows"]}
    options |= {"set": stored["settings"], "dataset": [_restore_dataset(data) for data in stored["datasets"]]}
    return build_config(options)


def _restore_dataset(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {("name" if key == "path" else key): value for key, value in stored.items() if key != "name"}


def build_operation(values: Mapping[str, Any]) -> Operation:
    """Returns how to carry out a run; options of other groups are ignored.

    Raises:
        BenchError: if a value has the wrong type or is out of range.
    """
    return Operation(**{"workers": usable_cores(), **check_options(values, "operation")})


def usable_cores() -> int:
    """Returns the number of cores that this process may use, where the system tells, else all."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def refuse_configuration(values: Mapping[str, Any], flag: str) -> None:
    """Refuses options of the configuration, as `flag` names a run that has its own.

    Raises:
        BenchError: if one of them, or `out`, is given.
    """
    names = (*NAMES["data"], *NAMES["configuration"], "out")
    if flags := [OPTIONS[name].flag_name for name in names if values.get(name) is not None]:
        raise BenchError(f"{flag} takes the run's own configuration; leave out {', '.join(flags)}")
