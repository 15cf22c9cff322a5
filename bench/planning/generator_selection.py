"""The rows of a run before anything is planned: which generators were asked for, and whether they can run."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.common import suggestions
from bench.planning.external_tables import SUMMARY as _EXTERNAL
from bench.plugins import entry_points, python_files
from bench.scoring.reference_rows import reference_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.api import Preset, Status
    from bench.planning.config import Config
    from bench.plugins.python_files import Plugin


@dataclass(frozen=True, slots=True)
class Candidate:
    """A generator that was asked for; `problem` says why it cannot run, with the status to record.

    Attributes:
        plugin: the file that it comes from, if it is not installed.
    """

    name: str
    cls: type | None
    problem: str = ""
    status: Status = "ok"
    preset: Preset | None = None
    plugin: Plugin | None = None


def asked_for(config: Config) -> dict[str, Candidate]:
    """The rows of a run, by name: generators, and tables made elsewhere.

    Raises:
        BenchError: if a generator or one of its parameters does not exist, or two rows have one name.
    """
    generators = candidates(config)
    if taken := [name for name in config.external if name in generators]:
        raise BenchError(f"--external names {taken[0]!r}, which a plugin has already; choose another name")
    generators |= {name: Candidate(name, None, _EXTERNAL) for name in config.external}
    for name in config.external:
        _refuse_reference(name, f"--external names {name!r}")
    _check_settings(config, generators)
    return generators


def past(name: str) -> Candidate:
    """A generator of which there are only trials."""
    return Candidate(name, None, "was not looked up, as nothing is fitted", "failed")


def candidates(config: Config) -> dict[str, Candidate]:
    """The generators that a configuration asks for, by name.

    Raises:
        BenchError: if one does not exist, or is called like a reference row.
    """
    files = python_files.find(config.plugins, ["all", *entry_points.choices()] if config.plugins else ())
    for name, each in files.items():
        _refuse_reference(name, f"{each.file} makes a generator {name!r}")
    asked = {name: candidate(name, files.get(name)) for name in _asked(config, files)}
    for name in asked:
        _refuse_reference(name, f"a plugin registers {name!r}")
    return asked


def _refuse_reference(name: str, said: str) -> None:
    """Two rows of one name could not be told apart, and floors and ceilings are found by name."""
    if name in reference_names():
        raise BenchError(f"{said}, which is the name of a reference row; choose another name")


def _asked(config: Config, files: Mapping[str, Plugin]) -> list[str]:
    """The generators asked for: `all` stands for every one, a set's name for its presets, a file's for its classes."""
    return list(dict.fromkeys(each for name in config.generators for each in _expand(name, files)))


def _expand(name: str, files: Mapping[str, Plugin]) -> list[str]:
    if name == "all":
        return [*entry_points.expand(name), *files]
    if name in files:
        return [name]
    of_file = [each.name for each in files.values() if python_files.kebab(Path(each.file).stem) == name]
    if of_file and name not in entry_points.choices():
        return of_file
    # What a file that cannot be imported would have held is not known.
    broken = [each.name for each in files.values() if each.problem and name.startswith(f"{each.name}-")]
    return broken or entry_points.expand(name, files)


def candidate(name: str, plugin: Plugin | None = None) -> Candidate:
    """A generator; one that cannot be imported, breaks the contract or lacks a package is a row with a reason.

    Args:
        name: of a registered generator or a preset, or `adapter:argument`.
        plugin: the file that it comes from instead.
    """
    try:
        found = entry_points.Entry(plugin.load()) if plugin else entry_points.generator(name)
    except Exception as error:  # noqa: BLE001 - an adapter is a plugin and may raise anything
        said = str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"
        return Candidate(name, None, said, "failed", plugin=plugin)
    cls = found.cls
    if problem := python_files.misfit(cls):
        return Candidate(name, None, problem, "failed", plugin=plugin)
    if lacking := entry_points.lacking(cls):
        return Candidate(name, cls, lacking, "skipped", found.preset, plugin)
    return Candidate(name, cls, preset=found.preset, plugin=plugin)


def parameters(cls: type) -> tuple[str, ...]:
    """The hyper-parameters of a generator: its constructor's keywords."""
    return tuple(name for name in inspect.signature(cls).parameters if name not in ("args", "kwargs"))


def _check_settings(config: Config, generators: Mapping[str, Candidate]) -> None:
    for name, given in config.settings.items():
        if name not in generators:
            raise BenchError(
                f"--set names the generator {name!r}, which does not run: {suggestions.closest(name, generators)}"
            )
        if name in config.external:
            raise BenchError(f"--set names {name!r}, a folder of tables, which has no parameters; leave it out")
        cls = generators[name].cls
        # Of one that cannot be imported nothing is known.
        known = parameters(cls) if cls else tuple(given)
        for parameter in given:
            if parameter not in known:
                raise BenchError(f"{name} has no parameter {parameter!r}: {suggestions.closest(parameter, known)}")
