"""Parses JSON and TOML that anyone may have written; nesting that is too deep is a `ValueError`, like other damage."""

from __future__ import annotations

import json
import tomllib
from typing import Any

_TOO_DEEP = "it is nested too deeply"


def parse_json(text: bytes | str) -> Any:  # noqa: ANN401 - whatever it holds
    """Returns what JSON text holds.

    Raises:
        ValueError: if it is no JSON, is nested too deeply, or has NaN or infinity.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def parse_toml(text: str) -> dict[str, Any]:
    """Returns what TOML text holds.

    Raises:
        ValueError: if it is no TOML, or is nested too deeply.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}; expected finite numbers")
