"""Files to start a plugin from: one that works as written, and its test."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from bench.api import BenchError
from bench.common.atomic_files import write_file
from bench.plugins import entry_points

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["generator", "dataset", "metric", "section"]

_GROUPS: dict[Kind, entry_points.Kind] = {
    "generator": "generators",
    "dataset": "datasets",
    "metric": "metrics",
    "section": "sections",
}
_OBJECTS: dict[Kind, str] = {"generator": "@CLASS@", "dataset": "SOURCE", "metric": "FAMILY", "section": "SECTION"}


def write(kind: Kind, name: str, out: Path, *, force: bool = False) -> list[str]:
    """Writes `<name>.py` and `test_<name>.py`.

    Args:
        kind: of plugin.
        name: that users will type; `_` counts as `-`.
        out: the folder, made if need be.
        force: whether to replace files.

    Returns:
        Lines to print: what was written, how to try it, how to register it.

    Raises:
        BenchError: if the name cannot be used, or a file exists.
    """
    words = _words(kind, name)
    module = words["MODULE"]
    targets = {out / f"{module}.py": kind, out / f"test_{module}.py": f"{kind}_test"}
    if there := [str(path) for path in targets if path.exists() and not force]:
        raise BenchError(
            f"there is a file {' and '.join(there)} already; choose another name or --out, or replace with --force"
        )
    for path, template in targets.items():
        text = (files("bench.workflows.plugin_checks") / "scaffolds" / f"{template}.txt").read_text(encoding="utf-8")
        write_file(path, _fill(text, words).encode())
    return [*(f"wrote {path}" for path in targets), *_advice(kind, out / f"{module}.py", words)]


def _words(kind: Kind, name: str) -> dict[str, str]:
    plain = name.replace("_", "-")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", plain) or len(plain) > 40:
        raise BenchError(f"got the name {name!r}; expected lower case letters, digits and single '-', such as my-gen")
    module = plain.replace("-", "_")
    # A file of such a name would stand in the way of the module for all that is run from its folder.
    if keyword.iskeyword(module) or module in sys.stdlib_module_names or module in _PACKAGES:
        raise BenchError(f"the name {name!r} is that of a Python module or word; choose another, such as my-{plain}")
    from bench.scoring.reference_rows import reference_names as references

    taken = entry_points.choices() if kind == "generator" else entry_points.names(_GROUPS[kind])
    if kind == "generator" and plain in references():
        raise BenchError(f"the name {name!r} is that of a reference row; choose another, such as my-{plain}")
    if plain in (*taken, "all"):
        raise BenchError(f"there is a {kind} called {plain!r} already; choose another name")
    return {
        "NAME": plain,
        "MODULE": module,
        "CLASS": "".join(part.capitalize() for part in plain.split("-")),
        "TITLE": plain.replace("-", " ").capitalize(),
    }


_PACKAGES = frozenset({"bench", "numpy", "pandas", "pytest", "scipy", "sklearn", "torch"})


def _fill(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text


def _advice(kind: Kind, path: Path, words: dict[str, str]) -> list[str]:
    tries = [f"bench test-plugin {path}", f"pytest {path.with_name(f'test_{path.name}')}"]
    tries += [f"bench run --plugin {path} --generators {words['NAME']}"] if kind == "generator" else []
    points_at = f"{words['MODULE']}:{_fill(_OBJECTS[kind], words)}"
    return [
        "to try it:",
        *(f"  {line}" for line in tries),
        "to have it installed, in the pyproject.toml of a package that holds the file:",
        f'  [project.entry-points."bench.{_GROUPS[kind]}"]',
        f'  {words["NAME"]} = "{points_at}"',
    ]
