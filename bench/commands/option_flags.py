"""Turns entries of the table of options into flags of a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeAlias

import typer

from bench.planning.option_types import Option
from bench.planning.options import OPTIONS
from bench.plugins import entry_points

Command = Callable[..., None]
Names: TypeAlias = list[str] | None
"""The value of a repeatable flag that takes names separated by commas."""

ONE_DATASET = replace(OPTIONS["dataset"], type=str, help="A registered name, or a CSV or Parquet path.")

ABOUT_COLUMNS = ("column", "missing_code", "leave_out", "task")
"""The options that say what the columns of a file are."""


def flag(name: str, text: str, default: str | None = None) -> Option:
    """Returns an option of the table with another help text, and perhaps another default shown."""
    option = OPTIONS[name]
    return replace(option, help=text, default=option.default if default is None else default)


def option_flags(**before: Sequence[str | Option]) -> Callable[[Command], Command]:
    """Adds flags to a command, which receives the options that were given as keywords.

    `before` maps a parameter of the command to the options whose flags stand before it in the help.
    """

    def decorate(command: Command) -> Command:
        parameters: list[inspect.Parameter] = []
        added: set[str] = set()
        for parameter in inspect.signature(command, eval_str=True).parameters.values():
            entries = [OPTIONS[item] if isinstance(item, str) else item for item in before.get(parameter.name, ())]
            parameters += [_parameter(option) for option in entries if option.flag is not None]
            added |= {option.name for option in entries}
            if parameter.kind is not parameter.VAR_KEYWORD:
                parameters.append(parameter.replace(kind=parameter.KEYWORD_ONLY))

        def run(**values: object) -> None:
            command(**{name: value for name, value in values.items() if value is not None or name not in added})

        run.__doc__, run.__name__ = command.__doc__, command.__name__
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return run

    return decorate


def _parameter(option: Option) -> inspect.Parameter:
    completion = _completion(option) if option.choices or option.kinds else None
    declared = typer.Option(option.flag_name, help=option.text, autocompletion=completion)
    annotation: Any = Annotated[option.flag_type | None, declared]
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _completion(option: Option) -> Callable[[str], list[str]]:
    """Completes a value by the choices of its type, and by names of plugins."""

    def complete(incomplete: str) -> list[str]:
        values = [*option.choices, *(name for kind in option.kinds for name in entry_points.names(kind))]
        return [value for value in values if value.startswith(incomplete)]

    return complete
