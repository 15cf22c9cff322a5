"""The task of `bench generate`, run in a worker process: fits or loads a generator, samples rows, saves the model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import Conditions, Generator, Saves, Schema, Trial
from bench.common.atomic_files import pack_table
from bench.execution import check_rows, fit_and_sample, plugin_errors
from bench.seeds import derive, scope
from bench.workflows.generation.known_conditions import require_condition

if TYPE_CHECKING:
    import pandas as pd

    from bench.execution.tasks import Files, OnProgress, Task
    from bench.plugins.python_files import Plugin


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """The rows to make and the files to write.

    Attributes:
        rows: how many.
        out: a `.csv` or `.parquet` file; the card goes beside it, as `.md`.
        condition: one of the generator's conditions, or None for rows of all kinds.
        all_rows: fit on every row; then no rows are left to score with.
        save: where to keep the fitted model, or None.
        load: a saved model, instead of fitting one.
        force: replace files.
        workers: how many reference rows are scored at once; no number depends on it.
        command: the command line, for the card.
    """

    rows: int
    out: Path
    condition: str | None = None
    all_rows: bool = False
    save: Path | None = None
    load: Path | None = None
    force: bool = False
    workers: int = 1
    command: str = ""

    @property
    def card(self) -> Path:
        """The card's path."""
        return self.out.with_suffix(".md")


@dataclass(frozen=True, slots=True)
class GenerationInputs:
    """What the task needs besides its trial: rows to fit on with their schema, or the content of a saved model.

    The rows are as of `rows_to_fit`: like the fit of a trial, this task knows no row that the model is scored with.
    """

    request: GenerationRequest
    train: pd.DataFrame | None = None
    schema: Schema | None = None
    model: bytes | None = None
    plugin: Plugin | None = None


def generate_rows(task: Task, on_progress: OnProgress) -> Files:
    """Returns `rows.parquet`, and of a fit also `scored.parquet`, `seconds.json` and, if asked for, `model`."""
    if task.payload.model is None:
        return plugin_errors.files_or_error(lambda: _fit(task.trial, task.payload, on_progress))
    return plugin_errors.files_or_error(lambda: _load(task.trial, task.payload))


def _fit(trial: Trial, inputs: GenerationInputs, on_progress: OnProgress) -> Files:
    if inputs.train is None or inputs.schema is None:
        raise ValueError("there is neither a model to load nor rows to fit on")
    model = fit_and_sample.build_generator(trial, inputs.plugin)
    seconds = fit_and_sample.fit_generator(model, trial, inputs.train, inputs.schema, on_progress)
    files = {"rows.parquet": pack_table(_sample(model, trial, inputs))}
    scored, seconds["sample"] = fit_and_sample.sample_as_train(model, trial, inputs.train)
    files["scored.parquet"] = pack_table(scored)
    files["seconds.json"] = json.dumps(seconds).encode()
    if inputs.request.save and isinstance(model, Saves):
        model.save(Path("model"))
        files["model"] = Path("model").read_bytes()
    return files


def _load(trial: Trial, inputs: GenerationInputs) -> Files:
    path = Path(inputs.request.load.name if inputs.request.load else "model")
    path.write_bytes(inputs.model or b"")
    model = fit_and_sample.generator_class(trial.generator, inputs.plugin).load(path)
    return {"rows.parquet": pack_table(_sample(model, trial, inputs))}


def _sample(model: Generator, trial: Trial, inputs: GenerationInputs) -> pd.DataFrame:
    import numpy as np

    count, condition = inputs.request.rows, inputs.request.condition
    seed = derive(trial.seed, "generate", condition or "")
    with scope(seed):
        if condition is None:
            rows = model.sample(count, seed=seed)
        else:
            conditions = model.conditions() if isinstance(model, Conditions) else ()
            conditional = require_condition(model, trial.generator, condition, conditions, inputs.schema)
            rows = conditional.sample(count, seed=seed, condition=condition)
    if inputs.train is None:
        return rows.reset_index(drop=True)
    return check_rows.check_table(rows, inputs.train.iloc[np.zeros(count, dtype=np.intp)])
