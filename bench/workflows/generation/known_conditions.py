"""Refuses a condition that a generator does not have: before it is fitted, if it can tell, otherwise afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Conditions, ForeseesConditions
from bench.common.suggestions import closest
from bench.execution import fit_and_sample, plugin_errors
from bench.plugins.generator_facts import parameter_names

if TYPE_CHECKING:
    from bench.api import Column, Schema
    from bench.execution.tasks import Files, OnProgress, Task

_HOLDS = {"numeric": "numbers", "datetime": "dates"}


def check_condition(task: Task, _: OnProgress) -> Files:
    """Returns no files, or the reason why the generator will not have the condition of `GenerationInputs`.

    A generator that cannot tell before `fit` passes.
    """
    return plugin_errors.files_or_error(lambda: _check(task.trial.generator, task))


def _check(name: str, task: Task) -> Files:
    inputs = task.payload
    model: Any = fit_and_sample.build_generator(task.trial, inputs.plugin)
    if isinstance(model, ForeseesConditions):
        known = model.conditions_of(inputs.train, inputs.schema)
        require_condition(model, name, inputs.request.condition, known, inputs.schema)
    return {}


def require_condition(
    model: object, name: str, condition: str, known: tuple[str, ...], schema: Schema | None = None
) -> Conditions:
    """Returns the generator, which samples rows of a condition, if it knows this one.

    Args:
        model: the generator.
        name: of the generator.
        condition: the one asked for.
        known: those that it has.
        schema: of the table, or None if only the model is at hand.

    Raises:
        BenchError: if it does not know the condition.
    """
    if not isinstance(model, Conditions):
        raise BenchError(f"{name} cannot be asked for rows of one kind; leave out --condition")
    if not known:
        regimes = "regimes" in parameter_names(type(model))
        hint = f"it has some with e.g. --set {name}.regimes=0.9" if regimes else "the table has no categories"
        if regimes and schema and not schema.is_numeric:
            hint = "it draws rows by condition only of tables of numbers; bench list generators --long shows others"
        raise BenchError(f"{name} has no condition {condition!r}, nor any other; {hint}")
    if condition not in known:
        raise BenchError(f"{name} has no condition {condition!r}: {_expected(condition, known, schema)}")
    return model


def _expected(condition: str, known: tuple[str, ...], schema: Schema | None) -> str:
    """What to ask for instead: a level of the column that the condition names, if it has any."""
    column, equals, level = condition.partition("=")
    if equals and (levels := [other.removeprefix(f"{column}=") for other in known if other.startswith(f"{column}=")]):
        return f"of {column}, {closest(level, levels)}"
    declared = next((other for other in schema.columns if other.name == column), None) if schema and equals else None
    # Words are listed: there are few of them, and a guess would hide the others.
    guess = condition if equals and not declared else ""
    return (f"{_why_none(declared)}; " if declared else "") + closest(guess, known)


def _why_none(column: Column) -> str:
    holds = _HOLDS.get(column.kind)
    return f"{column.name} holds {holds}" if holds else f"{column.name} has too many levels, or only one, in these rows"
