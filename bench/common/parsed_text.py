"""Parses JSON and TOML that anyone may have written; nesting that is too deep is a `ValueError`, like other damage."""

from __future__ import annotations

import json
import math
import re
import tomllib
from errno import EINVAL
from pathlib import Path
from typing import Any

_TOO_DEEP = "it is nested too deeply"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""An escape that stands for half of a character; two of them are one."""


def read_text(path: Path, encoding: str = "utf-8", newline: str | None = None) -> str:
    """Returns the text of a file that a user names.

    Raises:
        OSError: if it cannot be read, or is no regular file: nobody may ever write to a named pipe.
        ValueError: if it is not text in that encoding.
    """
    if path.exists() and not path.is_file():
        raise OSError(EINVAL, "it is no regular file", str(path))
    with path.open(encoding=encoding, newline=newline) as stream:
        return stream.read()


def parse_json(text: bytes | str) -> Any:  # noqa: ANN401 - whatever it holds
    """Returns what JSON text holds.

    Raises:
        ValueError: if it is no JSON, is nested too deeply, has numbers that are not finite floats, or has text that
            cannot be written to a file (half of a surrogate pair).
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_int=_whole, parse_float=_fraction)
        if _SURROGATE.search(text if isinstance(text, str) else text.decode(errors="replace")):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except UnicodeEncodeError:
        raise ValueError("it holds text that is no Unicode (half of a surrogate pair)") from None
    return value


def parse_toml(text: str) -> dict[str, Any]:
    """Returns what TOML text holds.

    Raises:
        ValueError: if it is no TOML, or is nested too deeply.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def _whole(digits: str) -> int:
    _fraction(digits)
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"it holds a number of {len(digits)} characters that is too large; expected finite numbers")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}; expected finite numbers")
