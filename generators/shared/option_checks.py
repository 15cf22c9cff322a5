"""Hyper-parameters state their choices and ranges in their annotations; one function checks them. Light to import."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from functools import cache
from math import inf
from numbers import Real
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from bench.api import BenchError


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The numbers that an option may be: `Annotated[float, NumberRange(0, below=1)]`.

    Attributes:
        low: the least value.
        high: the greatest value.
        above: all values are greater than this.
        below: all values are less than this.
        text: what the error message says is expected; empty: the limits.
    """

    low: float = -inf
    high: float = inf
    above: float = -inf
    below: float = inf
    text: str = ""

    def holds(self, value: object) -> bool:
        """Whether `value` is a number in the range."""
        if not isinstance(value, Real) or not self.low <= float(value) <= self.high:
            return False
        return self.above < float(value) and (self.below == inf or float(value) < self.below)

    def __str__(self) -> str:
        low = f"above {self.above:g}" if self.above > -inf else f"at least {self.low:g}"
        high = f" and below {self.below:g}" if self.below < inf else f" and at most {self.high:g}"
        return self.text or low + (high if min(self.below, self.high) < inf else "")


PositiveInt = Annotated[int, NumberRange(1)]
NonNegativeInt = Annotated[int, NumberRange(0)]
PositiveFloat = Annotated[float, NumberRange(above=0)]
NonNegativeFloat = Annotated[float, NumberRange(0)]
Fraction = Annotated[float, NumberRange(0, below=1)]
ShareOrCount = Annotated[float, NumberRange(above=0, text="a share between 0 and 1, or a count of rows")]


def check_options(owner: object) -> None:
    """Checks the constructor keywords of a dataclass against their annotations.

    `Literal`, `Annotated` with a `NumberRange`, unions of these and tuples of these are checked. Options annotated as
    tuples become tuples: files and command lines give lists, or a single number.

    Raises:
        BenchError: naming the option, its value and what is expected.
    """
    cls: Any = type(owner)
    for name, annotation in _annotations(cls).items():
        value = getattr(owner, name)
        if get_origin(annotation) is tuple:
            value = _as_tuple(name, value)
            setattr(owner, name, value)
        if not _accepts(annotation, value):
            verb = "unknown" if get_origin(annotation) is Literal else "got"
            raise BenchError(f"{verb} {name} {value!r}; expected {_describe(annotation)}")


@cache
def _annotations(cls: type[Any]) -> dict[str, Any]:
    """The annotations of the constructor keywords of a dataclass, evaluated where they are written."""
    keywords = {field.name for field in fields(cls) if field.init}
    annotations: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        texts = {name: text for name, text in vars(base).get("__annotations__", {}).items() if name in keywords}
        scope = vars(sys.modules[base.__module__])
        annotations |= get_type_hints(SimpleNamespace(__annotations__=texts), scope, include_extras=True)
    return annotations


def _accepts(annotation: Any, value: Any) -> bool:  # noqa: ANN401
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return bool(arguments[1].holds(value))
    if origin is Literal:
        return value in arguments
    if origin is tuple:
        return all(_accepts(arguments[0], item) for item in value)
    if origin in (Union, UnionType):
        return any(_accepts(argument, value) for argument in arguments)
    return annotation is not NoneType or value is None


def _describe(annotation: Any) -> str:  # noqa: ANN401
    """What an annotation allows, for an error message."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return str(arguments[1])
    if origin is tuple:
        return f"a list of numbers, each {_describe(arguments[0])}"
    names = [str(name) for name in arguments] if origin is Literal else [_describe(part) for part in arguments]
    return f"{', '.join(names[:-1])} or {names[-1]}" if names[1:] else "".join(names) or "none"


def _as_tuple(name: str, value: Any) -> tuple[Any, ...]:  # noqa: ANN401
    if isinstance(value, list | tuple):
        return tuple(_as_tuple(name, item) if isinstance(item, list | tuple) else item for item in value)
    if not isinstance(value, int | float):
        raise BenchError(f"got {name} {value!r}; expected a list")
    return (value,)
