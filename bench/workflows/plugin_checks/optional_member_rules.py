"""The contract of generators: rules about optional members. A rule raises `ContractError`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pandas as pd

from bench.api import BenchError
from bench.workflows.plugin_checks.rule import (
    ROWS,
    Check,
    ContractError,
    Plugin,
    as_check,
    build,
    expect,
    expect_frame,
    expect_rows,
    fitted,
    schema,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


def checks() -> list[Check]:
    """Returns the rules about optional members."""
    return [
        as_check(parameter_count, "parameter_count"),
        as_check(history, "history"),
        as_check(progress, "on_progress"),
        as_check(latents, "latents"),
        as_check(conditions, "conditions"),
        as_check(saves, "save", "load"),
    ]


def parameter_count(plugin: Plugin) -> None:
    """The parameter count is the number of trained numbers that the fitted model keeps."""
    count = fitted(plugin, table()).parameter_count()
    message = f"parameter_count() returned {count!r}; expected how many trained numbers the fitted model keeps, >= 1"
    expect(isinstance(count, int | np.integer) and count > 0, message)


def history(plugin: Plugin) -> None:
    """The history has one row per epoch."""
    losses = fitted(plugin, table()).history()
    is_history = isinstance(losses, pd.DataFrame) and len(losses.columns) > 1 and losses.columns[0] == "epoch"
    message = "history() returned no table of losses; expected a DataFrame, first column `epoch`, a row per epoch"
    expect(is_history, message)
    expect(len(losses), "history() is empty after fit; expected one row per epoch")
    finite = np.isfinite(losses.to_numpy(float)).all()
    expect(finite, "history() holds values that are missing or infinite; expected finite numbers")
    expect(losses["epoch"].is_monotonic_increasing, "the epochs of history() go back; expected one row per epoch")


def progress(plugin: Plugin) -> None:
    """The callback of on_progress is called while fit trains."""
    calls: list[tuple[int, int]] = []
    generator, frame = build(plugin), table()
    generator.on_progress(lambda done, total: calls.append((done, total)))
    generator.fit(frame, schema(frame), seed=0)
    expect(calls, "fit never called the callback of on_progress; expected (done, total) as training goes on")
    expect(calls == sorted(calls), "progress went back; expected (done, total) with done growing and one total")
    expect(calls[-1][0] <= calls[-1][1], f"progress ended at {calls[-1]}; expected done of at most total")


def latents(plugin: Plugin) -> None:
    """The latents of n rows are codes of n rows of train, the same each time."""
    generator, frame = fitted(plugin, table()), table()
    codes, again = (generator.latents(50, seed=1) for _ in range(2))
    shape = np.shape(codes.means)
    expect(len(shape) == 2 and shape[0] == 50, f"latents(50).means has the shape {shape}; expected (50, latents)")
    same = np.isfinite(codes.means).all() and (codes.means == again.means).all()
    expect(same, "latents gave other or missing codes for one seed; expected finite ones, the same each time")
    for name in ("variances", "prior_mean", "prior_variance"):
        value = getattr(codes, name)
        expected = shape if name == "variances" else shape[1:]
        message = f"latents(50).{name} has the shape {np.shape(value)}; expected {expected}"
        expect(value is None or np.shape(value) == expected, message)
    count = len(generator.latents(10 * ROWS, seed=1).means)
    expect(count == len(frame), f"latents of more rows than train has gave {count}; expected all {len(frame)}")


def conditions(plugin: Plugin) -> None:
    """Each condition that it names can be passed to sample; other conditions are refused."""
    generator, frame = fitted(plugin, table()), table()
    names = generator.conditions()
    are_names = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
    expect(are_names, f"conditions() returned {names!r}; expected a tuple of names, empty if there are none")
    foreseen = build(plugin).conditions_of(frame, schema(frame)) if hasattr(generator, "conditions_of") else names
    unforeseen = ", ".join(map(repr, set(names).difference(foreseen)))
    expect(not unforeseen, f"conditions_of(train, schema) lacks {unforeseen}; expected all of conditions() after fit")
    for name in names:
        synthetic = expect_frame(generator.sample(40, seed=1, condition=name))
        expect_rows(synthetic, frame, f"of the condition {name!r}")
    message = "sample took the condition 'no such condition'; expected a BenchError that names the known ones"
    _expect_refusal(lambda: generator.sample(3, seed=1, condition="no such condition"), message)


def saves(plugin: Plugin) -> None:
    """Loading returns the model that save wrote, and runs no code from the file."""
    generator = fitted(plugin, table())
    with tempfile.TemporaryDirectory() as folder:
        path, other = Path(folder) / "model", Path(folder) / "other"
        message = "save before fit did not say so; expected a BenchError that says to call fit first"
        _expect_refusal(lambda: build(plugin).save(Path(folder) / "unfitted"), message)
        generator.save(path)
        expect(path.is_file(), "save(path) made no file at path; expected one file there")
        with _no_pickle():
            loaded = type(generator).load(path)
        same = expect_frame(loaded.sample(30, seed=3)).equals(generator.sample(30, seed=3))
        expect(same, "the loaded model samples other rows than the saved one; expected the same bytes")
        other.write_bytes(b"PK\x03\x04 or not")
        message = "load took a file that save did not write; expected a BenchError"
        _expect_refusal(lambda: type(generator).load(other), message)


def _expect_refusal(call: Callable[[], object], sentence: str) -> None:
    """Raises `ContractError` with the sentence unless the call raises a `BenchError`."""
    try:
        call()
    except BenchError:
        return
    raise ContractError(sentence)


def _no_pickle() -> AbstractContextManager[object]:
    """Returns a context in which unpickling is an error, because it runs code from the file."""

    def refuse(*_: object, **__: object) -> None:
        raise ContractError("load unpickles, which runs whatever code a file holds; expected plain arrays and JSON")

    return mock.patch.multiple("pickle", load=refuse, loads=refuse, Unpickler=refuse)
