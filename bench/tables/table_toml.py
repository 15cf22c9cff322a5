"""A TOML file beside a table, `titanic.toml` for `titanic.csv`: what the values of the table do not say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common import suggestions
from bench.common.parsed_text import parse_toml, read_text
from bench.common.safe_text import one_line
from bench.tables.overrides import KINDS, TASKS, ColumnChoice, Overrides, parse_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from bench.api import Column, ColumnKind, Schema

KEYS = ("target", "task", "leave_out", "missing", "columns")
RUN_KEYS = (
    *("dataset", "generators", "plugins", "repeats", "seeds_per_split", "seed", "split", "holdout_share", "profile"),
    *("set", "rows", "snap", "device", "blocks", "external", "out", "workers", "timeout", "memory", "retry", "cache"),
    *("cluster", "track"),
)
"""What only a configuration of a run says: how to make one, and nothing about a table."""
COLUMN_KEYS = ("kind", "levels", "ordered", "day_first", "missing")


def toml_beside(table: Path) -> Path:
    """Returns the path of the TOML file that belongs to a table, whether it exists or not."""
    return table.with_suffix(".toml")


def configures_run(path: Path) -> bool:
    """Returns whether a TOML file is a configuration of a run, as `bench run --config` reads, and not a table's file.

    It is if it has a key of `RUN_KEYS` or a text for `missing`, and no table of `columns`. A misspelt key makes no
    configuration of a table's file.

    Raises:
        BenchError: if it cannot be read; one line.
    """
    return _configures_run(_content(path))


def _configures_run(content: Mapping[str, Any]) -> bool:
    says_how = any(key in content for key in RUN_KEYS) or isinstance(content.get("missing"), str)
    return says_how and "columns" not in content


def read_toml(path: Path) -> Overrides:
    """Returns what a TOML file says about a table: nothing if it is a configuration of a run.

    Raises:
        BenchError: if it cannot be read, or has an unknown key or a value of the wrong type; one line.
    """
    content = _content(path)
    if _configures_run(content):
        return Overrides()
    _refuse_unknown(content, KEYS, path.name)
    columns = content.get("columns", {})
    if not isinstance(columns, dict):
        raise BenchError(f"columns of {path.name} is {columns!r}; expected a table [columns] of NAME = KIND")
    return Overrides(
        target=_text(content, "target", path.name),
        task=_one_of(content, "task", TASKS, path.name),
        leave_out=_texts(content, "leave_out", path.name),
        missing=_texts(content, "missing", path.name),
        columns={name: _choice(said, f"column {name!r} of {path.name}") for name, said in columns.items()},
    )


def _content(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(read_text(path, "utf-8-sig"))
    except OSError as error:
        raise BenchError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise BenchError(f"{path.name} is not valid TOML ({one_line(error)}); mend that line") from error


def write_toml(schema: Schema, reasons: Mapping[str, str], path: Path, overrides: Overrides | None = None) -> None:
    """Writes what is known of a table, to be edited: every column with its kind, and the reason as a comment.

    Reading the file again gives the same schema.

    Args:
        schema: of the table.
        reasons: why each column has its kind, by name.
        path: the file.
        overrides: what was said about the table; codes of gaps and chosen levels are written again.

    Raises:
        BenchError: if the file exists.
    """
    said = overrides or Overrides()
    lines = [
        "# The columns of a table. Edit this file and keep it beside the table; flags win over it.",
        f"target = {_quoted(schema.target)}",
        f"task = {_quoted(schema.task)}",
        "leave_out = [",
        *(f"  {_quoted(name)},{_comment(reason)}" for name, reason in schema.left_out),
        "]",
        f"missing = {_list(said.missing)}  # values that mean a gap in any column, such as -200 or ?",
        "",
        "[columns]  # numeric, categorical or datetime",
        *(
            _line(column, said.choice(column.name)) + _comment(reasons.get(column.name, ""))
            for column in schema.columns
        ),
    ]
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except FileExistsError as error:
        raise BenchError(f"{path} exists; expected no such file; edit it, or remove it first") from error
    except OSError as error:
        raise BenchError(f"{path} cannot be written: {error.strerror or error}") from error


def _line(column: Column, choice: ColumnChoice) -> str:
    parts = [f"kind = {_quoted(column.kind)}"]
    if column.ordered or choice.levels:
        parts.append(f"levels = {_list(column.levels)}")
    if column.ordered:
        parts.append("ordered = true")
    if choice.day_first:
        parts.append("day_first = true")
    if choice.missing:
        parts.append(f"missing = {_list(choice.missing)}")
    value = _quoted(column.kind) if len(parts) == 1 else "{ " + ", ".join(parts) + " }"
    return f"{_quoted(column.name)} = {value}"


def _comment(reason: str) -> str:
    return f"  # {_quoted(one_line(reason))[1:-1]}" if reason else ""


def _list(texts: Collection[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    """A TOML string: as in JSON, but DEL must be escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _choice(said: object, where: str) -> ColumnChoice:
    if not isinstance(said, dict):
        return parse_kind(said, where)
    _refuse_unknown(said, COLUMN_KEYS, where)
    ordered, day_first = _flag(said, "ordered", where), _flag(said, "day_first", where)
    levels = _texts(said, "levels", where)
    if repeated := [level for level in dict.fromkeys(levels) if levels.count(level) > 1]:
        raise BenchError(f"levels of {where} has {repeated[0]!r} more than once; expected each once")
    kind: ColumnKind | None = _one_of(said, "kind", KINDS, where)
    kind = kind or ("categorical" if levels else "datetime" if day_first else None)
    if kind != "datetime" and day_first:
        raise BenchError(f'{where} is {kind} and has day_first; expected kind = "datetime"')
    if kind != "categorical" and (levels or ordered):
        raise BenchError(f'{where} is {kind or "of no kind"} and has levels or an order; expected kind = "categorical"')
    return ColumnChoice(kind, levels, ordered, day_first, _texts(said, "missing", where))


def _refuse_unknown(content: Mapping[str, Any], keys: Collection[str], where: str) -> None:
    for key in content:
        if key not in keys:
            raise BenchError(f"{where} has an unknown key {key!r}: {suggestions.closest(key, keys)}")


def _flag(content: Mapping[str, Any], key: str, where: str) -> bool:
    value = content.get(key, False)
    if not isinstance(value, bool):
        raise BenchError(f"{key} of {where} is {value!r}; expected true or false")
    return value


def _text(content: Mapping[str, Any], key: str, where: str) -> str | None:
    value = content.get(key)
    if value is not None and not isinstance(value, str):
        raise BenchError(f"{key} of {where} is {value!r}; expected a text in quotes")
    return value


def _texts(content: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """A list of texts; numbers stand for their text, as -200 is a natural way to write a code."""
    values = content.get(key, [])
    if not isinstance(values, list) or any(isinstance(v, bool) or not isinstance(v, str | int | float) for v in values):
        raise BenchError(f'{key} of {where} is {values!r}; expected a list of texts, such as ["a", "b"]')
    return tuple(map(str, values))


def _one_of(content: Mapping[str, Any], key: str, choices: Collection[str], where: str) -> Any:  # noqa: ANN401
    return None if key not in content else suggestions.require_choice(content[key], choices, f"{key} of {where}")
