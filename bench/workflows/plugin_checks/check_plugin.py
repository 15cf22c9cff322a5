"""What `bench test-plugin` does: the rules of the contract, tried on a registered plugin or on a file's."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from bench.api import BenchError, DatasetSource, Family, Section
from bench.common import suggestions
from bench.plugins import entry_points, python_files
from bench.workflows.plugin_checks import checks_by_kind
from bench.workflows.plugin_checks.rule import Check, ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.plugins.entry_points import Kind

_CHECKS: dict[Kind, Callable[[], list[Check]]] = {
    "generators": checks_by_kind.generator_checks,
    "datasets": checks_by_kind.dataset_checks,
    "metrics": checks_by_kind.metric_checks,
    "sections": checks_by_kind.section_checks,
}
_MARKS = {"kept": "ok    ", "broken": "BROKEN", "does not apply": "-     "}
_TYPES: dict[Kind, type] = {"datasets": DatasetSource, "metrics": Family, "sections": Section}


@dataclass(frozen=True, slots=True)
class Subject:
    """A plugin to try.

    Attributes:
        name: to print.
        thing: what the checks are called with.
        problem: why it cannot be tried; empty if it can.
    """

    name: str
    kind: Kind
    thing: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one rule.

    Attributes:
        sentence: what was got and expected, if it is broken.
        error: with the traceback of what the plugin raised.
    """

    rule: str
    outcome: Literal["kept", "broken", "does not apply"]
    sentence: str = ""
    error: ContractError | None = None


def subjects(said: str) -> list[Subject]:
    """The plugins that a name or the path of a Python file stands for.

    Raises:
        BenchError: if nothing is registered under the name, it lacks a package, or there is no such file.
    """
    if said.endswith(".py"):
        return _of_file(said)
    if ":" in said or said in entry_points.choices():
        return [_generator(name) for name in entry_points.expand_name(said)]
    kinds = [kind for kind in _TYPES if said in entry_points.names(kind)]
    if not kinds:
        known = [*entry_points.choices(), *(name for kind in _TYPES for name in entry_points.names(kind))]
        hint = suggestions.closest(said, known, "generators", "presets", *_TYPES)
        raise BenchError(f"unknown plugin {said!r}: {hint}; a file needs its suffix, .py")
    return [Subject(said, kind, entry_points.load(kind, said)) for kind in kinds]


def _generator(name: str) -> Subject:
    found = entry_points.load_generator(name)
    if lacking := entry_points.installation_hint(found.cls):
        raise BenchError(f"{name} {lacking}")
    thing = partial(found.cls, **found.preset.params) if found.preset else found.cls
    return Subject(name, "generators", thing)


def _of_file(path: str) -> list[Subject]:
    ((file, source),) = python_files.read_sources([path]).items()
    try:
        module = python_files.execute_source(file, source)
    except BenchError as error:
        return [Subject(file, "generators", problem=str(error))]
    found = [
        Subject(f"{file}: {name}", kind, thing)
        for kind, of in _TYPES.items()
        for name, thing in vars(module).items()
        if isinstance(thing, of)
    ]
    generators = [
        Subject(f"{file}: {each.name}", "generators", None if each.problem else each.load(), each.problem)
        for each in python_files.generators_of_file(file, source)
        if each.attribute or not found
    ]
    return [*generators, *found]


def verdicts(subject: Subject) -> Iterator[Verdict]:
    """Tries every rule of the plugin's kind."""
    if subject.problem:
        yield Verdict("form", "broken", subject.problem)
        return
    for check in _CHECKS[subject.kind]():
        try:
            check(subject.thing)
        except ContractError as error:
            yield Verdict(check.name, "broken", str(error), error)
        else:
            yield Verdict(check.name, "kept" if check.applies(subject.thing) else "does not apply")


def report(subject: Subject, *, trace: bool = False) -> int:
    """Prints what comes of every rule as it is tried; returns how many are broken.

    Args:
        subject: the plugin.
        trace: whether to print the traceback of what the plugin raised, to standard error.
    """
    print(subject.name)
    counts = dict.fromkeys(_MARKS, 0)
    first: dict[str, str] = {}
    for each in verdicts(subject):
        counts[each.outcome] += 1
        # What fails at fit fails at every rule that fits: it is told once.
        above = first.setdefault(each.sentence.partition("; expected")[0], each.rule)
        said = each.sentence if above == each.rule else f"as {above}"
        print(f"  {_MARKS[each.outcome]}  {each.rule}" + (f": {said}" if each.sentence else ""), flush=True)
        if trace and each.error is not None and (cause := each.error.__cause__):
            traceback.print_exception(cause)
    kept, broken, other = counts.values()
    print(f"{kept} of {kept + broken} rules kept" + (f"; {other} are about members it does not have" if other else ""))
    return broken
