"""What a check prints."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from bench.workflows.regression_gate import check, check_outputs
from tests.workflows.regression_gate.made_baselines import checked, moved

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api import TrialResult
    from bench.workflows.regression_gate.baseline import Baseline


@pytest.fixture
def outcome(tmp_path: Path, before: Baseline) -> check.CheckResult:
    def change(result: TrialResult) -> TrialResult:
        if result.trial.generator == "ae":
            return replace(result, status="failed", metrics={}, error="ValueError: 50 % <b>, ]]> and\x00 more")
        return moved("vae", "c2st_auc", 0.1)(moved("vae", "tstr_xgb_r2", 0.1)(result))

    return checked(tmp_path, before, change=change)


def test_text_has_every_regression_and_improvement(outcome: check.CheckResult) -> None:
    lines = check_outputs.text(outcome).splitlines()
    assert [line.split()[0] for line in lines] == ["REGRESSION", "REGRESSION", "IMPROVEMENT", "now"]
    assert "c2st_auc ≤ 0.5" in lines[1]
    assert "worse by 0.1," in lines[1]
    assert "better by 0.1," in lines[2]
    assert lines[-1].startswith("now against b.json: 2 regressions, 1 improvement; 2 generators, 5 metrics (")


def test_markdown_has_a_table_and_the_rest_folded(outcome: check.CheckResult) -> None:
    said = check_outputs.md(outcome)
    assert "failed" in said.splitlines()[0]
    assert said.count("**regression**") == 2
    assert "<details>" in said
    assert "<b>" not in said
    assert len({line.count(" | ") for line in said.splitlines() if line.startswith("| ")}) == 1


COUNTS = {"tests", "failures", "errors", "skipped", "time", "name"}


def test_junit_has_the_usual_shape(outcome: check.CheckResult) -> None:
    root = ElementTree.fromstring(check_outputs.junit(outcome))
    assert root.tag == "testsuites"
    assert [(suite.tag, suite.get("name")) for suite in root] == [("testsuite", "methane-1")]
    for each in (root, *root):
        assert set(each.attrib) == COUNTS
        cases = list(each.iter("testcase"))
        counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
        assert int(each.get("tests", "")) == len(cases) == 6
        assert all(int(each.get(key, "")) == len(list(each.iter(tag))) for key, tag in counted.items())
    for case in root.iter("testcase"):
        assert set(case.attrib) == {"classname", "name", "time"}
        assert {child.tag for child in case} <= {"failure", "error", "system-out"}
        assert len(case) <= 1
    assert [
        (case.get("classname"), case.get("name")) for case in root.iter("testcase") if case.find("error") is not None
    ] == [("methane-1.ae", "trials")]
    assert all(child.get("message") and child.get("type") for child in [*root.iter("failure"), *root.iter("error")])


def test_annotations_are_one_escaped_line_each(outcome: check.CheckResult) -> None:
    lines = check_outputs.github(outcome).splitlines()
    assert [line.split(" title=")[0] for line in lines] == ["::error", "::error", "::notice", "::notice"]
    assert all(re.fullmatch(r"::(error|warning|notice) title=[^:,]+::.+", line) for line in lines)
    assert "50 %25" in lines[0]


def test_unchanged_values_are_shown_as_the_same(tmp_path: Path, before: Baseline) -> None:
    found = checked(tmp_path, before)  # two of the baseline's five fits, whose means differ
    assert all(line.before == line.after and line.loss == 0 for line in found.lines)
    rows = [line for line in check_outputs.md(found).splitlines() if line.startswith("| unchanged")]
    assert len(rows) == 10
    for row in rows:
        *_, was, now, worse, _, p, _ = (cell.strip() for cell in row.split("|"))
        assert (was, worse, p) == (now, "—", "—")
    assert "worse by" not in check_outputs.junit(found)
