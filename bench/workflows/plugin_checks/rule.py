"""A rule of the contract as a check that can be called with a plugin, and what rules of generators share."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from bench.api import GeneratorInfo, Schema
from bench.common.safe_text import one_line
from bench.plugins.generator_facts import declared_info

if TYPE_CHECKING:
    from collections.abc import Callable

Plugin: TypeAlias = Any
"""The class of a generator, or a function without arguments that builds one; else the plugin's object."""

ROWS = 120


class ContractError(AssertionError):
    """A plugin breaks the contract: one sentence with what it did, what was expected and what to do."""


@dataclass(frozen=True, slots=True)
class Check:
    """A rule of the contract. Call it with a plugin; it returns if the plugin keeps the rule.

    Attributes:
        name: short, for test ids.
        about: the rule, as a sentence.
        test: raises if the plugin breaks the rule.
        members: optional members that the rule is about; it does not apply to a generator that lacks one.
        mixed: whether the rule is about categories, dates and gaps; it does not apply to a generator of numbers only.
    """

    name: str
    about: str
    test: Callable[[Plugin], None]
    members: tuple[str, ...] = ()
    mixed: bool = False

    def __call__(self, plugin: Plugin) -> None:
        """Tries the rule; does nothing where it does not apply.

        Args:
            plugin: the class of a generator (built at its `quick` budget), or a function without arguments that builds
                one; else a `DatasetSource`, `Family` or `Section`.

        Raises:
            ContractError: if the plugin breaks the rule, or raises another error.
        """
        try:
            if self.applies(plugin):
                self.test(plugin)
        except ContractError:
            raise
        except (Exception, SystemExit) as error:
            reason = f"{type(error).__name__}: {one_line(error)[:300]}"
            raise ContractError(f"it raised {reason}; expected no error. {self.about}") from error

    def applies(self, plugin: Plugin) -> bool:
        """Returns whether the plugin has the members, or models the columns, that the rule is about."""
        if self.mixed and generator_info(plugin).kinds <= {"numeric"}:
            return False
        if not self.members:
            return True
        # A hyper-parameter may have the name of an optional member.
        owner = plugin if isinstance(plugin, type) else plugin()
        return all(callable(getattr(owner, name, None)) for name in self.members)

    def __str__(self) -> str:
        """The name: what pytest shows with `ids=str`."""
        return self.name


def as_check(rule: Callable[[Plugin], None], *members: str, mixed: bool = False) -> Check:
    """Returns a rule as a check: the function's name is that of the check, its docstring the sentence."""
    return Check(rule.__name__.replace("_", "-"), inspect.getdoc(rule) or "", rule, members, mixed)


def generator_info(plugin: Plugin) -> GeneratorInfo:
    """Returns what the class of a generator declares; an empty declaration if it declares nothing."""
    return declared_info(plugin if isinstance(plugin, type) else type(plugin()))


def expect(condition: object, sentence: str) -> None:
    """Raises `ContractError` with the sentence unless the condition is true."""
    if not condition:
        raise ContractError(sentence)


def expect_type(plugin: Plugin, cls: type, form: str) -> None:
    """Raises `ContractError` unless the plugin is an instance of the class; `form` shows how one is written."""
    expect(isinstance(plugin, cls), f"got a {type(plugin).__name__}; expected a {form}")


def table(rows: int = ROWS, features: int = 3) -> pd.DataFrame:
    """Returns a small table with skewed, gridded, counted and correlated columns; its index is shuffled.

    The first column is the target `y (ppb)`; the `features` others are named x0, x1, ...
    """
    rng = np.random.default_rng(5)
    base = rng.normal(size=rows)
    columns: dict[str, Any] = {"y (ppb)": np.exp(2 * base + rng.normal(size=rows))}
    special = [np.round(np.round(20 + base * 3, 1) * 20) / 20, rng.poisson(3, rows)]
    for i in range(features):
        columns[f"x{i}"] = special[i] if i < len(special) else base + rng.normal(size=rows)
    return pd.DataFrame(columns, index=rng.permutation(rows) + 7)


def schema(frame: pd.DataFrame, *, ordered: bool = False) -> Schema:
    """Returns the schema of a numeric table whose first column is the target."""
    return Schema.of_numbers(frame.columns, str(frame.columns[0]), ordered=ordered)


def build(plugin: Plugin) -> Any:  # noqa: ANN401 - a generator
    """Returns a generator: of a class at its `quick` budget, or of a function without arguments."""
    if not isinstance(plugin, type):
        return plugin()
    budget = declared_info(plugin).budgets.get("quick")
    return plugin(**(budget.params if budget else {}))


def fitted(plugin: Plugin, frame: pd.DataFrame, seed: int = 1) -> Any:  # noqa: ANN401 - a generator
    """Returns a new generator, fitted to the table."""
    generator = build(plugin)
    generator.fit(frame, schema(frame, ordered=True), seed=seed)
    return generator


def sampled(plugin: Plugin, frame: pd.DataFrame, seed: int = 2, n: int = 40) -> pd.DataFrame:
    """Returns rows of a new generator, fitted to the table."""
    return expect_frame(fitted(plugin, frame).sample(n, seed=seed))


def expect_frame(rows: object) -> pd.DataFrame:
    """Returns the rows if they are a DataFrame, and raises `ContractError` otherwise."""
    if not isinstance(rows, pd.DataFrame):
        name = type(rows).__name__
        raise ContractError(f"sample returned a {name}; expected a pandas DataFrame with train's columns")
    return rows


def expect_columns(rows: pd.DataFrame, train: pd.DataFrame, subject: str = "sample returned") -> None:
    """Raises `ContractError` unless rows have train's columns, in order."""
    got, expected = list(rows.columns), list(train.columns)
    expect(got == expected, f"{subject} the columns {got}; expected those of train, in order: {expected}")


def expect_dtypes(rows: pd.DataFrame, train: pd.DataFrame, subject: str = "sample returned") -> None:
    """Raises `ContractError` unless columns have the dtypes of train's."""
    for name in train.columns.intersection(rows.columns):
        got, expected = rows[name].dtype, train[name].dtype
        remedy = "round, and use astype" if expected.kind == "i" else "use astype"
        expect(got == expected, f"{subject} {name!r} as {got}; expected {expected} as in train: {remedy}")


def expect_finite(rows: pd.DataFrame, subject: str = "sample returned") -> None:
    """Raises `ContractError` unless all values are finite."""
    bad = [str(name) for name in rows if not np.isfinite(rows[name].to_numpy(float)).all()]
    expect(not bad, f"{subject} missing or infinite values in {', '.join(bad)}; expected finite numbers only")


def expect_rows(rows: pd.DataFrame, train: pd.DataFrame, description: str, n: int = 40) -> None:
    """Raises `ContractError` unless there are n rows, with train's columns and dtypes and finite values."""
    expect(len(rows) == n, f"the rows {description} are {len(rows)}; expected {n}, as many as asked for")
    subject = f"the rows {description} have"
    expect_columns(rows, train, subject)
    expect_dtypes(rows, train, subject)
    expect_finite(rows, subject)
