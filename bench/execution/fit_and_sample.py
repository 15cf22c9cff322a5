"""A model built, fitted and sampled with the seeds of its trial: what every task that fits does alike."""

from __future__ import annotations

from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from bench import seeds
from bench.api import BenchError, ReportsProgress
from bench.common.safe_text import error_line
from bench.plugins import entry_points

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Generator, Schema, Trial
    from bench.execution.task import Tell
    from bench.plugins.python_files import Plugin


def load(name: str, plugin: Plugin | None) -> Any:  # noqa: ANN401 - a generator's class
    """The class of a generator, from a file or from what is registered."""
    return plugin.load() if plugin else entry_points.load_generator(name).cls


def build(trial: Trial, plugin: Plugin | None = None) -> Generator:
    """The model of a trial, not fitted."""
    made: Generator = load(trial.generator, plugin)(**trial.params)
    return made


def fit(generator: Generator, trial: Trial, train: pd.DataFrame, schema: Schema, tell: Tell) -> dict[str, float]:
    """Fits a model to a copy of `train`; what it took: seconds of `fit` and, of processor time, `fit_cpu`."""
    if isinstance(generator, ReportsProgress):
        generator.on_progress(lambda done, total: tell("fit", done, total))
    tell("fit", 0, 0)
    seed = seeds.derive(trial.seed, "fit")
    rows = train.copy()
    begun, worked = perf_counter(), process_time()
    with seeds.scope(seed):
        generator.fit(rows, schema, seed=seed)
    return {"fit": perf_counter() - begun, "fit_cpu": process_time() - worked}


def sample(generator: Generator, trial: Trial, train: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """The rows that a trial is scored by, as many as train, and the seconds that drawing them took.

    Raises:
        BenchError: if they have another form than was asked for.
    """
    seed = seeds.derive(trial.seed, "sample")
    begun = perf_counter()
    with seeds.scope(seed):
        rows = generator.sample(len(train), seed=seed)
    seconds = perf_counter() - begun
    return check_table(rows, train), seconds


def check_table(synthetic: Any, train: pd.DataFrame) -> pd.DataFrame:  # noqa: ANN401 - whatever a plugin returned
    """The sampled rows, if they have the form that was asked for.

    Raises:
        BenchError: if they are no table, or their columns, number or types are not those of train.
    """
    import pandas as pd

    if not isinstance(synthetic, pd.DataFrame):
        raise BenchError(f"sample returned a {type(synthetic).__name__}; expected a DataFrame")
    if list(synthetic.columns) != list(train.columns):
        got, wanted = (", ".join(map(str, frame.columns)) for frame in (synthetic, train))
        raise BenchError(f"sample returned the columns {got}; expected {wanted}")
    if len(synthetic) != len(train):
        raise BenchError(f"sample returned {len(synthetic)} rows; expected {len(train)}")
    for column in train.columns:
        if not pd.api.types.is_numeric_dtype(synthetic[column].dtype):
            raise BenchError(f"sample returned {column!r} as {synthetic[column].dtype}; expected {train[column].dtype}")
    return synthetic.reset_index(drop=True)


def one_line(error: BaseException) -> str:
    """An error as one line of at most 300 characters."""
    text = error_line(error)
    return text[:297] + "..." if len(text) > 300 else text
