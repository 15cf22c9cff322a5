"""Looks at generators of other packages and of plugin files in processes of their own: their code never runs here.

Importing a module runs it: it may hang, exit, print or start processes. So a process with limits imports it, and tells
what it found as JSON, whose form is checked. Generators of this package are imported here, which is faster.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.api import BenchError, Trial
from bench.common.digests import code_digest
from bench.common.parsed_text import parse_json
from bench.common.safe_text import error_line, plain
from bench.execution.plugin_errors import ERROR, USAGE, files_or_error
from bench.execution.process_pool import ProcessPool
from bench.execution.process_tree import server_runs, stop_server
from bench.execution.tasks import Task, TaskLimits, run_one_task
from bench.plugins import entry_points
from bench.plugins.generator_facts import GeneratorFacts, pack_facts, unpack_facts
from bench.plugins.inspection import Inspector
from bench.plugins.python_files import Plugin, kebab_case

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.execution.tasks import Files, OnProgress

LIMITS = TaskLimits(seconds=120, memory_bytes=8 * 2**30)
"""Of one look at a plugin: importing large packages from a slow disk takes half a minute."""

_PRELOADED = ("bench.execution.inspect_plugins", "pandas", "pydantic")

_ANSWER, _LARGEST_ANSWER, _LARGEST_ERROR = "answer.json", 2**20, 1000
_NO_ANSWER = "cannot be used: its process gave no answer that can be read"


class Question(NamedTuple):
    """What a process is asked.

    Attributes:
        name: of the generator that is looked at or built; empty: all generators of the file.
        plugin: the file, if it is not installed.
        params: build the generator with these.
    """

    name: str
    plugin: Plugin | None = None
    params: Mapping[str, Any] | None = None


class IsolatedInspector(Inspector):
    """Looks at each plugin in a process of its own. Use as a context manager: leaving it ends the processes."""

    def __init__(self) -> None:
        self._pool: ProcessPool | None = None
        self._started_server = False

    def __enter__(self) -> IsolatedInspector:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.__exit__()
        if self._started_server:
            # The next one imports the packages that the generators need.
            stop_server()

    def generators_of_file(self, file: str, source: bytes) -> list[Plugin]:
        """Returns the generators of a file; the one that stands for it has a problem if the file cannot be used."""
        unknown = Plugin(kebab_case(file.removesuffix(".py")), file, source)
        try:
            return _plugins(unknown, self._answer(Question("", unknown), file))
        except BenchError as error:
            return [replace(unknown, problem=str(error))]

    def facts(self, name: str) -> GeneratorFacts:
        """Returns the facts of a registered generator; see `Inspector.facts`."""
        if entry_points.is_bundled_generator(name):
            return super().facts(name)
        return _facts(self._answer(Question(name), name), name)

    def build(self, name: str, plugin: Plugin | None, params: Mapping[str, Any]) -> None:
        """Builds a generator once; see `Inspector.build`."""
        if plugin is None and entry_points.is_bundled_generator(name):
            super().build(name, None, params)
        else:
            self._answer(Question(name, plugin, params), plugin.file if plugin else name)

    def _answer(self, question: Question, what: str) -> Any:  # noqa: ANN401 - JSON
        """Returns what a process answers.

        Raises:
            BenchError: with what the plugin raised, or how its process ended.
        """
        if self._pool is None:
            self._started_server = not server_runs()
            self._pool = ProcessPool(1, _PRELOADED)
        trial = Trial("", "", "", 0, question.name, {}, 0)
        outcome = run_one_task(self._pool, Task(trial, answer_question, question, LIMITS, confined=True))
        if outcome.status == "timeout":
            raise BenchError(f"{what} was not imported within {LIMITS.seconds:g} s; it may do no work when imported")
        if outcome.status != "ok":
            raise BenchError(f"{what} cannot be imported: {outcome.error}")
        if message := outcome.files.get(USAGE):
            raise BenchError(_text(message))
        if message := outcome.files.get(ERROR):
            raise BenchError(f"{what} cannot be imported: {_text(message)}")
        try:
            return parse_json(outcome.files[_ANSWER][:_LARGEST_ANSWER].decode())
        except (KeyError, ValueError) as error:
            raise BenchError(f"{what} {_NO_ANSWER}") from error


def answer_question(task: Task, _: OnProgress) -> Files:
    """Looks at a generator or a file, or builds a generator; the work of a task."""
    return files_or_error(
        lambda: {_ANSWER: json.dumps(_look(task.payload), ensure_ascii=False).encode(errors="replace")}
    )


def _look(question: Question) -> Any:  # noqa: ANN401 - JSON
    inspector, plugin = Inspector(), question.plugin
    if question.params is not None:
        inspector.build(question.name, plugin, question.params)
        return None
    if plugin is None:
        facts = inspector.facts(question.name)
        return pack_facts(replace(facts, code=code_digest(facts.module)))
    return [_packed(each) for each in inspector.generators_of_file(plugin.file, plugin.source)]


def _packed(plugin: Plugin) -> list[Any]:
    try:
        return [plugin.name, plugin.attribute, plugin.problem, plugin.facts and pack_facts(plugin.facts)]
    except Exception as error:  # noqa: BLE001 - what the class declares may raise anything
        problem = f"{plugin.attribute}.info cannot be stored: {error_line(error)}; see GeneratorInfo"
        return [plugin.name, plugin.attribute, problem, None]


def _plugins(unknown: Plugin, answer: Any) -> list[Plugin]:  # noqa: ANN401 - JSON
    """Returns the generators that a process found in a file."""
    plugins = []
    for item in answer if isinstance(answer, list) else [answer]:
        match item:
            case [str(name), str(attribute), str(problem), facts] if (facts is None) == bool(problem):
                found = None if facts is None else _facts(facts, unknown.file)
                known = replace(
                    unknown, name=kebab_case(name), attribute=attribute, problem=plain(problem), facts=found
                )
                plugins.append(known)
            case _:
                raise BenchError(f"{unknown.file} {_NO_ANSWER}")
    return plugins


def _facts(answer: Any, what: str) -> GeneratorFacts:  # noqa: ANN401 - JSON
    try:
        facts = unpack_facts(answer)
    except ValueError as error:
        raise BenchError(f"{what} cannot be used: what it says about itself has the wrong form") from error
    return replace(facts, summary=plain(facts.summary))


def _text(message: bytes) -> str:
    return plain(message[:_LARGEST_ERROR].decode(errors="replace"))
