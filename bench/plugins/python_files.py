"""Generators in files that nobody installed: `--plugin my_gen.py`."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import linecache
import re
import sys
from dataclasses import dataclass, replace
from importlib.util import decode_source
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bench.api import BenchError, Budget, GeneratorInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Plugin:
    """A generator of a file, source and all: a worker elsewhere needs nothing else, and runs what was planned.

    Attributes:
        name: under which a run knows it.
        file: name of the file, without its folder.
        source: the whole file.
        attribute: name of the class; empty if there is a `problem`.
        problem: why it cannot run, as one line; empty if it can.
    """

    name: str
    file: str
    source: bytes
    attribute: str = ""
    problem: str = ""

    @property
    def sha256(self) -> str:
        """Of the source: what a trial's identity takes for the plugin's code."""
        return hashlib.sha256(self.source).hexdigest()

    def load(self) -> type:
        """The class.

        Raises:
            BenchError: with the `problem`, or if the file cannot be imported here.
        """
        if self.problem:
            raise BenchError(self.problem)
        return _classes(execute(self.file, self.source))[self.attribute]


def find(paths: Iterable[str], taken: Iterable[str] = ()) -> dict[str, Plugin]:
    """The generators of files, by name.

    A file of one generator has the file's name (`my_gen.py`: my-gen), one of several has it in front of the names of
    their classes (my-gen-fast, my-gen-slow). What is wrong with a file or a class is said by the plugin's `problem`.

    Args:
        paths: of Python files.
        taken: names that plugins must not have; one that has is known by its file's name.

    Raises:
        BenchError: if a file cannot be read or is no Python file, or two have the same name.
    """
    found: dict[str, Plugin] = {}
    known = set(taken)
    for file, source in read(paths).items():
        for plugin in generators(file, source):
            clash = plugin.name in known or plugin.name in found
            said = f"{file} makes a generator {plugin.name!r}, a name that is taken; rename the file"
            each = replace(plugin, name=file, problem=said) if clash else plugin
            found[each.name] = each
    return found


def read(paths: Iterable[str]) -> dict[str, bytes]:
    """The sources of Python files, by file name.

    Raises:
        BenchError: if one cannot be read or is no Python file, or two have the same name.
    """
    found: dict[str, bytes] = {}
    for path in (Path(each) for each in dict.fromkeys(paths)):
        if path.suffix != ".py":
            raise BenchError(f"got the plugin {path}; expected a Python file, such as my_gen.py")
        if path.name in found:
            raise BenchError(f"two plugins are called {path.name}; expected different names; rename one")
        try:
            found[path.name] = path.read_bytes()
        except OSError as error:
            raise BenchError(f"cannot read the plugin {path}: {error.strerror}; check the path") from error
    return found


def generators(file: str, source: bytes) -> list[Plugin]:
    """The generators of one file: all of its public classes with `fit` and `sample`, or one that has a problem."""
    stem = kebab(Path(file).stem)
    try:
        classes = _classes(execute(file, source))
    except BenchError as error:
        return [Plugin(stem, file, source, problem=str(error))]
    if not classes:
        problem = f"{file} holds no class with fit and sample; see `bench new generator`"
        return [Plugin(stem, file, source, problem=problem)]
    alone = len(classes) == 1
    return [
        Plugin(stem if alone else f"{stem}-{kebab(name)}", file, source, name, misfit(cls))
        for name, cls in classes.items()
    ]


def kebab(name: str) -> str:
    """The name of a file or a class as generators are named: `MyGen2` and `my_gen2` give my-gen2."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return re.sub(r"[^a-z0-9]+", "-", parted.lower()).strip("-") or "plugin"


def execute(file: str, source: bytes) -> ModuleType:
    """A module of that source; what it prints goes to standard error.

    Raises:
        BenchError: if it cannot be compiled, or raises.
    """
    # Dataclasses look their module up by name. The digest keeps files of one name, and versions of one file, apart.
    module = ModuleType(f"_bench_plugin_{hashlib.sha256(file.encode() + source).hexdigest()[:16]}")
    if loaded := sys.modules.get(module.__name__):
        return loaded
    sys.modules[module.__name__] = module
    try:
        # So that tracebacks show the lines, wherever the file is.
        text = decode_source(source)
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        with contextlib.redirect_stdout(sys.stderr):
            exec(compile(source, file, "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise BenchError(f"{file} cannot be imported: {type(error).__name__}: {_plain(error)}") from error
    return module


def _plain(error: BaseException) -> str:
    """What an error says, as one line, without the folders of this machine."""
    return re.sub(r"(?<![\w.])/(?:[^\s/'\"()]+/)+", "", " ".join(str(error).split()))


def _classes(module: ModuleType) -> dict[str, type]:
    """The public classes with `fit` and `sample` that a module defines, or names in `__all__`."""
    names = getattr(module, "__all__", None)
    found = {name: each for name, each in vars(module).items() if inspect.isclass(each)}
    mine = (
        {name: found[name] for name in names if name in found}
        if names is not None
        else {n: c for n, c in found.items() if c.__module__ == module.__name__ and not n.startswith("_")}
    )
    return {
        name: each
        for name, each in mine.items()
        if callable(getattr(each, "fit", None)) and callable(getattr(each, "sample", None))
    }


def misfit(cls: Any) -> str:  # noqa: ANN401 - whatever a plugin registers
    """What of a generator's form breaks the contract, as one line; empty if nothing does. Nothing is built."""
    if not inspect.isclass(cls):
        return f"got a {type(cls).__name__}; expected a class with fit and sample"
    if said := _misfit_calls(cls) or _misfit_constructor(cls):
        return f"{cls.__name__}{said}"
    return _misfit_info(cls)


_CALLS: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "fit": ((None, None, None), "fit(self, train, schema, *, seed)"),
    "sample": ((None, 1), "sample(self, n, *, seed)"),
}


def _misfit_calls(cls: type) -> str:
    for name, (arguments, wanted) in _CALLS.items():
        method = getattr(cls, name, None)
        if not callable(method):
            return f" has no {name}; expected {wanted}"
        try:
            signature = inspect.signature(method)
        except (TypeError, ValueError):
            continue
        try:
            signature.bind(*arguments, seed=0)
        except TypeError as error:
            return f".{name}{signature} cannot be called as {wanted}: {error}"
    return ""


def _misfit_constructor(cls: type) -> str:
    try:
        signature = inspect.signature(cls)
    except (TypeError, ValueError):
        return ""
    needed = [
        name
        for name, each in signature.parameters.items()
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    return f" needs {', '.join(needed)} to be built; expected a default for every hyper-parameter" if needed else ""


def _misfit_info(cls: type) -> str:
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
