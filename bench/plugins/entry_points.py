"""What is registered under a name: generators, data sets, metric families, report sections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import TYPE_CHECKING, Any, Literal

from bench.api import BenchError, GeneratorInfo
from bench.common.suggestions import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bench.api import Family, Preset

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


@cache
def _points(kind: Kind) -> Mapping[str, Mapping[str, EntryPoint]]:
    """By name and by what they point at; more than one of a name is an error of whoever asks for that name."""
    found: dict[str, dict[str, EntryPoint]] = {}
    for point in entry_points(group=f"bench.{kind}"):
        found.setdefault(point.name, {})[point.value] = point
    return found


def names(kind: Kind) -> list[str]:
    """All registered names of a kind, in the order they were declared."""
    return list(_points(kind))


def load(kind: Kind, name: str) -> Any:  # noqa: ANN401 - what an entry point holds is the plugin's
    """The object that `name` stands for.

    Raises:
        BenchError: if nothing of that kind has the name or two plugins do, or its module cannot be imported.
    """
    points = _points(kind)
    if name not in points:
        raise BenchError(f"unknown {_SINGULAR[kind]} {name!r}: {closest(name, points, kind)}")
    if len(points[name]) > 1:
        both = " and ".join(points[name])
        raise BenchError(
            f"two plugins register the {_SINGULAR[kind]} {name!r}: {both}; uninstall or rename one of them"
        )
    (point,) = points[name].values()
    try:
        return point.load()
    except (Exception, SystemExit) as error:
        raise BenchError(
            f"the {_SINGULAR[kind]} {name!r} ({point.value}) cannot be imported: {type(error).__name__}: {error}"
        ) from error


@dataclass(frozen=True, slots=True)
class Entry:
    """What a run can name: a class, and the preset through which it was named."""

    cls: type
    preset: Preset | None = None


def presets() -> dict[str, Preset]:
    """Every preset of every set, by name."""
    return {name: preset for each in names("presets") for name, preset in load("presets", each).items()}


def choices() -> list[str]:
    """The names of generators, presets and sets of presets, in the order they were declared."""
    return [*names("generators"), *presets(), *names("presets")]


def expand(name: str, others: Iterable[str] = ()) -> list[str]:
    """The generators and presets that a name of the command line stands for.

    Args:
        name: as typed.
        others: names that are known elsewhere, for what is said of an unknown one.

    Raises:
        BenchError: if nothing has the name.
    """
    if name == "all":
        return names("generators")
    if name in names("presets"):
        return list(load("presets", name))
    if ":" not in name and name not in names("generators") and name not in presets():
        raise BenchError(
            f"unknown generator {name!r}: {closest(name, ['all', *choices(), *others], 'generators', 'presets')}"
        )
    return [name]


def generator(name: str) -> Entry:
    """The class behind a generator's or a preset's name, or behind `adapter:argument`.

    Raises:
        BenchError: if nothing has the name, or its module cannot be imported.
    """
    adapter, colon, argument = name.partition(":")
    if colon:
        return Entry(load("adapters", adapter)(argument))
    if name not in names("generators") and (preset := presets().get(name)):
        return Entry(load("generators", preset.generator), preset)
    return Entry(load("generators", name))


def families() -> list[Family]:
    """All registered metric families, in the order in which they are shown."""
    found: list[Family] = [load("metrics", name) for name in names("metrics")]
    return sorted(found, key=lambda family: (family.order, family.name))


def info(generator: type) -> GeneratorInfo:
    """What a generator class says of itself; blanks where it says nothing."""
    found = getattr(generator, "info", None)
    return found if isinstance(found, GeneratorInfo) else GeneratorInfo()


def summary(thing: object) -> str:
    """One line for lists: the declared summary, or the first line of the docstring."""
    declared = getattr(thing, "summary", None)
    return declared if isinstance(declared, str) else (thing.__doc__ or "").strip().split("\n")[0]


def lacking(generator: type) -> str:
    """What a generator needs that is not installed, with the command that installs it; empty if it needs nothing."""
    absent = missing_packages(generator)
    advice = info(generator).install or f"pip install {' '.join(absent)}"
    return f"needs {', '.join(absent)}: {advice}" if absent else ""


def missing_packages(generator: type) -> list[str]:
    """The distributions a generator needs that are not installed."""

    def absent(distribution: str) -> bool:
        try:
            version(distribution)
        except PackageNotFoundError:
            return True
        return False

    return [name for name in info(generator).packages if absent(name)]
