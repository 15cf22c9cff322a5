"""The task of a trial that runs its generator: fit, sample, and measure both. It knows train and nothing else.

It never raises: whatever a generator does becomes a result. What it returns was made beside a plugin's code, so the
driver reads it with `fitted_trial`, and another process checks and scores the rows.
"""

from __future__ import annotations

import resource
import sys
import traceback
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from bench import seeds
from bench.api import CountsParameters, HasLatents, KeepsHistory, Latents
from bench.common.atomic_files import pack_arrays, pack_table, to_json
from bench.execution import fit_and_sample, plugin_errors
from bench.execution.shadow_fits import fit_shadows

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Generator, Schema, Split, Trial
    from bench.execution.tasks import Files, OnProgress, Task
    from bench.plugins.python_files import Plugin

LATENT_ROWS = 2_000
"""Rows of train whose latents are kept."""

ROWS, HISTORY, LATENTS, MEASURED = "synthetic.parquet", "history.parquet", "latents.npz", "fit.json"
"""The files that a fit returns, besides those of shadow fits; the first three are optional."""


@dataclass(frozen=True, slots=True)
class FitInputs:
    """All that a generator's process is given besides the generator's name, parameters and seed.

    Attributes:
        train: rows as of `rows_to_fit`: the schema's columns and an index of 0..n-1.
        plugin: the file that the generator comes from, if it is not installed.
        shadow_fits: how many times the generator is fitted to halves of train afterwards; even.
    """

    train: pd.DataFrame
    schema: Schema
    plugin: Plugin | None = None
    shadow_fits: int = 0

    @classmethod
    def of(cls, split: Split, plugin: Plugin | None = None, shadow_fits: int = 0) -> FitInputs:
        """Returns the part of a split that a generator may see."""
        return cls(fit_and_sample.rows_to_fit(split.train, split.schema), split.schema, plugin, shadow_fits)


@dataclass(slots=True)
class Measured:
    """What has been measured of a fit so far, and its error: a trial that fails keeps the rest."""

    seconds: dict[str, float] = field(default_factory=dict)
    memory_bytes: int | None = None
    parameters: int | None = None
    error: str = ""


def fit_trial(task: Task, on_progress: OnProgress) -> Files:
    """Fits and samples in this process; returns `fit.json` and the files that there are."""
    measured, files = Measured(), dict[str, bytes]()
    started = perf_counter()
    try:
        _fit_and_sample(task.trial, task.payload, on_progress, measured, files)
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, and may exit; its row then says so
        traceback.print_exc()
        measured.error = plugin_errors.one_line(error) or type(error).__name__
    measured.seconds["total"] = perf_counter() - started
    return {**files, MEASURED: to_json(asdict(measured)).encode()}


def _fit_and_sample(trial: Trial, inputs: FitInputs, on_progress: OnProgress, measured: Measured, files: Files) -> None:
    import psutil

    start_bytes = int(psutil.Process().memory_info().rss)
    generator = fit_and_sample.build_generator(trial, inputs.plugin)
    try:
        measured.seconds |= fit_and_sample.fit_generator(generator, trial, inputs.train, inputs.schema, on_progress)
    finally:
        _keep_history(generator, files)
    on_progress("sample", 0, 0)
    synthetic, measured.seconds["sample"] = fit_and_sample.sample_as_train(generator, trial, inputs.train)
    measured.memory_bytes = max(_peak_bytes() - start_bytes, 0)
    _measure_model(generator, trial, measured, files)
    files[ROWS] = pack_table(synthetic)
    if inputs.shadow_fits:
        begun = perf_counter()
        files |= fit_shadows(trial, inputs.train, inputs.schema, inputs.plugin, inputs.shadow_fits, on_progress)
        measured.seconds["shadows"] = perf_counter() - begun


def _measure_model(generator: Generator, trial: Trial, measured: Measured, files: Files) -> None:
    """Asks a fitted generator for its size and its latents; an error in either makes the trial fail."""
    # A hyper-parameter may have the name of an optional member.
    if isinstance(generator, CountsParameters) and callable(generator.parameter_count):
        measured.parameters = int(generator.parameter_count())
    if isinstance(generator, HasLatents) and callable(generator.latents):
        seed = seeds.derive(trial.seed, "latents")
        with seeds.scope(seed):
            latents = generator.latents(LATENT_ROWS, seed=seed)
        arrays = {name: getattr(latents, name) for name in Latents.__slots__}
        files[LATENTS] = pack_arrays({name: array for name, array in arrays.items() if array is not None})


def _keep_history(generator: Generator, files: Files) -> None:
    """Keeps the losses, also of a fit that failed half-way (where there may be none yet)."""
    if not isinstance(generator, KeepsHistory):
        return
    try:
        files[HISTORY] = pack_table(generator.history())
    except Exception:  # noqa: BLE001 - must not hide why the fit failed
        traceback.print_exc()


def _peak_bytes() -> int:
    """Returns the largest resident set of this process so far, in bytes (Linux counts KiB, macOS bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
