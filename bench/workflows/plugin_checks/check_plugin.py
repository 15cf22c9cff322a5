"""Tries every rule of the contract on a registered plugin or on the plugins of a file: `bench test-plugin`."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from bench.api import BenchError, DatasetSource, Family, Section
from bench.common import suggestions
from bench.plugins import entry_points, facts_of, python_files
from bench.workflows.plugin_checks.dataset_metric_section_rules import dataset_checks, metric_checks, section_checks
from bench.workflows.plugin_checks.generator_rules import generator_checks
from bench.workflows.plugin_checks.rule import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.plugins.entry_points import Kind

_TYPES: dict[Kind, type] = {"datasets": DatasetSource, "metrics": Family, "sections": Section}
RuleOutcome: TypeAlias = Literal["kept", "broken", "does not apply"]
_MARKS: dict[RuleOutcome, str] = {"kept": "ok    ", "broken": "BROKEN", "does not apply": "-     "}


@dataclass(frozen=True, slots=True)
class PluginUnderTest:
    """A plugin to try under a name to print; `problem` says why it cannot be tried."""

    name: str
    kind: Kind
    plugin: Any = None
    problem: str = ""


def find_plugins(name: str) -> list[PluginUnderTest]:
    """Returns the plugins that a name or the path of a Python file stands for.

    Raises:
        BenchError: if nothing is registered under the name, it lacks a package, or there is no such file.
    """
    if name.endswith(".py"):
        return _plugins_of_file(name)
    if ":" in name or name in entry_points.choices():
        return [_registered_generator(generator) for generator in entry_points.expand_name(name)]
    kinds = [kind for kind in _TYPES if name in entry_points.names(kind)]
    if not kinds:
        names = [*entry_points.choices(), *(other for kind in _TYPES for other in entry_points.names(kind))]
        hint = suggestions.closest(name, names, "generators", "presets", *_TYPES)
        raise BenchError(f"unknown plugin {name!r}: {hint}; a file needs its suffix, .py")
    return [PluginUnderTest(name, kind, entry_points.load(kind, name)) for kind in kinds]


def _registered_generator(name: str) -> PluginUnderTest:
    entry = entry_points.load_generator(name)
    if missing := facts_of(entry.cls).installation_hint:
        raise BenchError(f"{name} {missing}")
    plugin = partial(entry.cls, **entry.preset.params) if entry.preset else entry.cls
    return PluginUnderTest(name, "generators", plugin)


def _plugins_of_file(path: str) -> list[PluginUnderTest]:
    ((file, source),) = python_files.read_sources([path]).items()
    try:
        module = python_files.execute_source(file, source)
    except BenchError as error:
        return [PluginUnderTest(file, "generators", problem=str(error))]
    others = [
        PluginUnderTest(f"{file}: {name}", kind, value)
        for kind, cls in _TYPES.items()
        for name, value in vars(module).items()
        if isinstance(value, cls)
    ]
    generators = [
        PluginUnderTest(f"{file}: {item.name}", "generators", None if item.problem else item.load(), item.problem)
        for item in python_files.generators_of_file(file, source)
        if item.attribute or not others
    ]
    return [*generators, *others]


def _results(tested: PluginUnderTest) -> Iterator[tuple[str, RuleOutcome, ContractError | None]]:
    """Tries every rule of the plugin's kind; yields its name, the result and the error."""
    if tested.problem:
        yield "form", "broken", ContractError(tested.problem)
        return
    checks = {"datasets": dataset_checks, "metrics": metric_checks, "sections": section_checks}
    for check in checks.get(tested.kind, generator_checks)():
        try:
            check(tested.plugin)
        except ContractError as error:
            yield check.name, "broken", error
        else:
            yield check.name, "kept" if check.applies(tested.plugin) else "does not apply", None


def print_results(tested: PluginUnderTest, *, trace: bool = False) -> int:
    """Tries every rule, prints each result at once, and returns how many rules are broken.

    With `trace`, the traceback of what the plugin raised goes to standard error.
    """
    print(tested.name)
    counts = dict.fromkeys(_MARKS, 0)
    first_rules: dict[str, str] = {}
    for rule, outcome, error in _results(tested):
        counts[outcome] += 1
        message = ""
        if error is not None:
            # An error in fit breaks every rule that fits; it is printed once, and then referred to.
            first = first_rules.setdefault(str(error).partition("; expected")[0], rule)
            message = f": {error}" if first == rule else f": as {first}"
        print(f"  {_MARKS[outcome]}  {rule}{message}", flush=True)
        if trace and error is not None and error.__cause__:
            traceback.print_exception(error.__cause__)
    kept, broken, other = counts.values()
    print(f"{kept} of {kept + broken} rules kept" + (f"; {other} are about what it does not have" if other else ""))
    return broken
