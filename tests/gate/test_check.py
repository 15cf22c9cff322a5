"""The regression gate: its rule, what it refuses, what it prints and how it exits."""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pytest

from bench import cli
from bench.api import BenchError, Metric, Target, TrialResult
from bench.gate import baseline, check, formats, rule
from tests.baselines_of import NOISE, QUALITY, edit, make, moved, unchanged
from tests.reports.make_run import Spec

if TYPE_CHECKING:
    from pathlib import Path

    from bench.gate.baseline import Baseline
    from tests.baselines_of import Change

R2 = Metric("r2", "utility", "higher", "", range=(-9.0, 1.0))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A baseline of five fits on each of three splits."""
    folder = tmp_path_factory.mktemp("kept")
    baseline.save(make(folder / "run", 5), folder / "b.json")
    return folder / "b.json"


@pytest.fixture
def before(kept: Path) -> Baseline:
    return baseline.load(kept)


def _checked(path: Path, before: Baseline, *, seed: int = 0, change: Change = unchanged) -> check.Outcome:
    return check.check(make(path / "now", 2, seed=seed, change=change), before)


def _verdicts(found: check.Outcome) -> set[tuple[str, str]]:
    return {(line.generator, line.metric.name if line.metric else "") for line in found.of("regression")}


def test_the_same_fits_are_unchanged_and_nothing_is_tested(tmp_path: Path, before: Baseline) -> None:
    found = _checked(tmp_path, before)
    assert {line.verdict for line in found.lines} == {"unchanged"}
    assert found.tests == 0
    assert found.notes == ()


def test_last_digits_do_not_count(tmp_path: Path, before: Baseline) -> None:
    def rounded(result: TrialResult) -> TrialResult:
        return replace(result, metrics={key: value and value * (1 + 1e-9) for key, value in result.metrics.items()})

    assert {line.verdict for line in _checked(tmp_path, before, change=rounded).lines} == {"unchanged"}


def test_other_seeds_are_noise(tmp_path: Path, before: Baseline) -> None:
    found = _checked(tmp_path, before, seed=1)
    assert {line.verdict for line in found.lines} == {"within noise"}
    assert found.tests == len(found.lines) == 10


@pytest.mark.parametrize(
    ("metric", "by"), [("tstr_xgb_r2", -0.05), ("c2st_auc", 0.05), ("dcr_share", 0.05), ("column_shapes", -0.05)]
)
def test_worse_is_a_regression_and_better_is_not(tmp_path: Path, before: Baseline, metric: str, by: float) -> None:
    worse = _checked(tmp_path / "worse", before, seed=1, change=moved("vae", metric, by))
    assert _verdicts(worse) == {("vae", metric)}
    better = _checked(
        tmp_path / "better", before, seed=1, change=moved("ae", metric, -by / 5 if metric == "dcr_share" else -by)
    )
    assert _verdicts(better) == set()
    if metric != "dcr_share":  # its best value is reached: there is no better
        assert [line.generator for line in better.of("improvement")] == ["ae"]


def test_less_than_the_floor_is_no_regression_however_sure(tmp_path: Path, before: Baseline) -> None:
    found = _checked(tmp_path, before, change=moved("vae", "tstr_xgb_r2", -0.0005))
    (line,) = (line for line in found.lines if line.verdict != "unchanged")
    assert line.verdict == "within noise"


def _fails(result: TrialResult) -> TrialResult:
    lost = result.trial.generator == "vae" and result.trial.draw == 1
    return replace(result, status="timeout", metrics={}, error="3 s\nis over") if lost else result


def test_failed_trials_are_regressions(tmp_path: Path, before: Baseline) -> None:
    found = _checked(tmp_path, before, change=_fails)
    (line,) = found.of("regression")
    assert (line.generator, line.metric) == ("vae", None)
    assert line.reason == "3 of 6 trials not ok (timeout: 3 s is over)"
    assert {line.generator for line in found.of("unchanged")} == {"ae"}


def test_missing_generators_are_regressions_and_new_ones_are_noted(tmp_path: Path, before: Baseline) -> None:
    spec = Spec(quality={"ae": QUALITY["ae"], "flow": 0.9}, repeats=3, points=20)
    found = check.check(make(tmp_path / "now", 1, spec=spec), before)
    assert [(line.generator, line.reason) for line in found.of("regression")] == [
        ("vae", "missing: the run has no such generator")
    ]
    assert found.notes == ("not in the baseline, so not checked: flow",)


def test_trials_without_a_result_are_regressions(tmp_path: Path, before: Baseline) -> None:
    run = make(tmp_path / "now", 1)
    (line,) = check.check(replace(run, results=run.results[:-1]), before).of("regression")
    assert line.reason == "missing: 1 of 3 trials have no result"


def test_values_that_could_not_be_computed_are_regressions(tmp_path: Path, before: Baseline) -> None:
    def without(result: TrialResult) -> TrialResult:
        return replace(result, metrics={**result.metrics, "c2st_auc": None}, reasons={"c2st_auc": "one row"})

    found = _checked(tmp_path, before, change=without)
    assert _verdicts(found) == {("ae", "c2st_auc"), ("vae", "c2st_auc")}
    assert {line.reason for line in found.of("regression")} == {"could not be computed: one row"}


def test_other_parameters_are_noted(tmp_path: Path, before: Baseline) -> None:
    def tuned(result: TrialResult) -> TrialResult:
        return replace(result, trial=replace(result.trial, params={"epochs": 1}))

    (note,) = _checked(tmp_path, before, change=tuned).notes
    assert "ae, vae" in note


def test_metrics_can_be_named(tmp_path: Path, before: Baseline) -> None:
    run = make(tmp_path / "now", 1)
    assert check.check(run, before, ["quality,c2st_auc"]).metrics == ("quality", "c2st_auc")
    with pytest.raises(BenchError, match="did you mean 'quality'"):
        check.check(run, before, ["qualty"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found["datasets"][0].update(sha256="0" * 64), "sha256 8ee08ee0 and 00000000"),
        (lambda found: found["config"].update(seed=4), "base seed: 0 and 4"),
        (lambda found: found["config"]["profile"].update(name="standard"), "profile: quick and standard"),
        (lambda found: found["splits"][0].update(id="other", protocol="random"), "split protocol: blocked and random"),
        (lambda found: found["metrics"][0].update(better="lower"), "not defined alike: quality"),
        (lambda found: found["datasets"][0].update(name="methane-2"), "methane-1 is not in the run"),
    ],
)
def test_runs_made_otherwise_are_refused(tmp_path: Path, before: Baseline, change: object, said: str) -> None:
    make(tmp_path / "now", 1)
    run = edit(tmp_path / "now", change)  # type: ignore[arg-type]
    with pytest.raises(BenchError, match=re.escape(said)) as refused:
        check.check(run, before)
    assert before.command in str(refused.value)


def test_other_scoring_is_refused(tmp_path: Path, before: Baseline) -> None:
    with pytest.raises(BenchError, match="scores were made in different ways"):
        _checked(tmp_path, before, change=lambda result: replace(result, scoring="other"))


# --- the rule ---------------------------------------------------------------------------------


def test_noise_is_pooled_within_splits() -> None:
    values = [[0.1, 0.3], [5.0, 5.4, 5.8]]
    by_hand = np.sqrt((0.02 + 0.32) / 3)
    assert rule.noise(values, R2) == pytest.approx(by_hand)
    found = rule.shift(values, [[0.2], [5.4]], R2)
    assert found.error == pytest.approx(by_hand * np.sqrt(1 / 2 + 1 + 1 / 3 + 1) / 2)


def test_noise_of_a_ratio_is_of_its_logarithm() -> None:
    ratio = Metric("ratio", "fidelity", Target(1.0, "log"), "")
    assert rule.noise([[1.0, math.e]], ratio) == pytest.approx(np.sqrt(0.5))


def test_noise_shows_where_losses_are_cut_off() -> None:
    auc = Metric("auc", "detection", Target(0.5, "above"), "")
    found = rule.shift([[0.47, 0.49, 0.45]], [[0.52]], auc)
    assert found.loss == pytest.approx(0.02)
    assert found.p() > 0.1


def test_the_error_rate_is_kept_where_everything_changed() -> None:
    rng, alarms = np.random.default_rng(0), 0
    for _ in range(2000):
        tests = [rule.shift(rng.normal(size=(3, 5)), rng.normal(size=(3, 2)), R2) for _ in range(10)]  # type: ignore[arg-type]
        alarms += min(rule.adjusted(tests)) < rule.ALPHA
    assert 5 <= alarms <= 35  # 20 of 2,000 on average, give or take 3.4 standard deviations


def test_a_large_loss_is_nearly_always_found() -> None:
    rng = np.random.default_rng(0)
    shifts = [rule.shift(rng.normal(size=(3, 5)), rng.normal(-4, 1, size=(3, 2)), R2) for _ in range(200)]  # type: ignore[arg-type]
    assert sum(each.loss > rule.tolerance(each.error, each.freedom, 30, 0.0) for each in shifts) >= 190


def test_what_is_unchanged_costs_no_power() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3, 5)).tolist()
    same = rule.shift(values, values, R2)
    other = rule.shift(values, rng.normal(-4, 1, size=(3, 2)).tolist(), R2)
    assert rule.adjusted([same] * 50 + [other])[-1] == other.p()


# --- formats ----------------------------------------------------------------------------------


@pytest.fixture
def outcome(tmp_path: Path, before: Baseline) -> check.Outcome:
    def change(result: TrialResult) -> TrialResult:
        if result.trial.generator == "ae":
            return replace(result, status="failed", metrics={}, error="ValueError: 50 % <b>, ]]> and\x00 more")
        return moved("vae", "c2st_auc", 0.1)(moved("vae", "tstr_xgb_r2", 0.1)(result))

    return _checked(tmp_path, before, change=change)


def test_text_has_every_regression_and_improvement(outcome: check.Outcome) -> None:
    lines = formats.text(outcome).splitlines()
    assert [line.split()[0] for line in lines] == ["REGRESSION", "REGRESSION", "IMPROVEMENT", "now"]
    assert "c2st_auc → 0.5" in lines[1]
    assert "worse by 0.099" in lines[1]
    assert "better by 0.099" in lines[2]
    assert lines[-1].startswith("now against b.json: 2 regressions, 1 improvement; 2 generators, 5 metrics (")


def test_markdown_has_a_table_and_the_rest_folded(outcome: check.Outcome) -> None:
    said = formats.md(outcome)
    assert "failed" in said.splitlines()[0]
    assert said.count("**regression**") == 2
    assert "<details>" in said
    assert "<b>" not in said
    assert len({line.count(" | ") for line in said.splitlines() if line.startswith("| ")}) == 1


COUNTS = {"tests", "failures", "errors", "skipped", "time", "name"}


def test_junit_has_the_usual_shape(outcome: check.Outcome) -> None:
    root = ElementTree.fromstring(formats.junit(outcome))
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


def test_annotations_are_one_escaped_line_each(outcome: check.Outcome) -> None:
    lines = formats.github(outcome).splitlines()
    assert [line.split(" title=")[0] for line in lines] == ["::error", "::error", "::notice", "::notice"]
    assert all(re.fullmatch(r"::(error|warning|notice) title=[^:,]+::.+", line) for line in lines)
    assert "50 %25" in lines[0]


# --- the command line -------------------------------------------------------------------------


def _bench(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> object:
    monkeypatch.setattr(sys, "argv", ["bench", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


def test_exit_codes_tell_fine_worse_and_incomparable(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "fine", 1)
    make(tmp_path / "worse", 2, change=moved("vae", "c2st_auc", 0.1))
    make(tmp_path / "other", 1)
    edit(tmp_path / "other", lambda found: found["config"].update(seed=4))  # type: ignore[attr-defined]
    assert _bench(monkeypatch, "check", tmp_path / "fine", "--baseline", kept) == 0
    assert "0 regressions" in capsys.readouterr().out
    report = tmp_path / "report.md"
    assert _bench(monkeypatch, "check", tmp_path / "worse", "--baseline", kept, "--format", "md", "--out", report) == 1
    assert "1 regression" in capsys.readouterr().out
    assert "**regression**" in report.read_text()
    assert _bench(monkeypatch, "check", tmp_path / "other", "--baseline", kept) == 2
    assert "base seed: 0 and 4" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "xml"), "unknown format 'xml'"),
        (("--metrics", "nothing"), "unknown metric of the baseline"),
        (("--out", "."), "is a folder"),
    ],
)
def test_misuse_is_one_line(
    tmp_path: Path,
    kept: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    make(tmp_path / "run", 1)
    assert _bench(monkeypatch, "check", tmp_path / "run", "--baseline", kept, *arguments) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_saving_says_what_will_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "run", 3)
    saved = ("baseline", "save", tmp_path / "run", tmp_path / "b.json")
    assert _bench(monkeypatch, *saved, "--fits", "2") == 0
    said = capsys.readouterr().out
    assert said.count("tstr_xgb_r2") == 2
    assert f"wrote {tmp_path / 'b.json'}" in said
    assert json.loads((tmp_path / "b.json").read_text())["kind"] == "bench baseline"
    assert _bench(monkeypatch, *saved) == 2
    assert "--force" in capsys.readouterr().err
    assert _bench(monkeypatch, *saved, "--force", "--fits", "0") == 2


def test_what_will_be_noticed_is_the_tolerance_of_a_check(tmp_path: Path, before: Baseline) -> None:
    found = _checked(tmp_path, before, seed=1)
    said = {(each.generator, each.metric.name): each.least for each in check.detectable(before, 2)}
    for line in found.lines:
        assert line.metric is not None
        assert line.tolerance == pytest.approx(said[line.generator, line.metric.name])
    assert all(0.5 * NOISE < each.noise < 2 * NOISE for each in check.detectable(before))
