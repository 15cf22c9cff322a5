"""Hashes of what a trial's numbers depend on: code, package versions, plain data."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.api import Family, MetricSet
from bench.common.normalised_code import Meaning, meaning

SCORING_PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy", "sdmetrics", "xgboost")
"""Distributions whose versions change scores."""

SCORING_MODULES = ("bench.scoring.reference_rows", "bench.scoring.score_table")
"""Modules of the core whose code changes scores; those of the metric families are added."""


def digest(value: object, length: int = 16) -> str:
    """Returns the first hex digits of the sha256 of a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def versions(distributions: Iterable[str]) -> dict[str, str]:
    """Returns the installed versions by distribution; absent distributions are left out."""
    installed: dict[str, str] = {}
    for name in distributions:
        # An empty name is a ValueError.
        with suppress(PackageNotFoundError, ValueError):
            installed[name] = version(name)
    return installed


def scoring_digest(families: Iterable[Family], metric_set: MetricSet, *, snap: bool = False) -> str:
    """Returns the digest of everything that scores depend on. Results with another digest are scored again."""
    modules = {family.name: code_digest(family.score.__module__) for family in families}
    shared = [code_digest(module) for module in SCORING_MODULES]
    packages = versions(SCORING_PACKAGES)
    return digest({"code": modules, "shared": shared, "versions": packages, "metrics": metric_set, "snap": snap})


@cache
def code_digest(module: str) -> str:
    """Returns the digest of what a module does, with all modules of its own code that it imports, however deep.

    Its own code is the outermost package that it is in, and `bench` except `bench.api`, which only names things. The
    names and places of these modules make no difference; see `bench.common.normalised_code`.
    """
    spec = _spec(module)
    if spec is None or spec.origin is None:
        return digest([])
    return _digest(Path(spec.origin).read_bytes(), spec.parent or "", module)


def source_digest(source: bytes) -> str:
    """Returns the digest of what a file outside any package does."""
    return _digest(source, "", "")


def _digest(source: bytes, package: str, name: str) -> str:
    home = name.partition(".")[0]
    root = _meaning(source, package, home)
    helpers = _helpers(root, name, home)
    own = {other: digest(helper.replaced({})) for other, helper in helpers.items()} | {name: digest(root.replaced({}))}
    return digest([root.replaced(own), *sorted(helper.replaced(own) for helper in helpers.values())], 64)


@cache
def _meaning(source: bytes, package: str, home: str) -> Meaning:
    """What a module does. A source that Python refuses counts as its bytes: only a fit shall fail because of it."""
    try:
        return meaning(source, package, lambda module: _is_own(module, home))
    except (SyntaxError, ValueError, ImportError, RecursionError):
        return Meaning(hashlib.sha256(source).hexdigest())


def _helpers(root: Meaning, name: str, home: str) -> dict[str, Meaning]:
    """The modules of its own code that a module imports, directly or not, without itself."""
    reached: dict[str, Meaning] = {}
    waiting = sorted(root.modules)
    while waiting:
        other = waiting.pop()
        spec = None if other == name or other in reached else _spec(other)
        if spec is not None and spec.origin is not None and spec.origin.endswith(".py"):
            reached[other] = _meaning(Path(spec.origin).read_bytes(), spec.parent or "", home)
            waiting += sorted(reached[other].modules)
    return reached


def _is_own(module: str, home: str) -> bool:
    """Whether a dotted name is a module that belongs to the code of plugins in the outermost package `home`."""
    if module.partition(".")[0] not in (home, "bench") or module == "bench" or f"{module}.".startswith("bench.api."):
        return False
    return _spec(module) is not None


def _spec(module: str) -> ModuleSpec | None:
    """Where a module is; None if the name is not a module (`from package import name` may name a function).

    Packages are imported on the way, modules are not: only workers load a plugin's network, or fail to do so.
    """
    parent = module.rpartition(".")[0]
    if parent and not _is_package(parent):
        return None
    try:
        return importlib.util.find_spec(module)
    except Exception:  # noqa: BLE001 - a plugin's package may raise anything
        return None


@cache
def _is_package(module: str) -> bool:
    spec = _spec(module)
    return spec is not None and spec.submodule_search_locations is not None
