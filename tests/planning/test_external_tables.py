"""Tables made elsewhere: they rank as what a generator returned would, and nothing that does not fit gets in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from bench.api import BenchError, Schema
from bench.commands.cli import app
from bench.execution import import_external, runner
from bench.planning import external_tables, read_config
from bench.runs import run_directory
from bench.runs.manifest import read_manifest
from bench.scoring.reference_rows import reference_names_of
from tests.conftest import ran

pytestmark = pytest.mark.slow

REFERENCES = reference_names_of(Schema.of_numbers(("a",), "a"), "random")
RUN = ("run", "--dataset", "small.csv", "--target", "y", "--generators", "smote", "--repeats", "1", "--no-figures")
TIMED = {"fit_seconds", "fit_cpu_seconds", "sample_rows_per_second", "memory_mb", "parameters"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame) -> Path:
    """A folder with a run of smote and a folder `mine` of the very rows that smote drew."""
    folder = tmp_path_factory.mktemp("external")
    ran(folder, table, *RUN, "--out", "out")
    (result,) = run_directory.open_run(folder / "out").results
    (folder / "mine").mkdir()
    source = run_directory.result_directory(folder / "out", result.trial) / "synthetic.parquet"
    shutil.copy(source, folder / "mine" / f"{result.trial.split}.parquet")
    return folder


@pytest.fixture
def here(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in."""
    shutil.copytree(home, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def error(*arguments: str) -> str:
    """The line of a usage error."""
    done = CliRunner().invoke(app, list(arguments))
    assert isinstance(done.exception, BenchError), (done.output, done.exception)
    assert "\n" not in str(done.exception)
    return str(done.exception)


def split_of(path: Path) -> str:
    return str(read_manifest(path).splits[0].id)


def test_the_same_rows_get_the_same_scores(here: Path) -> None:
    done = CliRunner().invoke(app, ["run", "--resume", "out", "--external", "mine=mine", "--no-figures"])
    assert done.exit_code == 0, (done.output, done.exception)
    by_name = {result.trial.generator: result for result in run_directory.open_run(here / "out").results}
    ours, theirs = by_name["smote"].metrics, by_name["mine"].metrics
    assert ours.keys() == theirs.keys()
    assert {key for key in ours if ours[key] != theirs[key]} <= TIMED
    assert all(theirs[key] is None for key in TIMED)
    # The rows are in the run: continuing it needs neither the folder nor the option.
    shutil.rmtree(here / "mine")
    plan = runner.restore_plan(Path("out"))
    assert {trial.id for trial in plan.trials} == {
        trial.id for trial in run_directory.open_run(here / "out").manifest.trials
    }
    with runner.session(plan, Path("out"), read_config.build_operation({})) as schedule:
        assert schedule.tasks == []


def test_changed_files_are_other_trials(here: Path) -> None:
    split = split_of(here / "out")
    before = runner.restore_plan(Path("out"), {"mine": external_tables.read_external_folder("mine", "mine")})
    file = here / "mine" / f"{split}.parquet"
    pd.read_parquet(file).iloc[::-1].to_parquet(file, index=False)
    after = runner.restore_plan(Path("out"), {"mine": external_tables.read_external_folder("mine", "mine")})
    assert before.hash == after.hash
    ids = [{trial.generator: trial.id for trial in plan.trials} for plan in (before, after)]
    assert ids[0]["smote"] == ids[1]["smote"]
    assert ids[0]["mine"] != ids[1]["mine"]
    with pytest.raises(BenchError, match="has changed or gone"):
        import_external.store_external_tables(before, Path("other"))


def test_a_csv_with_its_columns_in_another_order_is_the_same_table(here: Path) -> None:
    train = runner.restore_plan(Path("out")).draw(next(iter(runner.restore_plan(Path("out")).splits.values()))).train
    train[train.columns[::-1]].to_csv("turned.csv", index=False)
    found = import_external.read_external_table(Path("turned.csv"), train)
    pd.testing.assert_frame_equal(found, train.reset_index(drop=True))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mine", "expected name=folder"),
        ("=mine", "expected name=folder"),
        ("mine=absent", "no folder absent"),
        ("mine=small.csv", "bench evaluate"),
        ("mine=empty", "holds no table"),
        ("vae=mine", "has already"),
        ("copy=mine", "a reference row"),
        ("a/b=mine", "expected letters"),
        ("mine=others", "no table for the split"),
        ("mine=short", "expected 480"),
        ("mine=wrong", "expected a, b, c, y"),
        ("mine=words", "has the cell 'x'; expected numbers"),
        ("mine=twice", "two tables"),
    ],
)
def test_what_does_not_fit_is_refused(given: str, said: str, here: Path) -> None:
    split = split_of(here / "out")
    rows = pd.read_parquet(here / "mine" / f"{split}.parquet")
    made = {
        "others": {"elsewhere.csv": rows},
        "short": {f"{split}.csv": rows[:50]},
        "wrong": {f"{split}.csv": rows.rename(columns={"c": "d"})},
        "words": {f"{split}.csv": rows.assign(c="x")},
        "twice": {f"{split}.csv": rows},
    }
    (here / "empty").mkdir()
    for folder, files in made.items():
        (here / folder).mkdir()
        for name, frame in files.items():
            frame.to_csv(here / folder / name, index=False)
    rows.to_parquet(here / "twice" / f"{split}.parquet", index=False)
    before = sorted(path.name for path in (here / "out" / "trials").iterdir())
    assert said in error("run", "--resume", "out", "--external", given)
    assert sorted(path.name for path in (here / "out" / "trials").iterdir()) == before


def test_a_run_that_was_refused_can_be_started_in_the_same_folder(here: Path) -> None:
    (here / "short").mkdir()
    pd.read_parquet(here / "mine" / f"{split_of(here / 'out')}.parquet")[:50].to_csv(
        here / "short" / f"{split_of(here / 'out')}.csv", index=False
    )
    both = ("--external", "mine=mine", "--external", "bad=short")
    assert "expected 480" in error(*RUN, *both, "--out", "again")
    assert [path.name for path in (here / "again").iterdir()] == [".lock"], "nothing of it was written"
    plan = runner.load_plan(
        replace(
            runner.restore_plan(Path("out")).config,
            external={"mine": external_tables.read_external_folder("mine", "mine")},
        )
    )
    with runner.session(
        plan, runner.choose_run_directory(plan, Path("again")), read_config.build_operation({})
    ) as schedule:
        assert len(schedule.tasks) == len(plan.trials) + len(REFERENCES)


def test_a_damaged_cache_is_not_used(here: Path) -> None:
    plan = runner.restore_plan(Path("out"))
    cached = run_directory.result_directory(Path("cache"), plan.trials[0])
    cached.mkdir(parents=True)
    (cached / "result.json").write_text("{")
    asked = replace(read_config.build_operation({}), cache=Path("cache"))
    with runner.session(plan, runner.choose_run_directory(plan, Path("again")), asked) as schedule:
        assert len(schedule.tasks) == len(plan.trials) + len(REFERENCES)
        (note,) = schedule.notes
    assert "The cache cache has a damaged entry" in note


def test_they_have_no_parameters(here: Path) -> None:
    said = error(*RUN, "--external", "mine=mine", "--set", "mine.x=1", "--out", "out")
    assert "has no parameters" in said


def test_a_configuration_file_names_them_too(here: Path) -> None:
    config = read_config.build_config({"external": {"mine": str(here / "mine")}})
    assert config.external["mine"].folder == "mine", "no folder of this machine is stored"
    assert replace(config, external={}).as_dict() == config.as_dict(), "they do not make it another run"
    assert read_config.restore_config(config.stored()).external["mine"].tables == config.external["mine"].tables


def test_split_writes_the_train_parts_once(here: Path) -> None:
    assert CliRunner().invoke(app, ["split", "out", "parts"]).exit_code == 0
    plan = runner.restore_plan(Path("out"))
    (planned,) = plan.splits.values()
    train = plan.draw(planned).train.reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.read_parquet(f"parts/{planned.id}.parquet"), train)
    assert planned.id in Path("parts/README.md").read_text()
    assert "is not empty" in error("split", "out", "parts")
    assert "there is no run" in error("split", "absent", "more")
    assert "is not empty" in error("split", "absent", "parts"), "looked at before the run is"
