"""Several runs as one, where their numbers may be compared.

Generators of runs on the same table and the same splits are ranked together, so that comparisons stay paired; runs on
different tables add boards. Runs that were measured in different ways are refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

from bench.api import (
    BenchError,
    DrawnSplits,
    GeneratorDescription,
    Manifest,
    Metric,
    RunEnvironment,
    Trial,
    TrialResult,
)
from bench.runs.comparability import differences, package_difference, parameter_difference, result_difference
from bench.runs.run_directory import Run

FitKey = tuple[str, str, int]
"""split, generator, draw: what a run fits once"""


@dataclass(frozen=True)
class MergedRun(Run):
    """Runs read as one, in the order in which they were named; `path` is the first one's, and files stay in place."""

    runs: tuple[Run, ...] = ()

    @cached_property
    def _run_by_result(self) -> dict[int, Run]:
        return {id(result): run for run in self.runs for _, result in run.all_results()}

    def root(self, result: TrialResult) -> Path:
        """Returns the directory of the run that a result came from."""
        return self._run_by_result[id(result)].root(result)

    def directory(self, result: TrialResult) -> Path:
        """Returns where a result's files are: in the run that it came from."""
        return self._run_by_result[id(result)].directory(result)


def merge_runs(runs: Sequence[Run]) -> Run:
    """Returns one run of all that several hold.

    A trial that several runs hold counts once; one that was skipped in a run (a package was missing) or has not
    finished is replaced by one that ran. A run may have fewer repeats than another: its generators are then compared
    on those alone. A single run is returned as it is.

    Raises:
        BenchError: if any two differ in protocol or versions, or hold different numbers of the same; naming what.
    """
    for first, second in combinations(runs, 2):
        if reasons := [*differences(first, second), *_conflicts(first, second)]:
            more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
            raise BenchError(f"{first.path} and {second.path} cannot be one report: {'; '.join(reasons[:3])}{more}")
    if len(runs) == 1:
        return runs[0]
    trials = _merged_trials(runs)
    results = tuple(result for _, result in trials if result is not None)
    manifest = merged_manifest(runs, [trial for trial, _ in trials])
    references, drawn = _merged_references(runs), merged_drawn(runs)
    return MergedRun(runs[0].path, manifest, results, references, drawn=drawn, runs=tuple(runs))


def merged_drawn(runs: Iterable[Run]) -> tuple[DrawnSplits, ...]:
    """Returns the drawn splits of runs by data set and protocol, preferably complete ones."""
    merged: dict[tuple[str, str], DrawnSplits] = {}
    for drawn in (drawn for run in runs for drawn in run.drawn):
        key = drawn.dataset, drawn.protocol
        if key not in merged or (drawn.complete and not merged[key].complete):
            merged[key] = drawn
    return tuple(merged.values())


def trials_by_fit(run: Run) -> dict[FitKey, tuple[Trial, TrialResult | None]]:
    """Returns every planned trial of a run with its result, or None if it has none yet."""
    results = {result.trial.id: result for result in run.results}
    return {(trial.split, trial.generator, trial.draw): (trial, results.get(trial.id)) for trial in run.manifest.trials}


def _conflicts(first: Run, second: Run) -> list[str]:
    """Returns in what generators differ that both runs hold, one reason each."""
    ours, theirs = trials_by_fit(first), trials_by_fit(second)
    reasons: dict[str, str] = {}
    for fit in (fit for fit in ours if fit in theirs):
        (trial, result), (other, other_result) = ours[fit], theirs[fit]
        if result is None or other_result is None or "skipped" in (result.status, other_result.status):
            continue
        name = trial.generator
        if trial.id != other.id:
            why = _generator_difference(first, second, trial, other)
            reasons.setdefault(name, why or f"{name} was run by different code or versions: leave it out of one")
        elif why := result_difference(first, result, other_result):
            where = f"repeat {trial.repeat + 1} of {trial.dataset}"
            reasons.setdefault(name, f"{name} on {where} has different numbers: {why}")
    return [*reasons.values(), *_conflicts_across_tables(first, second, reasons)]


def _conflicts_across_tables(first: Run, second: Run, reported: Iterable[str]) -> list[str]:
    """Returns differences of generators that run on different tables: two models under one name."""
    ours, theirs = (
        {result.trial.generator: result.trial for result in run.results if result.status != "skipped"}
        for run in (first, second)
    )
    common = [name for name in ours if name in theirs and name not in reported]
    return [why for name in common if (why := _generator_difference(first, second, ours[name], theirs[name]))]


def _generator_difference(first: Run, second: Run, trial: Trial, other: Trial) -> str:
    name = trial.generator
    return parameter_difference(name, trial.params, other.params) or package_difference(name, first, second)


def _merged_trials(runs: Sequence[Run]) -> list[tuple[Trial, TrialResult | None]]:
    """Returns trials by data set, repeat, generator and draw, as a single run plans them."""
    chosen: dict[FitKey, tuple[Trial, TrialResult | None]] = {}
    for run in runs:
        for fit, (trial, result) in trials_by_fit(run).items():
            kept = chosen.get(fit, (trial, None))[1]
            if kept is None or (kept.status == "skipped" and result is not None):
                chosen[fit] = trial, result
    tables = list(dict.fromkeys(table.name for run in runs for table in run.manifest.datasets))
    names = list(dict.fromkeys(trial.generator for run in runs for trial in run.manifest.trials))

    def order(item: tuple[Trial, TrialResult | None]) -> tuple[int, int, int, int]:
        trial = item[0]
        return tables.index(trial.dataset), trial.repeat, names.index(trial.generator), trial.draw

    return sorted(chosen.values(), key=order)


def _merged_references(runs: Sequence[Run]) -> dict[str, dict[str, TrialResult]]:
    """Returns reference rows by split, preferably those with drawings: an export has them on some splits only."""
    merged: dict[str, dict[str, TrialResult]] = {}
    drawn: set[tuple[str, str]] = set()
    for run in runs:
        for split, results in run.references.items():
            rows = merged.setdefault(split, {})
            for name, result in results.items():
                has_drawings = (run.directory(result) / "drawings.npz").is_file()
                if name not in rows or (has_drawings and (split, name) not in drawn):
                    rows[name] = result
                drawn |= {(split, name)} if has_drawings else set()
    return merged


def merged_manifest(runs: Sequence[Run], trials: Sequence[Trial]) -> Manifest:
    """Returns one manifest of runs with the same profile and families; texts that differ are joined."""
    manifests = [run.manifest for run in runs]
    # Of tables that several runs hold, the first run's description counts.
    tables = {table.name: table for manifest in reversed(manifests) for table in manifest.datasets}
    names = dict.fromkeys(table.name for manifest in manifests for table in manifest.datasets)
    ends = [manifest.finished for manifest in manifests]
    seeds = dict.fromkeys(manifest.config.seed for manifest in manifests)
    longest = max(manifests, key=lambda manifest: manifest.profile.repeats)
    config = longest.config if len(seeds) == 1 else replace(longest.config, seed=_joined(seeds))
    return replace(
        longest,
        name=_joined((manifest.name for manifest in manifests), " + "),
        command=_joined((manifest.command for manifest in manifests), "\n"),
        config_file=_joined((manifest.config_file for manifest in manifests), "\n\n"),
        created=min(manifest.created for manifest in manifests),
        finished=max(filter(None, ends)) if all(ends) else None,
        config=config,
        environment=_merged_environment([manifest.environment for manifest in manifests]),
        datasets=tuple(tables[name] for name in names),
        splits=tuple({split.id: split for manifest in manifests for split in manifest.splits}.values()),
        metrics=_merged_metrics(manifests),
        generators=_merged_generators(runs),
        trials=tuple(trials),
    )


def _merged_metrics(manifests: Sequence[Manifest]) -> tuple[Metric, ...]:
    """Returns the metrics of all runs, family by family; each run has those that exist on its tables.

    Of a metric that several runs declare, the declaration that says what a table must have counts: older runs do not.
    """
    merged: dict[str, Metric] = {}
    for metric in (metric for manifest in manifests for metric in manifest.metrics):
        if not (metric.name in merged and merged[metric.name].needs):
            merged[metric.name] = metric
    families = list(dict.fromkeys(metric.family for metric in merged.values()))
    return tuple(sorted(merged.values(), key=lambda metric: families.index(metric.family)))


def _joined(values: Iterable[object], separator: str = " and ") -> str:
    """Returns the different values that are not empty, as one text."""
    return separator.join(dict.fromkeys(str(value) for value in values if value not in ("", None)))


def _merged_environment(environments: Sequence[RunEnvironment]) -> RunEnvironment:
    """Returns the common values; of texts and versions that differ, all of them; None for other values that differ."""
    packages = dict.fromkeys(name for environment in environments for name in environment.packages)
    versions = {name: _joined(each.packages.get(name) for each in environments) for name in packages}
    merged: dict[str, Any] = {"packages": versions}
    for name in (field.name for field in fields(environments[0]) if field.name not in merged):
        values = list(dict.fromkeys(getattr(environment, name) for environment in environments))
        texts = all(isinstance(value, str) for value in values)
        merged[name] = values[0] if len(values) == 1 else _joined(values) if texts else None
    return replace(environments[0], **merged)


def _merged_generators(runs: Sequence[Run]) -> dict[str, GeneratorDescription]:
    """Returns each generator as the first run describes it in which it was not skipped."""
    merged: dict[str, GeneratorDescription] = {}
    for only_tried in (True, False):
        for run in runs:
            tried = {result.trial.generator for result in run.results if result.status != "skipped"}
            names = [name for name in run.manifest.generators if name in tried or not only_tried]
            merged |= {name: run.manifest.generators[name] for name in names if name not in merged}
    return merged
