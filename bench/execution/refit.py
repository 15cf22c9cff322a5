"""A trial's model once more: built, fitted and sampled with the seeds of `bench.execution.trial`, without scoring."""

from __future__ import annotations

import io
import traceback
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from bench import registry, seeds
from bench.api import BenchError, ReportsProgress
from bench.execution.trial import check_table, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from bench.api import Generator, Schema, Trial
    from bench.execution.trial import Files, Job, Tell
    from bench.plugins import Plugin

ERROR, USAGE = "error.txt", "usage.txt"
"""What a task returns instead of its files: how a generator failed, or what was wrong with the question."""


def guarded(work: Callable[[], Files]) -> Files:
    """The files of a task that runs a plugin's code, or the one that says why there are none."""
    try:
        return work()
    except BenchError as error:
        return {USAGE: str(error).encode()}
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        traceback.print_exc()
        return {ERROR: one_line(error).encode()}


def load(name: str, plugin: Plugin | None) -> Any:  # noqa: ANN401 - a generator's class
    """The class of a generator, from a file or from what is registered."""
    return plugin.load() if plugin else registry.generator(name).cls


def fit(
    trial: Trial, train: pd.DataFrame, schema: Schema, tell: Tell, plugin: Plugin | None = None
) -> tuple[Generator, dict[str, float]]:
    """The fitted model and what it took: `fit` and `fit_cpu` seconds."""
    generator: Generator = load(trial.generator, plugin)(**trial.params)
    if isinstance(generator, ReportsProgress):
        generator.on_progress(lambda done, total: tell("fit", done, total))
    tell("fit", 0, 0)
    seed = seeds.derive(trial.seed, "fit")
    begun, worked = perf_counter(), process_time()
    with seeds.scope(seed):
        generator.fit(train.copy(), schema, seed=seed)
    return generator, {"fit": perf_counter() - begun, "fit_cpu": process_time() - worked}


def sample(generator: Generator, trial: Trial, train: pd.DataFrame) -> pd.DataFrame:
    """The rows that the trial is scored by: as many as train."""
    seed = seeds.derive(trial.seed, "sample")
    with seeds.scope(seed):
        return check_table(generator.sample(len(train), seed=seed), train)


def rows(job: Job, tell: Tell) -> Files:
    """A task: the rows of a trial, made again."""

    def work() -> Files:
        model, _ = fit(job.trial, job.split.train, job.split.schema, tell, job.plugin)
        return {"synthetic.parquet": pack(sample(model, job.trial, job.split.train))}

    return guarded(work)


def pack(table: pd.DataFrame) -> bytes:
    """A table as a Parquet file."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
