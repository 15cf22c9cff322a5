"""The parts of an option, and the checks of its value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bench.api import BenchError
from bench.common.suggestions import closest, require_choice
from bench.plugins.entry_points import Kind

Group = Literal["data", "configuration", "operation"]
"""Data options may differ between the data sets of a run; operation options change no number of it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a run. In a table of options it annotates a key: `name: Annotated[type, Option(...)]`.

    Attributes:
        help: one sentence or two.
        default: what holds without the option, as the help shows it.
        check: returns the value in the form that configurations hold, or raises `ValueError` with what is expected;
            by default it follows from the type.
        flag: the name of the flag if it is not the option's name; None if there is no flag.
        kinds: of plugins whose names are values, for shell completion.
        printed: whether a report's command states the option even at its default.
        name, type: of the option; set by `options_of`.
    """

    help: str
    default: str = ""
    check: Callable[[Any], Any] | None = None
    flag: str | None = ""
    kinds: tuple[Kind, ...] = ()
    printed: bool = False
    name: str = ""
    type: Any = str

    @property
    def text(self) -> str:
        """The help with the default."""
        return f"{self.help} [{self.default}]" if self.default else self.help

    @property
    def flag_name(self) -> str:
        """The flag with its dashes."""
        return f"--{(self.flag or self.name).replace('_', '-')}"

    @property
    def repeatable(self) -> bool:
        """Whether the flag may be given several times."""
        return any(get_origin(member) is Sequence for member in _members(self.type))

    @property
    def flag_type(self) -> Any:  # noqa: ANN401 - a type
        """The type of the value on the command line."""
        single = next((kind for kind in (bool, int, float, Path) if kind in _members(self.type)), str)
        return list[single] if self.repeatable else single  # type: ignore[valid-type]

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that the type lists; empty if it lists none."""
        literals = (member for member in _members(self.type) if get_origin(member) is Literal)
        return tuple(dict.fromkeys(value for literal in literals for value in get_args(literal)))

    def checked(self, value: object) -> Any:  # noqa: ANN401 - of the option's type
        """Returns the value in the form that configurations hold.

        Raises:
            BenchError: if the value has the wrong type or is out of range.
        """
        if self.check is None and self.choices:
            if not self.repeatable:
                return require_choice(value, self.choices, self.name)
            return tuple(require_choice(item, self.choices, self.name) for item in as_list(value))
        try:
            return (self.check or _CHECKS[self.flag_type])(value)
        except ValueError as error:
            raise BenchError(f"{self.name} is {value!r}; expected {error}") from error

    def words(self, value: object) -> list[str]:
        """Returns the words of a command line that give the option this value; none if there is no flag."""
        if self.flag is None or isinstance(value, bool):
            return [self.flag_name] if value is True else []
        return [word for item in as_list(value) for word in (self.flag_name, str(item))]


def options_of(table: type) -> dict[str, Option]:
    """Returns the options of a table (a TypedDict) by name, in order."""
    hints = get_type_hints(table, include_extras=True)
    return {name: replace(hint.__metadata__[0], name=name, type=hint.__origin__) for name, hint in hints.items()}


def _members(annotation: Any) -> list[Any]:  # noqa: ANN401 - a type
    """A type with the types of its union and of its items."""
    inner = get_args(annotation) if get_origin(annotation) in (Union, UnionType, Sequence) else ()
    return [annotation, *(member for argument in inner for member in _members(argument))]


def refuse_unknown(values: Iterable[str], allowed: Iterable[str], where: str) -> None:
    """Refuses options that do not exist.

    Raises:
        BenchError: with the nearest option that exists.
    """
    names = tuple(allowed)
    for name in values:
        if name not in names:
            raise BenchError(f"unknown option {name!r} in {where}: {closest(name, names)}")


def as_list(value: object) -> list[Any]:
    """Returns a list or tuple as a list, anything else as its only item."""
    return list(value) if isinstance(value, list | tuple) else [value]


def require(is_valid: Callable[[Any], bool], convert: Callable[[Any], Any], expected: str) -> Callable[[Any], Any]:
    """Returns a check that converts valid values and refuses others."""

    def check(value: object) -> Any:  # noqa: ANN401 - what `convert` returns
        if not is_valid(value):
            raise ValueError(expected)
        try:
            return convert(value)
        except OverflowError:
            raise ValueError(expected) from None

    return check


def at_least(least: int) -> Callable[[Any], Any]:
    """Returns the check for a whole number of at least `least`."""
    return require(lambda value: is_number(value, int) and value >= least, int, f"a whole number of at least {least}")


def is_number(value: object, kind: Any = (int, float)) -> bool:  # noqa: ANN401 - a type, or several
    """Whether a value is a number of some kind; True and False are none."""
    return isinstance(value, kind) and not isinstance(value, bool)


check_path = require(lambda value: isinstance(value, str | Path), Path, "a path")
_CHECKS: Mapping[Any, Callable[[Any], Any]] = {
    bool: require(lambda value: value in (True, False), bool, "true or false"),
    int: at_least(1),
    float: require(lambda value: is_number(value) and 0 < value < math.inf, float, "a finite number above 0"),
    Path: check_path,
    str: require(lambda value: isinstance(value, str), str, "text in quotes"),
}
