"""A run against a baseline: what is a regression, what is noted, what cannot be compared."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bench.api import BenchError, TrialResult
from bench.workflows.regression_gate import check
from tests.reports.make_run import Spec, edit_manifest
from tests.workflows.regression_gate.made_baselines import QUALITY, checked, make, moved

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workflows.regression_gate.baseline import Baseline


def _verdicts(found: check.CheckResult) -> set[tuple[str, str]]:
    return {(line.generator, line.metric.name if line.metric else "") for line in found.with_verdict("regression")}


def test_the_same_fits_are_unchanged_and_nothing_is_tested(tmp_path: Path, before: Baseline) -> None:
    found = checked(tmp_path, before)
    assert {line.verdict for line in found.lines} == {"unchanged"}
    assert found.tests == 0
    assert found.notes == ()


def test_last_digits_do_not_count(tmp_path: Path, before: Baseline) -> None:
    def rounded(result: TrialResult) -> TrialResult:
        return replace(result, metrics={key: value and value * (1 + 1e-9) for key, value in result.metrics.items()})

    assert {line.verdict for line in checked(tmp_path, before, change=rounded).lines} == {"unchanged"}


def test_other_seeds_are_noise(tmp_path: Path, before: Baseline) -> None:
    found = checked(tmp_path, before, seed=1)
    assert {line.verdict for line in found.lines} == {"within noise"}
    assert found.tests == len(found.lines) == 10


@pytest.mark.parametrize(
    ("metric", "by"), [("tstr_xgb_r2", -0.05), ("c2st_auc", 0.05), ("dcr_share", 0.05), ("column_shapes", -0.05)]
)
def test_worse_is_a_regression_and_better_is_not(tmp_path: Path, before: Baseline, metric: str, by: float) -> None:
    worse = checked(tmp_path / "worse", before, seed=1, change=moved("vae", metric, by))
    assert _verdicts(worse) == {("vae", metric)}
    better = checked(
        tmp_path / "better", before, seed=1, change=moved("ae", metric, -by / 5 if metric == "dcr_share" else -by)
    )
    assert _verdicts(better) == set()
    if metric != "dcr_share":  # its best value is reached: there is no better
        assert [line.generator for line in better.with_verdict("improvement")] == ["ae"]


def test_less_than_the_floor_is_no_regression_however_sure(tmp_path: Path, before: Baseline) -> None:
    found = checked(tmp_path, before, change=moved("vae", "tstr_xgb_r2", -0.0005))
    (line,) = (line for line in found.lines if line.verdict != "unchanged")
    assert line.verdict == "within noise"


def _fails(result: TrialResult) -> TrialResult:
    lost = result.trial.generator == "vae" and result.trial.draw == 1
    return replace(result, status="timeout", metrics={}, error="3 s\nis over") if lost else result


def test_failed_trials_are_regressions(tmp_path: Path, before: Baseline) -> None:
    found = checked(tmp_path, before, change=_fails)
    (line,) = found.with_verdict("regression")
    assert (line.generator, line.metric) == ("vae", None)
    assert line.reason == "3 of 6 trials not ok (timeout: 3 s is over)"
    assert {line.generator for line in found.with_verdict("unchanged")} == {"ae"}


def test_missing_generators_are_regressions_and_new_ones_are_noted(tmp_path: Path, before: Baseline) -> None:
    spec = Spec(quality={"ae": QUALITY["ae"], "flow": 0.9}, repeats=3, points=20)
    found = check.check_run(make(tmp_path / "now", 1, spec=spec), before)
    assert [(line.generator, line.reason) for line in found.with_verdict("regression")] == [
        ("vae", "missing: the run has no such generator")
    ]
    assert found.notes == ("not in the baseline, so not checked: flow",)


def test_trials_without_a_result_are_regressions(tmp_path: Path, before: Baseline) -> None:
    run = make(tmp_path / "now", 1)
    (line,) = check.check_run(replace(run, results=run.results[:-1]), before).with_verdict("regression")
    assert line.reason == "missing: 1 of 3 trials have no result"


def test_values_that_could_not_be_computed_are_regressions(tmp_path: Path, before: Baseline) -> None:
    def without(result: TrialResult) -> TrialResult:
        return replace(result, metrics={**result.metrics, "c2st_auc": None}, reasons={"c2st_auc": "one row"})

    found = checked(tmp_path, before, change=without)
    assert _verdicts(found) == {("ae", "c2st_auc"), ("vae", "c2st_auc")}
    assert {line.reason for line in found.with_verdict("regression")} == {"could not be computed: one row"}


def test_other_parameters_are_noted(tmp_path: Path, before: Baseline) -> None:
    def tuned(result: TrialResult) -> TrialResult:
        return replace(result, trial=replace(result.trial, params={"epochs": 1}))

    (note,) = checked(tmp_path, before, change=tuned).notes
    assert "ae, vae" in note


def test_metrics_can_be_named(tmp_path: Path, before: Baseline) -> None:
    run = make(tmp_path / "now", 1)
    assert check.check_run(run, before, ["quality,c2st_auc"]).metrics == ("quality", "c2st_auc")
    with pytest.raises(BenchError, match="did you mean 'quality'"):
        check.check_run(run, before, ["qualty"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found["datasets"][0].update(sha256="0" * 64), "sha256 8ee08ee0 and 00000000"),
        (lambda found: found["config"].update(seed=4), "base seed: 0 and 4"),
        (lambda found: found["profile"].update(name="standard"), "profile: quick and standard"),
        (lambda found: found["splits"][0].update(id="other", protocol="random"), "split protocol: blocked and random"),
        (lambda found: found["metrics"][0].update(better="lower"), "not defined alike: quality"),
        (lambda found: found["datasets"][0].update(name="methane-2"), "methane-1 is not in the run"),
    ],
)
def test_runs_made_otherwise_are_refused(tmp_path: Path, before: Baseline, change: object, said: str) -> None:
    make(tmp_path / "now", 1)
    run = edit_manifest(tmp_path / "now", change)  # type: ignore[arg-type]
    with pytest.raises(BenchError, match=re.escape(said)) as refused:
        check.check_run(run, before)
    assert before.command in str(refused.value)


def test_other_scoring_is_refused(tmp_path: Path, before: Baseline) -> None:
    with pytest.raises(BenchError, match="scores were made in different ways"):
        checked(tmp_path, before, change=lambda result: replace(result, scoring="other"))
