"""Made-up runs with several fits on each split, to keep as baselines and to check."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np

from bench.api import TrialResult
from bench.common.atomic_files import to_json, write_directory, write_file
from bench.runs.run_directory import Run, open_run, pack_result
from bench.seeds import derive
from bench.workflows.regression_gate import check
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workflows.regression_gate.baseline import Baseline

QUALITY: Mapping[str, float | str | None] = {"ae": 0.6, "vae": 0.8}
NOISE = 0.004

Change = Callable[[TrialResult], TrialResult]


def unchanged(result: TrialResult) -> TrialResult:
    """As it is."""
    return result


def make(path: Path, draws: int, *, seed: int = 0, change: Change = unchanged, spec: Spec | None = None) -> Run:
    """A run of `draws` fits on each of three splits; fits of another seed differ by noise."""
    made = make_run(path, spec or Spec(quality=QUALITY, repeats=3, points=20))
    results = [_fit(result, draw, seed) for result in made.results for draw in range(draws)]
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["trials"] = [asdict(result.trial) for result in results]
    write_file(path / "manifest.json", to_json(manifest).encode())
    for result in map(change, results):
        write_directory(path / "trials" / result.trial.id, {"result.json": pack_result(result)})
    return open_run(path)


def _fit(result: TrialResult, draw: int, seed: int) -> TrialResult:
    trial = replace(result.trial, id=f"{result.trial.id}-{draw}", draw=draw)
    rng = np.random.default_rng(derive(seed, trial.id))
    metrics = {key: None if value is None else value + rng.normal(0, NOISE) for key, value in result.metrics.items()}
    if "copies" in metrics:
        metrics["copies"] = 0.0
    return replace(result, trial=trial, metrics=metrics)


def moved(name: str, metric: str, by: float) -> Change:
    """A change that adds to one metric of one generator."""

    def change(result: TrialResult) -> TrialResult:
        if result.trial.generator != name or result.status != "ok":
            return result
        return replace(result, metrics={**result.metrics, metric: (result.metrics[metric] or 0.0) + by})

    return change


def edit(path: Path, change: Callable[[dict[str, object]], object]) -> Run:
    """Changes the manifest of a run."""
    manifest = json.loads((path / "manifest.json").read_text())
    change(manifest)
    write_file(path / "manifest.json", to_json(manifest).encode())
    return open_run(path)


def checked(path: Path, before: Baseline, *, seed: int = 0, change: Change = unchanged) -> check.CheckResult:
    """What a check says of a run of two fits on each split."""
    return check.check_run(make(path / "now", 2, seed=seed, change=change), before)
