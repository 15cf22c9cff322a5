"""Made-up runs with several fits on each split, to keep as baselines and to check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bench.api import TrialResult
from bench.seeds import derive
from bench.workflows.regression_gate import check
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.runs.run_directory import Run
    from bench.workflows.regression_gate.baseline import Baseline

QUALITY: Mapping[str, float | str | None] = {"ae": 0.6, "vae": 0.8}
NOISE = 0.004

Change = Callable[[TrialResult], TrialResult]


def unchanged(result: TrialResult) -> TrialResult:
    """As it is."""
    return result


def make(path: Path, draws: int, *, seed: int = 0, change: Change = unchanged, spec: Spec | None = None) -> Run:
    """A run of `draws` fits on each of three splits; fits of another seed differ by noise."""
    spec = replace(spec or Spec(quality=QUALITY, repeats=3, points=20), draws=draws)
    return make_run(path, spec, lambda result: change(_noisy(result, seed)))


def _noisy(result: TrialResult, seed: int) -> TrialResult:
    trial = result.trial
    rng = np.random.default_rng(derive(seed, f"{derive(0, trial.generator, trial.split):08x}-{trial.draw}"))
    metrics = {key: None if value is None else value + rng.normal(0, NOISE) for key, value in result.metrics.items()}
    if "copies" in metrics:
        metrics["copies"] = 0.0
    return replace(result, metrics=metrics)


def moved(name: str, metric: str, by: float) -> Change:
    """A change that adds to one metric of one generator."""

    def change(result: TrialResult) -> TrialResult:
        if result.trial.generator != name or result.status != "ok":
            return result
        return replace(result, metrics={**result.metrics, metric: (result.metrics[metric] or 0.0) + by})

    return change


def checked(path: Path, before: Baseline, *, seed: int = 0, change: Change = unchanged) -> check.CheckResult:
    """What a check says of a run of two fits on each split."""
    return check.check_run(make(path / "now", 2, seed=seed, change=change), before)
