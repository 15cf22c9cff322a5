"""Looks up what installed plugins register: generators, presets, data sets, metric families, report sections."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from bench.api import BenchError, DatasetSource, Family, Preset, Section
from bench.common.safe_text import error_line
from bench.common.suggestions import closest
from bench.plugins.trial_import import import_problem

Kind = Literal["generators", "presets", "adapters", "findings", "datasets", "metrics", "sections"]
_SINGULAR: dict[Kind, str] = {
    "generators": "generator",
    "presets": "set of presets",
    "adapters": "adapter",
    "findings": "study of presets",
    "datasets": "data set",
    "metrics": "metric family",
    "sections": "section",
}

_FORMS: dict[Kind, type] = {"presets": Mapping, "datasets": DatasetSource, "metrics": Family, "sections": Section}


@cache
def _points(kind: Kind) -> Mapping[str, Mapping[str, EntryPoint]]:
    """The entry points by name and value. Two values under one name are an error only when that name is loaded."""
    points: dict[str, dict[str, EntryPoint]] = {}
    for point in entry_points(group=f"bench.{kind}"):
        points.setdefault(point.name, {})[point.value] = point
    return points


def names(kind: Kind) -> list[str]:
    """Returns all registered names of a kind, in the order they were declared."""
    return list(_points(kind))


def distributions() -> set[str]:
    """Returns the installed packages that register plugins of any kind, this one included."""
    points = (point for kind in _SINGULAR for point in entry_points(group=f"bench.{kind}"))
    return {point.dist.name for point in points if point.dist is not None}


def load(kind: Kind, name: str) -> Any:  # noqa: ANN401 - what an entry point holds is the plugin's
    """Loads the plugin that is registered under a name.

    Raises:
        BenchError: if no plugin of that kind has the name, two plugins have it, or its module cannot be imported.
    """
    points, plugin = _points(kind), f"{_SINGULAR[kind]} {name!r}"
    if name not in points:
        raise BenchError(f"unknown {plugin}: {closest(name, points, kind)}")
    if len(points[name]) > 1:
        values = " and ".join(points[name])
        raise BenchError(f"two plugins register the {plugin}: {values}; uninstall or rename one of them")
    (point,) = points[name].values()
    if problem := _import_problem(point):
        raise BenchError(f"the {plugin} ({point.value}) cannot be imported: {problem}")
    try:
        loaded = point.load()
    except (Exception, SystemExit) as error:
        raise BenchError(f"the {plugin} ({point.value}) cannot be imported: {error_line(error)}") from error
    if problem := _form_problem(kind, loaded):
        raise BenchError(f"the {plugin} ({point.value}) {problem}")
    return loaded


def _form_problem(kind: Kind, loaded: object) -> str:
    """What is wrong with the type of what an entry point holds; empty if nothing is, or another place looks at it."""
    expected = _FORMS.get(kind, object)
    if not isinstance(loaded, expected):
        return f"is a {type(loaded).__name__}; expected a {expected.__name__}"
    if kind == "presets" and isinstance(loaded, Mapping):
        wrong = [name for name, preset in loaded.items() if not (isinstance(name, str) and isinstance(preset, Preset))]
        return f"has {wrong[0]!r}, which is no Preset under a name" if wrong else ""
    return ""


def _import_problem(point: EntryPoint) -> str:
    """Why a module of another package cannot be imported; it is tried first, unless this is a worker with limits."""
    if _is_bundled(point) or point.module in sys.modules or multiprocessing.parent_process() is not None:
        return ""
    return import_problem(point.module)


def _is_bundled(point: EntryPoint) -> bool:
    return point.module.startswith("bench.")


def is_bundled(kind: Kind, name: str) -> bool:
    """Returns whether what is registered under a name is code of this package; so is a name that does not exist."""
    return all(_is_bundled(point) for point in _points(kind).get(name, {}).values())


def is_bundled_generator(name: str) -> bool:
    """Returns whether a generator, preset or `adapter:argument` is code of this package, which any process may import.

    So may one whose name does not exist: there is nothing to import.
    """
    adapter, colon, _ = name.partition(":")
    kind: Kind = "adapters" if colon else "generators"
    preset = None if colon or name in names("generators") else presets().get(name)
    return is_bundled(kind, preset.generator if preset else adapter)


@dataclass(frozen=True, slots=True)
class NamedGenerator:
    """A generator's class, and the preset through which it was named."""

    cls: type
    preset: Preset | None = None


def presets() -> dict[str, Preset]:
    """Returns every preset of every set that can be loaded, by name."""
    return {name: preset for preset_set in _loaded_preset_sets().values() for name, preset in preset_set.items()}


def _loaded_preset_sets() -> dict[str, Mapping[str, Preset]]:
    loaded = {}
    for name in names("presets"):
        # It is named when somebody asks for it, and keeps nobody from running other generators.
        with suppress(BenchError):
            loaded[name] = load("presets", name)
    return loaded


def choices() -> list[str]:
    """Returns the names of generators, presets and sets of presets, in the order they were declared."""
    return [*names("generators"), *presets(), *names("presets")]


def expand_name(name: str, others: Iterable[str] = ()) -> list[str]:
    """Returns the generators and presets that a name of the command line stands for.

    Raises:
        BenchError: if the name does not exist; `others` are more names that the suggestion may come from.
    """
    if name == "all":
        return names("generators")
    if name in names("presets"):
        return list(load("presets", name))
    if ":" not in name and name not in names("generators") and name not in presets():
        hint = closest(name, ["all", *choices(), *others], "generators", "presets")
        broken = [preset_set for preset_set in names("presets") if preset_set not in _loaded_preset_sets()]
        unknown = f"; presets of {', '.join(broken)} are unknown (see `bench list presets`)" if broken else ""
        raise BenchError(f"unknown generator {name!r}: {hint}{unknown}")
    return [name]


def load_generator(name: str) -> NamedGenerator:
    """Loads the class of a generator, of a preset, or of `adapter:argument`.

    Raises:
        BenchError: if the name does not exist, or its module cannot be imported.
    """
    adapter, colon, argument = name.partition(":")
    if colon:
        return NamedGenerator(load("adapters", adapter)(argument))
    if name not in names("generators") and (preset := presets().get(name)):
        return NamedGenerator(load("generators", preset.generator), preset)
    return NamedGenerator(load("generators", name))


def families() -> list[Family]:
    """Returns all registered metric families, in the order in which they are shown."""
    return sorted((load("metrics", name) for name in names("metrics")), key=lambda family: (family.order, family.name))
