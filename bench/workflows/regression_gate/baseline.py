"""Reads a baseline: the values of every fit of a run, in one small file that can be committed.

A baseline holds a run's configuration, its data and splits, the definitions of its metrics and their values by
generator, split and fit. It holds no rows, no paths and no models. `save_baseline` makes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Metric, Trial, TrialResult
from bench.common.parsed_text import parse_json
from bench.runs.comparability import attribute_differences, scoring_differences, table_differences
from bench.runs.manifest import unpack_manifest
from bench.runs.run_directory import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


VERSION = 1
FILE_KIND = "bench baseline"
_DAMAGE = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What reading a damaged file raises."""
_LARGEST = 1e150
"""Of values; the square of a larger one is no float."""
_PROFILE = {"name": "profile", "metrics": "metric set", "repeats": "repeats", "train_rows": "cap on train rows"}
_SETTINGS = {"seed": "base seed", "snap": "snap", "device": "device"}

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
        return self.run.manifest.command


def read_baseline(path: Path) -> Baseline:
    """Reads and validates a baseline file.

    Raises:
        BenchError: if the file is missing, not a baseline, damaged, or of a newer version of bench.
    """
    if not path.is_file():
        raise BenchError(f"there is no baseline {path}; make one with `bench baseline save RUN {path}`")
    try:
        content = parse_json(path.read_text(encoding="utf-8"))
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("kind") != FILE_KIND:
        raise BenchError(f"{path} is not a baseline; expected a file written by `bench baseline save`")
    version = content.get("version")
    if isinstance(version, int) and version > VERSION:
        raise BenchError(f"{path} has version {version}; this bench reads up to {VERSION}: upgrade tabgen-bench")
    try:
        return unpack_baseline(content, path)
    except _DAMAGE as error:
        reason = f"it lacks {error.args[0]}" if isinstance(error, KeyError) else error
        remedy = f"make it again: bench baseline save RUN {path} --force"
        raise BenchError(f"{path} is damaged ({reason}); {remedy}") from None


def unpack_baseline(content: Mapping[str, Any], path: Path) -> Baseline:
    """Returns the baseline that the parsed content of a file describes; the path names it in messages.

    Raises:
        One of `_DAMAGE`: if something is missing, has another type, or does not fit the rest.
    """
    # The first baselines hold no trials, and no version of their manifest.
    manifest = unpack_manifest({"trials": [], **content["manifest"]})
    _validate(content, manifest.metrics)
    splits: dict[str, tuple[str, ...]] = {}
    for split in manifest.splits:
        splits[split.dataset] = (*splits.get(split.dataset, ()), split.id)
    by_dataset = content["values"].items()
    values = {(dataset, name): metrics for dataset, generators in by_dataset for name, metrics in generators.items()}
    results = tuple(_results(content, values, splits))
    return Baseline(Run(path, manifest, results, {}), tuple(content["checked"]), content["gaps"], values, splits)


def _validate(content: Mapping[str, Any], metrics: Iterable[Metric]) -> None:
    """Checks the types of everything that a check reads beside the manifest, and the names of metrics."""
    by_generator = [values for generators in content["values"].values() for values in generators.values()]
    fits = [split for values in by_generator for splits in values.values() for split in splits]
    gaps = [gap for by_metric in content["gaps"].values() for gap in by_metric.values()]
    _require_type([content["scoring"], *content["checked"]], str, "text")
    _require_type([content["params"], *content["params"].values()], dict, "object")
    _require_type(fits, list, "list of numbers")
    _require_type([*gaps, *(value for split in fits for value in split)], (int, float), "number")
    if huge := [value for split in fits for value in split if abs(value) > _LARGEST]:
        raise ValueError(f"{huge[0]:g} is no value of a metric")
    used = {*content["checked"], *(name for values in by_generator for name in values)}
    if unknown := sorted(used.difference(metric.name for metric in metrics)):
        raise ValueError(f"its manifest has no metric {unknown[0]}")


def _require_type(items: Iterable[object], type_: type | tuple[type, ...], name: str) -> None:
    for item in items:
        if not isinstance(item, type_):
            raise TypeError(f"{item!r} is no {name}")


def _results(
    content: Mapping[str, Any], values: Mapping[tuple[str, str], FitValues], splits: Mapping[str, Sequence[str]]
) -> Iterator[TrialResult]:
    """Yields the results of the baseline's run, as far as they are stored."""
    for (dataset, generator), metrics in values.items():
        params = content["params"].get(generator, {})
        fits = [len(split) for split in next(iter(metrics.values()), [])]
        if any([len(split) for split in by_split] != fits for by_split in metrics.values()) or not all(fits):
            raise ValueError(f"the metrics of {generator} on {dataset} have different numbers of fits, or none")
        for repeat, (split, count) in enumerate(zip(splits[dataset], fits, strict=True)):
            for draw in range(count):
                trial = Trial("", dataset, split, repeat, generator, params, 0, draw=draw)
                trial_values = {metric: by_split[repeat][draw] for metric, by_split in metrics.items()}
                yield TrialResult(trial, "ok", trial_values, scoring=content["scoring"])


def require_comparable(run: Run, baseline: Baseline) -> None:
    """Refuses a run that was not made as the baseline was: the difference would not be due to the generators.

    Raises:
        BenchError: naming everything that differs, and the command that makes a comparable run.
    """
    stored = baseline.run
    reasons = [
        *attribute_differences(stored.manifest.profile, run.manifest.profile, _PROFILE),
        *attribute_differences(stored.manifest.config, run.manifest.config, _SETTINGS),
    ]
    missing = [name for name in baseline.splits if name not in {data.name for data in run.manifest.datasets}]
    reasons += [f"{name} is not in the run" for name in missing]
    shared = [name for name in baseline.splits if name not in missing]
    reasons += [reason for name in shared for reason in table_differences(stored, run, name, all_splits=True)]
    if reasons := [*reasons, *scoring_differences(stored, run)]:
        raise BenchError(
            f"{run.path} cannot be checked against {stored.path} (baseline first): {'; '.join(reasons)}; expected a "
            f"run made as the baseline was: {baseline.command}"
        )
