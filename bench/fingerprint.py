"""What a trial's numbers depend on, as one hash: its plugin's code and the versions of what it runs on."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SCORING = ("numpy", "pandas", "scikit-learn", "scipy", "sdmetrics", "xgboost")
"""Distributions whose versions change scores."""


def digest(value: object, length: int = 16) -> str:
    """The first hex digits of the sha256 of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def versions(distributions: Iterable[str]) -> dict[str, str]:
    """Installed versions by distribution; absent ones are left out."""
    found: dict[str, str] = {}
    for name in distributions:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def code(module: str) -> str:
    """The sha256 of a module's source and of every module of its own package that it imports, however deep."""
    sources = _sources(module)
    return digest({name: hashlib.sha256(source).hexdigest() for name, source in sources.items()}, 64)


def _sources(module: str) -> dict[str, bytes]:
    package = module.rpartition(".")[0]
    found: dict[str, bytes] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        source = None if name in found else _source(name)
        if source is not None:
            found[name] = source
            waiting += [other for other in _imports(source, package) if other.rpartition(".")[0] == package]
    return found


def _source(module: str) -> bytes | None:
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).read_bytes() if spec and spec.origin and spec.origin.endswith(".py") else None


def _imports(source: bytes, package: str) -> list[str]:
    """Modules that a source imports, inside functions too; relative ones resolved against `package`."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package if node.level == 1 else ""
            module = ".".join(part for part in (base, node.module) if part)
            names += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return names
