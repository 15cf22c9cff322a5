"""Reads a baseline: the values of every fit of a run, in one small file that can be committed.

A baseline holds a run's configuration, its data and splits, the definitions of its metrics and their values by
generator, split and fit. It holds no rows, no paths and no models. `save_baseline` makes one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Trial, TrialResult
from bench.runs.comparability import scored, table
from bench.runs.run_directory import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

VERSION = 1
FILE_KIND = "bench baseline"

_DAMAGE = (KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError)
"""What reading a damaged file raises."""
_PROFILE = {"name": "profile", "metrics": "metric set", "repeats": "repeats", "train_rows": "cap on train rows"}
_SETTINGS = {"seed": ("base seed", None), "snap": ("snap", False), "device": ("device", None)}

FitValues = dict[str, list[list[float]]]
"""Metric -> for each split, in order, one value per fit."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The content of a baseline file.

    Attributes:
        run: the run it was made from, as far as it is stored: a manifest, and results with their values.
        checked: the metrics that are checked unless others are named.
        gaps: data set -> metric -> distance from floor to ceiling, as a loss; only metrics that tell the two apart.
        values: (data set, generator) -> values by metric.
        splits: data set -> ids of its splits, in the order of the values.
    """

    run: Run
    checked: tuple[str, ...]
    gaps: Mapping[str, Mapping[str, float]]
    values: Mapping[tuple[str, str], FitValues]
    splits: Mapping[str, tuple[str, ...]]

    @property
    def command(self) -> str:
        """The command line of its run."""
        return str(self.run.manifest["command"])


def read_baseline(path: Path) -> Baseline:
    """Reads and validates a baseline file.

    Raises:
        BenchError: if the file is missing, not a baseline, damaged, or of a newer version of bench.
    """
    if not path.is_file():
        raise BenchError(f"there is no baseline {path}; make one with `bench baseline save RUN {path}`")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("kind") != FILE_KIND:
        raise BenchError(f"{path} is not a baseline; expected a file written by `bench baseline save`")
    version = content.get("version")
    if isinstance(version, int) and version > VERSION:
        raise BenchError(f"{path} has version {version}; this bench reads up to {VERSION}: upgrade tabgen-bench")
    try:
        baseline = unpack_baseline(content, path)
        _validate(content, baseline.run)
    except _DAMAGE as error:
        reason = f"it lacks {error.args[0]}" if isinstance(error, KeyError) else error
        raise BenchError(
            f"{path} is damaged ({reason}); make it again: bench baseline save RUN {path} --force"
        ) from None
    return baseline


def unpack_baseline(content: Mapping[str, Any], path: Path) -> Baseline:
    """Returns the baseline that the content of a file describes.

    Args:
        content: the content, parsed.
        path: the file; it names the baseline in messages.
    """
    splits: dict[str, tuple[str, ...]] = {}
    for split in content["manifest"]["splits"]:
        splits[split["dataset"]] = (*splits.get(split["dataset"], ()), split["id"])
    values = {
        (dataset, generator): metrics
        for dataset, generators in content["values"].items()
        for generator, metrics in generators.items()
    }
    results = tuple(_results(content, values, splits))
    run = Run(path, content["manifest"], results, {})
    return Baseline(run, tuple(content["checked"]), content["gaps"], values, splits)


def _results(
    content: Mapping[str, Any], values: Mapping[tuple[str, str], FitValues], splits: Mapping[str, Sequence[str]]
) -> Iterator[TrialResult]:
    """Yields the results of the baseline's run, as far as they are stored."""
    for (dataset, generator), metrics in values.items():
        params, fits = content["params"].get(generator, {}), [len(split) for split in next(iter(metrics.values()))]
        for repeat, split in enumerate(splits[dataset]):
            for draw in range(fits[repeat]):
                trial = Trial("", dataset, split, repeat, generator, params, 0, draw=draw)
                trial_values = {metric: by_split[repeat][draw] for metric, by_split in metrics.items()}
                yield TrialResult(trial, "ok", trial_values, scoring=content["scoring"])


def _validate(content: Mapping[str, Any], run: Run) -> None:
    """Reads everything that a check reads, so that a damaged file is refused before a run is judged.

    Raises:
        One of `_DAMAGE`: if something is missing or has another type.
    """
    manifest = run.manifest
    _require_mapping(manifest, "the manifest", ("command", "config", "environment", "generators"))
    _require_mapping(run.profile, "the profile")
    for data in manifest["datasets"]:
        _require_mapping(data, "one of the datasets", ("name", "sha256", "schema"))
        _require_texts(data["name"], data["sha256"])
        _require_mapping(data["schema"], "a schema")
    for split in manifest["splits"]:
        _require_mapping(split, "one of the splits", ("id", "dataset", "protocol"))
        _require_texts(split["id"], split["dataset"], split["protocol"])
    names = {data["name"]: None for data in manifest["datasets"]}
    _require_mapping(names, "the list of data sets", [split["dataset"] for split in manifest["splits"]])
    for family in _require_mapping(manifest["families"], "families").values():
        _require_mapping(family, "one of the families", ("combine",))
    for generator in _require_mapping(manifest["generators"], "generators").values():
        _require_mapping(generator, "one of the generators")
    _require_mapping(manifest["config"], "the configuration")
    environment = _require_mapping(manifest["environment"], "the environment")
    _require_mapping(environment.get("packages", {}), "the list of packages")
    _validate_values(content, {metric.name: None for metric in run.metrics})


def _validate_values(content: Mapping[str, Any], metrics: Mapping[str, None]) -> None:
    _require_mapping(metrics, "the list of metrics", content["checked"])
    _require_mapping(content["params"], "the list of parameters")
    _require_texts(content["scoring"])
    for generators in content["values"].values():
        for values in generators.values():
            _require_mapping(metrics, "the list of metrics", values)
            for fits in (fits for splits in values.values() for fits in splits):
                _require_numbers(fits)
    for gaps in content["gaps"].values():
        _require_numbers(list(gaps.values()), least=0)


def _require_texts(*values: object) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is no text")


def _require_numbers(values: object, least: int = 1) -> None:
    if not isinstance(values, list) or len(values) < least or not all(isinstance(x, int | float) for x in values):
        raise TypeError(f"{values!r} is no list of numbers")


def _require_mapping(value: Any, what: str, keys: Sequence[str] = ()) -> Mapping[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict):
        raise TypeError(f"{what} is no object")
    if missing := [key for key in keys if key not in value]:
        raise KeyError(f"{', '.join(missing)} in {what}")
    return value


def require_comparable(run: Run, baseline: Baseline) -> None:
    """Refuses a run that was not made as the baseline was: the difference would not be due to the generators.

    Raises:
        BenchError: naming everything that differs, and the command that makes a comparable run.
    """
    stored = baseline.run
    reasons = list(_setup_differences(run, baseline))
    missing = [name for name in baseline.splits if name not in {data["name"] for data in run.manifest["datasets"]}]
    reasons += [f"{name} is not in the run" for name in missing]
    shared = [name for name in baseline.splits if name not in missing]
    reasons += [reason for name in shared for reason in table(stored, run, name, whole=True)]
    if reasons := [*reasons, *scored(stored, run)]:
        raise BenchError(
            f"{run.path} cannot be checked against {stored.path} (baseline first): {'; '.join(reasons)}; expected a "
            f"run made as the baseline was: {baseline.command}"
        )


def _setup_differences(run: Run, baseline: Baseline) -> Iterator[str]:
    ours, theirs = baseline.run.manifest, run.manifest
    pairs = [(text, baseline.run.profile.get(key), run.profile.get(key)) for key, text in _PROFILE.items()]
    for key, (text, default) in _SETTINGS.items():
        pairs.append((text, ours["config"].get(key, default), theirs["config"].get(key, default)))
    for text, before, after in pairs:
        if before != after:
            yield f"{text}: {'none' if before is None else before} and {'none' if after is None else after}"
