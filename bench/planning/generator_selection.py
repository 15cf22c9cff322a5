"""Which generators a configuration selects, and whether each of them can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.api import BenchError, Preset, Status
from bench.common.suggestions import closest
from bench.planning.config import Config
from bench.planning.external_tables import SUMMARY
from bench.plugins import entry_points, python_files
from bench.plugins.generator_facts import GeneratorFacts
from bench.plugins.inspection import Inspector
from bench.plugins.python_files import Plugin
from bench.scoring.reference_rows import reference_names


@dataclass(frozen=True, slots=True)
class Candidate:
    """A generator selected for a run, or tables made elsewhere.

    Attributes:
        facts: of the generator's class; None if it cannot be used, and for tables made elsewhere.
        problem: why it cannot run, as one line; empty if it can.
        status: of its trials before they are fitted.
        preset: through which the class was named.
        plugin: the file that it comes from, if it is not installed.
    """

    name: str
    facts: GeneratorFacts | None
    problem: str = ""
    status: Status = "ok"
    preset: Preset | None = None
    plugin: Plugin | None = None


def select_candidates(config: Config, inspector: Inspector) -> dict[str, Candidate]:
    """Returns what a run ranks, by name: generators, and tables made elsewhere. `inspector` looks at the generators.

    Raises:
        BenchError: if a generator or one of its parameters does not exist, or a name is in use twice.
    """
    candidates = select_generators(config, inspector)
    for name in config.external:
        if name in candidates:
            raise BenchError(f"--external names {name!r}, which a plugin has already; choose another name")
        _refuse_reference_name(name, f"--external names {name!r}")
    candidates |= {name: Candidate(name, None, SUMMARY) for name in config.external}
    _check_settings(config, candidates)
    return candidates


def select_generators(config: Config, inspector: Inspector) -> dict[str, Candidate]:
    """Returns the generators that a configuration names, by name. `inspector` looks at them.

    Raises:
        BenchError: if one does not exist, or has the name of a reference row.
    """
    in_use = ["all", *entry_points.choices()] if config.plugins else ()
    plugins = python_files.find_plugins(config.plugins, in_use, inspector.generators_of_file)
    for name, plugin in plugins.items():
        _refuse_reference_name(name, f"{plugin.file} makes a generator {name!r}")
    # `all` stands for every generator, the name of a set for its presets, the name of a file for its classes.
    names = dict.fromkeys(name for selection in config.generators for name in _expand(selection, plugins))
    for name in names:
        _refuse_reference_name(name, f"a plugin registers {name!r}")
    return {name: find_candidate(name, inspector, plugins.get(name)) for name in names}


def _refuse_reference_name(name: str, what: str) -> None:
    """Entries of one name could not be told apart, and floors and ceilings are looked up by name."""
    if name in reference_names():
        raise BenchError(f"{what}, which is the name of a reference row; choose another name")


def _expand(name: str, plugins: Mapping[str, Plugin]) -> list[str]:
    if name == "all":
        return [*entry_points.expand_name(name), *plugins]
    if name in plugins:
        return [name]
    classes = [plugin.name for plugin in plugins.values() if python_files.kebab_case(Path(plugin.file).stem) == name]
    if classes and name not in entry_points.choices():
        return classes
    # The classes of a file that cannot be imported are not known, so any of its names stands for the file.
    broken = [plugin.name for plugin in plugins.values() if plugin.problem and name.startswith(f"{plugin.name}-")]
    return broken or entry_points.expand_name(name, plugins)


def find_candidate(name: str, inspector: Inspector, plugin: Plugin | None = None) -> Candidate:
    """Looks at a generator; one that cannot be imported, breaks the contract or lacks a package has a `problem`.

    Without a `plugin`, the name is that of a registered generator or preset, or `adapter:argument`.
    """
    try:
        facts = plugin.known_facts() if plugin else inspector.facts(name)
    except BenchError as error:
        return Candidate(name, None, str(error), "failed", plugin=plugin)
    preset = None if plugin or name in entry_points.names("generators") else entry_points.presets().get(name)
    if problem := facts.installation_hint:
        return Candidate(name, facts, problem, "skipped", preset, plugin)
    return Candidate(name, facts, preset=preset, plugin=plugin)


def _check_settings(config: Config, candidates: Mapping[str, Candidate]) -> None:
    for name, settings in config.settings.items():
        if name not in candidates:
            raise BenchError(f"--set names the generator {name!r}, which does not run: {closest(name, candidates)}")
        if name in config.external:
            raise BenchError(f"--set names {name!r}, a folder of tables, which has no parameters; leave it out")
        # The parameters of a class that cannot be imported are not known.
        facts = candidates[name].facts
        names = facts.parameters if facts else tuple(settings)
        for parameter in settings:
            if parameter not in names:
                raise BenchError(f"{name} has no parameter {parameter!r}: {closest(parameter, names)}")
