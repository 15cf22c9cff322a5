"""Makes a baseline file from a finished run: selects the metrics to check and stores the values of every fit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.atomic_files import write_file
from bench.runs.comparability import MEASURED
from bench.runs.manifest import pack_manifest
from bench.statistics.drawn_values import drawn_frame
from bench.statistics.scores import bound_losses, floor_losses, overall_values, scale_missing, unranked_reason
from bench.workflows.regression_gate.baseline import FILE_KIND, VERSION, FitValues
from bench.workflows.regression_gate.noise_rule import freedom

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from bench.runs.run_directory import Run
    from bench.statistics.scores import Values

    ValuesByDataset = Mapping[str, Mapping[str, FitValues]]
    Gaps = Mapping[str, Mapping[str, float]]

CHECKED_METRICS = 5
"""How many metrics of every generator are checked, unless others are named."""
_DIGITS = 10
_WIDTH = 160


def save_baseline(run: Run, path: Path, metrics: Sequence[str] = (), *, force: bool = False) -> list[str]:
    """Writes the baseline of a finished run, with the names of the metrics to check (if empty, `default_metrics`).

    Returns:
        Notes, one line each: generators that were left out, and what makes the baseline weak.

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
    write_file(path, (pretty_json(content) + "\n").encode())
    return notes


def _content(run: Run, metrics: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    frame = run.frame()
    frame = frame[frame["column"] == ""]
    failures = [result for result in run.results if result.status != "ok"]
    failed = {result.trial.generator for result in failures}
    reasons = {f"{result.trial.generator} ({result.status}: {result.error})" for result in failures}
    values = _values(run, frame[~frame["generator"].isin(failed)])
    if not any(values.values()):
        raise BenchError(f"no generator of {run.path} succeeded on every split; there is nothing to keep")
    gaps = {str(dataset): _gaps(run, rows) for dataset, rows in frame.groupby("dataset")}
    notes = [f"left out, as not all of its trials succeeded: {reason}" for reason in sorted(reasons)]
    params = {trial.generator: dict(trial.params) for trial in run.manifest.trials if trial.generator not in failed}
    metrics_without_texts = tuple(replace(metric, meaning="", source="") for metric in run.metrics)
    return {
        "kind": FILE_KIND,
        "version": VERSION,
        "manifest": pack_manifest(replace(run.manifest, metrics=metrics_without_texts, trials=(), finished=None)),
        "scoring": next(result.scoring for result in run.results if result.status == "ok"),
        "params": params,
        "checked": list(metrics) or default_metrics(run, values, gaps),
        "gaps": gaps,
        "values": values,
    }, notes + _noise_notes(values)


def default_metrics(run: Run, values: ValuesByDataset, gaps: Gaps) -> list[str]:
    """Returns the metrics to check where none are named: the first of every family, then the second, up to five.

    Families and metrics are taken in the order in which they are declared. A metric counts only if it enters the
    overall score, tells floor from ceiling on every data set, and differs between fits.
    """
    by_family: dict[str, list[str]] = {}
    by_generator = [by_metric for generators in values.values() for by_metric in generators.values()]
    for metric in run.metrics:
        by_split = [split for by_metric in by_generator for split in by_metric.get(metric.name, ())]
        fits = {value for split in by_split for value in split}
        if metric.ranked and len(fits) > 1 and all(metric.name in metrics for metrics in gaps.values()):
            by_family.setdefault(metric.family, []).append(metric.name)
    order = [metric.name for metric in run.metrics]
    ranks = [(rank, name) for names in by_family.values() for rank, name in enumerate(names)]
    chosen = [name for _, name in sorted(ranks, key=lambda pair: pair[0])]
    return sorted(chosen[:CHECKED_METRICS], key=order.index)


def _gaps(run: Run, frame: pd.DataFrame) -> dict[str, float]:
    """Returns the distance from floor to ceiling, averaged over splits, of the metrics that tell the two apart."""
    values = overall_values(frame)
    deciding = _deciding_values(run, frame, values)
    gaps: dict[str, float] = {}
    for metric in (metric for metric in run.metrics if metric.ranked and not unranked_reason(metric, deciding)):
        if scale_missing(metric, values):
            continue
        ends = floor_losses(metric, values), bound_losses(metric.ceiling, metric, values)
        worst, best = (sum(losses.values()) / len(losses) for losses in ends)
        gaps[metric.name] = _rounded(worst - best)
    return gaps


def _deciding_values(run: Run, frame: pd.DataFrame, own: Values) -> Values:
    """Returns the values that decide which metrics count: on drawn splits, as for a board, if the run has them."""
    drawn = drawn_frame(run.drawn)
    if drawn is None:
        return own
    boards = set(zip(frame["dataset"], frame["protocol"], strict=True))
    kept = [board in boards for board in zip(drawn["dataset"], drawn["protocol"], strict=True)]
    return overall_values(drawn[kept]) or own


def _values(run: Run, frame: pd.DataFrame) -> dict[str, dict[str, FitValues]]:
    """Returns data set -> generator -> values; a metric is left out where a fit has no value of it."""
    stored = [metric.name for metric in run.metrics if metric.family != MEASURED]
    frame = frame[(frame["kind"] == "generator") & frame["metric"].isin(stored)]
    order = {split.id: position for position, split in enumerate(run.manifest.splits)}
    values: dict[str, dict[str, FitValues]] = {}
    for (dataset, generator, metric), fits in frame.groupby(["dataset", "generator", "metric"], sort=False):
        if fits["value"].notna().all():
            fits = fits.assign(position=fits["split"].map(order)).sort_values(["position", "draw"])
            by_split = [[_rounded(value) for value in split["value"]] for _, split in fits.groupby("position")]
            values.setdefault(str(dataset), {}).setdefault(str(generator), {})[str(metric)] = by_split
    return values


def _noise_notes(values: ValuesByDataset) -> list[str]:
    first = next(iter(next(iter(values.values())).values()))
    fits = next(iter(first.values()))
    if freedom(fits) < 1:
        raise BenchError(
            "the run has one fit of each generator on one split, which shows no noise; make it with --seeds-per-split 5"
        )
    if max(map(len, fits)) > 1:
        return []
    return [
        "one fit on each split: the noise of training is taken to be what splits differ by, which hides much; "
        "make the run with --seeds-per-split 5"
    ]


def _rounded(value: float) -> float:
    """Rounds to `_DIGITS` digits: processors disagree on further ones."""
    return float(f"{value:.{_DIGITS}g}")


def pretty_json(value: object, depth: int = 0) -> str:
    """Returns JSON with short values on one line, so that a change of one value is a change of one line."""
    flat = json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(flat) + depth <= _WIDTH or depth > 6:
        return flat
    indent = " " * (depth + 1)
    if isinstance(value, dict):
        keys = {key: json.dumps(key, ensure_ascii=False) for key in sorted(value)}
        items = [f"{text}: {pretty_json(value[key], depth + 1)}" for key, text in keys.items()]
    else:
        items = [pretty_json(item, depth + 1) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(indent + item for item in items) + f"\n{' ' * depth}{closing}"
