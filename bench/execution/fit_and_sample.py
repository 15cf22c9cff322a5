"""Builds, fits and samples a generator with the seeds of its trial, for every task that fits."""

from __future__ import annotations

from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from bench import seeds
from bench.api import Generator, ReportsProgress, Schema, Trial
from bench.execution.check_rows import check_table
from bench.plugins import entry_points

if TYPE_CHECKING:
    import pandas as pd

    from bench.execution.tasks import OnProgress
    from bench.plugins.python_files import Plugin


def rows_to_fit(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Returns rows as a generator gets them: the columns of the schema and an index of 0..n-1, nothing else.

    The index of a part has the positions of its rows in the table, and their gaps are the rows that were held out.
    """
    rows = frame.loc[:, list(schema.names)].reset_index(drop=True)
    rows.attrs = {}
    return rows


def generator_class(name: str, plugin: Plugin | None) -> Any:  # noqa: ANN401 - a generator's class
    """Returns the class of a generator, from a plugin file or from the installed generators."""
    return plugin.load() if plugin else entry_points.load_generator(name).cls


def build_generator(trial: Trial, plugin: Plugin | None = None) -> Generator:
    """Returns the generator of a trial, not fitted."""
    generator: Generator = generator_class(trial.generator, plugin)(**trial.params)
    return generator


def fit_generator(
    generator: Generator, trial: Trial, train: pd.DataFrame, schema: Schema, on_progress: OnProgress
) -> dict[str, float]:
    """Fits a generator to a copy of `train`; returns the seconds of `fit` and the processor time `fit_cpu`."""
    if isinstance(generator, ReportsProgress):
        generator.on_progress(lambda done, total: on_progress("fit", done, total))
    on_progress("fit", 0, 0)
    seed = seeds.derive(trial.seed, "fit")
    rows = train.copy()
    begun, begun_cpu = perf_counter(), process_time()
    with seeds.scope(seed):
        generator.fit(rows, schema, seed=seed)
    return {"fit": perf_counter() - begun, "fit_cpu": process_time() - begun_cpu}


def sample_as_train(generator: Generator, trial: Trial, train: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Samples the rows that a trial is scored by, as many as train; returns them and the seconds that it took.

    Raises:
        BenchError: if the rows do not have the columns, number or types of train. A plugin can change this check, which
            is here for its sentence; the check that counts is that of `check_rows.read_rows`.
    """
    seed = seeds.derive(trial.seed, "sample")
    begun = perf_counter()
    with seeds.scope(seed):
        rows = generator.sample(len(train), seed=seed)
    seconds = perf_counter() - begun
    return check_table(rows, train), seconds
