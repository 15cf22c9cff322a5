"""Parameters of generators (`--set`): read from tables or from `generator.param=value`, and written as such again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.api import BenchError
from bench.common.parsed_text import parse_toml
from bench.planning.option_types import as_list


def read_params(value: object) -> dict[str, dict[str, Any]]:
    """Returns generator -> parameter -> value, from [set.<generator>] tables or `generator.param=value`, one or a list.

    Raises:
        BenchError: if the value has another form, or a parameter's value cannot be stored.
    """
    tables = value if isinstance(value, Mapping) else _tables_of_words(value)
    if not all(isinstance(parameters, Mapping) for parameters in tables.values()):
        raise BenchError("set holds a bare value; expected tables such as [set.beta-vae]")
    for generator, parameters in tables.items():
        for name, parameter in parameters.items():
            _require_plain(parameter, f"{generator}.{name}")
    return {str(name): dict(parameters) for name, parameters in tables.items()}


def _tables_of_words(value: object) -> dict[str, dict[str, Any]]:
    settings: dict[str, dict[str, Any]] = {}
    for item in as_list(value):
        key, equals, text = str(item).partition("=")
        # An adapter's argument may hold dots; a parameter does not.
        generator, dot, parameter = key.strip().rpartition(".")
        if not (equals and dot and generator and parameter):
            raise BenchError(f"--set {item!r} is not understood; expected generator.param=value")
        settings.setdefault(generator, {})[parameter] = _literal(text.strip())
    return settings


def _literal(text: str) -> Any:  # noqa: ANN401 - any TOML value
    """A TOML value (3, 0.5, true, [64, 32]), or else the text itself; `none` is None."""
    if text.lower() == "none":
        return None
    try:
        return parse_toml(f"value = {text}")["value"]
    except ValueError:
        return text


def _require_plain(value: object, name: str) -> None:
    """Refuses dates, infinities and objects: trials are stored and hashed as JSON, which has none of them."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BenchError(
            f"{name} is set to {value}; expected a finite number, text, true, false, none, or a list or table of them"
        ) from error


def merge_params(base: object, over: object) -> dict[str, dict[str, Any]]:
    """Returns both, as `read_params` takes them, merged parameter by parameter; `over` wins."""
    first, second = read_params(base), read_params(over)
    return {name: {**first.get(name, {}), **second.get(name, {})} for name in {**first, **second}}


def param_words(settings: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Returns the words from which `read_params` reads these settings.

    >>> param_words({"a": {"b": True, "c": [1, "x"], "d": "text", "e": "3", "f": None}})
    ['a.b=true', 'a.c=[1, "x"]', 'a.d=text', 'a.e="3"', 'a.f=None']
    """
    return [
        f"{generator}.{name}={_word(value)}"
        for generator, parameters in settings.items()
        for name, value in parameters.items()
    ]


def _word(value: object) -> str:
    is_bare_text = isinstance(value, str) and _literal(value) == value and value == value.strip()
    return str(value) if is_bare_text else toml_value(value)


def toml_value(value: object) -> str:
    """Returns a value as TOML writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{toml_value(str(key))} = {toml_value(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
