"""Shadow fits: what they are fitted to, what comes back, and what a trial makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.api import Schema, Split, Trial, TrialResult
from bench.common.atomic_files import pack_table, unpack_table
from bench.execution import fit_trial, score_trial
from bench.execution.fitted_trial import read_fit
from bench.execution.runner import load_plan
from bench.execution.shadow_fits import SHADOW_ERROR, SHADOWS, fit_shadows, halves, read_shadows
from bench.execution.tasks import Files, Task, TaskOutcome
from bench.execution.time_estimates import estimate_seconds
from bench.planning.config import SHADOW_FITS
from bench.planning.read_config import build_config
from bench.plugins import entry_points
from bench.plugins.python_files import find_plugins
from bench.runs.run_directory import RESULT, pack_result, unpack_result
from bench.scoring.metrics.privacy.family import FAMILY
from bench.scoring.reference_rows import score_reference
from bench.scoring.score_table import prepare_all
from tests.conftest import ZOO

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = Schema.of_numbers(("a", "b", "c", "y"), "y")


def test_each_row_is_in_one_half_of_each_pair() -> None:
    drawn = halves(101, 12, seed=4)
    assert (drawn.sum(axis=0) == 6).all()
    assert (drawn[::2] == ~drawn[1::2]).all()
    assert set(drawn.sum(axis=1)) == {50, 51}
    assert (halves(101, 12, seed=4) == drawn).all()
    assert (halves(101, 8, seed=4) == drawn[:8]).all()
    assert (halves(101, 12, seed=5) != drawn).any()


@pytest.fixture(scope="module")
def table(table: pd.DataFrame) -> pd.DataFrame:
    """The first 240 rows."""
    return table[:240]


def shadows_of(table: pd.DataFrame, name: str, fits: int = 4) -> tuple[Trial, Files]:
    """The files of the shadow fits of a generator of the zoo."""
    (plugin,) = find_plugins([str(ZOO / f"{name}.py")]).values()
    trial = Trial("t", "small", "s", 0, plugin.name, {}, 7)
    return trial, fit_shadows(trial, table, SCHEMA, plugin, fits, lambda *_: None)


def test_each_fit_gets_its_half_and_returns_as_many_rows(table: pd.DataFrame) -> None:
    trial, files = shadows_of(table, "memoriser")
    shadows = read_shadows(files, table, 4, trial.seed)
    assert shadows is not None
    assert shadows.members is not None
    assert [len(rows) for rows in shadows.tables] == [120] * 4
    for rows, chosen in zip(shadows.tables, shadows.members, strict=True):
        given = set(map(tuple, table[chosen].to_numpy()))
        assert set(map(tuple, rows.to_numpy())) <= given
    assert shadows_of(table, "memoriser")[1] == files


def test_a_failed_fit_is_a_reason(table: pd.DataFrame) -> None:
    trial, files = shadows_of(table, "raises")
    assert set(files) == {SHADOW_ERROR}
    shadows = read_shadows(files, table, 4, trial.seed)
    assert shadows is not None
    assert not shadows.tables
    assert shadows.problem.startswith("shadow fit 1 of 4: ")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda table: b"no table", "cannot be read"),
        (lambda table: pack_table(table), "they are 240 rows; expected 480"),
        (lambda table: pack_table(table[["a", "y"]]), "columns a, y; expected a, b, c, y"),
    ],
)
def test_what_comes_back_is_checked(made: Callable[[pd.DataFrame], bytes], said: str, table: pd.DataFrame) -> None:
    shadows = read_shadows({SHADOWS: made(table)}, table, 4, 7)
    assert shadows is not None
    assert said in shadows.problem


def test_a_trial_without_shadow_fits_has_none(table: pd.DataFrame) -> None:
    assert read_shadows({}, table, 4, 7) is None


def small_split(table: pd.DataFrame) -> Split:
    return Split(table[:160], table[160:200], table[200:], SCHEMA, "random", 0)


def audited(split: Split, file: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[TrialResult, Files]:
    """The result of a trial with its privacy metrics, and the files that are stored with it."""
    monkeypatch.setattr(entry_points, "families", lambda: [FAMILY])
    (plugin,) = find_plugins([str(file)]).values()
    trial = Trial("t", "small", "s", 0, plugin.name, {}, 7)
    task = Task(trial, fit_trial.fit_trial, fit_trial.FitInputs.of(split, plugin, SHADOW_FITS))
    made = fit_trial.fit_trial(task, lambda *_: None)
    fitted, stored = read_fit(trial, TaskOutcome("ok", made, ""))
    assert fitted.status == "ok", fitted.error
    files = {**stored, RESULT: pack_result(fitted)}
    inputs = score_trial.ScoreInputs(
        split, prepare_all([FAMILY], split, 1), 1, "audit", "digest", files, shadow_fits=SHADOW_FITS
    )
    scored = score_trial.score_trial(replace(task, payload=inputs), lambda *_: None)
    return unpack_result(scored[RESULT]), stored


def test_a_memoriser_is_found_and_what_is_measured_of_it_is_of_the_first_fit(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = small_split(table)
    result, stored = audited(split, ZOO / "memoriser.py", monkeypatch)
    again, same = audited(split, ZOO / "memoriser.py", monkeypatch)
    assert (result.metrics, stored) == (again.metrics, same)
    assert result.metrics["shadow_auc"] == pytest.approx(0.816, abs=0.04)
    assert result.metrics["shadow_tpr"] == pytest.approx(0.632, abs=0.06)
    assert result.metrics["shadow_auc_low"] > 0.7  # type: ignore[operator]
    assert len(unpack_table(stored[SHADOWS])) == SHADOW_FITS * 80
    assert result.seconds["shadows"] > result.seconds["fit"] >= 0
    assert result.seconds["total"] >= result.seconds["shadows"] + result.seconds["fit"]


def test_a_generator_that_needs_more_rows_than_a_half_has_only_loses_this_attack(
    table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (ZOO / "memoriser.py").read_text()
    rule = "        self._train = train\n"
    check = '        if len(train) < 100:\n            raise ValueError(f"{len(train)} rows are too few")\n'
    (tmp_path / "fussy.py").write_text(source.replace(rule, check + rule))
    result, stored = audited(small_split(table), tmp_path / "fussy.py", monkeypatch)
    assert result.status == "ok"
    assert result.metrics["copies"] == pytest.approx(1)
    missing = [key for key, value in result.metrics.items() if value is None and key.startswith("shadow")]
    assert len(missing) == 7
    assert {result.reasons[key] for key in missing} == {"shadow fit 1 of 12: ValueError: 80 rows are too few"}
    assert SHADOWS not in stored


def test_reference_rows_have_no_shadow_fits(table: pd.DataFrame) -> None:
    split = small_split(table)
    scored = score_reference("copy", split, 1, [FAMILY], prepare_all([FAMILY], split, 1), "audit")
    assert scored.metrics["shadow_auc"] is None
    assert scored.reasons["shadow_auc"] == "only generators are fitted to halves of train"
    assert scored.metrics["copies"] == pytest.approx(1)


def test_an_audit_trains_as_standard_does_and_expects_all_its_fits(csv: Path) -> None:
    options = {"dataset": [str(csv)], "target": "y", "generators": ["cart"]}
    audit, standard = (load_plan(build_config({**options, "profile": name})) for name in ("audit", "standard"))
    one, other = audit.trials[0], standard.trials[0]
    assert one.params == other.params
    assert one.expected_seconds == (1 + SHADOW_FITS) * other.expected_seconds
    assert estimate_seconds(audit, 1) > estimate_seconds(standard, 1)
    # Trials without shadow fits in a cache must not be taken for trials of an audit.
    assert one.id != other.id
