"""Writes files to start a plugin from: a plugin that works as written, and its test."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, cast

from bench.api import BenchError
from bench.common.atomic_files import write_file
from bench.plugins import entry_points

if TYPE_CHECKING:
    from pathlib import Path

ScaffoldKind = Literal["generator", "dataset", "metric", "section"]
_OBJECTS: dict[ScaffoldKind, str] = {"dataset": "SOURCE", "metric": "FAMILY", "section": "SECTION"}
_PACKAGES = frozenset({"bench", "numpy", "pandas", "pytest", "scipy", "sklearn", "torch"})


def write_scaffold(kind: ScaffoldKind, name: str, out: Path, *, force: bool = False) -> list[str]:
    """Writes `<name>.py` and `test_<name>.py`.

    Args:
        kind: kind of plugin.
        name: the name that users will type; `_` counts as `-`.
        out: the folder; it is created if it does not exist.
        force: whether to replace files.

    Returns:
        Lines to print: what was written, how to try it, how to register it.

    Raises:
        BenchError: if the name cannot be used, or a file exists.
    """
    words = _placeholders(kind, name)
    module = words["MODULE"]
    targets = {out / f"{module}.py": kind, out / f"test_{module}.py": f"{kind}_test"}
    if existing := [str(path) for path in targets if path.exists() and not force]:
        raise BenchError(
            f"there is a file {' and '.join(existing)} already; choose another name or --out, or replace with --force"
        )
    for path, template in targets.items():
        text = (files("bench.workflows.plugin_checks") / "scaffolds" / f"{template}.txt").read_text(encoding="utf-8")
        write_file(path, _fill(text, words).encode())
    return [*(f"wrote {path}" for path in targets), *_advice(kind, out / f"{module}.py", words)]


def _placeholders(kind: ScaffoldKind, name: str) -> dict[str, str]:
    plain = name.replace("_", "-")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", plain) or len(plain) > 40:
        raise BenchError(f"got the name {name!r}; expected lower case letters, digits and single '-', such as my-gen")
    module = plain.replace("-", "_")
    # A file of this name would hide the module from everything that runs in its folder.
    if keyword.iskeyword(module) or module in sys.stdlib_module_names or module in _PACKAGES:
        raise BenchError(f"the name {name!r} is that of a Python module or word; choose another, such as my-{plain}")
    from bench.scoring.reference_rows import reference_names as references

    group = cast("entry_points.Kind", f"{kind}s")
    used = entry_points.choices() if kind == "generator" else entry_points.names(group)
    if kind == "generator" and plain in references():
        raise BenchError(f"the name {name!r} is that of a reference row; choose another, such as my-{plain}")
    if plain in (*used, "all"):
        raise BenchError(f"there is a {kind} called {plain!r} already; choose another name")
    return {
        "NAME": plain,
        "MODULE": module,
        "CLASS": "".join(part.capitalize() for part in plain.split("-")),
        "TITLE": plain.replace("-", " ").capitalize(),
    }


def _fill(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text


def _advice(kind: ScaffoldKind, path: Path, words: dict[str, str]) -> list[str]:
    commands = [f"bench test-plugin {path}", f"pytest {path.with_name(f'test_{path.name}')}"]
    commands += [f"bench run --plugin {path} --generators {words['NAME']}"] if kind == "generator" else []
    target = f"{words['MODULE']}:{_OBJECTS.get(kind, words['CLASS'])}"
    return [
        "to try it:",
        *(f"  {line}" for line in commands),
        "to install it, in the pyproject.toml of a package that has the file:",
        f'  [project.entry-points."bench.{kind}s"]',
        f'  {words["NAME"]} = "{target}"',
    ]
