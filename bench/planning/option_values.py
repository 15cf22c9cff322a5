"""Values of options, checked: of the right kind and in range, or an error that says what was expected."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.suggestions import closest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def known(content: Mapping[str, Any], allowed: Sequence[str], where: str) -> None:
    """Refuses keys that are not allowed."""
    for key in content:
        if key not in allowed:
            raise BenchError(f"unknown key {key!r} in {where}: {closest(key, allowed)}")


def items(value: object) -> list[Any]:
    """A list as it is, anything else as the one item of a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def choice(value: object, key: str, choices: Sequence[str]) -> Any:  # noqa: ANN401 - a literal of the caller's
    """One of several words."""
    if value not in choices:
        raise BenchError(f"{key} is {value!r}; {closest(str(value), choices)}")
    return value


def whole(value: object, key: str, least: int) -> int:
    """A whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BenchError(f"{key} is {value!r}; expected a whole number of at least {least}")
    return value


def count(values: Mapping[str, Any], key: str) -> int | None:
    """A whole number of at least 1, or None."""
    return None if values.get(key) is None else whole(values[key], key, 1)


def flag(values: Mapping[str, Any], key: str) -> bool:
    """True or false; false if absent."""
    value = values.get(key)
    if value not in (None, True, False):
        raise BenchError(f"{key} is {value!r}; expected true or false")
    return bool(value)


def text(values: Mapping[str, Any], key: str) -> str | None:
    """Text, or None."""
    value: object = values.get(key)
    if not isinstance(value, str | None):
        raise BenchError(f"{key} is {value!r}; expected text in quotes")
    return value


def positive(values: Mapping[str, Any], key: str) -> float | None:
    """A finite number above 0, or None."""
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise BenchError(f"{key} is {value!r}; expected a finite number above 0")
    return float(value)


def path(values: Mapping[str, Any], key: str) -> Path | None:
    """A path, or None."""
    value = values.get(key)
    if not isinstance(value, str | Path | None):
        raise BenchError(f"{key} is {value!r}; expected a path")
    return None if value is None else Path(value)


def folder(values: Mapping[str, Any], key: str) -> Path | None:
    """The path of a folder, which may be yet to be made, or None."""
    found = path(values, key)
    if found is not None and found.exists() and not found.is_dir():
        raise BenchError(f"{key} is {found}, a file; expected a folder, or the name of a new one")
    return found
