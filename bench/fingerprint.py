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
    from importlib.machinery import ModuleSpec

    from bench.api import Family, MetricSet

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


def scoring(families: Iterable[Family], metric_set: MetricSet, *, snap: bool = False) -> str:
    """What scores depend on: results that differ in it are scored again before they are compared."""
    modules = {family.name: code(family.score.__module__) for family in families}
    shared = {name: _hash(f"bench.{name}") for name in ("grid", "reference", "scoring")}
    return digest(
        {"code": modules, "shared": shared, "versions": versions(SCORING), "metrics": metric_set, "snap": snap}
    )


def _hash(module: str) -> str:
    spec = _spec(module)
    return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest() if spec and spec.origin else ""


@cache
def code(module: str) -> str:
    """The sha256 of a module's source and of every module of its own package that it imports, however deep."""
    return digest({name: hashlib.sha256(source).hexdigest() for name, source in _sources(module).items()}, 64)


def _home(module: str) -> str:
    """The package whose modules count as a plugin's own: the outermost; of our own plugins, their folder."""
    outermost = module.partition(".")[0]
    return module.rpartition(".")[0] if outermost == "bench" else outermost


def _sources(module: str) -> dict[str, bytes]:
    home = _home(module)
    found: dict[str, bytes] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        spec = None if name in found else _spec(name)
        if spec is not None and spec.origin is not None and spec.origin.endswith(".py"):
            found[name] = Path(spec.origin).read_bytes()
            imported = _imports(found[name], spec.parent or "")
            waiting += [other for other in imported if other == home or other.startswith(f"{home}.")]
    return found


def _spec(module: str) -> ModuleSpec | None:
    """Where a module is; None if it is none (`from package import name` may name a function).

    Packages are imported on the way, modules are not: a plugin's network is for its worker to load, or to fail at.
    """
    parent = module.rpartition(".")[0]
    if parent and not _is_package(parent):
        return None
    try:
        return importlib.util.find_spec(module)
    except Exception:  # noqa: BLE001 - what a package raises as it is imported is its plugin's matter
        return None


def _is_package(module: str) -> bool:
    spec = _spec(module)
    return spec is not None and spec.submodule_search_locations is not None


def _imports(source: bytes, package: str) -> list[str]:
    """Modules that a source may import, inside functions too; relative ones resolved against `package`."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            module = importlib.util.resolve_name(base, package) if node.level else base
            names += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return names
