"""What generating runs in a process of its own: fit or load, draw, save."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import BenchError, Conditions, Saves
from bench.common import suggestions
from bench.common.atomic_files import pack_table
from bench.execution import fit_and_sample, refit_task
from bench.planning.generator_selection import parameter_names
from bench.seeds import derive, scope

if TYPE_CHECKING:
    import pandas as pd

    from bench.api import Generator, Schema, Trial
    from bench.execution.task import Files, Tell
    from bench.plugins.python_files import Plugin


@dataclass(frozen=True, slots=True)
class Order:
    """All that the task needs, wherever it runs.

    Attributes:
        train: the rows to fit on; None for a model that is loaded.
        model: the file of one, as bytes.
        file: its name, for what is said of it.
        plugin: the file that the generator comes from, if it is not installed.
    """

    trial: Trial
    train: pd.DataFrame | None
    schema: Schema | None
    rows: int
    condition: str | None
    save: bool
    model: bytes | None = None
    file: str = "model"
    plugin: Plugin | None = None


def make(order: Order, tell: Tell) -> Files:
    """The task: `rows.parquet`, and of a fit its `scored.parquet`, `seconds.json` and `model`."""

    def work() -> Files:
        return _from_fit(order, tell) if order.model is None else _from_file(order)

    return refit_task.guarded(work)


def _from_fit(order: Order, tell: Tell) -> Files:
    if order.train is None or order.schema is None:
        raise ValueError("an order without a model needs rows to fit on")
    model = fit_and_sample.build(order.trial, order.plugin)
    seconds = fit_and_sample.fit(model, order.trial, order.train, order.schema, tell)
    files = {"rows.parquet": pack_table(_draw(model, order, order.train))}
    scored, seconds["sample"] = fit_and_sample.sample(model, order.trial, order.train)
    files["scored.parquet"] = pack_table(scored)
    files["seconds.json"] = json.dumps(seconds).encode()
    if order.save and isinstance(model, Saves):
        model.save(Path("model"))
        files["model"] = Path("model").read_bytes()
    return files


def _from_file(order: Order) -> Files:
    path = Path(order.file)
    path.write_bytes(order.model or b"")
    cls = fit_and_sample.load(order.trial.generator, order.plugin)
    return {"rows.parquet": pack_table(_draw(cls.load(path), order, None))}


def _draw(model: Generator, order: Order, train: pd.DataFrame | None) -> pd.DataFrame:
    import numpy as np

    seed = derive(order.trial.seed, "generate", order.condition or "")
    with scope(seed):
        if order.condition is None:
            rows = model.sample(order.rows, seed=seed)
        else:
            rows = _of_kind(model, order, order.condition, seed)
    if train is None:
        return rows.reset_index(drop=True)
    return fit_and_sample.check_table(rows, train.iloc[np.zeros(order.rows, dtype=np.intp)])


def _of_kind(model: Generator, order: Order, condition: str, seed: int) -> pd.DataFrame:
    name = order.trial.generator
    if not isinstance(model, Conditions):
        raise BenchError(f"{name} cannot be asked for rows of one kind; leave out --condition")
    known = model.conditions()
    if not known:
        regimes = "regimes" in parameter_names(type(model))
        hint = f"; fit it for some with e.g. --set {name}.regimes=0.9" if regimes else ""
        raise BenchError(f"{name} was not fitted for conditions, so it has no {condition!r}{hint}")
    if condition not in known:
        raise BenchError(f"{name} has no condition {condition!r}: {suggestions.closest(condition, known)}")
    return model.sample(order.rows, seed=seed, condition=condition)
