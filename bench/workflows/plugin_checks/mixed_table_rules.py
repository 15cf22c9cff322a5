"""The contract of generators: rules on tables with categories, dates and gaps. A rule raises `ContractError`.

They are tried with the columns that the generator's `info.kinds` names, and not at all if these are numbers only.
"""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from bench.api import COLUMN_KINDS, Schema
from bench.workflows.plugin_checks.mixed_table import NEVER, ROWS, mixed_schema, mixed_table_of
from bench.workflows.plugin_checks.rule import (
    Check,
    Plugin,
    as_check,
    build,
    expect,
    expect_columns,
    expect_frame,
    generator_info,
)

_SAMPLED_ROWS = 5 * ROWS


def checks() -> list[Check]:
    """Returns the rules about kinds of columns."""
    mixed = [mixed_rows, mixed_dtypes, mixed_values, gaps_come_back, categories_alone, unseen_level]
    mixed += [mixed_input_unchanged, mixed_same_seeds]
    rules = [as_check(rule, mixed=True) for rule in mixed]
    return [as_check(kinds), *rules, as_check(mixed_saves, "save", "load", mixed=True)]


class _MixedFit(NamedTuple):
    """A generator fitted to the mixed table, and what rules look at and none changes."""

    generator: Any
    train: pd.DataFrame
    schema: Schema
    changed: bool
    rows: pd.DataFrame


def _fit(plugin: Plugin) -> _MixedFit:
    train = mixed_table_of(generator_info(plugin).kinds)
    schema, before, generator = mixed_schema(train), train.copy(deep=True), build(plugin)
    generator.fit(train, schema, seed=1)
    changed = not (train.equals(before) and list(train.dtypes) == list(before.dtypes))
    return _MixedFit(generator, before, schema, changed, expect_frame(generator.sample(_SAMPLED_ROWS, seed=2)))


@lru_cache(maxsize=32)
def _shared_fit(plugin: Plugin) -> _MixedFit:
    return _fit(plugin)


def kinds(plugin: Plugin) -> None:
    """Its `info.kinds` names kinds of columns that there are."""
    declared: object = generator_info(plugin).kinds
    known = ", ".join(COLUMN_KINDS)
    message = f"info.kinds is {declared!r}; expected a frozenset of {known}"
    expect(isinstance(declared, frozenset) and declared and declared <= set(COLUMN_KINDS), message)


def mixed_rows(plugin: Plugin) -> None:
    """It returns exactly as many rows as it is asked for, with train's columns in order."""
    fit = _shared_fit(plugin)
    for n in (1, _SAMPLED_ROWS):
        drawn = fit.rows if n == _SAMPLED_ROWS else expect_frame(fit.generator.sample(n, seed=3))
        expect(len(drawn) == n, f"sample({n}) returned {len(drawn)} rows; expected {n}, also beyond train's {ROWS}")
        expect_columns(drawn, fit.train)


def mixed_dtypes(plugin: Plugin) -> None:
    """Its columns have the dtypes of train's; categories have the same levels in the same order."""
    fit = _shared_fit(plugin)
    for name in fit.train.columns.intersection(fit.rows.columns):
        got, expected = fit.rows[name].dtype, fit.train[name].dtype
        expect(str(got) == str(expected), f"sample returned {name!r} as {got}; expected {expected} as in train")
        if isinstance(got, pd.CategoricalDtype) and isinstance(expected, pd.CategoricalDtype):
            levels, known = list(got.categories), list(expected.categories)
            message = f"sample returned {name!r} with the levels {levels}; expected {known}, in this order, as in train"
            expect(levels == known, message)
            expect(got.ordered == expected.ordered, f"sample returned {name!r} with other `ordered`; expected train's")


def mixed_values(plugin: Plugin) -> None:
    """Its numbers are finite, and it leaves gaps only in columns that have gaps."""
    fit = _shared_fit(plugin)
    gaps = [column.name for column in fit.schema.columns if not column.missing and fit.rows[column.name].isna().any()]
    message = f"sample returned gaps in {', '.join(gaps)}; expected them only where the schema says `missing`"
    expect(not gaps, message)
    infinite = [name for name in fit.schema.numeric if np.isinf(fit.rows[name].to_numpy(float)).any()]
    expect(not infinite, f"sample returned infinite values in {', '.join(infinite)}; expected finite numbers")


def gaps_come_back(plugin: Plugin) -> None:
    """A column with gaps in train has gaps and values in its rows."""
    fit = _shared_fit(plugin)
    for name in fit.schema.missing:
        share, expected = fit.rows[name].isna().mean(), fit.train[name].isna().mean()
        message = f"{share:.0%} of {name!r} are gaps, and {expected:.0%} in train; expected gaps and values: "
        expect(0 < share < 1, f"{message}model a gap as a state of its own")


def categories_alone(plugin: Plugin) -> None:
    """It can model a table without numbers and dates."""
    declared = generator_info(plugin).kinds
    if "categorical" not in declared:
        return
    train = mixed_table_of(declared & {"categorical", "missing"})
    generator = build(plugin)
    generator.fit(train, mixed_schema(train), seed=1)
    drawn = expect_frame(generator.sample(ROWS, seed=2))
    expect(len(drawn) == ROWS, f"sample({ROWS}) returned {len(drawn)} rows for a table of categories alone")
    expect_columns(drawn, train)


def unseen_level(plugin: Plugin) -> None:
    """A level that the schema names and train lacks is no error, and stays a level of the column."""
    fit = _shared_fit(plugin)
    for name in fit.schema.categorical:
        if NEVER in fit.schema.column(name).levels:
            column = fit.rows[name].astype("category")
            message = f"the levels of {name!r} lack {NEVER!r}, which no row of train has; expected all of the schema's"
            expect(NEVER in column.cat.categories, message)


def mixed_input_unchanged(plugin: Plugin) -> None:
    """It does not change the table it is fitted to."""
    message = "fit changed the table it was given; expected it untouched: work on train.copy()"
    expect(not _shared_fit(plugin).changed, message)


def mixed_same_seeds(plugin: Plugin) -> None:
    """The same seeds give the same rows."""
    message = "two fits with one seed, sampled with one seed, gave different rows; expected the same: draw from "
    message += "np.random.default_rng(seed) only, and never rely on the order of a set"
    expect(_fit(plugin).rows.equals(_shared_fit(plugin).rows), message)


def mixed_saves(plugin: Plugin) -> None:
    """Loading returns the model that save wrote."""
    generator = _shared_fit(plugin).generator
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        generator.save(path)
        loaded = expect_frame(type(generator).load(path).sample(30, seed=3))
    message = "the loaded model samples other rows than the saved one; expected the same bytes"
    expect(loaded.equals(generator.sample(30, seed=3)), message)
