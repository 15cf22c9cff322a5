"""The contract of generators: the rules that every generator keeps. A rule raises `ContractError`."""

from __future__ import annotations

import random
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bench.api import BenchError
from bench.plugins.generator_facts import contract_problem, declared_info
from bench.seeds import scope
from bench.workflows.plugin_checks import mixed_table_rules, optional_member_rules
from bench.workflows.plugin_checks.rule import (
    ROWS,
    Check,
    Plugin,
    as_check,
    build,
    expect,
    expect_columns,
    expect_dtypes,
    expect_finite,
    expect_frame,
    expect_rows,
    fitted,
    sampled,
    table,
)

if TYPE_CHECKING:
    import pandas as pd

_SAMPLED_ROWS = 131
_CONSTANT = 3.5


def generator_checks() -> list[Check]:
    """Returns the checks of `bench.generators`.

    Call each with the class, which is built at its `quick` budget, or with a function without arguments that builds a
    generator (`functools.partial(MyGenerator, epochs=2)`). Rules about optional members do not apply to a generator
    without them, and rules about categories, dates and gaps to one of numbers only.
    """
    rules = [signature, rows, columns, dtypes, finite, input_unchanged, same_seeds, sampling_seed, unfitted]
    rules += [small_tables, constant_column, any_seed, global_state]
    return [*map(as_check, rules), *optional_member_rules.checks(), *mixed_table_rules.checks()]


@lru_cache(maxsize=32)
def _shared_rows(plugin: Plugin) -> pd.DataFrame:
    """Returns rows that several rules read and none changes."""
    return sampled(plugin, table(), n=_SAMPLED_ROWS)


def signature(plugin: Plugin) -> None:
    """It is a class with fit(train, schema, *, seed), sample(n, *, seed) and defaults for all keywords."""
    problem = contract_problem(plugin if isinstance(plugin, type) else type(plugin()))
    expect(not problem, problem)
    budgets = declared_info(plugin).budgets if isinstance(plugin, type) else {}
    for profile, budget in budgets.items():
        try:
            plugin(**budget.params)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            expect(False, f"its budget {profile!r} does not build it: {type(error).__name__}: {error}; mend the params")


def rows(plugin: Plugin) -> None:
    """It returns exactly as many rows as it is asked for."""
    generator = fitted(plugin, table())
    for n in (_SAMPLED_ROWS, 1, 5 * ROWS):
        count = len(expect_frame(generator.sample(n, seed=2)))
        expect(count == n, f"sample({n}) returned {count} rows; expected {n}, also beyond train's {ROWS}")


def columns(plugin: Plugin) -> None:
    """Its rows have train's columns, in order."""
    expect_columns(_shared_rows(plugin), table())


def dtypes(plugin: Plugin) -> None:
    """Its columns have the dtypes of train's."""
    expect_dtypes(_shared_rows(plugin), table())


def finite(plugin: Plugin) -> None:
    """Its values are finite."""
    expect_finite(_shared_rows(plugin))


def input_unchanged(plugin: Plugin) -> None:
    """It does not change the table it is fitted to."""
    frame = table()
    before = frame.copy(deep=True)
    sampled(plugin, frame)
    expect(frame.equals(before), "fit changed the table it was given; expected it untouched: work on train.copy()")


def same_seeds(plugin: Plugin) -> None:
    """The same seeds give the same bytes."""
    first, second = sampled(plugin, table()), sampled(plugin, table())
    same = first.equals(second) and first.to_numpy().tobytes() == second.to_numpy().tobytes()
    message = "two fits with one seed, sampled with one seed, gave different rows; expected the same bytes: draw from "
    expect(same, f"{message}np.random.default_rng(seed) only, and pass the seed on to libraries")


def sampling_seed(plugin: Plugin) -> None:
    """Which rows are sampled depends on the seed of sample alone."""
    generator = fitted(plugin, table())
    first, other, again = (expect_frame(generator.sample(30, seed=seed)) for seed in (9, 10, 9))
    message = "sampling with another seed gave the same rows; expected others: draw from the seed that sample gets"
    expect(not other.equals(first), message)
    message = "sampling again with a seed gave other rows than the first time; expected the same: keep no random state"
    expect(again.equals(first), message)


def unfitted(plugin: Plugin) -> None:
    """If sample is called before fit, it raises a BenchError that says so."""
    expected = "expected a BenchError that says to call fit first"
    try:
        build(plugin).sample(3, seed=0)
    except BenchError as error:
        expect("fit" in str(error), f"sample before fit said {str(error)!r}; {expected}")
    except Exception as error:  # noqa: BLE001 - the fault that the rule is about
        expect(False, f"sample before fit raised {type(error).__name__}: {error}; {expected}")
    else:
        expect(False, f"sample before fit returned rows; {expected}")


def small_tables(plugin: Plugin) -> None:
    """It can be fitted to 50 rows, and to a target with one other column."""
    for count, features in ((50, 3), (60, 1)):
        frame = table(count, features)
        expect_rows(sampled(plugin, frame), frame, f"of a table of {count} rows and {features + 1} columns")


def constant_column(plugin: Plugin) -> None:
    """A column that is constant in train has the same constant value in its rows."""
    frame = table().assign(x0=_CONSTANT)
    synthetic = sampled(plugin, frame)
    expect_rows(synthetic, frame, "of a table with a constant column")
    low, high = synthetic["x0"].min(), synthetic["x0"].max()
    message = f"a column that is always {_CONSTANT} in train came back between {low:.6g} and {high:.6g}"
    message += f"; expected {_CONSTANT}: leave constant columns out of the model and put them back"
    expect(np.allclose([low, high], _CONSTANT, rtol=0.05), message)


def any_seed(plugin: Plugin) -> None:
    """Seeds are whole numbers from 0 to 4294967295."""
    frame = table()
    for seed in (0, 2**32 - 1):
        synthetic = expect_frame(fitted(plugin, frame, seed).sample(40, seed=seed))
        expect_rows(synthetic, frame, f"drawn with the seed {seed}")


def global_state(plugin: Plugin) -> None:
    """It does not use or seed the global random generators."""
    frame = table()
    with scope(3):
        before = _global_draws()
    with scope(3):
        sampled(plugin, frame)
        after = _global_draws()
    # A library that was loaded in between has nothing to compare with.
    same = all(first == second for first, second in zip(before, after, strict=False))
    message = "it draws from, or seeds, the global random generators; expected them as they were: draw from "
    expect(same, f"{message}np.random.default_rng(seed), or call a library within bench.seeds.scope(seed)")


def _global_draws() -> tuple[float, ...]:
    """Returns the next number of the global generators of Python, numpy and, if it is loaded, torch."""
    torch = sys.modules.get("torch")
    return (random.random(), np.random.random(), *([torch.rand(1).item()] if torch else []))
