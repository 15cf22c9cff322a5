"""Which metrics enter is decided on splits drawn for the data alone: planned, scored once, cached, kept in the run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bench.api import BenchError, Family, Metric, Score
from bench.commands.cli import app
from bench.execution import runner
from bench.execution.drawn_tasks import VALUES, DrawnTasks, missing_drawn_splits
from bench.execution.tasks import Task, TaskOutcome
from bench.planning.drawn_splits import DRAWN_SPLITS, draw_split, plan_drawn_splits
from bench.planning.read_config import build_config
from bench.runs.drawn_splits import DRAWN_SPLITS as FILE
from bench.runs.drawn_splits import read_drawn, recall
from bench.runs.export import export_run
from bench.runs.merge import merge_runs, merged_drawn
from bench.runs.run_directory import open_run
from bench.scoring.bounding_values import bounding_values
from bench.statistics.drawn_values import drawn_frame
from bench.statistics.leaderboard import rank
from tests.conftest import ran

if TYPE_CHECKING:
    import pandas as pd

    from bench.planning.plan import Plan


@pytest.fixture(scope="module", autouse=True)
def ten_drawn_splits() -> Iterator[None]:
    """Other tests draw none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DRAWN_SPLITS", "10")
        yield


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder; its files lie in a folder below."""
    monkeypatch.setenv("BENCH_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "drawn-splits"


def planned(**values: object) -> Plan:
    return runner.load_plan(build_config({"dataset": "diabetes", "generators": "smote", **values}))


def outcome(task: Task) -> TaskOutcome:
    """How the task of a drawn split ends, with a value that tells which it was."""
    values = {"real-train": {"c2st_auc": 0.5 + task.trial.repeat / 100}}
    return TaskOutcome("ok", {VALUES: json.dumps(values).encode()}, "")


def keep(tasks: DrawnTasks, which: Sequence[Task]) -> None:
    for task in which:
        tasks.keep(task, outcome(task))


def test_they_depend_on_the_data_and_not_on_seed_and_repeats() -> None:
    plans = [planned(), planned(seed=7), planned(repeats=5), planned(generators="vae"), planned(snap=True)]
    ((key, drawn), *_) = plan_drawn_splits(plans[0]).items()
    assert all(list(plan_drawn_splits(each)) == [key] for each in plans)
    first, again = (draw_split(each, drawn, 3) for each in plans[:2])
    assert first.train.equals(again.train)
    assert first.holdout.equals(again.holdout)
    assert not first.train.equals(draw_split(plans[0], drawn, 4).train)


@pytest.mark.parametrize("change", [{"split": "blocked"}, {"profile": "standard"}, {"rows": 100}], ids=str)
def test_what_changes_their_values_changes_their_key(change: dict[str, object]) -> None:
    assert set(plan_drawn_splits(planned())).isdisjoint(plan_drawn_splits(planned(**change)))


def test_parts_are_cut_and_stretches_are_not() -> None:
    plan = planned(dataset="station")
    (drawn,) = plan_drawn_splits(plan).values()
    split = draw_split(plan, drawn, 0)
    assert [len(part) for part in (split.train, split.holdout, split.test)] == [1000] * 3
    assert split.stretches is not None
    assert len(split.stretches) % 20 == 0
    assert drawn.holdout > 1000
    random = planned(dataset="station", split="random")
    (drawn,) = plan_drawn_splits(random).values()
    split = draw_split(random, drawn, 0)
    assert split.holdout.equals(split.test)


def test_ten_of_them_are_due_once(cache: Path, tmp_path: Path) -> None:
    plan = planned()
    assert missing_drawn_splits(plan) == DRAWN_SPLITS == 10
    tasks = DrawnTasks(plan, tmp_path / "a")
    assert [task.trial.repeat for task in tasks.due()] == list(range(10))
    keep(tasks, tasks.due())
    second = DrawnTasks(planned(seed=3, repeats=1), tmp_path / "b")
    assert second.due() == []
    assert missing_drawn_splits(plan) == 0
    assert read_drawn(tmp_path / "a") == read_drawn(tmp_path / "b")
    assert len(list(cache.iterdir())) == 1


@settings(max_examples=10)
@given(order=st.permutations(range(10)))
def test_the_order_of_workers_changes_nothing(order: list[int]) -> None:
    import tempfile

    plan, files = planned(), []
    for numbers in (range(10), order):
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            patch.setenv("BENCH_CACHE_DIR", folder)
            tasks = DrawnTasks(plan, Path(folder) / "run")
            due = tasks.due()
            keep(tasks, [due[number] for number in numbers])
            files.append((Path(folder) / "run" / "references" / FILE).read_bytes())
    assert files[0] == files[1]


def test_an_interrupted_computation_goes_on_where_it_stopped(cache: Path, tmp_path: Path) -> None:
    plan, run = planned(), tmp_path / "run"
    tasks = DrawnTasks(plan, run)
    keep(tasks, tasks.due()[:4])
    (stored,) = read_drawn(run)
    assert (len(stored.values), stored.complete, drawn_frame([stored])) == (4, False, None)
    assert len(DrawnTasks(plan, run).due()) == len(DrawnTasks(plan, tmp_path / "other").due()) == 6
    (cached,) = cache.iterdir()
    cached.unlink()
    tasks = DrawnTasks(plan, run)
    assert [task.trial.repeat for task in tasks.due()] == [4, 5, 6, 7, 8, 9], "the run has the others itself"
    keep(tasks, tasks.due())
    assert read_drawn(run)[0].complete
    (drawn,) = plan_drawn_splits(plan).values()
    assert sorted(recall(drawn).values) == [4, 5, 6, 7, 8, 9], "another's run fills no cache of this user"


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"drawn": 3}', '{"schema_version": 1, "drawn": {"key": "other"}}', "NaN"]
)
def test_a_damaged_or_foreign_cache_file_is_made_again(cache: Path, tmp_path: Path, damage: str) -> None:
    plan = planned()
    tasks = DrawnTasks(plan, tmp_path / "a")
    keep(tasks, tasks.due())
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    path.write_text(damage)
    tasks = DrawnTasks(plan, tmp_path / "b")
    assert len(tasks.due()) == 10
    keep(tasks, tasks.due())
    assert path.read_bytes() == whole


@pytest.mark.parametrize(("old", "new"), [("0.5", '"0.5"'), ("0.5", "Infinity"), ('"key":"', '"key":"0')])
def test_a_cache_file_with_other_content_is_not_used(cache: Path, tmp_path: Path, old: str, new: str) -> None:
    plan = planned()
    tasks = DrawnTasks(plan, tmp_path / "a")
    keep(tasks, tasks.due())
    (path,) = cache.iterdir()
    path.write_text(path.read_text().replace(old, new))
    (drawn,) = plan_drawn_splits(plan).values()
    assert not recall(drawn).values


def test_a_cache_that_cannot_be_written_costs_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BENCH_CACHE_DIR", str(tmp_path / "file"))
    tasks = DrawnTasks(planned(), tmp_path / "run")
    keep(tasks, tasks.due())
    assert read_drawn(tmp_path / "run")[0].complete


def test_none_are_drawn_if_they_are_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DRAWN_SPLITS", "0")
    assert not plan_drawn_splits(planned())
    monkeypatch.setenv("BENCH_DRAWN_SPLITS", "3")
    with pytest.raises(BenchError, match="BENCH_DRAWN_SPLITS is '3'; expected 10, or 0"):
        plan_drawn_splits(planned())


def test_only_rows_that_bound_a_ranked_metric_are_scored() -> None:
    prepared: list[int] = []
    ranked = Metric("a", "f", "higher", "", ranked=True, floor="uniform", ceiling=1.0)
    unranked = Metric("b", "f", "higher", "")

    def score(context: object) -> tuple[list[Score], dict[str, Any]]:
        return [Score("a", 0.25), Score("b", 1.0)], {}

    def prepare(split: object, seed: int) -> dict[str, Any]:
        prepared.append(seed)
        return {}

    family = Family("f", "", (ranked, unranked), score, prepare, prepares_for="full")
    plan = planned()
    (drawn,) = plan_drawn_splits(plan).values()
    split = draw_split(plan, drawn, 0)
    assert bounding_values(split, 0, [family], "core") == {"uniform": {"a": 0.25}}
    against_real = replace(ranked, ceiling="real-train")
    values = bounding_values(split, 0, [replace(family, metrics=(against_real,))], "core")
    assert set(values) == {"uniform", "real-train", "copy"}, "the copy tells the noise of the ceiling"
    assert not prepared, "no score of the core set reads what is prepared"


@pytest.mark.slow
class TestRun:
    """A run of the shared table, with one repeat."""

    @pytest.fixture(scope="class")
    def finished(self, tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame) -> Path:
        folder = tmp_path_factory.mktemp("drawn")
        data = ("--dataset", "small.csv", "--target", "y", "--repeats", "1")
        ran(folder, table, "run", *data, "--generators", "smote", "--out", "out", "--no-figures", "--quiet")
        return folder / "out"

    def test_it_has_what_decided(self, finished: Path) -> None:
        (drawn,) = open_run(finished).drawn
        assert drawn.complete
        assert (finished / "references" / FILE).stat().st_size < 60_000
        assert set(drawn.values[0]) >= {"real-train", "copy", "independent", "near-copy"}

    def test_all_four_families_rank(self, finished: Path) -> None:
        (board,) = rank(open_run(finished)).boards
        assert board.no_overall == ""
        assert {"fidelity", "detection", "utility", "privacy"} <= set(board.families)
        assert any("on 10 drawn splits" in reason for reason in board.kept_out.values())

    def test_export_and_merge_keep_it(self, finished: Path, tmp_path: Path) -> None:
        run = open_run(finished)
        export_run(run, tmp_path / "export")
        exported = open_run(tmp_path / "export")
        assert exported.drawn == run.drawn
        assert rank(exported) == rank(run)
        assert merge_runs([run, exported]).drawn == run.drawn
        (drawn,) = run.drawn
        half = replace(exported, drawn=(replace(drawn, values={0: drawn.values[0]}),))
        assert merged_drawn([half, run]) == run.drawn

    def test_verifying_names_an_edited_value(self, finished: Path) -> None:
        path = finished / "references" / FILE
        kept = path.read_text()
        content = json.loads(kept)
        for rows in content["drawn"][0]["values"].values():
            rows["copy"]["c2st_auc"] = 0.875
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(finished.parent)
            same = CliRunner().invoke(app, ["verify", "out", "--trials", "1"])
            path.write_text(json.dumps(content))
            edited = CliRunner().invoke(app, ["verify", "out", "--trials", "1"])
        path.write_text(kept)
        assert same.exit_code == 0, same.output
        assert "1 of 1 drawn splits gave the same values" in same.output
        assert edited.exit_code == 1
        assert re.search(r"DIFFERENT: small, random, drawn split \d+: it decides which metrics enter", edited.output)
        assert "  copy: c2st_auc: 0.875 stored, 0." in edited.output

    def test_values_of_other_scoring_are_not_used(self, finished: Path, tmp_path: Path) -> None:
        export_run(open_run(finished), tmp_path / "export")
        path = tmp_path / "export" / "references" / FILE
        scoring = open_run(finished).drawn[0].scoring
        path.write_text(path.read_text().replace(scoring, "0" * len(scoring)))
        assert open_run(tmp_path / "export").drawn == ()
