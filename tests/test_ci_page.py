"""docs/ci.md says what docs/gate-study.json holds; the workflow, the action and the Makefile say what there is."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from bench.config import BUDGETS_OF, PROFILES
from bench.gate import baseline
from tests import gate_study

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
    found = baseline.load(ROOT / "tests" / "baselines" / "ci.json")
    names = asked[asked.index("--generators") + 1].split(",")
    assert {name for _, name in found.values} == set(names)
    assert f"--generators {','.join(names)}" in gate_study.PAGE.read_text(encoding="utf-8")


def test_its_commands_and_options_exist() -> None:
    said = ACTION.read_text(encoding="utf-8") + gate_study.PAGE.read_text(encoding="utf-8")
    lines = re.findall(r"\bbench ((?:run|check|baseline save) [^|`#\n]*)", said)
    verbs = {"baseline save" if line.startswith("baseline") else line.split()[0] for line in lines}
    assert verbs == {"run", "check", "baseline save"}
    for verb in verbs:
        done = subprocess.run(
            [sys.executable, "-m", "bench", *verb.split(), "--help"], capture_output=True, text=True, check=True
        )
        used = {option for line in lines if line.startswith(verb) for option in re.findall(r"--[a-z][a-z-]+", line)}
        known = set(re.findall(r"--[a-z][a-z-]+", done.stdout))
        assert used <= known, verb


def test_the_ci_profile_takes_quick_budgets() -> None:
    assert set(BUDGETS_OF) | set(BUDGETS_OF.values()) <= set(PROFILES)
    assert BUDGETS_OF["ci"] == "quick"
