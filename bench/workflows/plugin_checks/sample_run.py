"""What metric families and sections are tried on: a made split, rows and run; nothing is fitted."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from bench.api import Cost, Dataset, Metric, Split, TrialResult
from bench.common.atomic_files import pack_arrays, write_directory
from bench.execution import manifest
from bench.execution.due_work import pseudo
from bench.planning import plan
from bench.planning.config import Config
from bench.plugins import entry_points
from bench.runs import run_directory
from bench.runs.manifest import write_manifest
from bench.scoring.reference_rows import names as reference_names
from bench.scoring.score_table import keys, wanted
from bench.seeds import derive
from bench.tables import splits
from bench.tables.table_request import TableRequest
from bench.workflows.plugin_checks.rule import schema, table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from bench.api import Status, Trial

COST = Cost(3.0, 0.1, 240, 10_000_000, 2.5, 100)
_NAME = "made"


def dataset() -> Dataset:
    """300 rows of four columns."""
    frame = table(300).reset_index(drop=True)
    return Dataset(_NAME, _NAME, frame, schema(frame), "0" * 64, "made up", "CC0-1.0")


def split() -> Split:
    """The made table, split at random."""
    return splits.split(dataset(), "random", 0)


def rows(of: Split) -> pd.DataFrame:
    """As many rows as train: train's with noise, in its range."""
    rng = np.random.default_rng(1)
    noisy = of.train + rng.normal(0, 0.1, of.train.shape) * of.train.std().to_numpy()
    inside: pd.DataFrame = noisy.clip(of.train.min(), of.train.max(), axis=1)
    return inside.astype(of.train.dtypes.to_dict()).reset_index(drop=True)


def run(path: Path, *, started: bool = True) -> run_directory.Run:
    """Writes a run of up to three generators and two repeats: made-up values, nothing to draw, some failures.

    Args:
        path: a new folder.
        started: otherwise there is a manifest and nothing else.
    """
    names = tuple(entry_points.names("generators")[:3])
    config = replace(Config(), datasets=(TableRequest(_NAME),), generators=names, repeats=2)
    planned = plan.make(config, {_NAME: dataset()})
    write_manifest(path, manifest.describe(planned, entry_points.families()))
    if started:
        for each in planned.splits.values():
            for name in reference_names():
                _write(run_directory.reference_directory(path, each.id, name), TrialResult(pseudo(each, name), "ok"))
        for at, trial in enumerate(planned.trials):
            status: Status = "failed" if at % len(names) == 1 else "ok"
            error = "ValueError: made up" if status == "failed" else ""
            _write(run_directory.result_directory(path, trial), TrialResult(trial, status, error=error))
    return run_directory.open_run(path)


def _write(folder: Path, result: TrialResult) -> None:
    if result.status == "ok":
        seconds = {"fit": 3.0, "fit_cpu": 2.5, "sample": 0.1, "score": 1.0, "total": 4.1}
        result = replace(result, metrics=_metrics(result.trial), seconds=seconds)
    write_directory(folder, {"result.json": run_directory.pack_result(result), "drawings.npz": pack_arrays({})})


def _metrics(trial: Trial) -> dict[str, float | None]:
    columns = dataset().schema.columns
    due = [metric for family in entry_points.families() for metric in wanted(family, "core")]
    return {key: _value(metric, trial, key) for metric in due for key in keys([metric], columns)}


def _value(metric: Metric, trial: Trial, key: str) -> float:
    low, high = (end if isfinite(end) else other for end, other in zip(metric.range, (0.0, 1.0), strict=True))
    rng = np.random.default_rng(derive(trial.seed, trial.generator, trial.id, key))
    return float(rng.uniform(low, max(low, high)))
