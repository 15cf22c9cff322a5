"""Parameters of generators, by generator: read from tables or from `generator.param=value`, and said as that again."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from bench.api import BenchError


def read(given: object) -> dict[str, dict[str, Any]]:
    """From [set.<generator>] tables, or from `generator.param=value`, one or a list.

    Raises:
        BenchError: if they are neither, or a value is none that can be stored.
    """
    settings = _tables(given) if isinstance(given, Mapping) else _words(given)
    for generator, parameters in settings.items():
        for name, value in parameters.items():
            _require_plain(value, f"{generator}.{name}")
    return settings


def _tables(given: Mapping[Any, Any]) -> dict[str, dict[str, Any]]:
    if not all(isinstance(parameters, Mapping) for parameters in given.values()):
        raise BenchError("set holds a bare value; expected tables such as [set.beta-vae]")
    return {str(name): dict(parameters) for name, parameters in given.items()}


def _words(given: object) -> dict[str, dict[str, Any]]:
    settings: dict[str, dict[str, Any]] = {}
    for item in given if isinstance(given, list | tuple) else [given]:
        key, equals, text = str(item).partition("=")
        # An adapter's argument may hold dots; a parameter does not.
        generator, dot, parameter = key.strip().rpartition(".")
        if not (equals and dot and generator and parameter):
            raise BenchError(f"--set {item!r} is not understood; expected generator.param=value")
        settings.setdefault(generator, {})[parameter] = _literal(text.strip())
    return settings


def _literal(text: str) -> Any:  # noqa: ANN401 - any TOML value
    """A TOML value (3, 0.5, true, [64, 32]), or else the text itself."""
    if text.lower() == "none":
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        return text


def _require_plain(value: object, name: str) -> None:
    """Dates, infinities and objects are no JSON, which trials are stored and hashed as."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BenchError(
            f"{name} is set to {value}; expected a finite number, text, true, false, none, or a list or table of them"
        ) from error


def merge(base: object, over: object) -> dict[str, dict[str, Any]]:
    """Both, as `read` takes them, parameter by parameter; `over` wins."""
    first, second = read(base), read(over)
    return {name: {**first.get(name, {}), **second.get(name, {})} for name in {**first, **second}}


def words(settings: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What `read` reads as these.

    >>> words({"a": {"b": True, "c": [1, "x"], "d": "text", "e": "3", "f": None}})
    ['a.b=true', 'a.c=[1, "x"]', 'a.d=text', 'a.e="3"', 'a.f=None']
    """
    return [f"{name}.{key}={_word(value)}" for name, given in settings.items() for key, value in given.items()]


def _word(value: object) -> str:
    plain = not isinstance(value, str) or (_literal(value) == value and value == value.strip())
    return value if isinstance(value, str) and plain else toml(value)


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{toml(str(key))} = {toml(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(each) for each in value)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
