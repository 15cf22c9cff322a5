"""The contract of generators: what every one keeps. A rule is a function that raises `ContractError`."""

from __future__ import annotations

import random
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.api import BenchError, Schema
from bench.plugins import python_files
from bench.plugins.entry_points import info
from bench.seeds import scope
from bench.workflows.plugin_checks.rule import Check, Test, expect

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_SEED = 2**32 - 1
ROWS = 120
_ASKED = 131
_CONSTANT = 3.5


def table(rows: int = ROWS, features: int = 3) -> pd.DataFrame:
    """A made table as data sets may be: skewed, on a grid, counts, correlated; its index is shuffled.

    Args:
        rows: how many.
        features: columns beside the target `y (ppb)`; named x0, x1, ...
    """
    rng = np.random.default_rng(5)
    base = rng.normal(size=rows)
    columns: dict[str, Any] = {"y (ppb)": np.exp(2 * base + rng.normal(size=rows))}
    kinds = [np.round(np.round(20 + base * 3, 1) * 20) / 20, rng.poisson(3, rows)]
    for i in range(features):
        columns[f"x{i}"] = kinds[i] if i < len(kinds) else base + rng.normal(size=rows)
    return pd.DataFrame(columns, index=rng.permutation(rows) + 7)


def schema(frame: pd.DataFrame, *, ordered: bool = False) -> Schema:
    """The schema of a table whose target is its first column."""
    return Schema(numeric=tuple(frame.columns), target=str(frame.columns[0]), ordered=ordered)


def build(plugin: Any) -> Any:  # noqa: ANN401 - a generator
    """The generator of a class, at its `quick` budget, or of a function without arguments."""
    if not isinstance(plugin, type):
        return plugin()
    budget = info(plugin).budgets.get("quick")
    return plugin(**(budget.params if budget else {}))


def fitted(plugin: Any, frame: pd.DataFrame, seed: int = 1) -> Any:  # noqa: ANN401 - a generator
    """A new generator, fitted to the table."""
    generator = build(plugin)
    generator.fit(frame, schema(frame, ordered=True), seed=seed)
    return generator


def sampled(plugin: Any, frame: pd.DataFrame, seed: int = 2, n: int = 40) -> pd.DataFrame:  # noqa: ANN401
    """Rows of a new generator, fitted to the table."""
    return is_table(fitted(plugin, frame).sample(n, seed=seed))


@lru_cache(maxsize=32)
def _usual(plugin: Any) -> pd.DataFrame:  # noqa: ANN401 - a generator's class, or what builds one
    """The rows that several rules look at; nobody changes them."""
    return sampled(plugin, table(), n=_ASKED)


def is_table(rows: Any) -> pd.DataFrame:  # noqa: ANN401 - whatever a plugin returned
    said = f"sample returned a {type(rows).__name__}; expected a pandas DataFrame with train's columns"
    expect(isinstance(rows, pd.DataFrame), said)
    return rows  # type: ignore[no-any-return]


def signature(plugin: Any) -> None:  # noqa: ANN401
    problem = python_files.contract_problem(plugin if isinstance(plugin, type) else type(plugin()))
    expect(not problem, problem)
    budgets = info(plugin).budgets if isinstance(plugin, type) else {}
    for profile, budget in budgets.items():
        try:
            plugin(**budget.params)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            expect(False, f"its budget {profile!r} does not build it: {type(error).__name__}: {error}; mend the params")


def rows(plugin: Any) -> None:  # noqa: ANN401
    generator = fitted(plugin, table())
    for n in (_ASKED, 1, 5 * ROWS):
        found = len(is_table(generator.sample(n, seed=2)))
        expect(found == n, f"sample({n}) returned {found} rows; expected {n}, also beyond train's {ROWS}")


def columns(plugin: Any) -> None:  # noqa: ANN401
    _columns(_usual(plugin), table(), "sample returned")


def _columns(found: pd.DataFrame, train: pd.DataFrame, who: str) -> None:
    got, wanted = list(found.columns), list(train.columns)
    expect(got == wanted, f"{who} the columns {got}; expected those of train, in order: {wanted}")


def dtypes(plugin: Any) -> None:  # noqa: ANN401
    _dtypes(_usual(plugin), table(), "sample returned")


def _dtypes(found: pd.DataFrame, train: pd.DataFrame, who: str) -> None:
    for name in train.columns.intersection(found.columns):
        got, wanted = found[name].dtype, train[name].dtype
        how = "round, and use astype" if wanted.kind == "i" else "use astype"
        expect(got == wanted, f"{who} {name!r} as {got}; expected {wanted} as in train: {how}")


def finite(plugin: Any) -> None:  # noqa: ANN401
    _finite(_usual(plugin), "sample returned")


def _finite(found: pd.DataFrame, who: str) -> None:
    bad = [str(name) for name in found if not np.isfinite(found[name].to_numpy(float)).all()]
    expect(not bad, f"{who} missing or infinite values in {', '.join(bad)}; expected finite numbers only")


def input_unchanged(plugin: Any) -> None:  # noqa: ANN401
    frame = table()
    before = frame.copy(deep=True)
    sampled(plugin, frame)
    expect(frame.equals(before), "fit changed the table it was given; expected it untouched: work on train.copy()")


def same_seeds(plugin: Any) -> None:  # noqa: ANN401
    first, second = sampled(plugin, table()), sampled(plugin, table())
    same = first.equals(second) and _bytes(first) == _bytes(second)
    said = "two fits with one seed, sampled with one seed, gave different rows; expected the same bytes: draw from "
    expect(same, f"{said}np.random.default_rng(seed) only, and pass the seed on to libraries")


def _bytes(frame: pd.DataFrame) -> bytes:
    return frame.to_numpy().tobytes()


def sampling_seed(plugin: Any) -> None:  # noqa: ANN401
    generator = fitted(plugin, table())
    first = is_table(generator.sample(30, seed=9))
    other = is_table(generator.sample(30, seed=10))
    again = is_table(generator.sample(30, seed=9))
    said = "sampling with another seed gave the same rows; expected others: draw from the seed that sample gets"
    expect(not other.equals(first), said)
    said = "sampling again with a seed gave other rows than the first time; expected the same: keep no random state"
    expect(again.equals(first), said)


def unfitted(plugin: Any) -> None:  # noqa: ANN401
    wanted = "expected a BenchError that says to call fit first"
    try:
        build(plugin).sample(3, seed=0)
    except BenchError as error:
        expect("fit" in str(error), f"sample before fit said {str(error)!r}; {wanted}")
    except Exception as error:  # noqa: BLE001 - what is looked for
        expect(False, f"sample before fit raised {type(error).__name__}: {error}; {wanted}")
    else:
        expect(False, f"sample before fit returned rows; {wanted}")


def small_tables(plugin: Any) -> None:  # noqa: ANN401
    for count, features in ((50, 3), (60, 1)):
        frame = table(count, features)
        form(sampled(plugin, frame), frame, f"of a table of {count} rows and {features + 1} columns")


def constant_column(plugin: Any) -> None:  # noqa: ANN401
    frame = table().assign(x0=_CONSTANT)
    found = sampled(plugin, frame)
    form(found, frame, "of a table with a constant column")
    low, high = found["x0"].min(), found["x0"].max()
    kept = np.allclose([low, high], _CONSTANT, rtol=0.05)
    said = f"a column that is always {_CONSTANT} in train came back between {low:.6g} and {high:.6g}"
    expect(kept, f"{said}; expected {_CONSTANT}: leave constant columns out of the model and put them back")


def form(found: pd.DataFrame, train: pd.DataFrame, what: str, n: int = 40) -> None:
    """Raises `ContractError` unless rows have the number, columns and dtypes asked for, and finite values."""
    expect(len(found) == n, f"the rows {what} are {len(found)}; expected {n}, as many as asked for")
    _columns(found, train, f"the rows {what} have")
    _dtypes(found, train, f"the rows {what} have")
    _finite(found, f"the rows {what} have")


def any_seed(plugin: Any) -> None:  # noqa: ANN401
    frame = table()
    for seed in (0, LARGEST_SEED):
        form(is_table(fitted(plugin, frame, seed).sample(40, seed=seed)), frame, f"drawn with the seed {seed}")


def global_state(plugin: Any) -> None:  # noqa: ANN401
    frame = table()
    with scope(3):
        wanted = _global_draws()
    with scope(3):
        sampled(plugin, frame)
        found = _global_draws()
    # A library that was loaded in between has nothing to be compared with.
    same = all(one == other for one, other in zip(wanted, found, strict=False))
    said = "it draws from, or seeds, the global random generators; expected them as they were: draw from "
    expect(same, f"{said}np.random.default_rng(seed), or call a library within bench.seeds.scope(seed)")


def _global_draws() -> tuple[float, ...]:
    """What Python's, numpy's and (where loaded) torch's global generators give next."""
    torch = sys.modules.get("torch")
    return (random.random(), np.random.random(), *([torch.rand(1).item()] if torch else []))


_RULES: Mapping[Test, str] = {
    signature: "It is a class with fit(train, schema, *, seed), sample(n, *, seed) and defaults for all keywords.",
    rows: "It returns exactly as many rows as it is asked for.",
    columns: "Its rows have train's columns, in order.",
    dtypes: "Its columns have the dtypes of train's.",
    finite: "Its values are finite.",
    input_unchanged: "It leaves the table it is fitted to as it was.",
    same_seeds: "The same seeds give the same bytes.",
    sampling_seed: "The seed of sample alone says which rows are drawn.",
    unfitted: "Asked for rows before fit, it says so with a BenchError.",
    small_tables: "It can be fitted to 50 rows, and to a target with one other column.",
    constant_column: "A column that never changes in train stays as it is.",
    any_seed: f"Seeds are whole numbers from 0 to {LARGEST_SEED}.",
    global_state: "It leaves the global random generators alone.",
}


def checks() -> list[Check]:
    """The rules that every generator keeps."""
    return [Check(rule.__name__.replace("_", "-"), about, rule) for rule, about in _RULES.items()]
