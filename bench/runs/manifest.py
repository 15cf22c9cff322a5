"""Reads and writes `manifest.json`; the only place that knows its keys and versions.

Version 3 holds the fields of `Manifest`. Version 2 describes the columns of a data set by lists of names. Version 1
does so too, and holds the same facts with some of them twice or absent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bench.api import BenchError, Manifest, Metric
from bench.common.atomic_files import to_json, write_file
from bench.common.safe_text import plain
from bench.runs.stored_files import read_object

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

MANIFEST = "manifest.json"
MANIFEST_VERSION = 3
_LISTS_OF_NAMES = (1, 2)
"""Versions that describe columns by lists of their names."""
_NEVER_USED = ("categorical", "datetime")
"""Lists of these versions; all columns were numeric."""


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Writes the manifest of a run directory."""
    write_file(path / MANIFEST, to_json(pack_manifest(manifest)).encode())


def read_manifest(path: Path) -> Manifest:
    """Reads the manifest of a run directory.

    Raises:
        BenchError: if `path` is no run, or one that this version cannot read.
    """
    if not path.exists():
        raise BenchError(f"there is no run at {path}; see what is in the folder 'runs', or make one with `bench run`")
    file = path / MANIFEST
    if not file.is_file():
        raise BenchError(f"{path} is not a run: it holds no {MANIFEST}")
    content = read_object(file, path)
    require_version(content, str(file), MANIFEST_VERSION)
    try:
        return unpack_manifest(content)
    except ValueError as error:
        raise BenchError(f"{file} is damaged ({error}); restore it, or remove the run") from None


def pack_manifest(manifest: Manifest) -> dict[str, Any]:
    """Returns a manifest as plain data of the current version."""
    metrics = [pack_metric(metric) for metric in manifest.metrics]
    return {"schema_version": MANIFEST_VERSION, **asdict(manifest), "metrics": metrics}


def unpack_manifest(content: Mapping[str, Any]) -> Manifest:
    """Returns the manifest that plain data of any known version hold.

    Raises:
        ValueError: one line that names the first field that is missing, unknown or of the wrong kind.
    """
    from pydantic import ValidationError

    version = content.get("schema_version", 1)
    fields = {key: value for key, value in content.items() if key != "schema_version"}
    config = fields.get("config")
    if version == 1 and isinstance(config, dict) and "profile" in config:
        fields.setdefault("profile", config["profile"])  # early runs have it there alone
    if version in _LISTS_OF_NAMES and isinstance(datasets := fields.get("datasets"), list):
        fields["datasets"] = [_with_columns(dataset) for dataset in datasets]
    if isinstance(metrics := fields.get("metrics"), list):
        fields["metrics"] = [_with_infinite_ends(metric) for metric in metrics]
    try:
        # As JSON, text is no number and a number is no text.
        extra: Literal["ignore", "forbid"] = "ignore" if version == 1 else "forbid"
        manifest = _adapter().validate_json(json.dumps(fields), strict=True, extra=extra)
    except ValidationError as error:
        raise ValueError(first_problem(error)) from None
    _require_names(manifest)
    return manifest


def first_problem(error: ValidationError) -> str:
    """Returns the first field that is missing, unknown or of the wrong kind, and what is wrong with it, on one line."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return plain(f"{field}: {first['msg']}")


def _require_names(manifest: Manifest) -> None:
    """Refuses a manifest that refers to data sets, splits or families which it does not describe."""
    tables = {item.dataset for item in manifest.splits} | {item.dataset for item in manifest.trials}
    used = {
        "datasets": (tables, [table.name for table in manifest.datasets]),
        "splits": ({trial.split for trial in manifest.trials}, [split.id for split in manifest.splits]),
        "families": ({metric.family for metric in manifest.metrics}, manifest.families),
    }
    for field, (names, described) in used.items():
        if missing := sorted(names.difference(described)):
            raise ValueError(plain(f"{field}: {missing[0]!r} is missing"))


@cache
def _adapter() -> TypeAdapter[Manifest]:
    from pydantic import TypeAdapter

    return TypeAdapter(Manifest)


def pack_metric(metric: Metric) -> dict[str, Any]:
    """Returns a metric as plain data; JSON has no infinity, so an open end of its range is None.

    A metric that exists on all tables says nothing of needs, as before there were any.
    """
    plain_metric = asdict(metric) | {"range": [end if isfinite(end) else None for end in metric.range]}
    return {key: value for key, value in plain_metric.items() if key != "needs" or value}


def _with_columns(dataset: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    """Returns a data set whose columns are described one by one, as earlier versions had numeric columns only."""
    match dataset:
        case {"schema": {"numeric": list(names), **others}}:
            kept = {key: value for key, value in others.items() if key not in _NEVER_USED or value}
            return {**dataset, "schema": {"columns": [{"name": name} for name in names], **kept}}
    return dataset


def _with_infinite_ends(metric: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    match metric:
        case {"range": [low, high]}:
            return {**metric, "range": (-inf if low is None else low, inf if high is None else high)}
    return metric


def require_version(content: Mapping[str, Any], where: str, newest: int) -> None:
    """Refuses content that was not written by bench, or by a newer one.

    Raises:
        BenchError: naming `where`, the version and the newest one that can be read.
    """
    version = content.get("schema_version")
    if not isinstance(version, int):
        raise BenchError(f"{where} names no schema version; it was not written by bench")
    if version > newest:
        raise BenchError(f"{where} has schema version {version}; this bench reads up to {newest}: upgrade tabgen-bench")
