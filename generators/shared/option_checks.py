"""Checks of hyper-parameters: each names the option, its value and what it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def choose(owner: object, choices: Mapping[str, Sequence[str]]) -> None:
    """Refuses an option that is none of its choices.

    Raises:
        BenchError: naming it.
    """
    for name, allowed in choices.items():
        if (value := getattr(owner, name)) not in allowed:
            raise BenchError(f"unknown {name} {value!r}; expected {', '.join(allowed[:-1])} or {allowed[-1]}")


def at_least(owner: object, least: float, names: Iterable[str]) -> None:
    """Refuses an option below `least`.

    Raises:
        BenchError: naming it.
    """
    for name in names:
        if not getattr(owner, name) >= least:
            raise BenchError(f"got {name} {getattr(owner, name)}; expected at least {least}")


def sequence(owner: object, names: Iterable[str]) -> None:
    """Makes options of several numbers tuples, as files and command lines give lists, or one number.

    Raises:
        BenchError: naming the option, if it is neither.
    """
    for name in names:
        value = getattr(owner, name)
        if not isinstance(value, int | float | list | tuple):
            raise BenchError(f"got {name} {value!r}; expected a list of numbers")
        setattr(owner, name, _tuple(value) if isinstance(value, list | tuple) else (value,))


def _tuple(value: Any) -> Any:  # noqa: ANN401
    return tuple(_tuple(each) for each in value) if isinstance(value, list | tuple) else value
