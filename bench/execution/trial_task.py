"""One trial: fit, sample, score, timed. It never raises: whatever a generator does becomes a result."""

from __future__ import annotations

import resource
import sys
import traceback
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

from bench import seeds
from bench.api import (
    Cost,
    CountsParameters,
    HasLatents,
    KeepsHistory,
    Latents,
    MetricSet,
    Split,
    Trial,
    TrialResult,
)
from bench.common.atomic_files import pack_arrays, pack_table, unpack_arrays, unpack_table
from bench.execution import fit_and_sample
from bench.plugins import entry_points
from bench.runs.run_directory import pack_result

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from bench.api import Arrays, Generator
    from bench.execution.task import Files, Tell
    from bench.plugins.python_files import Plugin

_ENCODED = 2_000
"""Rows of train whose latents are kept."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that a trial needs, wherever it runs.

    Attributes:
        artefacts: what scoring needs of the split, by family.
        score_seed: for the scorers' own draws; the same for every trial of the split.
        scoring: digest that goes into the result.
        stored: for a trial that is only scored again.
        snap: whether rows are moved to the grids of train before they are scored; they are kept as sampled.
        plugin: the file that the generator comes from, if it is not installed.
    """

    trial: Trial
    split: Split
    artefacts: Mapping[str, Arrays]
    score_seed: int
    metric_set: MetricSet
    scoring: str
    stored: Stored | None = None
    snap: bool = False
    plugin: Plugin | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of a trial that is only scored again: its rows as Parquet, its result, its latents as npz."""

    synthetic: bytes
    result: TrialResult
    latents: bytes | None = None


@dataclass(slots=True)
class _Notes:
    """What is known of a trial so far, so that a failure keeps it."""

    seconds: dict[str, float] = field(default_factory=dict)
    memory_bytes: int | None = None
    parameters: int | None = None
    latents: Latents | None = None
    files: Files = field(default_factory=dict)


def run(job: Job, tell: Tell) -> Files:
    """Runs a trial in this process and returns the files of its directory, `result.json` among them."""
    notes = _Notes()
    started = perf_counter()
    try:
        result = _attempt(job, tell, notes)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the trial is then a row that says so
        traceback.print_exc()
        result = TrialResult(job.trial, "failed", error=fit_and_sample.one_line(error))
    notes.seconds["total"] = perf_counter() - started
    result = replace(
        result,
        seconds=notes.seconds,
        memory_bytes=notes.memory_bytes,
        parameters=notes.parameters,
        scoring=job.scoring,
    )
    return {**notes.files, "result.json": pack_result(result)}


def rescore(job: Job, tell: Tell) -> Files:
    """Scores stored rows again, without fitting; what fitting took is kept."""
    stored = job.stored
    if stored is None:
        raise ValueError(f"trial {job.trial.id} has no stored rows")
    notes = _Notes(dict(stored.result.seconds), stored.result.memory_bytes, stored.result.parameters)
    notes.latents = None if stored.latents is None else Latents(**unpack_arrays(stored.latents))
    metrics, reasons = _score(job, unpack_table(stored.synthetic), tell, notes)
    result = replace(stored.result, metrics=metrics, reasons=reasons, seconds=notes.seconds, scoring=job.scoring)
    return {**notes.files, "result.json": pack_result(result)}


def prepare(job: Job, tell: Tell) -> Files:
    """Computes what scoring needs of a split; `job.artefacts` is not looked at."""
    from bench.scoring.score_table import flatten, prepare_all

    tell("prepare", 0, 0)
    artefacts = prepare_all(entry_points.families(), job.split, job.score_seed)
    return {"artefacts.npz": pack_arrays(flatten(artefacts))}


def reference(job: Job, tell: Tell) -> Files:
    """Scores the reference row that `job.trial.generator` names."""
    from bench.scoring.reference_rows import score_reference

    tell("score", 0, 0)
    begun = perf_counter()
    families = entry_points.families()
    scored = score_reference(job.trial.generator, job.split, job.score_seed, families, job.artefacts, job.metric_set)
    seconds = {"score": perf_counter() - begun}
    result = TrialResult(job.trial, "ok", scored.metrics, scored.reasons, seconds=seconds, scoring=job.scoring)
    return {"drawings.npz": pack_arrays(scored.details), "result.json": pack_result(result)}


def _attempt(job: Job, tell: Tell, notes: _Notes) -> TrialResult:
    before = _resident()
    generator = fit_and_sample.build(job.trial, job.plugin)
    try:
        notes.seconds |= fit_and_sample.fit(generator, job.trial, job.split.train, job.split.schema, tell)
    finally:
        _keep_history(generator, notes)
    tell("sample", 0, 0)
    synthetic, notes.seconds["sample"] = fit_and_sample.sample(generator, job.trial, job.split.train)
    notes.memory_bytes = max(_peak() - before, 0)
    _look_inside(generator, job, notes)
    notes.files["synthetic.parquet"] = pack_table(synthetic)
    metrics, reasons = _score(job, synthetic, tell, notes)
    return TrialResult(job.trial, "ok", metrics=metrics, reasons=reasons)


def _score(
    job: Job, synthetic: pd.DataFrame, tell: Tell, notes: _Notes
) -> tuple[Mapping[str, float | None], Mapping[str, str]]:
    from bench.grid import snap
    from bench.scoring.score_table import score_all

    tell("score", 0, 0)
    if job.snap:
        synthetic = snap(synthetic, job.split.train)
    begun = perf_counter()
    scored = score_all(
        entry_points.families(),
        job.split,
        synthetic,
        job.artefacts,
        seed=job.score_seed,
        cost=_cost(notes, len(synthetic)),
        metric_set=job.metric_set,
        latents=notes.latents,
    )
    notes.seconds["score"] = perf_counter() - begun
    notes.files["drawings.npz"] = pack_arrays(scored.details)
    return scored.metrics, scored.reasons


def _cost(notes: _Notes, rows: int) -> Cost | None:
    """None for rows that were made elsewhere."""
    if "fit" not in notes.seconds:
        return None
    cpu = notes.seconds.get("fit_cpu")
    return Cost(notes.seconds["fit"], notes.seconds["sample"], rows, notes.memory_bytes, cpu, notes.parameters)


def _look_inside(generator: Generator, job: Job, notes: _Notes) -> None:
    """Asks a fitted model for its size and its latents; a model that fails at either has failed at its contract."""
    # A hyper-parameter may bear the name of an optional member.
    if isinstance(generator, CountsParameters) and callable(generator.parameter_count):
        notes.parameters = int(generator.parameter_count())
    if isinstance(generator, HasLatents) and callable(generator.latents):
        seed = seeds.derive(job.trial.seed, "latents")
        with seeds.scope(seed):
            notes.latents = generator.latents(_ENCODED, seed=seed)
        known = {name: getattr(notes.latents, name) for name in Latents.__slots__}
        notes.files["latents.npz"] = pack_arrays({name: array for name, array in known.items() if array is not None})


def _keep_history(generator: Generator, notes: _Notes) -> None:
    """Keeps the losses, also of a fit that failed half-way (where there may be none yet)."""
    if not isinstance(generator, KeepsHistory):
        return
    try:
        notes.files["history.parquet"] = pack_table(generator.history())
    except Exception:  # noqa: BLE001 - must not hide why the fit failed
        traceback.print_exc()


def _resident() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


def _peak() -> int:
    """Largest resident set of this process so far, in bytes (the kernel counts KiB, macOS bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
