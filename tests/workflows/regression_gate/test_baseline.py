"""Baselines: what is kept of a run, what is checked unless named, and what is refused."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.api import BenchError, TrialResult
from bench.workflows.regression_gate.baseline import read_baseline
from bench.workflows.regression_gate.check import check_run
from bench.workflows.regression_gate.save_baseline import CHECKED_METRICS, save_baseline
from tests.reports.make_run import Spec, edit_manifest
from tests.workflows.regression_gate.made_baselines import QUALITY, make

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]


def test_values_come_back_by_split_and_fit(tmp_path: Path) -> None:
    run = make(tmp_path / "run", 3)
    assert save_baseline(run, tmp_path / "b.json") == []
    found = read_baseline(tmp_path / "b.json")
    assert found.splits == {"methane-1": ("split00", "split01", "split02")}
    assert set(found.values) == {("methane-1", "ae"), ("methane-1", "vae")}
    for result in run.results:
        trial = result.trial
        kept = found.values[trial.dataset, trial.generator]["tstr_xgb_r2"]
        assert kept[trial.repeat][trial.draw] == pytest.approx(result.metrics["tstr_xgb_r2"], rel=1e-9)
    assert found.command == run.manifest.command
    assert len(found.run.results) == len(run.results)


def test_it_holds_no_costs_and_no_columns(tmp_path: Path) -> None:
    save_baseline(make(tmp_path / "run", 2), tmp_path / "b.json")
    (values, _) = read_baseline(tmp_path / "b.json").values.values()
    assert "fit_seconds" not in values
    assert not any("[" in name for name in values)


def test_the_first_metric_of_each_family_is_checked_then_the_second(tmp_path: Path) -> None:
    save_baseline(make(tmp_path / "run", 2), tmp_path / "b.json")
    # `copies` is 0 for all fits; `quality` does not enter the ranking.
    wanted = ("column_shapes", "pair_trends", "c2st_auc", "tstr_xgb_r2", "dcr_share")
    assert read_baseline(tmp_path / "b.json").checked == wanted


def test_metrics_can_be_named(tmp_path: Path) -> None:
    save_baseline(make(tmp_path / "run", 2), tmp_path / "b.json", ("quality",))
    assert read_baseline(tmp_path / "b.json").checked == ("quality",)


def test_the_same_run_gives_the_same_bytes_and_no_path(tmp_path: Path) -> None:
    run = make(tmp_path / "run", 2)
    for name in ("a.json", "b.json"):
        save_baseline(run, tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert str(tmp_path) not in (tmp_path / "a.json").read_text()


def test_a_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    run, path = make(tmp_path / "run", 2), tmp_path / "b.json"
    path.write_text("mine")
    with pytest.raises(BenchError, match="--force"):
        save_baseline(run, path)
    assert path.read_text() == "mine"
    save_baseline(run, path, force=True)
    assert read_baseline(path).values


def _fails(result: TrialResult) -> TrialResult:
    lost = result.trial.generator == "ae" and result.trial.draw == 1
    return replace(result, status="failed", metrics={}, error="ValueError: no") if lost else result


def test_generators_that_failed_are_left_out_with_a_note(tmp_path: Path) -> None:
    notes = save_baseline(make(tmp_path / "run", 2, change=_fails), tmp_path / "b.json")
    assert ["ae" in note and "ValueError: no" in note for note in notes] == [True]
    assert list(read_baseline(tmp_path / "b.json").values) == [("methane-1", "vae")]


def test_a_run_in_which_nothing_succeeded_is_refused(tmp_path: Path) -> None:
    run = make(tmp_path / "run", 2, spec=Spec(quality={"ae": None}, repeats=3, points=20))
    with pytest.raises(BenchError, match="nothing to keep"):
        save_baseline(run, tmp_path / "b.json")


def test_an_unfinished_run_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "run", 2)
    run = edit_manifest(tmp_path / "run", lambda found: found["trials"].append({**found["trials"][0], "id": "later"}))
    with pytest.raises(BenchError, match="lacks 1 of 13 trials"):
        save_baseline(run, tmp_path / "b.json")


def test_one_fit_shows_no_noise_and_one_on_each_split_little(tmp_path: Path) -> None:
    single = make(tmp_path / "single", 1, spec=Spec(quality=QUALITY, repeats=1, points=20))
    with pytest.raises(BenchError, match="--seeds-per-split"):
        save_baseline(single, tmp_path / "b.json")
    assert not (tmp_path / "b.json").exists()
    (note,) = save_baseline(make(tmp_path / "several", 1), tmp_path / "b.json")
    assert "--seeds-per-split" in note


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no baseline"),
        ("{", "is not a baseline"),
        ("[]", "is not a baseline"),
        ('{"schema_version": 1}', "is not a baseline"),
        (json.dumps({"kind": "bench baseline", "version": 99}), "upgrade tabgen-bench"),
        (json.dumps({"kind": "bench baseline"}), "is damaged"),
        (json.dumps({"kind": "bench baseline", "version": "x"}), "is damaged"),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "b.json").write_text(text)
    with pytest.raises(BenchError, match=said):
        read_baseline(tmp_path / "b.json")


def _places(content: Any, depth: int = 5) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    """Every member of a file's content down to a depth: what holds it, and its key."""
    keys = list(content) if isinstance(content, dict) else range(min(len(content), 1)) if _is_list(content) else ()
    for key in keys if depth else ():
        yield content, key
        yield from _places(content[key], depth - 1)


def _is_list(content: object) -> bool:
    return isinstance(content, list)


@pytest.mark.parametrize("damage", ["removed", None, "text", [], {}], ids=str)
def test_damage_is_a_refusal_wherever_it_is(tmp_path: Path, damage: object) -> None:
    run = make(tmp_path / "run", 2, spec=Spec(quality={"ae": 0.6}, repeats=2, points=20))
    save_baseline(run, tmp_path / "b.json")
    path, whole = tmp_path / "damaged.json", (tmp_path / "b.json").read_text()
    for number in range(len(list(_places(json.loads(whole))))):
        content = json.loads(whole)
        holder, key = list(_places(content))[number]
        if damage == "removed":
            del holder[key]
        else:
            holder[key] = damage
        path.write_text(json.dumps(content))
        with contextlib.suppress(BenchError):
            check_run(run, read_baseline(path))


def test_a_refusal_is_one_line_whatever_the_file_holds(tmp_path: Path) -> None:
    save_baseline(make(tmp_path / "run", 2), tmp_path / "b.json")
    content = json.loads((tmp_path / "b.json").read_text())
    content["checked"].append("two\nlines")
    (tmp_path / "b.json").write_text(json.dumps(content))
    with pytest.raises(BenchError, match="no metric two lines"):
        read_baseline(tmp_path / "b.json")


def test_a_value_that_is_no_measurement_is_refused(tmp_path: Path) -> None:
    save_baseline(make(tmp_path / "run", 2), tmp_path / "b.json")
    content = json.loads((tmp_path / "b.json").read_text())
    next(iter(content["values"]["methane-1"]["ae"].values()))[0][0] = -1e200
    (tmp_path / "b.json").write_text(json.dumps(content))
    with pytest.raises(BenchError, match="-1e\\+200 is no value of a metric"):
        read_baseline(tmp_path / "b.json")


def test_the_projects_own_baseline_can_be_read() -> None:
    found = read_baseline(ROOT / "tests" / "baselines" / "ci.json")
    assert found.run.manifest.profile.name == "ci"
    assert len(found.checked) == CHECKED_METRICS
    assert all(set(found.checked) <= set(of) for of in found.values.values())
