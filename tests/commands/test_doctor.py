"""`bench doctor` says what is there, what is missing with its pip line, and opens no connection."""

from __future__ import annotations

import socket
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

import pytest

from bench.api import BenchError, GeneratorInfo
from bench.commands import doctor
from bench.common import digests
from bench.execution.inspect_plugins import IsolatedInspector
from bench.plugins import GeneratorFacts, entry_points


def test_no_connection_is_made() -> None:
    def fetch() -> None:
        socket.create_connection(("192.0.2.1", 80), timeout=1)

    with doctor.offline(), pytest.raises(OSError, match="downloads nothing"):
        fetch()
    with doctor.offline(), pytest.raises(OSError, match="downloads nothing"):
        socket.getaddrinfo("localhost", 80)
    assert socket.getaddrinfo("127.0.0.1", 80), "and it can be made again afterwards"


def test_requirements_are_read() -> None:
    assert doctor.parse_requirement('optuna>=5; extra == "tune"') == ("optuna", "tune")
    assert doctor.parse_requirement("ForestDiffusion>=1.0.6; extra == 'forest'") == ("ForestDiffusion", "forest")
    assert doctor.parse_requirement("numpy") == ("numpy", "")
    assert ("numpy", "") in doctor._requirements()


def test_a_missing_extra_comes_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "optuna":
            raise PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr(digests, "version", version)
    found = {what: said for topic, what, said in doctor._extras() if topic == "extra"}
    assert found["tune"] == "missing optuna: pip install 'tabgen-bench[tune]'"
    assert found["cluster"].startswith("distributed ")


def test_data_that_cannot_be_had_are_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Source:
        def load(self) -> None:
            raise BenchError("absent.csv could not be downloaded")

    monkeypatch.setattr(entry_points, "names", lambda kind: ["absent"])
    monkeypatch.setattr(entry_points, "load", lambda kind, name: Source())
    assert list(doctor._data()) == [("data", "absent", "not at hand: bench data fetch absent")]


def test_a_generator_that_cannot_run_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = IsolatedInspector.facts

    def facts(self: IsolatedInspector, name: str) -> GeneratorFacts:
        info = GeneratorInfo(packages=("no-such-package",), install="pip install it")
        return replace(real(self, name), info=info) if name == "ae" else real(self, name)

    monkeypatch.setattr(IsolatedInspector, "facts", facts)
    said = {what: found for _, what, found in doctor._plugins()}
    assert said["ae"] == "needs no-such-package: pip install it"
    assert not any(" ae," in f" {names}," for what, names in said.items() if "can run" in what)


def test_machine_and_browser() -> None:
    said = {what: found for topic, what, found in [*doctor._machine(), *doctor._folders()]}
    assert {"cores", "threads", "memory", "GPU", "downloads", "runs"} <= set(said)
    assert doctor._chromium()
