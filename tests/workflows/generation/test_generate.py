"""Rows for use: what is refused before anything is fitted, what is written, and what the card owns up to."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from bench.api import BenchError, Column, Dataset, GeneratorInfo, Schema, Trial
from bench.commands.cli import app
from bench.execution import runner
from bench.execution.fit_trial import FitInputs, fit_trial
from bench.execution.tasks import Task
from bench.planning import read_config
from bench.plugins import Inspector
from bench.workflows.generation.data_card import CardFacts, count_identical_rows, data_card
from bench.workflows.generation.generate import check_request
from bench.workflows.generation.generation_task import GenerationInputs, GenerationRequest, generate_rows
from tests.conftest import ZOO

OURS = ("--dataset", "small.csv", "--target", "y", "--profile", "quick")


@pytest.fixture
def here(tmp_path: Path, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> Path:
    table.to_csv(tmp_path / "small.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["smoot", "--rows", "9", "--out", "a.csv"], "did you mean 'smote'"),
        (["all", "--rows", "9", "--out", "a.csv"], "several generators"),
        (["smote", "--rows", "0", "--out", "a.csv"], "--rows is 0"),
        (["smote", "--rows", "9", "--out", "a.txt"], "expected .parquet or .csv"),
        (["smote", "--rows", "9", "--out", "small.csv"], "--force"),
        (["smote", "--rows", "9", "--out", "noted.csv"], "noted.md exists"),
        (["smote", "--rows", "9", "--out", "a.csv", "--save", "m"], "cannot be kept in a file"),
        (["flow", "--rows", "9", "--out", "a.csv", "--condition", "plume"], "rows of one kind"),
        (["smote", "--rows", "9", "--out", "a.csv", "--set", "smote.x=1"], "no parameter 'x'"),
        (["ae", "--rows", "9", "--out", "a.csv", "--save", "a.csv"], "expected another file"),
        (["ae", "--rows", "9", "--out", "a.csv", "--workers", "0"], "workers is 0"),
        (["ae", "--rows", "9", "--out", "a.csv", "--profile", "slow"], "profile is 'slow'"),
    ],
)
def test_misuse_costs_one_line_and_nothing_else(arguments: list[str], said: str, here: Path) -> None:
    Path("noted.md").write_text("mine")
    before = {path.name: path.read_bytes() for path in here.iterdir()}
    given = [*arguments, *(() if "--profile" in arguments else ("--profile", "quick"))]
    done = CliRunner().invoke(app, ["generate", *given, "--dataset", "small.csv", "--target", "y"])
    assert isinstance(done.exception, BenchError), (done.output, done.exception)
    assert said in str(done.exception)
    assert {path.name: path.read_bytes() for path in here.iterdir()} == before


def test_a_table_that_the_generator_cannot_model_costs_one_line(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.planning.plan.Plan.refusal", lambda *_: ("skipped", "unsupported: categorical"))
    done = CliRunner().invoke(app, ["generate", "smote", *OURS, "--rows", "9", "--out", "a.csv"])
    assert isinstance(done.exception, BenchError), (done.output, done.exception)
    assert str(done.exception).startswith("smote cannot model small (unsupported: categorical); choose another")
    assert not Path("a.csv").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--load", "absent"], "no such file"),
        (["--load", "small.csv", "--dataset", "small.csv"], "leave out --dataset"),
        (["--load", "small.csv", "--all-rows"], "leave out --save and --all-rows"),
        (["--load", "small.csv"], "small.csv is a table; expected a file that --save wrote"),
        (["--load", "bin.parquet"], "bin.parquet is a table; expected a file that --save wrote"),
        (["--load", "other.model"], "other.model is no model that save wrote; expected a saved"),
    ],
)
def test_what_can_go_wrong_with_a_model(more: list[str], said: str, here: Path) -> None:
    pd.read_csv("small.csv").to_parquet("bin.parquet")
    Path("other.model").write_bytes(b"neither")
    done = CliRunner().invoke(app, ["generate", "ae", "--rows", "9", "--out", "a.csv", *more])
    assert isinstance(done.exception, BenchError), (done.output, done.exception)
    assert said in str(done.exception)
    assert not Path("a.csv").exists()


def test_force_replaces(here: Path) -> None:
    Path("a.csv").write_text("old")
    smote = Inspector().facts("smote")
    with pytest.raises(BenchError, match="add --force"):
        check_request("smote", smote, GenerationRequest(9, Path("a.csv")))
    check_request("smote", smote, GenerationRequest(9, Path("a.csv"), force=True))


def test_the_same_command_writes_the_same_bytes(here: Path) -> None:
    for name in ("a", "b"):
        done = CliRunner().invoke(
            app, ["generate", "smote", *OURS, "--all-rows", "--rows", "30", "--out", f"{name}.parquet"]
        )
        assert done.exit_code == 0, (done.output, done.exception)
    assert Path("a.parquet").read_bytes() == Path("b.parquet").read_bytes()
    assert list(pd.read_parquet("a.parquet")) == list(pd.read_csv("small.csv"))
    card = Path("a.md").read_text()
    assert "Nothing was measured. The model was fitted on all rows" in card
    assert "by design" in card, "smote memorises"


def test_a_generator_that_fails_is_not_a_usage_error(here: Path) -> None:
    plugin = str(ZOO / "raises.py")
    done = CliRunner().invoke(
        app, ["generate", "raises", *OURS, "--rows", "9", "--out", "a.csv", "--plugin", plugin, "--all-rows"]
    )
    assert done.exit_code == 1, (done.output, done.exception)
    assert "raises failed: " in done.output
    assert not Path("a.csv").exists()


def test_the_rows_on_the_card_are_those_of_a_trial(here: Path) -> None:
    """What is scored is fitted and sampled with a trial's seeds, so `bench run` has the same scores at repeat 0."""
    config = read_config.build_config(
        {"dataset": "small.csv", "target": "y", "generators": "gaussian-copula", "repeats": 1, "profile": "quick"}
    )
    plan = runner.load_plan(config)
    (trial,) = plan.trials
    split = plan.draw(plan.splits[trial.split])
    fit = FitInputs.of(split)
    inputs = GenerationInputs(GenerationRequest(7, here / "rows.csv"), fit.train, fit.schema)
    ours = generate_rows(Task(trial, generate_rows, inputs), lambda *_: None)["scored.parquet"]
    task = Task(trial, fit_trial, fit)
    theirs = task.work(task, lambda *_: None)["synthetic.parquet"]
    assert ours == theirs
    assert len(pd.read_parquet(io.BytesIO(ours))) == len(split.train)


def test_rows_that_repeat_real_ones_are_counted(table: pd.DataFrame) -> None:
    schema = Schema.of_numbers(table.columns, "y")
    data = Dataset("t", "t", table, schema, "0", "memory", "none")
    rows = pd.concat([table.iloc[[3, 3, 9]], table.iloc[:4] + 1e-6])
    assert count_identical_rows(rows, data) == 3


def test_gaps_and_levels_that_repeat_a_real_row_are_counted() -> None:
    schema = Schema(
        (Column("n", missing=True), Column("c", "categorical", ("a", "b"), missing=True)), "c", task="binary"
    )
    frame = pd.DataFrame({"n": [1.0, float("nan"), 2.0], "c": pd.Categorical(["a", "b", None], ["a", "b"])})
    data = Dataset("t", "t", frame, schema, "0", "memory", "none")
    rows = pd.DataFrame({"n": [float("nan"), 2.0, 2.0, 1.0], "c": pd.Categorical(["b", None, "a", None], ["a", "b"])})
    assert count_identical_rows(rows, data) == 2


def test_the_card_of_a_mixed_table_says_what_its_columns_are() -> None:
    columns = (Column("n", missing=True), Column("c", "categorical", ("a", "b")), Column("d", "datetime"))
    schema = Schema(columns, "c", task="binary", left_out=(("name", "an identifier"),))
    frame = pd.DataFrame({"n": [1.0], "c": pd.Categorical(["a"], ["a", "b"]), "d": [pd.Timestamp(2024, 5, 31)]})
    request = GenerationRequest(1, Path("a.csv"), all_rows=True)
    trial = Trial("0", "t", "s", 0, "cart", {}, 1)
    data = Dataset("t", "t", frame, schema, "0", "memory", "none")
    card = data_card(CardFacts(trial=trial, info=GeneratorInfo(), request=request, data=data), frame, None)
    assert "- **Columns:** 1 numeric, 1 categorical, 1 date; 1 with gaps" in card
    assert "- **Target:** c, 2 classes: a, b" in card
    assert "- **Left out of the rows:** name (an identifier)" in card
    assert "1 of 1 rows is the same as a real row" in card
    numbers = Dataset("t", "t", frame[["n"]], Schema.of_numbers(["n"], "n"), "0", "memory", "none")
    plain = data_card(CardFacts(trial=trial, info=GeneratorInfo(), request=request, data=numbers), frame, None)
    assert "Columns:" not in plain


@pytest.mark.parametrize(
    ("generator", "condition", "said"),
    [
        ("smote", "nonsense", "has no condition 'nonsense': expected one of: city=Bern"),
        ("smote", "shape=round", "has no condition 'shape=round': expected one of: city=Bern"),
        ("smote", "city=Paris", "has no condition 'city=Paris': of city, expected one of: Bern, Oslo"),
        ("smote", "y=3", "has no condition 'y=3': y holds numbers; expected one of: city=Bern"),
        ("beta-vae", "city=Bern", "nor any other; it draws rows by condition only of tables of numbers"),
    ],
)
def test_an_unknown_condition_is_refused_before_anything_is_fitted(
    generator: str, condition: str, said: str, here: Path, table: pd.DataFrame
) -> None:
    table.assign(city=["Bern", "Oslo"] * (len(table) // 2)).to_csv("small.csv", index=False)
    given = ["generate", generator, *OURS, "--rows", "9", "--out", "a.csv", "--condition", condition]
    done = CliRunner().invoke(app, given)
    assert isinstance(done.exception, BenchError), (done.output, done.exception)
    assert said in str(done.exception)
    assert done.output == f"reading data and generators\nchecking the condition {condition}\n"
    assert not Path("a.csv").exists()
