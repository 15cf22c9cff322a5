"""Modules of other packages are imported in a process of their own first, and what they hold is checked."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Protocol

import pytest

from bench.api import BenchError
from bench.plugins import entry_points
from bench.plugins.trial_import import import_problem
from bench.reporting import build_report
from bench.reporting.build_report import collect
from bench.statistics.leaderboard import rank
from bench.tables.datasets import resolve
from bench.tables.table_request import TableRequest
from tests.reports.make_run import Spec, make_run

if TYPE_CHECKING:
    from pathlib import Path

    from bench.plugins.entry_points import Kind


class Register(Protocol):
    def __call__(self, kind: Kind, name: str, source: str) -> None: ...


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """Registers the `PLUGIN` of a module that is written for it, as an installed package would."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))

    def add(kind: Kind, name: str, source: str) -> None:
        module = f"foreign_{tmp_path.name.replace('-', '_')}_{name}"
        (tmp_path / f"{module}.py").write_text(source)
        monkeypatch.delitem(sys.modules, module, raising=False)
        point = EntryPoint(name, f"{module}:PLUGIN", f"bench.{kind}")
        registered = entry_points._points
        more = {**registered(kind), name: {point.value: point}}
        monkeypatch.setattr(entry_points, "_points", lambda asked: more if asked == kind else registered(asked))

    return add


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os._exit(0)", "the process exited with code 0 before it was imported"),
        ("import os; os._exit(7)", "the process exited with code 7 before it was imported"),
        ("import os, signal; os.kill(os.getpid(), 9)", "the process was killed by SIGKILL before it was imported"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise ValueError('\\x1b[2J odd')", r"ValueError: \x1b[2J odd"),
        ("import nothing_here", "ModuleNotFoundError: No module named 'nothing_here'"),
    ],
)
def test_a_module_that_cannot_be_imported_is_one_line(register: Register, source: str, said: str) -> None:
    register("sections", "bad", source)
    with pytest.raises(BenchError) as refused:
        entry_points.load("sections", "bad")
    assert str(refused.value).endswith(f":PLUGIN) cannot be imported: {said}")


def test_a_module_without_end_is_stopped(register: Register, tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("import threading; threading.Event().wait()")
    register("metrics", "other", "PLUGIN = 1")
    assert import_problem("endless", 1.0).startswith("it was not imported within 1 s")


def test_a_process_that_the_module_leaves_behind_keeps_nobody_waiting(register: Register) -> None:
    leaves = (
        "import os, threading\nif not os.fork():\n    os.setsid()\n    threading.Event().wait(20)\n    os._exit(0)\n"
    )
    register("adapters", "leaves", leaves + "PLUGIN = print\n")
    assert entry_points.load("adapters", "leaves") is print


@pytest.mark.parametrize(
    ("kind", "source", "said"),
    [
        ("metrics", "PLUGIN = 5", "the metric family 'odd' .* is a int; expected a Family"),
        ("sections", "PLUGIN = None", "the section 'odd' .* is a NoneType; expected a Section"),
        ("datasets", "PLUGIN = []", "the data set 'odd' .* is a list; expected a DatasetSource"),
        ("presets", "PLUGIN = [1]", "the set of presets 'odd' .* is a list; expected a Mapping"),
        ("presets", "PLUGIN = {'x': 1}", "the set of presets 'odd' .* has 'x', which is no Preset under a name"),
        (
            "sections",
            "",
            "the section 'odd' .* cannot be imported: AttributeError: module .* has no attribute",
        ),
    ],
)
def test_what_a_module_holds_is_checked(register: Register, kind: Kind, source: str, said: str) -> None:
    register(kind, "odd", source)
    with pytest.raises(BenchError, match=said):
        entry_points.load(kind, "odd")


def test_a_set_of_presets_that_cannot_be_imported_keeps_nobody_from_other_generators(register: Register) -> None:
    register("presets", "bad", "raise ValueError('no')")
    assert "bad-preset" not in entry_points.presets()
    assert entry_points.expand_name("cart") == ["cart"]
    with pytest.raises(BenchError, match=r"unknown generator 'bad-preset'.*; presets of bad are unknown"):
        entry_points.expand_name("bad-preset")
    with pytest.raises(BenchError, match=r"'bad' .* cannot be imported: ValueError: no"):
        entry_points.expand_name("bad")


@pytest.mark.parametrize(
    ("load", "said"),
    [
        ("1 / 0", "the data set 'odd' cannot be loaded: ZeroDivisionError: division by zero"),
        ("5", "the data set 'odd' gave a int; expected a Dataset"),
    ],
)
def test_a_data_set_that_cannot_be_loaded_is_one_line(register: Register, load: str, said: str) -> None:
    source = (
        f"from bench.api import DatasetSource\nPLUGIN = DatasetSource(summary='', licence='MIT', load=lambda: {load})"
    )
    register("datasets", "odd", source)
    with pytest.raises(BenchError) as refused:
        resolve(TableRequest("odd"))
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ("[Text('Hello there')]", "Hello there"),
        ("1 / 0", "The section 'mine' of another package is left out: ZeroDivisionError: division by zero"),
        ("[Text(5)]", "The section 'mine' of another package is left out: "),
        ("['text']", "The section 'mine' of another package is left out: "),
        ("7", "The section 'mine' of another package is left out: "),
        ("[Figure('a', 'b', 'c', (5,))]", "The section 'mine' of another package is left out: "),
    ],
)
def test_a_section_that_fails_costs_itself_alone(register: Register, tmp_path: Path, blocks: str, said: str) -> None:
    run = make_run(tmp_path / "run", Spec({"ae": 0.5, "vae": 0.6}))
    others = collect(run, rank(run)).parts
    source = (
        f"from bench.api import Figure, Section, Text\nPLUGIN = Section('Mine', 10**5, lambda run, board: {blocks})"
    )
    register("sections", "mine", source)
    report = collect(run, rank(run))
    assert report.parts[:-1] == others
    assert said in build_report.markdown(report, {})
