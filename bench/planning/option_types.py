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

Check = Callable[[Any, str], Any]
"""Returns the checked form of an option's value; the second argument is the option's name. Raises `BenchError`."""

Group = Literal["data", "configuration", "operation"]
"""Data options may differ between the data sets of a run; operation options change no number of it."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a run. In a table of options it annotates a key: `name: Annotated[type, Option(...)]`.

    Attributes:
        help: one sentence or two.
        default: what holds without the option, as the help shows it.
        group: what the option is about.
        check: replaces the check that follows from the type.
        flag: the name of the flag if it is not the option's name; None if there is no flag.
        completions: gives values for shell completion, if the type does not list them.
        printed: whether a report's command states the option even at its default.
        name: of the option; set by `options_of`.
        type: of the option's value from Python; set by `options_of`.
    """

    help: str
    default: str = ""
    group: Group = "configuration"
    check: Check | None = None
    flag: str | None = ""
    completions: Callable[[], Iterable[str]] | None = None
    printed: bool = False
    name: str = ""
    type: Any = str

    @property
    def flag_name(self) -> str:
        """The flag with its dashes."""
        return f"--{(self.flag or self.name).replace('_', '-')}"

    @property
    def text(self) -> str:
        """The help with the default."""
        return f"{self.help} [{self.default}]" if self.default else self.help

    @property
    def members(self) -> list[Any]:
        """The types that the value may have; those of a sequence's items included."""
        return list(_members(self.type))

    @property
    def repeatable(self) -> bool:
        """Whether the flag may be given several times."""
        return any(get_origin(member) is Sequence for member in self.members)

    @property
    def flag_type(self) -> Any:  # noqa: ANN401 - a type
        """The type of a value on the command line."""
        single = next((kind for kind in (bool, int, float, Path) if kind in self.members), str)
        return list[single] if self.repeatable else single  # type: ignore[valid-type]

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that the type lists; empty if it lists none."""
        return tuple(value for member in self.members if get_origin(member) is Literal for value in get_args(member))

    def checked(self, value: object) -> Any:  # noqa: ANN401 - of the option's type
        """Returns the value in the form that configurations hold.

        Raises:
            BenchError: if the value has the wrong type or is out of range.
        """
        if self.check is not None:
            return self.check(value, self.name)
        if self.choices and self.repeatable:
            return tuple(require_choice(item, self.choices, self.name) for item in as_list(value))
        if self.choices:
            return require_choice(value, self.choices, self.name)
        return _CHECKS[self.flag_type](value, self.name)

    def words(self, value: object) -> list[str]:
        """Returns the words of a command line that give the option this value; none if there is no flag."""
        if self.flag is None or isinstance(value, bool):
            return [self.flag_name] if value is True else []
        return [word for item in as_list(value) for word in (self.flag_name, str(item))]


def options_of(table: type) -> dict[str, Option]:
    """Returns the options of a table (a TypedDict) by name, in order."""
    hints = get_type_hints(table, include_extras=True)
    return {name: replace(hint.__metadata__[0], name=name, type=hint.__origin__) for name, hint in hints.items()}


def _members(annotation: Any) -> Iterable[Any]:  # noqa: ANN401 - a type
    yield annotation
    if get_origin(annotation) in (Union, UnionType, Sequence):
        for argument in get_args(annotation):
            yield from _members(argument)


def refuse_unknown(values: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    """Refuses options that do not exist.

    Raises:
        BenchError: with the nearest option that exists.
    """
    names = tuple(allowed)
    for key in values:
        if key not in names:
            raise BenchError(f"unknown option {key!r} in {where}: {closest(key, names)}")


def as_list(value: object) -> list[Any]:
    """Returns a list or tuple as a list, anything else as its only item."""
    return list(value) if isinstance(value, list | tuple) else [value]


def at_least(least: int) -> Check:
    """Returns the check for a whole number of at least `least`."""

    def check(value: object, name: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise BenchError(f"{name} is {value!r}; expected a whole number of at least {least}")
        return value

    return check


def folder(value: object, name: str) -> Path:
    """Checks the path of a folder, which need not exist."""
    path = _path(value, name)
    if path.exists() and not path.is_dir():
        raise BenchError(f"{name} is {path}, a file; expected a folder, or the name of a new one")
    return path


def share(value: object, name: str) -> float:
    """Checks a number between 0 and 1, both excluded."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise BenchError(f"{name} is {value!r}; expected a number between 0 and 1, such as 0.2")
    return float(value)


def _positive(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise BenchError(f"{name} is {value!r}; expected a finite number above 0")
    return float(value)


def _switch(value: object, name: str) -> bool:
    if value not in (True, False):
        raise BenchError(f"{name} is {value!r}; expected true or false")
    return bool(value)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise BenchError(f"{name} is {value!r}; expected text in quotes")
    return value


def _path(value: object, name: str) -> Path:
    if not isinstance(value, str | Path):
        raise BenchError(f"{name} is {value!r}; expected a path")
    return Path(value)


_CHECKS: Mapping[Any, Check] = {bool: _switch, int: at_least(1), float: _positive, Path: _path, str: _text}
