"""Loads generators from Python files that are not installed (`--plugin my_gen.py`)."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import linecache
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.util import decode_source
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.api import BenchError, Budget, GeneratorInfo
from bench.common.safe_text import error_line


@dataclass(frozen=True, slots=True)
class Plugin:
    """A generator of a file. It holds the source, so that workers on other machines load the very same code.

    Attributes:
        file: the file's name, without its folder.
        source: the whole file.
        attribute: the class's name; empty if there is a `problem`.
        problem: why the generator cannot run, as one line; empty if it can.
    """

    name: str
    file: str
    source: bytes
    attribute: str = ""
    problem: str = ""

    @property
    def sha256(self) -> str:
        """The checksum of the source."""
        return hashlib.sha256(self.source).hexdigest()

    def load(self) -> type:
        """Returns the class.

        Raises:
            BenchError: with the `problem`, or if the file cannot be imported here.
        """
        if self.problem:
            raise BenchError(self.problem)
        return _classes(execute_source(self.file, self.source))[self.attribute]


def find_plugins(paths: Iterable[str], names_in_use: Iterable[str] = ()) -> dict[str, Plugin]:
    """Returns the generators of files, by name.

    A file with one generator gives it the file's name (`my_gen.py`: my-gen). A file with several puts its name before
    the names of the classes (my-gen-fast, my-gen-slow). A file or class that cannot be used has a `problem`. A plugin
    whose name is in use is listed under the name of its file.

    Raises:
        BenchError: if a file cannot be read or is not a Python file, or two files have the same name.
    """
    plugins: dict[str, Plugin] = {}
    reserved = set(names_in_use)
    for file, source in read_sources(paths).items():
        for plugin in generators_of_file(file, source):
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
    return [
        Plugin(stem if is_only else f"{stem}-{kebab_case(name)}", file, source, name, contract_problem(cls))
        for name, cls in classes.items()
    ]


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


def contract_problem(cls: Any) -> str:  # noqa: ANN401 - whatever a plugin registers
    """Returns how a generator's class breaks the contract, as one line; empty if it does not. Nothing is built."""
    if not inspect.isclass(cls):
        return f"got a {type(cls).__name__}; expected a class with fit and sample"
    if problem := _method_problem(cls) or _constructor_problem(cls):
        return f"{cls.__name__}{problem}"
    return _info_problem(cls)


def _method_problem(cls: type) -> str:
    for expected, positional in (("fit(self, train, schema, *, seed)", 3), ("sample(self, n, *, seed)", 2)):
        name = expected.partition("(")[0]
        method = getattr(cls, name, None)
        if not callable(method):
            return f" has no {name}; expected {expected}"
        signature = _signature(method)
        try:
            signature.bind(*[None] * positional, seed=0)
        except TypeError as error:
            return f".{name}{signature} cannot be called as {expected}: {error}"
    return ""


def _signature(function: Callable[..., object]) -> inspect.Signature:
    """The signature of a function or class; one that takes everything if Python does not know it."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return inspect.signature(lambda *_, **__: None)


def _constructor_problem(cls: type) -> str:
    parameters = _signature(cls).parameters.values()
    named = [item for item in parameters if item.kind not in (item.VAR_POSITIONAL, item.VAR_KEYWORD)]
    required = [parameter.name for parameter in named if parameter.default is parameter.empty]
    return f" needs {', '.join(required)} to be built; expected a default for every hyper-parameter" if required else ""


def _info_problem(cls: type) -> str:
    info = getattr(cls, "info", None)
    if not isinstance(info, GeneratorInfo):
        return ""
    try:
        for profile, budget in info.budgets.items():
            if not isinstance(budget, Budget):
                return f"{cls.__name__}.info.budgets[{profile!r}] is a {type(budget).__name__}; expected a Budget"
            json.dumps(dict(budget.params), allow_nan=False)
    except (AttributeError, TypeError, ValueError) as error:
        return f"{cls.__name__}.info.budgets cannot be stored: {error}; expected profile -> Budget of plain values"
    return ""
