"""Made-up tables and runs that metric families and report sections are tested with; nothing is fitted."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.api import Cost, Dataset, Details, Manifest, Metric, Split, Trial, TrialResult
from bench.common.atomic_files import pack_arrays, write_directory
from bench.execution.describe_run import describe_plan
from bench.planning import plan
from bench.planning.config import Config
from bench.plugins import entry_points
from bench.runs.manifest import write_manifest
from bench.runs.run_directory import Run, open_run, pack_result, reference_directory, result_directory
from bench.scoring.reference_rows import reference_names
from bench.scoring.score_table import metrics_in, score_keys
from bench.seeds import derive
from bench.tables import splits
from bench.tables.table_request import TableRequest
from bench.workflows.plugin_checks.rule import schema, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import pandas as pd


COST = Cost(3.0, 0.1, 240, 10_000_000, 2.5, 100)
_NAME = "made"


class TrialFiles(NamedTuple):
    """What a run stores of a trial or reference row."""

    result: TrialResult
    drawings: Details = {}  # noqa: RUF012 - never changed
    history: bytes = b""


def write_run(path: Path, manifest: Manifest, references: Iterable[str], files: Callable[[Trial], TrialFiles]) -> Run:
    """Writes a run directory with the trials of a manifest and the reference rows of every split, and opens it.

    `files` returns what to store of a trial, or of a reference row, whose name is then the generator of the trial.
    """
    write_manifest(path, manifest)
    for split in manifest.splits:
        for name in references:
            trial = Trial(f"{split.id}-{name}", split.dataset, split.id, split.repeat, name, {}, split.seed, 0.0)
            _write_trial(reference_directory(path, split.id, name), files(trial))
    for trial in manifest.trials:
        _write_trial(result_directory(path, trial), files(trial))
    return open_run(path)


def _write_trial(folder: Path, files: TrialFiles) -> None:
    history = {"history.parquet": files.history} if files.history else {}
    drawings = pack_arrays(files.drawings)
    write_directory(folder, {"result.json": pack_result(files.result), "drawings.npz": drawings, **history})


def sample_dataset() -> Dataset:
    """Returns 300 rows of four columns."""
    frame = table(300).reset_index(drop=True)
    return Dataset(_NAME, _NAME, frame, schema(frame), "0" * 64, "made up", "CC0-1.0")


def sample_split() -> Split:
    """Returns a random split of the sample data set."""
    return splits.split(sample_dataset(), "random", 0)


def sample_rows(split: Split) -> pd.DataFrame:
    """Returns as many rows as train: those of train with noise, in its range."""
    rng = np.random.default_rng(1)
    noisy = split.train + rng.normal(0, 0.1, split.train.shape) * split.train.std().to_numpy()
    clipped: pd.DataFrame = noisy.clip(split.train.min(), split.train.max(), axis=1)
    return clipped.astype(split.train.dtypes.to_dict()).reset_index(drop=True)


def sample_run(path: Path, *, started: bool = True) -> Run:
    """Writes a run of up to three generators and two repeats: random values, no drawings, some failures.

    Without `started` no trial has run: there is a manifest and nothing else.
    """
    names = tuple(entry_points.names("generators")[:3])
    config = replace(Config(), datasets=(TableRequest(_NAME),), generators=names, repeats=2)
    manifest = describe_plan(plan.make_plan(config, {_NAME: sample_dataset()}))
    if not started:
        write_manifest(path, manifest)
        return open_run(path)
    failed = [trial for number, trial in enumerate(manifest.trials) if number % len(names) == 1]
    return write_run(path, manifest, reference_names(), lambda trial: _files(trial, failed=trial in failed))


def _files(trial: Trial, *, failed: bool) -> TrialFiles:
    if failed:
        return TrialFiles(TrialResult(trial, "failed", error="ValueError: made up"))
    made = sample_dataset().schema
    metrics = [metric for family in entry_points.families() for metric in metrics_in(family, "core", made)]
    values = {key: _random_value(metric, trial, key) for metric in metrics for key in score_keys([metric], made.names)}
    seconds = {"fit": 3.0, "fit_cpu": 2.5, "sample": 0.1, "score": 1.0, "total": 4.1}
    return TrialFiles(TrialResult(trial, "ok", metrics=values, seconds=seconds))


def _random_value(metric: Metric, trial: Trial, key: str) -> float:
    """Returns a value in the metric's range, or in [0, 1] where that is open."""
    low, high = (end if isfinite(end) else other for end, other in zip(metric.range, (0.0, 1.0), strict=True))
    rng = np.random.default_rng(derive(trial.seed, trial.generator, trial.id, key))
    return float(rng.uniform(low, max(low, high)))
