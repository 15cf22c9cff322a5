"""Changes what JSON, TOML and CSV say, so that the text stays well-formed most of the time."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from random import Random


Json: TypeAlias = Any
"""Plain data."""

ODD_VALUES: tuple[Json, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 2**31, 2**63, 2**64, -(2**63), 10**30, 10**400),
    *(0.0, -0.0, 0.5, -1.5, 5e-324, 1e308, -1e308, float("nan"), float("inf")),
    *("", " ", "\n", "a\nb", "\0", "\ud800", "\u202e", "\x1b[2J", "é", "\U0001d54f" * 3, "a" * 5000),
    *("1", "-1", "1e999", "nan", "2024-01-01", "9999-12-31T23:59:59", "../..", "/", "a/b", ".", "a=b"),
    *("[x]", "{}", "a,b", '"', "'", "|", "*"),
    *([], {}, [[]], [None], {"": {}}, {"a": 1}, [1, "a"], ["a", "a"], [[1, 2], [3]], [0.5] * 300),
)
_MARK = "NESTED-HERE"


def mutate_json(data: bytes, rng: Random) -> bytes:
    """Returns JSON text whose content differs from that of a valid file in a few places.

    Raises:
        ValueError: if the file is no JSON.
    """
    content = mutate_content(json.loads(data), rng)
    if rng.random() < 0.03:
        content = _changed(content, rng, lambda _value: _MARK)
    text = json.dumps(content, ensure_ascii=rng.random() < 0.8)
    return _nested(text, rng).encode(errors="surrogatepass")


def mutate_toml(data: bytes, rng: Random) -> bytes:
    """Returns TOML text whose content differs from that of a valid file in a few places.

    Raises:
        ValueError: if the file is no TOML.
    """
    content = mutate_content(tomllib.loads(data.decode()), rng)
    if rng.random() < 0.03:
        content = _changed(content, rng, lambda _value: _MARK)
    if not isinstance(content, dict):
        content = {"target": content}
    lines = [f"{_toml(str(key))} = {_toml(value)}" for key, value in content.items()]
    return _nested("\n".join(lines) + "\n", rng).encode(errors="replace")


def mutate_content(content: Json, rng: Random) -> Json:
    """Returns plain data with one to four random nodes replaced, removed, renamed or copied."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        change = rng.choice((_odd, _odd, _related, _other_node(content, rng)))
        act = rng.choice(("replace", "replace", "remove", "rename", "repeat"))
        content = _changed(content, rng, partial(change, rng=rng), act)
    return content


def _odd(_value: Json, rng: Random) -> Json:
    return rng.choice(ODD_VALUES)


def _related(value: Json, rng: Random) -> Json:
    """A value that is close to another, or of a similar type."""
    match value:
        case bool():
            return rng.choice((not value, int(value), str(value).lower()))
        case int() | float():
            return rng.choice((-value, value + 1, value * 10**6, str(value), [value], float(min(value, 10**300)), None))
        case str():
            return rng.choice(
                (value + " ", value.upper(), value[:1], value * 50, [value], {value: value}, "\n" + value)
            )
        case list():
            return rng.choice((value * 2, value[::-1], value[:1], dict.fromkeys(map(str, value)), [value], None))
        case dict():
            return rng.choice((list(value), list(value.items()), {**value, "extra": 1}, dict(list(value.items())[:1])))
    return rng.choice(ODD_VALUES)


def _other_node(content: Json, rng: Random) -> Callable[..., Any]:
    node = content
    while isinstance(node, dict | list) and node and rng.random() < 0.8:
        node = rng.choice(list(node.values()) if isinstance(node, dict) else node)
    copied = json.loads(json.dumps(node, default=str))
    return lambda _value, rng: copied


_Change = Callable[[Any], Any]


def _changed(node: Json, rng: Random, change: _Change, act: str = "replace") -> Json:
    """Returns data in which a random node below `node` is changed; the others are those of `node`."""
    if not isinstance(node, dict | list) or not node or rng.random() < 0.03:
        return change(node)
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    key = rng.choice(keys)
    copy: Any = dict(node) if isinstance(node, dict) else list(node)
    inner = node[key]
    if isinstance(inner, dict | list) and inner and rng.random() < 0.8:
        copy[key] = _changed(inner, rng, change, act)
    elif act == "remove":
        del copy[key]
    elif act == "rename" and isinstance(copy, dict):
        copy[str(rng.choice((*keys, *filter(_is_text, ODD_VALUES))))] = copy.pop(key)
    elif act == "repeat" and isinstance(copy, list):
        copy[key:key] = [inner] * rng.choice((1, 2, 50))
    else:
        copy[key] = change(inner)
    return copy


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _nested(text: str, rng: Random) -> str:
    depth = rng.choice((3, 60, 900, 20_000))
    return text.replace(f'"{_MARK}"', rng.choice(("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth)), 1)


def _toml(value: Json) -> str:
    """A value as TOML; it has no null, and text stands for it."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case str() | None:
            return json.dumps(value or "", ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)  # a date


def mutate_csv(data: bytes, rng: Random) -> bytes:
    """Returns a table whose cells, rows, columns, separator or encoding are others; `data` is CSV in UTF-8."""
    text = data.decode()
    separator = max(",;\t|", key=text.splitlines()[0].count)
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    for _ in range(rng.choice((1, 1, 2, 4))):
        rows = rng.choice((_odd_cell, _odd_column, _drop_row, _drop_column, _double_row, _double_column))(rows, rng)
    written = io.StringIO()
    separator = separator if rng.random() < 0.8 else rng.choice(",;\t| ")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if rng.random() < 0.2 else csv.QUOTE_MINIMAL
    csv.writer(written, delimiter=separator, quoting=quoting, lineterminator=rng.choice(("\n", "\r\n"))).writerows(rows)
    return written.getvalue().encode(rng.choice(("utf-8",) * 6 + ("utf-16", "latin-1")), errors="replace")


_Rows = list[list[str]]
_CELLS = (
    *("", " ", "NA", "nan", "inf", "-inf", "null", "?", "-", "1", "0", "-200", "007", "1e5", "1e999", "1,5", "1.234,5"),
    *("12:30", "24:00", "2024-02-30", "31.12.2024", "0001-01-01", "9999-12-31", "2262-04-12", "Jan 2024", "2024W01"),
    *("2024-01-01T00:00:00+99:00", "1704067200", "1" * 400, "9" * 20, "-9223372036854775808", "18446744073709551616"),
    *("0x10", "1_000", "true", "£5", "50%", "(3)", "--", "1e18", "=1+1", "٣", "#", "é" * 50),
    *('"', "\0", "\n", "\ufeff", "\x85", "\u2028"),
)


def _odd_cell(rows: _Rows, rng: Random) -> _Rows:
    at = rng.randrange(len(rows)) if rows else 0
    return [
        [*row] if i != at or not row else _with_cell(row, rng.randrange(len(row)), rng) for i, row in enumerate(rows)
    ]


def _with_cell(row: list[str], at: int, rng: Random) -> list[str]:
    return [*row[:at], rng.choice(_CELLS), *row[at + 1 :]]


def _odd_column(rows: _Rows, rng: Random) -> _Rows:
    """A column, below its name, of one odd cell, or of several."""
    at, cells = rng.randrange(max(1, len(rows[0]) if rows else 1)), rng.sample(_CELLS, rng.choice((1, 2, 6)))
    share = rng.choice((0.1, 0.9, 1.0))
    return [
        [*row[:at], rng.choice(cells), *row[at + 1 :]] if i and at < len(row) and rng.random() < share else row
        for i, row in enumerate(rows)
    ]


def _drop_row(rows: _Rows, rng: Random) -> _Rows:
    at = rng.randrange(len(rows) + 1)
    return rows[:at] + rows[at + rng.choice((1, 1, 50, len(rows))) :]


def _double_row(rows: _Rows, rng: Random) -> _Rows:
    at = rng.randrange(len(rows) + 1)
    return rows[:at] + rows[at : at + 1] * rng.choice((1, 5, 200)) + rows[at:]


def _drop_column(rows: _Rows, rng: Random) -> _Rows:
    at = rng.randrange(max(1, len(rows[0]) if rows else 1))
    return [row[:at] + row[at + 1 :] for row in rows]


def _double_column(rows: _Rows, rng: Random) -> _Rows:
    """A column once more, under its name or another."""
    at = rng.randrange(max(1, len(rows[0]) if rows else 1))
    name = rng.choice(("again", *_CELLS)) if rng.random() < 0.8 else None
    return [
        [*row, name if not i and name is not None else row[at] if at < len(row) else ""] for i, row in enumerate(rows)
    ]
