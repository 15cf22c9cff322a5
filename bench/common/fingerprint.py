"""What a trial's numbers depend on, as one hash: its plugin's code and the versions of what it runs on."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from bench.common.code_meaning import Meaning, meaning

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
    shared = [code(f"bench.{name}") for name in ("scoring.reference_rows", "scoring.score_table")]
    return digest(
        {"code": modules, "shared": shared, "versions": versions(SCORING), "metrics": metric_set, "snap": snap}
    )


@cache
def code(module: str) -> str:
    """The digest of what a module does, and of every module of its own code that it imports, however deep.

    Its own code is the outermost package that it is in, and `bench` but for the contract `bench.api`, which only
    names things. Where these modules are and what they are called makes no difference; see `bench.common.code_meaning`.
    """
    spec = _spec(module)
    if spec is None or spec.origin is None:
        return digest([])
    return _digest(Path(spec.origin).read_bytes(), spec.parent or "", module)


def code_of_source(source: bytes) -> str:
    """As `code`, of a file that is in no package; one that is no Python is what its bytes are."""
    try:
        return _digest(source, "", "")
    except (SyntaxError, ValueError):
        return hashlib.sha256(source).hexdigest()


def _digest(source: bytes, package: str, name: str) -> str:
    home = name.partition(".")[0]
    root = meaning(source, package, lambda other: _is_own(other, home))
    helpers = _helpers(root, name, home)
    own = {other: digest(helper.replaced({})) for other, helper in helpers.items()} | {name: digest(root.replaced({}))}
    return digest([root.replaced(own), *sorted(helper.replaced(own) for helper in helpers.values())], 64)


def _helpers(root: Meaning, name: str, home: str) -> dict[str, Meaning]:
    """The modules of its own code that a module reaches, itself left out."""
    reached: dict[str, Meaning] = {}
    waiting = sorted(root.modules)
    while waiting:
        other = waiting.pop()
        spec = None if other == name or other in reached else _spec(other)
        if spec is not None and spec.origin is not None and spec.origin.endswith(".py"):
            source = Path(spec.origin).read_bytes()
            reached[other] = meaning(source, spec.parent or "", lambda each: _is_own(each, home))
            waiting += sorted(reached[other].modules)
    return reached


def _is_own(module: str, home: str) -> bool:
    """Whether a dotted name is a module whose code counts for plugins of the outermost package `home`."""
    if module.partition(".")[0] not in (home, "bench") or module == "bench" or f"{module}.".startswith("bench.api."):
        return False
    return _spec(module) is not None


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


@cache
def _is_package(module: str) -> bool:
    spec = _spec(module)
    return spec is not None and spec.submodule_search_locations is not None
