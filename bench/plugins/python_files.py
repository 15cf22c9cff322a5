"""Loads generators from Python files that are not installed (`--plugin my_gen.py`)."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import linecache
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.util import decode_source
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from bench.api import BenchError
from bench.common.safe_text import error_line
from bench.plugins.generator_facts import GeneratorFacts, facts_of


@dataclass(frozen=True, slots=True)
class Plugin:
    """A generator of a file. It holds the source, so that workers on other machines load the very same code.

    Attributes:
        file: the file's name, without its folder.
        source: the whole file.
        attribute: the class's name; empty if there is a `problem`.
        problem: why the generator cannot run, as one line; empty if it can.
        facts: of the class; None if there is a `problem`.
    """

    name: str
    file: str
    source: bytes
    attribute: str = ""
    problem: str = ""
    facts: GeneratorFacts | None = None

    @property
    def sha256(self) -> str:
        """The checksum of the source."""
        return hashlib.sha256(self.source).hexdigest()

    def known_facts(self) -> GeneratorFacts:
        """Returns the facts of the class.

        Raises:
            BenchError: with the `problem`.
        """
        if self.facts is None or self.problem:
            raise BenchError(self.problem)
        return self.facts

    def load(self) -> type:
        """Returns the class.

        Raises:
            BenchError: with the `problem`, or if the file cannot be imported here.
        """
        if self.problem:
            raise BenchError(self.problem)
        return _classes(execute_source(self.file, self.source))[self.attribute]


InspectFile: TypeAlias = Callable[[str, bytes], list[Plugin]]
"""Finds the generators of a file, given its name and source."""


def find_plugins(
    paths: Iterable[str], names_in_use: Iterable[str] = (), inspect_file: InspectFile | None = None
) -> dict[str, Plugin]:
    """Returns the generators of files, by name.

    A file with one generator gives it the file's name (`my_gen.py`: my-gen). A file with several puts its name before
    the names of the classes (my-gen-fast, my-gen-slow). A file or class that cannot be used has a `problem`. A plugin
    whose name is in use is listed under the name of its file.

    Args:
        paths: of the files.
        names_in_use: that no generator of a file may have.
        inspect_file: what finds the generators of a file; by default `generators_of_file`, which runs it here.

    Raises:
        BenchError: if a file cannot be read or is not a Python file, or two files have the same name.
    """
    inspect_file = inspect_file or generators_of_file
    plugins: dict[str, Plugin] = {}
    reserved = set(names_in_use)
    for file, source in read_sources(paths).items():
        for plugin in inspect_file(file, source):
            if plugin.name in reserved or plugin.name in plugins:
                problem = f"{file} makes a generator {plugin.name!r}, a name that is taken; rename the file"
                plugins[file] = replace(plugin, name=file, problem=problem)
            else:
                plugins[plugin.name] = plugin
    return plugins


def read_sources(paths: Iterable[str]) -> dict[str, bytes]:
    """Returns the sources of Python files, by file name.

    Raises:
        BenchError: if a file cannot be read or is not a Python file, or two files have the same name.
    """
    sources: dict[str, bytes] = {}
    for path in map(Path, dict.fromkeys(paths)):
        if path.suffix != ".py":
            raise BenchError(f"got the plugin {path}; expected a Python file, such as my_gen.py")
        if path.name in sources:
            raise BenchError(f"two plugins are called {path.name}; expected different names; rename one")
        try:
            sources[path.name] = path.read_bytes()
        except OSError as error:
            raise BenchError(f"cannot read the plugin {path}: {error.strerror}; check the path") from error
    return sources


def generators_of_file(file: str, source: bytes) -> list[Plugin]:
    """Returns the generators of a file: its public classes with `fit` and `sample`, or one plugin with a problem."""
    stem = kebab_case(Path(file).stem)
    try:
        classes = _classes(execute_source(file, source))
        if not classes:
            raise BenchError(f"{file} holds no class with fit and sample; see `bench new generator`")
    except BenchError as error:
        return [Plugin(stem, file, source, problem=str(error))]
    is_only = len(classes) == 1
    names = {attribute: stem if is_only else f"{stem}-{kebab_case(attribute)}" for attribute in classes}
    return [_plugin(Plugin(name, file, source, attribute), classes[attribute]) for attribute, name in names.items()]


def _plugin(plugin: Plugin, cls: type) -> Plugin:
    """Returns a plugin with the facts of its class, or with what is wrong with the class."""
    try:
        return replace(plugin, facts=facts_of(cls))
    except BenchError as error:
        return replace(plugin, problem=str(error))


def kebab_case(name: str) -> str:
    """Returns the name of a file or a class in the form of generators' names: `MyGen2` and `my_gen2` give my-gen2."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return re.sub(r"[^a-z0-9]+", "-", parted.lower()).strip("-") or "plugin"


def execute_source(file: str, source: bytes) -> ModuleType:
    """Runs a source and returns its module; what the source prints goes to standard error.

    Raises:
        BenchError: if the source cannot be compiled, or raises an error.
    """
    # Dataclasses look up their module by name. The digest separates files of one name, and versions of one file.
    module = ModuleType(f"_bench_plugin_{hashlib.sha256(file.encode() + source).hexdigest()[:16]}")
    if loaded := sys.modules.get(module.__name__):
        return loaded
    sys.modules[module.__name__] = module
    try:
        # Tracebacks then show the lines, wherever the file is.
        text = decode_source(source)
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        with contextlib.redirect_stdout(sys.stderr):
            exec(compile(source, file, "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        # The message goes into reports, so the folders of this machine are left out.
        message = re.sub(r"(?<![\w.])/(?:[^\s/'\"()]+/)+", "", error_line(error))
        raise BenchError(f"{file} cannot be imported: {message}") from error
    return module


def _classes(module: ModuleType) -> dict[str, type]:
    """The classes with `fit` and `sample` among those in `__all__`, or among the public ones defined in the module."""
    classes = {name: cls for name, cls in vars(module).items() if inspect.isclass(cls)}
    public = [name for name in classes if classes[name].__module__ == module.__name__ and not name.startswith("_")]
    exported = getattr(module, "__all__", None)
    return {
        name: classes[name]
        for name in (public if exported is None else exported)
        if name in classes and all(callable(getattr(classes[name], method, None)) for method in ("fit", "sample"))
    }
