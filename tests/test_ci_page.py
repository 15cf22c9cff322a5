"""docs/ci.md says what docs/gate-study.json holds; the workflow, the action and the Makefile say what there is."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import yaml  # type: ignore[import-untyped]
from typer.testing import CliRunner

from bench.commands.cli import app
from bench.planning.config import BUDGET_FALLBACKS, PROFILES
from bench.workflows.regression_gate.baseline import read_baseline
from tests import gate_study

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
ACTION = ROOT / ".github" / "actions" / "bench-check" / "action.yml"
WORKFLOW = ROOT / ".github" / "workflows" / "bench.yml"


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gate_study.STORED.read_text(encoding="utf-8"))
    return found


def test_the_page_is_what_was_measured(content: dict[str, Any]) -> None:
    assert gate_study.page(content) == gate_study.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("protocol", gate_study.STUDIES)
def test_false_alarms_are_as_stored_and_few(content: dict[str, Any], protocol: str) -> None:
    stored = content["found"][protocol]["alarms"]
    assert len(stored) <= 8
    again = gate_study.alarms(gate_study.unpack(content["runs"][protocol]), draws=40)
    assert again == [number for number in stored if number < 40]


def test_the_planted_loss_is_noticed_wherever_the_baseline_is_calm(content: dict[str, Any]) -> None:
    found = [of for each in content["found"].values() for of in each["power"].values()]
    assert all(of["caught_calm"] >= 0.95 * of["calm"] for of in found if of["calm"])
    assert any(of["calm"] for of in found)
    assert all(0 < of["smallest"] < 1 for of in found)


def test_the_rule_still_notices_what_is_stored(content: dict[str, Any]) -> None:
    """Not from what was found, but from the runs: a rule that lost its power shows here."""
    stored = gate_study.unpack(content["runs"]["random"])
    (name,) = gate_study.STUDIES["random"]
    found = [gate_study.noticed(stored, name, number) for number in range(20)]
    calm = [caught for spread, caught, _ in found if spread < gate_study.CALM]
    assert len(calm) >= 15
    assert all(calm)
    least = content["found"]["random"]["power"][name]["smallest"]
    assert 0.5 * least < np.quantile([smallest for *_, smallest in found], 0.95) < 1.5 * least


@pytest.mark.parametrize("protocol", gate_study.STUDIES)
def test_there_are_forty_runs(content: dict[str, Any], protocol: str) -> None:
    values = content["runs"][protocol]["values"]["station"]
    assert set(values) == set(gate_study.STUDIES[protocol])
    fits = {len(of) for by in values.values() for metric in by.values() for of in metric}
    assert fits == {gate_study.RUNS} == {40}


def _steps(path: Path) -> list[dict[str, Any]]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    steps: list[dict[str, Any]] = found["runs"]["steps"] if "runs" in found else found["jobs"]["gate"]["steps"]
    return steps


def test_the_action_uses_only_inputs_that_it_declares() -> None:
    found = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    assert found["runs"]["using"] == "composite"
    assert set(re.findall(r"inputs\.(\w+)", ACTION.read_text(encoding="utf-8"))) == set(found["inputs"])
    for step in found["runs"]["steps"]:
        assert "uses" in step or step["shell"] == "bash"
        assert "${{" not in step.get("run", ""), "an input inside a script can be code"


def test_the_workflow_gives_the_action_what_it_needs() -> None:
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    (step,) = (step for step in _steps(WORKFLOW) if step.get("uses", "").startswith("./"))
    assert ROOT / step["uses"] / "action.yml" == ACTION
    assert {name for name, said in action["inputs"].items() if said.get("required")} <= set(step["with"])
    assert set(step["with"]) <= set(action["inputs"])
    assert (ROOT / step["with"]["baseline"]).is_file()


def test_the_workflow_and_make_run_what_the_baseline_holds() -> None:
    (step,) = (step for step in _steps(WORKFLOW) if step.get("uses", "").startswith("./"))
    asked = shlex.split(step["with"]["arguments"])
    made = re.search(r"^GATE := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert made is not None
    assert {*shlex.split(made[1]), "--seeds-per-split", "2"} == set(asked)
    found = read_baseline(ROOT / "tests" / "baselines" / "ci.json")
    names = asked[asked.index("--generators") + 1].split(",")
    assert {name for _, name in found.values} == set(names)
    assert f"--generators {','.join(names)}" in gate_study.PAGE.read_text(encoding="utf-8")


def test_the_actions_options_exist() -> None:
    lines = re.findall(r"\bbench (run|check) ([^|\n]*)", ACTION.read_text(encoding="utf-8"))
    assert {verb for verb, _ in lines} == {"run", "check"}
    for verb, line in lines:
        known = CliRunner().invoke(app, [verb, "--help"]).output
        assert all(option in known for option in re.findall(r"--[a-z][a-z-]+", line)), (verb, line)


def test_the_ci_profile_takes_quick_budgets() -> None:
    assert set(BUDGET_FALLBACKS) | set(BUDGET_FALLBACKS.values()) <= set(PROFILES)
    assert BUDGET_FALLBACKS["ci"] == "quick"


STUB = """#!/bin/sh
echo "$*" >> "$CALLS"
[ "$1" = run ] && exit "$RUN"
while [ $# -gt 0 ]; do [ "$1" = --out ] && echo "the report" > "$2"; shift; done
exit "$CHECK"
"""
"""A `bench` that writes down how it was called and ends with a given code."""


def _act(folder: Path, ran: int, checked: int) -> tuple[int, str, str, list[str]]:
    """Runs the action's scripts as GitHub does; returns the exit code, its output, the summary and the calls."""
    (folder / "bin").mkdir()
    (folder / "bin" / "bench").write_text(STUB)
    (folder / "bin" / "bench").chmod(0o755)
    (folder / "a run").mkdir()
    given = {"arguments": "--dataset station --generators smote", "out": "a run", "baseline": "b.json", "install": ""}
    files = {name: folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "CALLS")}
    for path in files.values():
        path.touch()
    base = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "RUN": str(ran), "CHECK": str(checked)}
    code = 0
    for step in (step for step in _steps(ACTION) if step["name"] in ("Run", "Check")):
        asked = {
            key: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: given[m[1]], of) for key, of in step["env"].items()
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        code = (
            code or subprocess.run(command, cwd=folder, env={**base, **asked, **_texts(files)}, check=False).returncode
        )
    said, summary, calls = (path.read_text() for path in files.values())
    return code, said, summary, calls.splitlines()


def _texts(files: Mapping[str, Path]) -> dict[str, str]:
    return {name: str(path) for name, path in files.items()}


@pytest.mark.parametrize("ran", [0, 1], ids=["ran", "nothing-succeeded"])
@pytest.mark.parametrize("checked", [0, 1])
def test_the_action_ends_as_the_check_does_and_shows_it(tmp_path: Path, ran: int, checked: int) -> None:
    code, said, summary, calls = _act(tmp_path, ran, checked)
    assert (code, said, summary) == (checked, f"code={checked}\n", "the report\n")
    assert calls[0] == "run --dataset station --generators smote --out a run --no-figures"
    assert [line.split("--format ")[1].split()[0] for line in calls[1:]] == ["github", "md", "junit"]
    assert all("--force" in line for line in calls[2:]), "a second run finds the files of the first"


def test_the_action_has_no_summary_of_what_cannot_be_compared(tmp_path: Path) -> None:
    code, said, summary, calls = _act(tmp_path, 0, 2)
    assert (code, said, summary, len(calls)) == (2, "code=2\n", "", 2)


def test_the_action_checks_nothing_after_a_refused_run(tmp_path: Path) -> None:
    code, said, summary, calls = _act(tmp_path, 2, 0)
    assert code != 0
    assert (said, summary, len(calls)) == ("", "", 1)
