"""Tuning: what it may look at, what it proposes, what it leaves behind."""

from __future__ import annotations

import csv
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from bench import options, plan, registry
from bench.api import BenchError, Dataset, Preset, Protocol_, Schema, Split
from bench.config import Config, DataRequest
from bench.execution.workers import Event, Outcome, Task
from bench.files import pack_arrays, to_json
from bench.tuning import objectives, spaces, studies, tune, write
from bench.tuning.spaces import Choice, Range
from bench.tuning.studies import Attempt

if TYPE_CHECKING:
    from bench.execution.trial import Job
    from tests.conftest import Bench

ROOT = Path(__file__).parents[2]
SPACE = "[noisy]\nnoise = {low = 0.05, high = 0.8}\n"


# --- spaces -----------------------------------------------------------------------------------


def space(tmp_path: Path, text: str, generator: str = "beta-vae") -> spaces.Space:
    path = tmp_path / "space.toml"
    path.write_text(text)
    return spaces.load(plan.candidate(generator), path)


def test_a_space_is_ranges_and_choices(tmp_path: Path) -> None:
    found = space(tmp_path, "[beta-vae]\nlatent = {low = 2, high = 6}\nlr = {low = 1e-3, high = 0.1, log = true}\n")
    assert found == {"latent": Range(2, 6), "lr": Range(1e-3, 0.1, log=True)}
    assert space(tmp_path, "[ctgan]\npac = [1, 2]\n", "ctgan") == {"pac": Choice((1, 2))}


def test_what_is_suggested_lies_in_the_space(tmp_path: Path) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    text = "[ctgan]\ngenerator_dim = [[8, 8], [16]]\nepochs = {low = 5, high = 20, step = 5}\n"
    found = space(tmp_path, text + "generator_lr = {low = 1e-4, high = 1e-2, log = true}\n", "ctgan")
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    drawn = [spaces.suggest(found, study.ask()) for _ in range(40)]
    assert {tuple(one["generator_dim"]) for one in drawn} == {(8, 8), (16,)}
    assert {one["epochs"] for one in drawn} == {5, 10, 15, 20}
    rates = [one["generator_lr"] for one in drawn]
    assert all(1e-4 <= rate <= 1e-2 for rate in rates)
    assert 5e-4 < float(np.median(rates)) < 2e-3, "logarithmic: half lies below the geometric middle"
    assert all(float(f"{rate:.4g}") == rate for rate in rates)


SPACE_ERRORS = [
    ("[beta-vae]\nbetta = [1]\n", "did you mean 'beta'"),
    ("[beta-vae]\nbeta = 3\n", "is 3; expected a list"),
    ("[beta-vae]\nbeta = []\n", "expected a list"),
    ("[beta-vae]\nbeta = {low = 3, high = 1}\n", "from 3 to 1"),
    ("[beta-vae]\nbeta = {low = 0, high = 1, log = true}\n", "log = True"),
    ("[beta-vae]\nlatent = {low = 1, high = 9, step = 0.5}\n", "step 0.5"),
    ("[beta-vae]\nbeta = {low = 0, high = 1, size = 4}\n", "'size'"),
    ("[vae]\nlatent = [1]\n", "no search space for 'beta-vae'"),
    ("[beta-vae\n", "not valid TOML"),
]


@pytest.mark.parametrize(("text", "said"), SPACE_ERRORS, ids=[said for _, said in SPACE_ERRORS])
def test_a_space_that_cannot_be_says_why(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=said.replace("[", r"\[")):
        space(tmp_path, text)


def test_every_bundled_space_is_of_a_generator_and_holds_its_parameters() -> None:
    names = tomllib.loads((ROOT / "generators" / spaces.BUNDLED).read_text())
    assert {"ae", "vae", "beta-vae", "flow", "cart", "gaussian-mixture", "ctgan", "tvae"} <= set(names)
    for name in names:
        assert set(spaces.load(plan.candidate(name))) == set(names[name])


def test_every_value_of_a_bundled_space_builds_its_generator() -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    for name in ("ae", "vae", "beta-vae", "ctgan", "tvae"):
        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=2))
        found = spaces.load(plan.candidate(name))
        for _ in range(10):
            registry.generator(name).cls(**spaces.suggest(found, study.ask()))


def test_the_spaces_of_the_docs_are_spaces(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tuning.md").read_text()
    blocks = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    names = [name for block in blocks for name in tomllib.loads(block)]
    assert names == ["ctgan", "beta-vae"]
    for block, name in zip(blocks, names, strict=True):
        assert space(tmp_path, block, name)


def test_tuned_presets_build_their_generators() -> None:
    presets: Mapping[str, Preset] = importlib.import_module("bench.generators.tuned").TUNED
    assert "tvae-tuned" in presets
    for preset in presets.values():
        built = registry.generator(preset.generator).cls(**preset.params)
        assert {name: getattr(built, name) for name in preset.params} == preset.params


# --- what the objective may look at -------------------------------------------------------------


def dataset(frame: pd.DataFrame, *, ordered: bool = False) -> Dataset:
    schema = Schema(numeric=tuple(frame.columns), target="y", ordered=ordered)
    return Dataset("small", "small", frame, schema, "0" * 64, "made here", "MIT")


def planned(frame: pd.DataFrame, protocol: Protocol_) -> tuple[plan.Plan, Split]:
    """The plan of a run and the split of its repeat 0."""
    config = Config((DataRequest("small"),), ("beta-vae",), repeats=1, split=protocol, profile="standard")
    made = plan.make(config, {"small": dataset(frame, ordered=protocol == "blocked")})
    return made, made.draw(next(iter(made.splits.values())))


def poisoned(frame: pd.DataFrame, protocol: Protocol_) -> pd.DataFrame:
    """The table with absurd values in every row that is not train's."""
    train = planned(frame, protocol)[1].train.index
    spoiled = frame.copy()
    spoiled.loc[~spoiled.index.isin(train)] = 1e6
    return spoiled


def prepared(frame: pd.DataFrame, protocol: Protocol_, monkeypatch: pytest.MonkeyPatch) -> tune.Tuning:
    made = planned(frame, protocol)[0]
    monkeypatch.setattr("bench.execution.runner.load", lambda config: made)
    return tune.prepare(made.config, None, objectives.objective(objectives.DEFAULT, objectives.GUARD))


@pytest.fixture(scope="session")
def long_table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    walk = rng.normal(size=(900, 3)).cumsum(axis=0).round(2)
    return pd.DataFrame(walk, columns=["a", "b", "y"])


@pytest.mark.parametrize("protocol", ["random", "blocked"])
def test_the_inner_split_is_of_train_rows_and_as_the_protocol_says(
    protocol: Protocol_, long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = planned(long_table, protocol)[1]
    inner = prepared(long_table, protocol, monkeypatch).split
    parts = (inner.train, inner.holdout, inner.test)
    assert all(set(part.index) <= set(outer.train.index) for part in parts)
    assert not set(inner.train.index) & (set(inner.holdout.index) | set(inner.test.index))
    assert inner.protocol == protocol
    assert (inner.holdout.index.equals(inner.test.index)) == (protocol == "random")
    assert all(part.equals(long_table.loc[part.index]) for part in parts)


@pytest.mark.parametrize("protocol", ["random", "blocked"])
def test_nothing_that_a_trial_is_given_depends_on_other_rows(
    protocol: Protocol_, long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled = poisoned(long_table, protocol)
    assert (spoiled == 1e6).any(axis=None)
    given: list[Job] = []
    for frame in (long_table, spoiled):
        given.append(prepared(frame, protocol, monkeypatch).job({"latent": 3}, None))
    clean, other = given
    for part in ("train", "holdout", "test"):
        pd.testing.assert_frame_equal(getattr(clean.split, part), getattr(other.split, part))
    assert clean.split.seed == other.split.seed
    assert clean.score_seed == other.score_seed
    assert (clean.trial.seed, clean.trial.params) == (other.trial.seed, other.trial.params)


def test_rows_caps_inner_train_only(long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = prepared(long_table, "random", monkeypatch)
    made = whole.plan
    monkeypatch.setattr("bench.execution.runner.load", lambda config: made)
    capped = tune.prepare(replace(made.config, rows=100), None, whole.objective)
    assert len(capped.split.train) == 100
    assert capped.split.holdout.equals(whole.split.holdout)
    assert set(capped.split.train.index) < set(whole.split.train.index)


def test_what_is_set_is_not_searched(long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = prepared(long_table, "random", monkeypatch)
    fixed = replace(whole.plan.config, settings={"beta-vae": {"latent": 4}})
    assert set(whole.space) - set(tune.prepare(fixed, None, whole.objective).space) == {"latent"}


# --- the objective ------------------------------------------------------------------------------


def test_real_rows_reach_1_shuffled_columns_0(long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    tuning = prepared(long_table, "random", monkeypatch)
    files = objectives.bound(replace(tuning.job({}, None)), lambda *_: None)
    bounds = objectives.read_bounds(files["bounds.json"])
    mean = objectives.objective("detection,utility")
    assert mean.judge(bounds, bounds["real-train"]).value == pytest.approx(1)
    assert mean.judge(bounds, bounds["independent"]).value == pytest.approx(0)
    halfway = {**bounds["independent"], "c2st_auc": bounds["real-train"]["c2st_auc"]}
    judged = mean.judge(bounds, halfway)
    assert judged.value == pytest.approx(0.5)
    assert judged.families["detection"] == pytest.approx(1)
    assert objectives.objective("overall").judge(bounds, halfway).value == pytest.approx(judged.overall) == 0
    assert mean.judge(bounds, {}).value == 0
    guarded = objectives.objective("detection,utility", "privacy")
    private = {**bounds["holdout-half"], **bounds["real-train"]}
    private |= {key: value for key, value in bounds["holdout-half"].items() if value is not None}
    assert guarded.judge(bounds, private).value == pytest.approx(1)
    assert guarded.judge(bounds, {**private, "copies": 1.0}).value == 0, "what copies is worth nothing"


@pytest.mark.parametrize(
    ("said", "answer"), [("utilty", "did you mean 'utility'"), ("cost", "expected"), (",", "families such as")]
)
def test_an_objective_that_cannot_be_says_why(said: str, answer: str) -> None:
    with pytest.raises(BenchError, match=answer):
        objectives.objective(said)


# --- the study ----------------------------------------------------------------------------------

DIMENSIONS: spaces.Space = {"x": Range(-1.0, 1.0), "k": Choice((1, [2, 3]))}


def search(folder: Path, calls: int, *, seed: int = 0, stop: Callable[[int], bool] = lambda _: False) -> list[Attempt]:
    """Goes on with a study of a parabola until it has `calls` attempts, or is stopped in the middle of one."""
    with studies.folder(folder, {"seed": seed}) as path:
        study = studies.Study(path, DIMENSIONS, seed)
        while (done := len(study.attempts)) < calls:
            trial, params = study.ask(done)
            if stop(done):
                break
            study.tell(trial, Attempt(done, params, 1 - (params["x"] - 0.3) ** 2))
        return study.attempts


def test_an_interrupted_study_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    whole = search(tmp_path / "whole", 14)
    search(tmp_path / "parts", 14, stop=lambda done: done == 4)
    search(tmp_path / "parts", 9)
    assert search(tmp_path / "parts", 14) == whole
    assert search(tmp_path / "other", 14, seed=1) != whole


def test_a_study_learns(tmp_path: Path) -> None:
    found = [abs(one.params["x"] - 0.3) for one in search(tmp_path / "study", 30)]
    assert np.mean(found[5:]) < 0.4, "drawn evenly from the range they would be 0.545 away on average"
    assert {str(one.params["k"]) for one in search(tmp_path / "study", 30)} == {"1", "[2, 3]"}


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    search(tmp_path / "study", 1)
    with pytest.raises(BenchError, match="something else"):
        search(tmp_path / "study", 2, seed=1)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").write_text("precious")
    with pytest.raises(BenchError, match="not a study"):
        search(tmp_path / "thesis", 1)
    assert [entry.name for entry in (tmp_path / "thesis").iterdir()] == ["thesis.txt"]


def test_two_processes_do_not_share_a_study(tmp_path: Path) -> None:
    with studies.folder(tmp_path / "study", {"seed": 0}), pytest.raises(BenchError, match="another process"):
        search(tmp_path / "study", 1)


def test_without_optuna_the_pip_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(BenchError, match=r"pip install 'tabgen-bench\[tune\]'"):
        tune.prepare(Config(generators=("beta-vae",)), None, objectives.objective("overall"))


@pytest.mark.parametrize("bad", [{"trials": 0}, {"minutes": -1.0}, {"timeout": 0.0}], ids=str)
def test_a_budget_is_above_0(bad: Mapping[str, float]) -> None:
    with pytest.raises(BenchError, match=f"{next(iter(bad))} is"):
        tune.Budget(**bad)  # type: ignore[arg-type]


def test_the_defaults_win_unless_something_is_better() -> None:
    default, worse, lost = (
        Attempt(None, {}, 0.5),
        Attempt(0, {"x": 1}, 0.5),
        Attempt(1, {"x": 2}, 0.0, "timeout", "slow"),
    )
    assert tune.best([default, worse, lost]) is default
    assert tune.best([default, replace(worse, value=0.6), lost]).params == {"x": 1}
    with pytest.raises(BenchError, match="nothing could be fitted; the first error: slow"):
        tune.best([lost])


class HerePool:
    """Runs tasks in this process; or says that their time was up."""

    def __init__(self, *, stops: bool = False) -> None:
        self.stops = stops

    def start(self, task: Task) -> None:
        self.task = task

    def events(self) -> list[Event]:
        if self.stops:
            return [Event(self.task, outcome=Outcome("timeout", {}, "stopped after 3 s", 3.0, "fit", 0, b""))]
        files = self.task.work(self.task.payload, lambda *_: None)
        return [Event(self.task, outcome=Outcome("ok", files, "", 1.0, "", 0, b""))]


@pytest.mark.parametrize("stops", [True, False])
def test_a_trial_that_fails_or_takes_too_long_is_worth_0(
    stops: bool, long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "artefacts.npz").write_bytes(pack_arrays({}))
    ends = {metric.name: 0.5 for family in registry.families() for metric in family.metrics}
    bounds = {"independent": {**ends, "c2st_auc": 1.0}, "real-train": ends}
    (tmp_path / "bounds.json").write_text(to_json(bounds))
    tuning = replace(prepared(long_table, "random", monkeypatch), objective=objectives.objective("detection"))
    pool: Any = HerePool(stops=stops)
    judge = tune._Judge(tuning, tune.Budget(timeout=3), pool, tmp_path)
    lost = judge(4, {"latent": 0})
    expected = ("timeout", "stopped after 3 s") if stops else ("failed", "got latent 0; expected at least 1")
    assert (lost.value, lost.status, lost.error) == (0, *expected)
    assert pool.task.limits.seconds == 3
    assert pool.task.payload.trial.params["latent"] == 0
    assert [row[-2:] for row in csv.reader(write.history([lost]).splitlines())][1] == list(expected)


def test_fits_with_several_seeds_are_averaged(long_table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    one = prepared(long_table, "random", monkeypatch)
    several = plan.make(replace(one.plan.config, seeds_per_split=3), one.plan.datasets)
    monkeypatch.setattr("bench.execution.runner.load", lambda config: several)
    tuning = tune.prepare(several.config, None, one.objective)
    jobs = [tuning.job({"latent": 3}, None, draw) for draw in range(len(tuning.plan.trials))]
    assert len({job.trial.seed for job in jobs}) == 3
    assert jobs[0].trial.seed == one.job({"latent": 3}, None).trial.seed
    fits = [Attempt(1, {}, value, families={"utility": value}, seconds={"fit": 2 * value}) for value in (0.2, 0.6)]
    assert studies.mean(fits) == Attempt(1, {}, 0.4, families={"utility": 0.4}, seconds={"fit": 0.8})


# --- what it writes -----------------------------------------------------------------------------


def test_the_file_is_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "tuned.toml"
    params = {"beta": 0.5, "lr": 1e-05, "scaler": "normal", "whiten": True, "dims": (8, 8), "cap": None}
    path.write_text(write.configuration("sdv:X", params, ["one", "two\nthree"]))
    assert path.read_text().startswith("# one\n# two\n# three\n")
    expected = {"beta": 0.5, "lr": 1e-05, "scaler": "normal", "whiten": True, "dims": [8, 8]}
    assert options.build(options.read_file(path)).settings == {"sdv:X": expected}


@pytest.mark.parametrize("name", ["tuned.toml", "tuned.csv"])
def test_nothing_is_replaced_without_force(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(BenchError, match=f"{name} exists"):
        write.refuse_existing(tmp_path / "tuned.toml", force=False)
    write.refuse_existing(tmp_path / "tuned.toml", force=True)
    with pytest.raises(BenchError, match=r"ends in \.toml"):
        write.refuse_existing(tmp_path / "tuned.json", force=True)


# --- the command --------------------------------------------------------------------------------

Tune = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(csv: Path, bench: Bench, zoo: Mapping[str, str]) -> Tune:
    """`bench tune noisy` on the small table, in its folder."""
    (csv.parent / "space.toml").write_text(SPACE)

    def call(*more: str, generator: str = "noisy") -> subprocess.CompletedProcess[str]:
        words = ("tune", generator, "--dataset", "small.csv", "--target", "y", "--space", "space.toml")
        return bench(*words, *more, cwd=csv.parent, env=zoo)

    return call


def rows(path: Path) -> list[dict[str, str]]:
    """The history, without what differs from call to call."""
    with path.open(newline="") as stream:
        found = list(csv.DictReader(stream))
    return [{key: cell for key, cell in row.items() if key != "fit_cpu_seconds"} for row in found]


def test_it_tunes_resumes_and_never_sees_other_rows(
    csv: Path, table: pd.DataFrame, command: Tune, bench: Bench, zoo: Mapping[str, str]
) -> None:
    done = command("--trials", "2", "--study", "study")
    assert done.returncode == 0, done.stderr
    assert "wrote tuned.toml, tuned.csv" in done.stdout
    first = rows(csv.parent / "tuned.csv")
    assert [row["trial"] for row in first] == ["defaults", "0", "1"]
    assert set(options.build(options.read_file(csv.parent / "tuned.toml")).settings) == {"noisy"}

    # A table that is another one outside train, and a study of its own.
    poisoned(table, "random").to_csv(csv, index=False)
    spoiled = command("--trials", "2", "--out", "spoiled.toml")
    assert spoiled.returncode == 0, spoiled.stderr
    assert "study in runs/tune-noisy-" in spoiled.stdout
    assert rows(csv.parent / "spoiled.csv") == first

    table.to_csv(csv, index=False)
    more = command("--trials", "3", "--study", "study", "--force")
    assert more.returncode == 0, more.stderr
    assert "trial 1:" not in more.stdout, "what was done is not done again"
    assert "trial 2:" in more.stdout
    assert rows(csv.parent / "tuned.csv")[:3] == first


COMMAND_ERRORS = [
    (["--objective", "speed"], "speed"),
    (["--guard", "privcy"], "did you mean 'privacy'"),
    (["--trials", "0"], "trials is 0"),
    (["--space", "absent.toml"], "absent.toml"),
    (["--out", "tuned.json"], ".toml"),
    (["--set", "noisy.noise=1"], "fixed by --set"),
]


@pytest.mark.parametrize(("arguments", "said"), COMMAND_ERRORS, ids=lambda value: " ".join(value)[:40])
def test_what_cannot_be_tuned_says_why(arguments: list[str], said: str, csv: Path, command: Tune) -> None:
    before = {path: path.stat().st_mtime_ns for path in csv.parent.rglob("*")}
    done = command(*arguments)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    after = {path: path.stat().st_mtime_ns for path in csv.parent.rglob("*") if path.name != "space.toml"}
    assert after == {path: when for path, when in before.items() if path.name != "space.toml"}
