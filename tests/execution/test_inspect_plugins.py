"""Plugins are imported, looked at and built in processes of their own, and what these answer is checked."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from bench.api import BenchError, Budget, GeneratorInfo
from bench.execution import inspect_plugins, process_tree
from bench.execution.inspect_plugins import IsolatedInspector
from bench.execution.tasks import TaskLimits
from bench.plugins import Inspector, entry_points, facts_of, python_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.plugins import Plugin

GOOD = """
from bench.api import Budget, GeneratorInfo

class Good:
    "Repeats rows."
    info = GeneratorInfo(
        licence="MIT", budgets={"quick": Budget({"level": 2.0}, 3.0)}, kinds=frozenset({"numeric", "missing"})
    )
    def __init__(self, level: float = 1.0) -> None:
        if level < 0:
            raise ValueError(f"level is {level}; expected at least 0")
    def fit(self, train, schema, *, seed): self.train = train
    def sample(self, n, *, seed): return self.train.iloc[:n]
    def conditions(self, train): return {}
"""


@pytest.fixture(scope="module")
def inspector() -> Iterator[IsolatedInspector]:
    with IsolatedInspector() as made:
        yield made


def looked_at(inspector: IsolatedInspector, source: str) -> Plugin:
    (plugin,) = inspector.generators_of_file("mine.py", source.encode())
    return plugin


def test_a_file_is_known_without_having_been_imported(inspector: IsolatedInspector) -> None:
    found = looked_at(inspector, GOOD)
    assert (found.name, found.attribute, found.problem) == ("mine", "Good", "")
    assert found.facts is not None
    assert found.facts.summary == "Repeats rows."
    assert found.facts.parameters == ("level",)
    assert found.facts.methods == ("conditions",)
    budgets = {"quick": Budget({"level": 2.0}, 3.0)}
    assert found.facts.info == GeneratorInfo("MIT", budgets=budgets, kinds=frozenset({"numeric", "missing"}))
    assert not [name for name in sys.modules if name == found.facts.module]
    assert python_files.generators_of_file("mine.py", GOOD.encode()) == [found]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os._exit(0)", "mine.py cannot be imported: the process exited with code 0 before it returned"),
        ("import os, signal; os.kill(os.getpid(), 9)", "mine.py cannot be imported: the process was killed by SIGKILL"),
        ("raise KeyboardInterrupt", "mine.py cannot be imported: KeyboardInterrupt"),
        ("class Odd(BaseException): ...\nraise Odd('no\\nmore')", "mine.py cannot be imported: Odd: no more"),
        ("raise SystemExit(0)", "mine.py cannot be imported: SystemExit: 0"),
        ("import nothing_here", "mine.py cannot be imported: ModuleNotFoundError: No module named 'nothing_here'"),
        (GOOD.replace("MIT", "\\ud800"), ""),
        (GOOD.replace("3.0)", "float('nan'))"), "Good.info.budgets['quick'].seconds is nan; expected a number"),
        (GOOD.replace('frozenset({"numeric", "missing"})', "print"), "Good.info cannot be stored: Pydantic"),
        ("import os; os.closerange(3, 60)\n" + GOOD, "mine.py cannot be imported: the process "),
    ],
)
def test_whatever_a_module_does_is_one_line(inspector: IsolatedInspector, source: str, said: str) -> None:
    problem = looked_at(inspector, source).problem
    assert problem.startswith(said)
    assert "\n" not in problem
    assert bool(problem) == bool(said)
    assert not looked_at(inspector, GOOD).problem, "others are looked at after it"


def test_a_module_that_does_not_end_is_stopped_with_what_it_started(
    inspector: IsolatedInspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspect_plugins, "LIMITS", TaskLimits(seconds=1))
    source = "import os, threading\nif not os.fork():\n    os.setsid()\nthreading.Event().wait()\n"
    assert looked_at(inspector, source).problem.startswith("mine.py was not imported within 1 s")
    assert not psutil.Process(process_tree.server_pid()).children(recursive=True)


def test_parameters_are_what_the_class_declares(inspector: IsolatedInspector) -> None:
    declared = GOOD.replace('{"level": 2.0}', r"""{"sep": "\t", "text": "a  b\nc", "many": [1, "x\u200e"]}""")
    facts = looked_at(inspector, declared).facts
    assert facts is not None
    assert facts.info.budgets["quick"].params == {"sep": "\t", "text": "a  b\nc", "many": [1, "x\u200e"]}


def test_packages_of_any_name_are_missing_at_most(inspector: IsolatedInspector) -> None:
    odd = '("", "../../etc/passwd", "a b")'
    facts = looked_at(inspector, GOOD.replace('licence="MIT"', f'licence="MIT", packages={odd}')).facts
    assert facts is not None
    assert facts.missing_packages == ["", "../../etc/passwd", "a b"]


@pytest.mark.parametrize(
    "answer",
    [
        *("", "[", "[" * 100_000, "null", "7", "{}", "[[]]", '[["mine", "Good", "", null]]'),
        '[["mine", "Good", "", {}]]',
        '[["mine", "Good", "", {"summary": 1}]]',
        '[["mine", "Good", "x", {"summary": "y"}]]',
        json.dumps([["mine", "Good", "", {"summary": "s" * 2**21}]]),
        '[["mine", "Good", "", ' + "[" * 800 + "]" * 800 + "]]",
    ],
)
def test_an_answer_that_was_forged_is_no_answer(inspector: IsolatedInspector, answer: str) -> None:
    source = f"""
from bench.execution import worker_sandbox
send = worker_sandbox.send_files
worker_sandbox.send_files = lambda pipe, _: send(pipe, {{"answer.json": {answer.encode()!r}}})
{GOOD}
"""
    assert "cannot be used" in looked_at(inspector, source).problem


def test_a_generator_is_built_there(inspector: IsolatedInspector) -> None:
    plugin = looked_at(inspector, f"# not imported by another test\n{GOOD}")
    inspector.build("mine", plugin, {"level": 1})
    with pytest.raises(BenchError, match="mine cannot be built with what --set gives it: ValueError: level is -1"):
        inspector.build("mine", plugin, {"level": -1})
    assert plugin.facts is not None
    assert plugin.facts.module not in sys.modules


def test_generators_of_this_package_are_looked_at_here() -> None:
    with IsolatedInspector() as inspector:
        assert inspector.facts("cart") == Inspector().facts("cart")
        inspector.build("cart", None, {})
        with pytest.raises(BenchError, match="unknown generator"):
            inspector.facts("no-such")
        assert inspector._pool is None


def test_those_of_other_packages_are_not(
    inspector: IsolatedInspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package is installed as another's would be: a module and the entry point of its distribution."""
    package = tmp_path / "other_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "model.py").write_text(GOOD)
    about = tmp_path / "other_package-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: other-package\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[bench.generators]\nothers = other_package.model:Good\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    entry_points._points.cache_clear()
    process_tree.stop_server()
    try:
        assert not entry_points.is_bundled_generator("others")
        facts = inspector.facts("others")
        assert not [name for name in sys.modules if name.startswith("other_package")]
        assert len(facts.code) == 64
        here = facts_of(entry_points.load("generators", "others"))
        assert (facts.summary, facts.info, facts.file) == (here.summary, here.info, here.file)
        (package / "model.py").write_text("import os; os._exit(0)")
        with pytest.raises(BenchError, match="others cannot be imported: the process exited with code 0"):
            inspector.facts("others")
    finally:
        entry_points._points.cache_clear()
        process_tree.stop_server()
