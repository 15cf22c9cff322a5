"""The tasks of a run: prepare a split, score a reference row, run a trial (fit, sample, score), score its rows again.

The payload of each is a `TrialInputs`. A trial never raises: whatever a generator does becomes a result.
"""

from __future__ import annotations

import resource
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from bench import seeds
from bench.api import Cost, CountsParameters, HasLatents, KeepsHistory, Latents, MetricSet, Split, TrialResult
from bench.common.atomic_files import pack_arrays, pack_table, unpack_arrays, unpack_table
from bench.execution import fit_and_sample
from bench.plugins import entry_points
from bench.runs.run_directory import pack_result, unpack_result

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Arrays, Generator, Trial
    from bench.execution.tasks import Files, OnProgress, Task
    from bench.plugins.python_files import Plugin

_LATENT_ROWS = 2_000
"""Rows of train whose latents are kept."""


@dataclass(frozen=True, slots=True)
class TrialInputs:
    """What fitting and scoring need besides the trial.

    Attributes:
        artefacts: what scoring needs of the split, by family; empty for a task that prepares the split.
        score_seed: for the scorers; the same for every trial of the split.
        scoring: digest that goes into the result.
        stored: the files of a trial that is only scored again, see `read_stored_files`.
        snap: whether rows are moved to the grids of train before they are scored; they are kept as sampled.
        plugin: the file that the generator comes from, if it is not installed.
    """

    split: Split
    artefacts: Mapping[str, Arrays]
    score_seed: int
    metric_set: MetricSet
    scoring: str
    stored: Files | None = None
    snap: bool = False
    plugin: Plugin | None = None


def read_stored_files(folder: Path) -> Files:
    """Reads what a trial's directory holds for scoring its rows again: its rows, its result, its latents if any."""
    paths = [folder / name for name in ("synthetic.parquet", "result.json", "latents.npz")]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


@dataclass(slots=True)
class _Measured:
    """What has been measured of a trial so far: a trial that fails keeps it."""

    seconds: dict[str, float] = field(default_factory=dict)
    memory_bytes: int | None = None
    parameters: int | None = None
    latents: Latents | None = None
    files: Files = field(default_factory=dict)

    def cost(self, rows: int) -> Cost | None:
        """Returns what fitting and sampling took; None for rows that were made elsewhere."""
        if "fit" not in self.seconds:
            return None
        cpu = self.seconds.get("fit_cpu")
        return Cost(self.seconds["fit"], self.seconds["sample"], rows, self.memory_bytes, cpu, self.parameters)


def prepare_split(task: Task, on_progress: OnProgress) -> Files:
    """Computes what scoring needs of a split; returns `artefacts.npz`."""
    from bench.scoring.score_table import flatten, prepare_all

    inputs: TrialInputs = task.payload
    on_progress("prepare", 0, 0)
    artefacts = prepare_all(entry_points.families(), inputs.split, inputs.score_seed)
    return {"artefacts.npz": pack_arrays(flatten(artefacts))}


def score_reference_row(task: Task, on_progress: OnProgress) -> Files:
    """Scores the reference row that the trial's `generator` names; returns `drawings.npz` and `result.json`."""
    from bench.scoring.reference_rows import score_reference

    inputs: TrialInputs = task.payload
    on_progress("score", 0, 0)
    begun = perf_counter()
    families, name = entry_points.families(), task.trial.generator
    scored = score_reference(name, inputs.split, inputs.score_seed, families, inputs.artefacts, inputs.metric_set)
    seconds = {"score": perf_counter() - begun}
    result = TrialResult(task.trial, "ok", scored.metrics, scored.reasons, seconds=seconds, scoring=inputs.scoring)
    return {"drawings.npz": pack_arrays(scored.details), "result.json": pack_result(result)}


def run_trial(task: Task, on_progress: OnProgress) -> Files:
    """Fits, samples and scores in this process; returns the files of the trial's directory with its `result.json`."""
    measured = _Measured()
    started = perf_counter()
    try:
        result = _fit_sample_score(task.trial, task.payload, on_progress, measured)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the trial is then a row that says so
        traceback.print_exc()
        result = TrialResult(task.trial, "failed", error=fit_and_sample.one_line(error))
    measured.seconds["total"] = perf_counter() - started
    result = replace(
        result,
        seconds=measured.seconds,
        memory_bytes=measured.memory_bytes,
        parameters=measured.parameters,
        scoring=task.payload.scoring,
    )
    return {**measured.files, "result.json": pack_result(result)}


def rescore_trial(task: Task, on_progress: OnProgress) -> Files:
    """Scores stored rows again, without fitting; keeps what was measured of the fit."""
    inputs: TrialInputs = task.payload
    files = inputs.stored or {}
    stored = unpack_result(files["result.json"])
    measured = _Measured(dict(stored.seconds), stored.memory_bytes, stored.parameters)
    measured.latents = Latents(**unpack_arrays(files["latents.npz"])) if "latents.npz" in files else None
    metrics, reasons = _score(inputs, unpack_table(files["synthetic.parquet"]), on_progress, measured)
    result = replace(stored, metrics=metrics, reasons=reasons, seconds=measured.seconds, scoring=inputs.scoring)
    return {**measured.files, "result.json": pack_result(result)}


def refit_trial(task: Task, on_progress: OnProgress) -> Files:
    """Fits a trial and samples its rows, without scoring them; returns `synthetic.parquet` or an error file."""
    inputs: TrialInputs = task.payload

    def refit() -> Files:
        generator = fit_and_sample.build_generator(task.trial, inputs.plugin)
        fit_and_sample.fit_generator(generator, task.trial, inputs.split.train, inputs.split.schema, on_progress)
        synthetic, _ = fit_and_sample.sample_as_train(generator, task.trial, inputs.split.train)
        return {"synthetic.parquet": pack_table(synthetic)}

    return fit_and_sample.files_or_error(refit)


def _fit_sample_score(trial: Trial, inputs: TrialInputs, on_progress: OnProgress, measured: _Measured) -> TrialResult:
    import psutil

    train = inputs.split.train
    start_bytes = int(psutil.Process().memory_info().rss)
    generator = fit_and_sample.build_generator(trial, inputs.plugin)
    try:
        measured.seconds |= fit_and_sample.fit_generator(generator, trial, train, inputs.split.schema, on_progress)
    finally:
        _keep_history(generator, measured)
    on_progress("sample", 0, 0)
    synthetic, measured.seconds["sample"] = fit_and_sample.sample_as_train(generator, trial, train)
    measured.memory_bytes = max(_peak_bytes() - start_bytes, 0)
    _measure_model(generator, trial, measured)
    measured.files["synthetic.parquet"] = pack_table(synthetic)
    metrics, reasons = _score(inputs, synthetic, on_progress, measured)
    return TrialResult(trial, "ok", metrics=metrics, reasons=reasons)


def _score(
    inputs: TrialInputs, synthetic: pd.DataFrame, on_progress: OnProgress, measured: _Measured
) -> tuple[Mapping[str, float | None], Mapping[str, str]]:
    from bench.grid import snap
    from bench.scoring.score_table import score_all

    on_progress("score", 0, 0)
    if inputs.snap:
        synthetic = snap(synthetic, inputs.split.train)
    begun = perf_counter()
    scored = score_all(
        entry_points.families(),
        inputs.split,
        synthetic,
        inputs.artefacts,
        seed=inputs.score_seed,
        cost=measured.cost(len(synthetic)),
        metric_set=inputs.metric_set,
        latents=measured.latents,
    )
    measured.seconds["score"] = perf_counter() - begun
    measured.files["drawings.npz"] = pack_arrays(scored.details)
    return scored.metrics, scored.reasons


def _measure_model(generator: Generator, trial: Trial, measured: _Measured) -> None:
    """Asks a fitted generator for its size and its latents; an error in either makes the trial fail."""
    # A hyper-parameter may have the name of an optional member.
    if isinstance(generator, CountsParameters) and callable(generator.parameter_count):
        measured.parameters = int(generator.parameter_count())
    if isinstance(generator, HasLatents) and callable(generator.latents):
        seed = seeds.derive(trial.seed, "latents")
        with seeds.scope(seed):
            measured.latents = generator.latents(_LATENT_ROWS, seed=seed)
        arrays = {name: getattr(measured.latents, name) for name in Latents.__slots__}
        known_arrays = {name: array for name, array in arrays.items() if array is not None}
        measured.files["latents.npz"] = pack_arrays(known_arrays)


def _keep_history(generator: Generator, measured: _Measured) -> None:
    """Keeps the losses, also of a fit that failed half-way (where there may be none yet)."""
    if not isinstance(generator, KeepsHistory):
        return
    try:
        measured.files["history.parquet"] = pack_table(generator.history())
    except Exception:  # noqa: BLE001 - must not hide why the fit failed
        traceback.print_exc()


def _peak_bytes() -> int:
    """Returns the largest resident set of this process so far, in bytes (Linux counts KiB, macOS bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
