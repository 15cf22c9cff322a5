"""What a later run is checked against: the values of every fit of a run, in one small file that can be committed.

A baseline holds a run's configuration, its data and splits, the definitions of its metrics and their values by
generator, split and fit; no rows, no paths and no models. See `bench.workflows.regression_gate.check`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Trial, TrialResult
from bench.common.atomic_files import write_file
from bench.runs.comparability import MEASURED
from bench.runs.manifest import pack_manifest, unpack_manifest
from bench.runs.run_directory import Run
from bench.statistics.scores import loss, overall_values, unranked_reason
from bench.workflows.regression_gate import validate_baseline
from bench.workflows.regression_gate.regression_test import freedom

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

VERSION = 1
METRICS = 5
"""How many metrics of every generator are checked, unless others are named."""
_KIND = "bench baseline"
_DIGITS = 10
_WIDTH = 160

Values = dict[str, list[list[float]]]
"""metric -> for each split, in order, one value per fit"""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline file, read.

    Attributes:
        run: what it was made of, as far as it is kept: a manifest, and results with their values.
        checked: the metrics that are checked unless others are named.
        gaps: data set -> metric -> how far floor and ceiling are apart, as losses; only metrics that tell them apart.
        values: data set, generator -> values by metric.
        splits: data set -> ids of its splits, in the order of the values.
    """

    run: Run
    checked: tuple[str, ...]
    gaps: Mapping[str, Mapping[str, float]]
    values: Mapping[tuple[str, str], Values]
    splits: Mapping[str, tuple[str, ...]]

    @property
    def command(self) -> str:
        """The command line of its run."""
        return self.run.manifest.command


def save(run: Run, path: Path, metrics: Sequence[str] = (), *, force: bool = False) -> list[str]:
    """Writes the baseline of a finished run.

    Args:
        run: all of whose trials are done.
        path: the file to write.
        metrics: what to check unless others are named; `usual` if empty.
        force: whether to replace a file.

    Returns:
        Notes, one line each: generators left out, and what makes the baseline weak.

    Raises:
        BenchError: if the file exists, the run is not finished, or it has nothing to check.
    """
    if path.exists() and not force:
        raise BenchError(f"{path} exists; choose another file, or --force to replace it")
    if run.missing_trials:
        raise BenchError(
            f"{run.path} lacks {len(run.missing_trials)} of {len(run.manifest.trials)} trials; expected a finished "
            f"run: bench run --resume {run.path}"
        )
    content, notes = _content(run, metrics)
    write_file(path, (pretty(content) + "\n").encode())
    return notes


def load(path: Path) -> Baseline:
    """Reads a baseline file.

    Raises:
        BenchError: if it is none, damaged, or of a newer version of bench.
    """
    if not path.is_file():
        raise BenchError(f"there is no baseline {path}; make one with `bench baseline save RUN {path}`")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("kind") != _KIND:
        raise BenchError(f"{path} is not a baseline; expected a file written by `bench baseline save`")
    version = found.get("version")
    if isinstance(version, int) and version > VERSION:
        raise BenchError(f"{path} has version {version}; this bench reads up to {VERSION}: upgrade tabgen-bench")
    try:
        read = unpack(found, path)
        validate_baseline.read_all(found, read.run.metrics)
    except validate_baseline.ERRORS as error:
        why = f"it lacks {error.args[0]}" if isinstance(error, KeyError) else error
        raise BenchError(f"{path} is damaged ({why}); make it again: bench baseline save RUN {path} --force") from None
    return read


def unpack(found: Mapping[str, Any], path: Path) -> Baseline:
    """The baseline that a file's content holds.

    Args:
        found: the content.
        path: that is said to be the baseline's.
    """
    splits: dict[str, tuple[str, ...]] = {}
    # The first baselines hold no trials, and no version of their manifest.
    manifest = unpack_manifest({"trials": [], **found["manifest"]})
    for each in manifest.splits:
        splits[each.dataset] = (*splits.get(each.dataset, ()), each.id)
    values = {(data, name): by for data, of in found["values"].items() for name, by in of.items()}
    results = tuple(_results(found, splits))
    return Baseline(Run(path, manifest, results, {}), tuple(found["checked"]), found["gaps"], values, splits)


def _content(run: Run, metrics: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    frame = run.frame()
    frame = frame[frame["column"] == ""]
    failed = {f"{each.trial.generator} ({each.status}: {each.error})" for each in run.results if each.status != "ok"}
    lost = {each.trial.generator for each in run.results if each.status != "ok"}
    notes = [f"left out, as not all of its trials succeeded: {name}" for name in sorted(failed)]
    values = _values(run, frame[~frame["generator"].isin(lost)])
    if not any(values.values()):
        raise BenchError(f"no generator of {run.path} succeeded on every split; there is nothing to keep")
    gaps = {str(data): _gaps(run, of) for data, of in frame.groupby("dataset")}
    checked = list(metrics) or usual(run, values, gaps)
    notes += _weak(values)
    without_texts = tuple(replace(metric, meaning="", source="") for metric in run.metrics)
    return {
        "kind": _KIND,
        "version": VERSION,
        "manifest": pack_manifest(replace(run.manifest, metrics=without_texts, trials=(), finished=None)),
        "scoring": next(each.scoring for each in run.results if each.status == "ok"),
        "params": {each.generator: dict(each.params) for each in run.manifest.trials if each.generator not in lost},
        "checked": checked,
        "gaps": gaps,
        "values": values,
    }, notes


def usual(run: Run, values: Mapping[str, Mapping[str, Values]], gaps: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The metrics to check where none are named: the first of every family, then the second, until there are five.

    Families and metrics are taken in the order in which they are declared. Only metrics count that enter the overall
    score, can tell floor from ceiling on every data set, and are not the same for all fits.
    """
    able: dict[str, list[str]] = {}
    for metric in run.metrics:
        found = [by[metric.name] for of in values.values() for by in of.values() if metric.name in by]
        if metric.ranked and found and all(metric.name in of for of in gaps.values()) and _varies(found):
            able.setdefault(metric.family, []).append(metric.name)
    depth = max(map(len, able.values()), default=0)
    chosen = [names[at] for at in range(depth) for names in able.values() if at < len(names)]
    return sorted(chosen[:METRICS], key=[metric.name for metric in run.metrics].index)


def _varies(found: Sequence[list[list[float]]]) -> bool:
    return len({value for of in found for split in of for value in split}) > 1


def _gaps(run: Run, frame: pd.DataFrame) -> dict[str, float]:
    """Of the metrics that can tell floor from ceiling, by how much, averaged over splits."""
    values = overall_values(frame)
    found: dict[str, float] = {}
    for metric in (one for one in run.metrics if one.ranked and not unranked_reason(one, values)):
        ends = [
            [loss(value, metric) for (_, _, name, key), value in values.items() if (name, key) == (end, metric.name)]
            for end in (metric.floor, metric.ceiling)
        ]
        worst, best = (sum(of) / len(of) for of in ends)
        found[metric.name] = _rounded(worst - best)
    return found


def _values(run: Run, frame: pd.DataFrame) -> dict[str, dict[str, Values]]:
    """Data set -> generator -> values; metrics that some fit has no value of are left out."""
    kept = [metric.name for metric in run.metrics if metric.family != MEASURED]
    rows = frame[(frame["kind"] == "generator") & frame["metric"].isin(kept)]
    order = {split.id: at for at, split in enumerate(run.manifest.splits)}
    found: dict[str, dict[str, Values]] = {}
    for (data, name, metric), of in rows.groupby(["dataset", "generator", "metric"], sort=False):
        if of["value"].notna().all():
            of = of.assign(at=of["split"].map(order)).sort_values(["at", "draw"])
            by_split = [[_rounded(value) for value in one["value"]] for _, one in of.groupby("at")]
            found.setdefault(str(data), {}).setdefault(str(name), {})[str(metric)] = by_split
    return found


def _weak(values: Mapping[str, Mapping[str, Values]]) -> Iterator[str]:
    first = next(iter(next(iter(values.values())).values()))
    fits = next(iter(first.values()))
    if freedom(fits) < 1:
        raise BenchError(
            "the run has one fit of each generator on one split, which shows no noise; make it with --seeds-per-split 5"
        )
    if max(map(len, fits)) < 2:
        yield (
            "one fit on each split: the noise of training is taken to be what splits differ by, which hides much; "
            "make the run with --seeds-per-split 5"
        )


def _results(found: Mapping[str, Any], splits: Mapping[str, Sequence[str]]) -> Iterator[TrialResult]:
    """The results of a baseline's run, as far as they are kept."""
    for data, of in found["values"].items():
        for name, by in of.items():
            fits = [len(values) for values in next(iter(by.values()))]
            for repeat, split in enumerate(splits[data]):
                for draw in range(fits[repeat]):
                    trial = Trial("", data, split, repeat, name, found["params"].get(name, {}), 0, draw=draw)
                    metrics = {metric: values[repeat][draw] for metric, values in by.items()}
                    yield TrialResult(trial, "ok", metrics, scoring=found["scoring"])


def _rounded(value: float) -> float:
    """More digits than processors agree on are noise in the file."""
    return float(f"{value:.{_DIGITS}g}")


def pretty(value: object, depth: int = 0) -> str:
    """JSON that keeps on one line what fits, so that a change of one value is a change of one line."""
    flat = json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(flat) + depth <= _WIDTH or depth > 6:
        return flat
    indent = " " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{json.dumps(key, ensure_ascii=False)}: {pretty(value[key], depth + 1)}" for key in sorted(value)]
        opening, closing = "{", "}"
    else:
        items, (opening, closing) = [pretty(each, depth + 1) for each in value], "[]"
    return f"{opening}\n" + ",\n".join(indent + item for item in items) + f"\n{' ' * depth}{closing}"
