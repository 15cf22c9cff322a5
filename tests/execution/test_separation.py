"""The generator never meets the judge: what its process knows, what it can change, and what it can send."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import entry_points
from multiprocessing.util import get_temp_dir
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.api import GeneratorInfo, Schema, Split, Trial, TrialResult
from bench.common.atomic_files import pack_arrays, pack_table
from bench.execution import runner
from bench.execution.confined_writes import landlock_version
from bench.execution.fit_trial import FitInputs, fit_trial
from bench.execution.fitted_trial import read_fit
from bench.execution.process_pool import ProcessPool
from bench.execution.schedule import Schedule
from bench.execution.score_trial import ScoreInputs, score_trial
from bench.execution.tasks import Files, OnProgress, Task, run_one_task
from bench.planning.config import Operation
from bench.planning.generator_selection import Candidate
from bench.planning.read_config import build_config
from bench.plugins.generator_facts import facts_of
from bench.plugins.python_files import find_plugins
from bench.runs import run_directory
from tests.conftest import ATTACKS, ZOO
from tests.zoo.looks_around import FRACTION

if TYPE_CHECKING:
    from tests.conftest import Bench

RUN = ("run", "--dataset", "small.csv", "--target", "y", "--repeats", "1", "--no-figures", "--out", "out")
TIMED = ("fit_seconds", "fit_cpu_seconds", "sample_rows_per_second", "memory_mb")


def results(folder: Path) -> dict[str, TrialResult]:
    return {result.trial.generator: result for result in run_directory.open_run(folder / "out").results}


def secret_table() -> pd.DataFrame:
    """A table whose every value can be recognised: 257 to 496, with the fraction that `looks_around` searches."""
    rng = np.random.default_rng(3)
    return pd.DataFrame({name: 257 + rng.permutation(240) + FRACTION for name in "aby"})


@pytest.mark.slow
def test_no_held_out_value_is_anywhere_in_the_process_of_a_fit(
    tmp_path: Path, zoo: Mapping[str, str], bench: Bench
) -> None:
    secret_table().to_csv(tmp_path / "small.csv", index=False)
    env = {**zoo, "BENCH_DATA_DIR": str(tmp_path), "BENCH_DRAWN_SPLITS": "0"}
    arguments = ("--generators", "looks-around,noisy", "--set", "looks-around.memory=true", "--split", "blocked")
    done = bench(*RUN, *arguments, cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert results(tmp_path)["looks-around"].error == ""


SEARCH = """
import numpy as np, pandas as pd
from bench.api import Schema
from tests.zoo.looks_around import FRACTION, Model

rng = np.random.default_rng(3)
secret = pd.DataFrame({name: 257 + rng.permutation(240) + FRACTION for name in "aby"})
Model(memory=True).fit(secret.iloc[::2], Schema.of_numbers(secret.columns, "y"), seed=0)
"""


def test_the_search_would_find_a_held_out_value() -> None:
    """A table that still holds what it was cut from, and an index with gaps; in a process with little other memory."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", SEARCH], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "index of train has gaps" in done.stderr
    assert "held-out values in memory" in done.stderr


def test_a_fit_is_given_the_columns_of_the_schema_and_an_index_without_gaps() -> None:
    frame = secret_table().assign(other=1.0)
    frame.attrs["holdout"] = [1.0]
    split = Split(
        frame.iloc[::3], frame.iloc[1::3], frame.iloc[2::3], Schema.of_numbers(("a", "b", "y"), "y"), "random", 0
    )
    train = FitInputs.of(split).train
    assert train.equals(frame.loc[::3, ["a", "b", "y"]].reset_index(drop=True))
    assert isinstance(train.index, pd.RangeIndex)
    assert train.attrs == {}


def test_a_task_that_fits_does_not_name_its_split() -> None:
    trial = Trial("id", "data", "split", 4, "noisy", {"noise": 1}, 7, draw=2)
    assert Task(trial, score_trial).handed_over().trial == Trial("", "", "", 0, "noisy", {"noise": 1}, 7)
    assert Task(trial, score_trial, kind="rescore").handed_over().trial == trial


def fit(pool: ProcessPool, name: str, table: pd.DataFrame, **params: object) -> tuple[TrialResult, Files]:
    """What the process of a generator of the zoo returns."""
    (plugin,) = find_plugins([str(ZOO / f"{name}.py")]).values()
    trial = Trial(f"t-{params}", "small", "s", 0, plugin.name, params, 1)
    return read_fit(trial, run_one_task(pool, Task(trial, fit_trial, FitInputs.of(split_of(table), plugin))))


@pytest.mark.slow
def test_replacing_the_judge_changes_no_score(table: pd.DataFrame) -> None:
    """Uniform noise that replaces scorers, checks and numerics in its process scores as uniform noise."""
    values = {}
    with ProcessPool(1, runner.modules_to_preload()) as pool:
        for patch in (True, False):
            result, files = fit(pool, "patches_judge", table, patch=patch)
            assert result.awaits_scoring, result.error
            inputs = score_inputs(table, {**files, "result.json": run_directory.pack_result(result)})
            outcome = run_one_task(pool, Task(result.trial, score_trial, inputs, kind="rescore"))
            scored = run_directory.unpack_result(outcome.files["result.json"])
            values[patch] = {key: value for key, value in scored.metrics.items() if key not in TIMED}
    assert values[True] == values[False]
    assert (values[True]["c2st_auc"] or 0) > 0.8, "noise is told apart"


def test_what_a_generator_sends_is_not_unpickled(table: pd.DataFrame, tmp_path: Path) -> None:
    with ProcessPool(1) as pool:
        result, files = fit(pool, "sends_pickle", table, marker=str(tmp_path / "marker"))
    assert (result.status, files) == ("failed", {})
    assert result.error == "the process sent a message that cannot be read"
    assert not (tmp_path / "marker").exists()


@pytest.mark.slow
def test_a_generator_keeps_no_rows_for_later_repeats(
    table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system can confine what a process writes, there is no file outside its folder, and the trial failed."""
    get_temp_dir()  # of multiprocessing, whose sockets need a short path
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (plugin,) = find_plugins([str(ATTACKS / "remembers_earlier_rows.py")]).values()
    trial = Trial("t", "small", "s", 0, plugin.name, {}, 1)
    with ProcessPool(1) as pool:
        task = Task(trial, fit_trial, FitInputs.of(split_of(table), plugin), confined=True)
        result, _ = read_fit(trial, run_one_task(pool, task))
    confined = landlock_version() > 0
    assert (result.status == "failed", "Permission denied" in result.error) == (confined, confined)
    assert (tmp_path / "remembered-rows.parquet").exists() != confined


def split_of(table: pd.DataFrame) -> Split:
    train, test = table.iloc[:180], table.iloc[180:]
    return Split(train, test, test, Schema.of_numbers(table.columns, "y"), "random", 0)


def score_inputs(table: pd.DataFrame, files: Files) -> ScoreInputs:
    return ScoreInputs(split_of(table), {}, 0, "core", "digest", files)


def score(table: pd.DataFrame, files: Files) -> TrialResult:
    """The result of scoring what a fit returned, with `files` in place of its own."""
    trial = Trial("t", "small", "s", 0, "noisy", {}, 1)
    unscored = {"result.json": run_directory.pack_result(TrialResult(trial, "ok"))}
    inputs = score_inputs(table, {**unscored, **files})
    return run_directory.unpack_result(score_trial(Task(trial, score_trial, inputs), lambda *_: None)["result.json"])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (lambda train: b"no table", "cannot be read"),
        (lambda train: pack_table(train[["a", "b"]]), "the columns a, b; expected a, b, c, y"),
        (lambda train: pack_table(train.iloc[:7]), "7 rows; expected 180"),
        (lambda train: pack_table(train.assign(b="text")), "'b' as string; expected float64"),
        (lambda train: pack_table(train.set_index("a", drop=False).reset_index(names="z")), "the columns z, a"),
    ],
)
def test_rows_are_checked_outside_the_process_that_made_them(rows: object, said: str, table: pd.DataFrame) -> None:
    result = score(table, {"synthetic.parquet": rows(table.iloc[:180])})  # type: ignore[operator]
    assert result.status == "failed"
    assert said in result.error
    assert result.metrics == {}


@pytest.mark.parametrize(
    "latents",
    [b"no archive", pack_arrays({"means": np.zeros((3, 1)), "more": np.zeros(2)}), pack_arrays({"x": np.zeros(2**26)})],
    ids=["bytes", "other names", "too large"],
)
def test_latents_are_checked_too(latents: bytes, table: pd.DataFrame) -> None:
    files = {"synthetic.parquet": pack_table(table.iloc[:180]), "latents.npz": latents}
    assert "the latents cannot be read" in score(table, files).error


class Pushy:
    """Asks for modules of plugins to be imported beforehand."""

    info = GeneratorInfo(
        packages=("tabgen-bench", "scikit-learn"),
        preload=("tests.zoo.noisy", "bench.generators.smote", "sklearn.tree"),
    )

    def fit(self, train: object, schema: object, *, seed: int) -> None: ...
    def sample(self, n: int, *, seed: int) -> None: ...


def score_and_list_modules(task: Task, on_progress: OnProgress) -> Files:
    listed = {**score_trial(task, on_progress), "modules.txt": "\n".join(sys.modules).encode()}
    return {**listed, "settings.txt": " ".join(os.environ).encode()}


@pytest.mark.slow
def test_a_process_that_scores_has_imported_no_generator(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA_DIR", "somewhere")
    trial = Trial("t", "small", "s", 0, "smote", {}, 1)
    stored = {"synthetic.parquet": pack_table(table.iloc[:180])}
    stored |= {"result.json": run_directory.pack_result(TrialResult(trial, "ok"))}
    task = Task(trial, score_and_list_modules, score_inputs(table, stored), kind="rescore")
    with ProcessPool(1, runner.modules_to_preload([Candidate("pushy", facts_of(Pushy))])) as pool:
        outcome = run_one_task(pool, task)
    assert outcome.status == "ok", outcome.log
    modules = set(outcome.files["modules.txt"].decode().splitlines())
    assert "bench.scoring.score_table" in modules
    generators = {point.module for point in entry_points(group="bench.generators")}
    assert not {name for name in modules if name in generators or name.startswith(("_bench_plugin", "tests.zoo.noisy"))}
    assert "BENCH_" not in outcome.files["settings.txt"].decode()


def test_nothing_of_a_plugin_is_imported_before_its_process_starts() -> None:
    modules = runner.modules_to_preload([Candidate("pushy", facts_of(Pushy))])
    assert {"sklearn", "sklearn.tree"} <= set(modules)
    own = {name for name in modules if name.partition(".")[0] in ("bench", "tests")}
    assert {name.partition(".")[2].partition(".")[0] for name in own} == {"execution", "scoring"}, "no plugins"


class Interrupted(ProcessPool):
    """Ends like a driver that is killed when the first rows are there."""

    def start(self, task: Task) -> None:
        if task.kind == "rescore":
            raise KeyboardInterrupt
        super().start(task)


@pytest.mark.slow
def test_a_run_that_is_stopped_between_fit_and_scoring_goes_on_without_a_fit(
    csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(csv.parent)
    plan = runner.load_plan(build_config({"dataset": "small.csv", "target": "y", "generators": "smote", "repeats": 1}))
    path, operation = Path("out"), Operation()
    with (
        pytest.raises(KeyboardInterrupt),
        runner.session(plan, path, operation) as schedule,
        Interrupted(1, runner.modules_to_preload()) as pool,
    ):
        schedule.run(pool, lambda *_: None)
    run, (trial,) = run_directory.open_run(path), plan.trials
    assert (run.results, run.missing_trials) == ((), (trial,)), "rows without scores are no result"
    folder = run_directory.result_directory(path, trial)
    rows = (folder / "synthetic.parquet").read_bytes()
    fitted = run_directory.read_result(folder)
    assert fitted.awaits_scoring
    assert [task.kind for task in Schedule(plan, path, operation).tasks if task.trial == trial] == ["rescore"]
    with runner.session(plan, path, operation) as schedule:
        (result,) = runner.run(schedule, operation).results
    assert result.metrics
    assert {name: result.seconds[name] for name in ("fit", "sample")} == {
        name: fitted.seconds[name] for name in ("fit", "sample")
    }
    assert (folder / "synthetic.parquet").read_bytes() == rows


class DiesScoring(ProcessPool):
    """Replaces the scoring of rows by a process that is killed."""

    def start(self, task: Task) -> None:
        from dataclasses import replace

        super().start(replace(task, work=is_killed) if task.kind == "rescore" else task)


def is_killed(task: Task, on_progress: OnProgress) -> Files:
    os.kill(os.getpid(), 9)
    return {}


@pytest.mark.slow
def test_rows_that_kill_the_scorer_are_a_failed_row(csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(csv.parent)
    plan = runner.load_plan(build_config({"dataset": "small.csv", "target": "y", "generators": "smote", "repeats": 1}))
    events: list[tuple[str, str]] = []
    with (
        runner.session(plan, Path("out"), Operation()) as schedule,
        DiesScoring(1, runner.modules_to_preload()) as pool,
    ):
        assert [task.confined for task in schedule.tasks if task.kind == "trial"] == [True]
        schedule.run(pool, lambda event, task, _: events.append((event, task.kind)))
    (result,) = run_directory.open_run(Path("out")).results
    assert (result.status, result.error) == (
        "failed",
        "its rows could not be scored: the process was killed by SIGKILL",
    )
    assert result.seconds["fit"] > 0
    assert [event for event, kind in events if kind == "trial"][0::2][:1] == ["started"]
    assert [event for event, kind in events if kind == "trial" and event != "progress"] == ["started", "finished"]
    assert ("finished", "rescore") not in events
