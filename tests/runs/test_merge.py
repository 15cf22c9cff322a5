"""Runs as one: the same as a single run of it all, or refused with the reason."""

from __future__ import annotations

import json
import shutil
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest

from bench.api import BenchError
from bench.reporting.build_report import write_report
from bench.runs.merge import merge_runs
from bench.runs.run_directory import open_run
from bench.statistics.leaderboard import rank
from tests.reports.make_run import COLUMNS, Spec, edit_manifest, make_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.runs.run_directory import Run

QUALITY = {"ae": 0.35, "vae": 0.6, "beta-vae": 0.9, "ctgan": None, "tvae": "needs ctgan: pip install ctgan"}


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Makes runs of some generators, each kind once; later ones are copies, for tests to change."""
    folder = tmp_path_factory.mktemp("parts")

    def make(path: Path, *names: str, dataset: str = "methane-1") -> Run:
        made = folder / "-".join((dataset, *names))
        if not made.exists():
            quality = {name: QUALITY[name] for name in names or QUALITY}
            make_run(made, Spec(quality, COLUMNS[:2], dataset, repeats=3, points=5))
            edit_manifest(made, lambda found: found["datasets"][0].update(sha256=f"{dataset:x<64}"))
        shutil.copytree(made, path)
        return open_run(path)

    return make


def rescored(path: Path, change: Callable[[dict[str, Any]], object], name: str = "vae") -> Run:
    """The run with other results of a generator or reference row."""
    for file in path.rglob("result.json"):
        found = json.loads(file.read_text())
        if found["trial"]["generator"] == name:
            change(found)
            file.write_text(json.dumps(found))
    return open_run(path)


def refused(*runs: Run) -> str:
    with pytest.raises(BenchError) as error:
        merge_runs(runs)
    assert "\n" not in str(error.value)
    assert all(str(run.path) in str(error.value) for run in runs[:2])
    return str(error.value)


def test_generators_on_the_same_splits_stand_side_by_side_as_in_one_run(
    part: Callable[..., Run], tmp_path: Path
) -> None:
    whole = part(tmp_path / "whole")
    merged = merge_runs([part(tmp_path / "a", "ae", "vae", "ctgan"), part(tmp_path / "b", "vae", "beta-vae", "tvae")])
    assert rank(merged) == rank(whole)
    assert {trial.id for trial in merged.manifest.trials} == {trial.id for trial in whole.manifest.trials}
    assert [(one.repeat, one.generator) for one in merged.manifest.trials[:5]] == [
        (0, name) for name in ("ae", "vae", "ctgan", "beta-vae", "tvae")
    ]


def test_the_order_of_runs_changes_no_number(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "ae", "vae"), part(tmp_path / "b", "beta-vae")
    assert rank(merge_runs([a, b])) == rank(merge_runs([b, a]))


def test_what_reports_draw_is_found_in_either_run(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "ae"), part(tmp_path / "b", "vae")
    merged = merge_runs([a, b])
    assert {result.trial.generator for result in merged.results} == {"ae", "vae"}
    for result in merged.results:
        assert merged.drawings(result)
        assert merged.history(result) is not None
    for rows in merged.references.values():
        assert all(merged.drawings(result) for result in rows.values())


def test_other_tables_add_boards(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "ae", "vae"), part(tmp_path / "b", "ae", "vae", dataset="methane-2")
    # Splits of other tables have other ids, as real ones do.
    edit_manifest(b.path, lambda found: _renamed(b.path, found))
    merged = merge_runs([a, open_run(b.path)])
    assert [board.dataset for board in rank(merged).boards] == ["methane-1", "methane-2"]
    assert rank(merged).boards[0] == rank(a).boards[0]
    text = write_report(merged, figures=False, out=tmp_path / "out")[0].read_text()
    assert text.startswith("# Synthetic tables compared: methane-1, methane-2")
    assert text.count("bench run --dataset methane-") == 2


def _renamed(path: Path, found: dict[str, Any]) -> None:
    for split in found["splits"]:
        old, split["id"] = split["id"], f"other{split['repeat']}"
        (path / "references" / old).rename(path / "references" / split["id"])
    for trial in found["trials"]:
        trial["split"] = f"other{trial['repeat']}"
    for file in path.rglob("result.json"):
        result = json.loads(file.read_text())
        result["trial"]["split"] = f"other{result['trial']['repeat']}"
        file.write_text(json.dumps(result))


R2, AUC = "tstr_xgb_r2", "tstr_xgb_auc"


def _needing(found: dict[str, Any], task: str) -> None:
    for metric in found["metrics"]:
        if metric["family"] == "utility":
            metric.update(needs=[task])


def _with_classes(found: dict[str, Any]) -> None:
    """Makes a run one on a table with classes: its utility is another metric."""
    schema = found["datasets"][0]["schema"]
    schema["columns"][0].update(kind="categorical", levels=["no", "yes"])
    schema.update(task="binary")
    found["metrics"] = [metric for metric in found["metrics"] if metric["name"] != "tstr_xgb_mae"]
    _needing(found, "classification")
    for metric in found["metrics"]:
        metric.update(name=metric["name"].replace(R2, AUC))


def with_classes(path: Path) -> Run:
    for file in path.rglob("result.json"):
        file.write_text(file.read_text().replace(R2, AUC).replace("tstr_xgb_mae", "unknown"))
    edit_manifest(path, lambda found: _renamed(path, found))
    return edit_manifest(path, _with_classes)


def test_tables_of_other_kinds_have_other_metrics(part: Callable[..., Run], tmp_path: Path) -> None:
    numbers = edit_manifest(part(tmp_path / "a", "ae", "vae").path, lambda found: _needing(found, "regression"))
    classes = with_classes(part(tmp_path / "b", "ae", "vae", dataset="clinic").path)
    merged = merge_runs([numbers, classes])
    assert [metric.name for metric in merged.metrics if "xgb" in metric.name] == [R2, "tstr_xgb_mae", AUC]
    families = [family for family, _ in groupby(metric.family for metric in merged.metrics)]
    assert len(families) == len(set(families))
    assert rank(merged).boards == (*rank(numbers).boards, *rank(classes).boards)
    first, second = rank(merged).boards
    assert (R2 in first.entries[0].metrics, AUC in first.entries[0].metrics) == (True, False)
    assert (R2 in second.entries[0].metrics, AUC in second.entries[0].metrics) == (False, True)
    assert write_report(merged, figures=False, out=tmp_path / "out")


def test_a_metric_that_a_run_should_have_is_missed(part: Callable[..., Run], tmp_path: Path) -> None:
    numbers = part(tmp_path / "a", "ae", "vae")
    classes = with_classes(part(tmp_path / "b", "ae", "vae", dataset="clinic").path)
    assert f"their metrics are not defined alike: {R2}" in refused(numbers, classes)


def test_one_run_is_itself(part: Callable[..., Run], tmp_path: Path) -> None:
    run = part(tmp_path / "a", "ae")
    assert merge_runs([run]) is run


def test_the_same_trial_counts_once_whatever_it_took(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "vae"), part(tmp_path / "b", "vae")
    slower = rescored(b.path, lambda found: found["metrics"].update(fit_seconds=99.0))
    merged = merge_runs([a, slower])
    assert len(merged.results) == 3
    assert rank(merged) == rank(a)


def test_what_was_skipped_or_not_run_gives_way_to_what_ran(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "ae", "tvae"), part(tmp_path / "b", "vae", "ae")
    ran = make_run(tmp_path / "c", Spec({"tvae": 0.4}, COLUMNS[:2], repeats=3, points=5))
    ran = edit_manifest(ran.path, lambda found: found["datasets"][0].update(sha256=f"{'methane-1':x<64}"))
    shutil.rmtree(b.path / "trials" / next(trial.id for trial in b.manifest.trials if trial.generator == "ae"))
    merged = merge_runs([a, ran, open_run(b.path)])
    assert not merged.missing_trials
    assert {result.status for result in merged.results} == {"ok"}


def test_what_differs_in_versions_says_so_for_readers(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "ae"), part(tmp_path / "b", "vae")
    other = {"cpu": "Other CPU", "cores": 8}
    b = edit_manifest(b.path, lambda found: (found["environment"].update(other), found.update(finished=None)))
    made = merge_runs([a, b]).manifest
    assert made.environment.cpu == "Some CPU and Other CPU"
    assert made.environment.packages == {"numpy": "2.0"}
    assert made.finished is None
    assert set(made.generators) == {"ae", "vae"}


def _set(*keys: str | int, to: object) -> Callable[[Any], None]:
    """Changes what lies at the end of keys and places."""

    def change(found: Any) -> None:  # noqa: ANN401
        for key in keys[:-1]:
            found = found[key]
        found[keys[-1]] = to

    return change


def _rename(found: dict[str, Any]) -> None:
    found["datasets"][0]["name"] = "mine"
    for split in found["splits"]:
        split["dataset"] = "mine"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("profile", "name", to="standard"), "profile: quick and standard"),
        (_set("profile", "metrics", to="full"), "metric set: core and full"),
        (_set("environment", "bench", to="0.2.0"), "version of bench: 0.1.0 and 0.2.0"),
        (_set("metrics", 1, "ranked", to=False), "metrics are not defined alike: column_shapes"),
        (_set("families", "privacy", "combine", to="mean"), "families are not combined alike"),
        (_set("datasets", 0, "sha256", to="f" * 64), "methane-1 is not the same table in both"),
        (_set("datasets", 0, "schema", "target", to="Humidity"), "target Methane (ppb) and Humidity"),
        (_rename, "methane-1 of one is mine of the other"),
        (_set("splits", 0, "protocol", to="random"), "split protocol"),
        (lambda found: found["splits"][0].update(id="other", seed=7), "seed of the first split: 100 and 7"),
    ],
)
def test_what_was_measured_in_another_way_is_refused(
    part: Callable[..., Run], change: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    a, b = part(tmp_path / "a", "ae"), part(tmp_path / "b", "vae")
    assert said in refused(a, edit_manifest(b.path, change))


def _first_repeat_only(found: dict[str, Any]) -> None:
    found["splits"] = found["splits"][:1]
    found["profile"]["repeats"] = 1


@pytest.mark.parametrize("shorter_first", [False, True])
def test_a_run_may_have_fewer_repeats_and_the_report_says_so(
    part: Callable[..., Run], tmp_path: Path, *, shorter_first: bool
) -> None:
    whole = part(tmp_path / "whole", "ae", "vae")
    shorter = edit_manifest(part(tmp_path / "short", "beta-vae").path, _first_repeat_only)
    merged = merge_runs([shorter, whole] if shorter_first else [whole, shorter])
    (board,) = rank(merged).boards
    repeats = {entry.generator: entry.overall.n for entry in board.entries if entry.overall}
    assert repeats == {"ae": 3, "vae": 3, "beta-vae": 1}
    assert board.repeats == merged.manifest.profile.repeats == 3
    text = write_report(merged, figures=False, out=tmp_path / "report")[0].read_text()
    assert "beta-vae ran on 1 of 3 repeats" in text
    assert "one repeat with it, from which noise cannot be estimated" in text


def test_scores_of_other_code_are_refused_with_what_differs(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "ae"), part(tmp_path / "b", "vae")
    b = rescored(b.path, lambda found: found.update(scoring="other"))
    assert "the code of the metrics has changed" in refused(a, b)
    b = edit_manifest(b.path, _set("environment", "packages", to={"numpy": "2.1"}))
    assert "numpy: 2.0 and 2.1" in refused(a, b)


def test_the_same_trial_with_other_numbers_is_refused(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "vae"), part(tmp_path / "b", "vae")
    b = rescored(b.path, lambda found: found["metrics"].update(c2st_auc=0.75))
    assert "vae on repeat 1 of methane-1 has different numbers: c2st_auc is" in refused(a, b)
    b = rescored(b.path, lambda found: found.update(status="timeout"))
    assert "ok and timeout" in refused(a, b)


def test_a_generator_with_other_settings_is_refused(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "vae"), part(tmp_path / "b", "vae")
    for trial in (json.loads((b.path / "manifest.json").read_text()))["trials"]:
        (b.path / "trials" / trial["id"]).rename(b.path / "trials" / f"new{trial['id']}")

    def change(found: dict[str, Any]) -> None:
        for trial in found["trials"]:
            trial.update(id=f"new{trial['id']}", params={"epochs": 60})

    b = rescored(
        edit_manifest(b.path, change).path, lambda found: found["trial"].update(id=f"new{found['trial']['id']}")
    )
    assert "vae has other parameters (epochs 30 and 60)" in refused(a, b)
    c = edit_manifest(b.path, lambda found: [trial.update(params={"epochs": 30}) for trial in found["trials"]])
    assert "vae was run by different code or versions" in refused(a, c)


def test_other_floors_on_the_same_split_are_refused(part: Callable[..., Run], tmp_path: Path) -> None:
    a, b = part(tmp_path / "a", "ae"), part(tmp_path / "b", "vae")
    b = rescored(b.path, lambda found: found["metrics"].update(c2st_auc=0.9), "uniform")
    assert "the reference row uniform of the split split00 has different numbers" in refused(a, b)


def test_runs_under_different_versions_of_the_protocol_are_refused(part: Callable[..., Run], tmp_path: Path) -> None:
    one, other = part(tmp_path / "one", "ae"), part(tmp_path / "other", "vae")
    edit_manifest(other.path, lambda found: found.pop("protocol_version"))
    assert "protocol version: 2 and 1" in refused(one, open_run(other.path))
