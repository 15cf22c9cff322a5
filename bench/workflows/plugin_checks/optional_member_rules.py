"""The contract of generators: their optional members, for those that have them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pandas as pd

from bench.api import BenchError
from bench.workflows.plugin_checks.generator_rules import ROWS, build, fitted, form, is_table, schema, table
from bench.workflows.plugin_checks.rule import Check, ContractError, Test, expect

if TYPE_CHECKING:
    from collections.abc import Mapping


def parameter_count(plugin: Any) -> None:  # noqa: ANN401
    found = fitted(plugin, table()).parameter_count()
    said = f"parameter_count() returned {found!r}; expected how many trained numbers the fitted model keeps, 1 or more"
    expect(isinstance(found, int | np.integer) and found > 0, said)


def history(plugin: Any) -> None:  # noqa: ANN401
    found = fitted(plugin, table()).history()
    good = isinstance(found, pd.DataFrame) and len(found.columns) > 1 and found.columns[0] == "epoch"
    expect(good, "history() returned no table of losses; expected a DataFrame, first column `epoch`, a row per epoch")
    expect(len(found), "history() is empty after fit; expected one row per epoch")
    numeric = np.isfinite(found.to_numpy(float)).all()
    expect(numeric, "history() holds values that are missing or infinite; expected finite numbers")
    expect(found["epoch"].is_monotonic_increasing, "the epochs of history() go back; expected one row per epoch")


def progress(plugin: Any) -> None:  # noqa: ANN401
    calls: list[tuple[int, int]] = []
    generator, frame = build(plugin), table()
    generator.on_progress(lambda done, total: calls.append((done, total)))
    generator.fit(frame, schema(frame), seed=0)
    expect(calls, "fit never called the callback of on_progress; expected (done, total) as training goes")
    expect(calls == sorted(calls), "progress went back; expected (done, total) with done growing and one total")
    expect(calls[-1][0] <= calls[-1][1], f"progress ended at {calls[-1]}; expected done of at most total")


def latents(plugin: Any) -> None:  # noqa: ANN401
    generator, frame = fitted(plugin, table()), table()
    found, again = (generator.latents(50, seed=1) for _ in range(2))
    shape = np.shape(found.means)
    expect(len(shape) == 2 and shape[0] == 50, f"latents(50).means has the shape {shape}; expected (50, latents)")
    finite_ = np.isfinite(found.means).all() and (found.means == again.means).all()
    expect(finite_, "latents gave other or missing codes for one seed; expected finite ones, the same each time")
    for name in ("variances", "prior_mean", "prior_variance"):
        given = getattr(found, name)
        wanted = shape if name == "variances" else shape[1:]
        said = f"latents(50).{name} has the shape {np.shape(given)}; expected {wanted}"
        expect(given is None or np.shape(given) == wanted, said)
    every = len(generator.latents(10 * ROWS, seed=1).means)
    expect(every == len(frame), f"latents of more rows than train has gave {every}; expected all {len(frame)}")


def conditions(plugin: Any) -> None:  # noqa: ANN401
    generator, frame = fitted(plugin, table()), table()
    known = generator.conditions()
    good = isinstance(known, tuple) and all(isinstance(each, str) for each in known)
    expect(good, f"conditions() returned {known!r}; expected a tuple of names, empty if there are none")
    for each in known:
        form(is_table(generator.sample(40, seed=1, condition=each)), frame, f"of the condition {each!r}")
    try:
        generator.sample(3, seed=1, condition="no such condition")
    except BenchError:
        return
    expect(False, "sample took the condition 'no such condition'; expected a BenchError that names the known ones")


def saves(plugin: Any) -> None:  # noqa: ANN401
    generator = fitted(plugin, table())
    with tempfile.TemporaryDirectory() as folder:
        _unfitted_refuses(plugin, Path(folder) / "unfitted")
        path = Path(folder) / "model"
        generator.save(path)
        expect(path.is_file(), "save(path) made no file at path; expected one file there")
        with _no_pickle():
            loaded = type(generator).load(path)
        same = is_table(loaded.sample(30, seed=3)).equals(generator.sample(30, seed=3))
        expect(same, "the loaded model samples other rows than the saved one; expected the same bytes")
        _refuses_others(type(generator), Path(folder) / "other")


def _unfitted_refuses(plugin: Any, path: Path) -> None:  # noqa: ANN401
    try:
        build(plugin).save(path)
    except BenchError:
        return
    expect(False, "save before fit did not say so; expected a BenchError that says to call fit first")


def _refuses_others(cls: Any, path: Path) -> None:  # noqa: ANN401
    path.write_bytes(b"PK\x03\x04 or not")
    try:
        cls.load(path)
    except BenchError:
        return
    expect(False, "load took a file that save did not write; expected a BenchError")


def _no_pickle() -> Any:  # noqa: ANN401 - a context
    """Within it nothing is unpickled: what unpickles, runs code of the file's."""

    def refuse(*_: object, **__: object) -> None:
        raise ContractError("load unpickles, which runs whatever code a file holds; expected plain arrays and JSON")

    return mock.patch.multiple("pickle", load=refuse, loads=refuse, Unpickler=refuse)


_RULES: Mapping[Test, tuple[tuple[str, ...], str]] = {
    parameter_count: (("parameter_count",), "parameter_count() says how many trained numbers the fitted model keeps."),
    history: (("history",), "history() has one row per epoch."),
    progress: (("on_progress",), "The callback of on_progress hears how far fit is."),
    latents: (("latents",), "latents(n, seed=...) encodes n rows of train."),
    conditions: (("conditions",), "sample draws rows of the kinds that conditions() names, and refuses others."),
    saves: (("save", "load"), "load gives back the model that save wrote, and runs no code of the file's."),
}


def checks() -> list[Check]:
    """The rules about optional members."""
    return [Check(rule.__name__.replace("_", "-"), about, rule, members) for rule, (members, about) in _RULES.items()]
