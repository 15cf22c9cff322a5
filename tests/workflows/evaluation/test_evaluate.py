"""`bench evaluate`: the scores of a run for a table from anywhere, and silence where nothing can be known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from bench.api import BenchError, Schema, Split
from bench.commands.cli import app
from bench.plugins import entry_points
from bench.scoring.score_table import prepare_all, score_all
from bench.seeds import derive
from bench.statistics.leaderboard import rank
from bench.tables.table_request import TableRequest
from bench.workflows.evaluation import evaluate, evaluation_run, result_json
from bench.workflows.evaluation.input_tables import EvaluationRequest, read_input_tables

if TYPE_CHECKING:
    from bench.runs import run_directory

SEED = 3


@dataclass(frozen=True)
class Made:
    folder: Path
    alone: run_directory.Run
    held: run_directory.Run


@pytest.fixture(scope="module")
def table(table: pd.DataFrame) -> pd.DataFrame:
    """The first 240 rows."""
    return table[:240]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame) -> Made:
    """The same table without and with a holdout."""
    folder = tmp_path_factory.mktemp("evaluation")
    table[:160].to_parquet(folder / "real.parquet", index=False)
    table[160:].to_parquet(folder / "held.parquet", index=False)
    rng = np.random.default_rng(0)
    rows = table[:160].sample(140, replace=True, random_state=1) + rng.normal(0, 0.3, (140, 4))
    rows[rows.columns[::-1]].assign(more=1.0).to_parquet(folder / "rows.parquet", index=False)
    real = TableRequest(str(folder / "real.parquet"), "y")
    alone = EvaluationRequest(real, folder / "rows.parquet", None, seed=SEED)
    held = EvaluationRequest(real, folder / "rows.parquet", folder / "held.parquet", seed=SEED)
    return Made(
        folder,
        evaluate.evaluate(alone, folder / "alone", figures=False),
        evaluate.evaluate(held, folder / "judged", folder / "result.json", figures=False),
    )


def test_with_a_holdout_the_scores_are_those_of_the_scorers(made: Made, table: pd.DataFrame) -> None:
    real, held = table[:160], table[160:]
    split = Split(real, held, held, Schema.of_numbers(table.columns, "y"), "random", 0)
    seed, families = derive(SEED, "score"), entry_points.families()
    rows = pd.read_parquet(made.folder / "rows.parquet")[list(table.columns)]
    wanted = score_all(families, split, rows, prepare_all(families, split, seed), seed=seed).metrics
    (result,) = made.held.results
    assert result.metrics == wanted
    assert {"fidelity", "detection", "utility", "privacy"} == set(rank(made.held).boards[0].families)


def test_without_one_nothing_is_said_of_unseen_rows(made: Made) -> None:
    family = {metric.name: metric.family for metric in made.alone.metrics}
    (of_split,) = made.alone.references.values()
    for result in (*made.alone.results, *of_split.values()):
        silent = {key for key in result.metrics if family[key.partition("[")[0]] in ("privacy", "utility")}
        assert silent
        assert all(result.metrics[key] is None for key in silent)
        assert all("not assessable" in result.reasons[key] for key in silent)
        assert not [key for key in made.alone.drawings(result) if key.startswith(("privacy/", "utility/"))]
    board = rank(made.alone).boards[0]
    assert board.families == ("fidelity", "detection")
    assert board.no_overall.startswith("No overall score: ")
    assert "utility and privacy could not be measured here (not assessable without real rows" in board.no_overall
    stored = json.loads((made.folder / "alone" / "evaluation.json").read_text())
    assert (stored["overall"], stored["no_overall"], stored["implausible"]) == (None, board.no_overall, "")
    assert set(stored["families"]) == set(board.families)
    assert "even new real rows would score below 1" in (made.folder / "alone" / "report.md").read_text()


def test_what_decides_is_said_first(made: Made, tmp_path: Path, table: pd.DataFrame) -> None:
    left_out = "rows.parquet has columns that the real table has not, left out: more."
    facts = result_json.decisive_facts(made.alone)
    assert (facts[0], facts[1].partition(":")[0], len(facts)) == (left_out, "privacy and utility", 2)
    assert result_json.decisive_facts(made.held) == [left_out]
    table[:100].assign(**{table.columns[0]: [np.nan, *range(99)]}).to_csv(tmp_path / "gap.csv", index=False)
    command = ["evaluate", str(made.folder / "real.parquet"), str(tmp_path / "gap.csv"), "--no-figures", "--out"]
    lines = CliRunner().invoke(app, [*command, str(tmp_path / "run")]).stdout.splitlines()
    assert lines[0] == "scoring gap.csv and the reference rows"
    assert lines[1].startswith("note: gap.csv cannot be scored, and has the worst value of every metric: gaps in")
    assert "## Summary\n\ngap.csv cannot be scored" in (tmp_path / "run" / "report.md").read_text()


def test_the_result_is_the_report_in_numbers(made: Made) -> None:
    found = json.loads((made.folder / "result.json").read_text())
    assert found == json.loads((made.folder / "judged" / "evaluation.json").read_text())
    (row,) = (row for row in rank(made.held).boards[0].entries if row.kind == "generator")
    assert row.overall is not None
    assert found["overall"] == row.overall.mean
    assert found["sizes"] == {"train": 160, "holdout": 80, "test": 80, "stretches": 0}
    assert set(found["metrics"]["c2st_auc"]) == {"value", "score", "floor", "ceiling"}
    assert (
        "not assessable"
        in json.loads((made.folder / "alone" / "evaluation.json").read_text())["metrics"]["copies"]["reason"]
    )
    assert str(made.folder) not in json.dumps(found), "no folder of this machine"
    report = (made.folder / "judged" / "report.md").read_text()
    assert "left out: more" in report
    assert "140 synthetic rows are judged beside 160 real ones" in report


def test_its_folder_has_the_usual_permissions(made: Made) -> None:
    assert (made.folder / "judged").stat().st_mode == (made.folder / "judged" / "trials").stat().st_mode
    assert not list(made.folder.glob(".*"))


def test_it_is_no_run_to_continue(made: Made) -> None:
    for command in (["score"], ["verify"], ["run", "--resume"]):
        done = CliRunner().invoke(app, [*command, str(made.folder / "judged")])
        assert isinstance(done.exception, BenchError), (done.output, done.exception)
        assert "\n" not in str(done.exception)


def test_fractions_in_the_holdout_of_a_whole_column_stay(tmp_path: Path, table: pd.DataFrame) -> None:
    for name, more in (("rows", 0.0), ("held", 0.5)):
        table.assign(b=table["b"].round() + more).to_csv(tmp_path / f"{name}.csv", index=False)
    real = table.assign(b=table["b"].round().astype(int))
    real.to_csv(tmp_path / "real.csv", index=False)
    rows, held = (tmp_path / f"{name}.csv" for name in ("rows", "held"))
    parts = read_input_tables(EvaluationRequest(TableRequest(str(tmp_path / "real.csv"), "y"), rows, held))
    assert parts.split.train["b"].dtype.kind == "i"
    assert set(parts.split.holdout["b"] % 1) == {0.5}
    assert not set(parts.split.train.index) & set(parts.split.holdout.index)


def test_a_holdout_of_the_real_rows_is_refused(tmp_path: Path, table: pd.DataFrame) -> None:
    table.to_csv(tmp_path / "my.csv", index=False)
    table.sample(frac=1, random_state=1).to_csv(tmp_path / "rows.csv", index=False)
    table[::-1].to_parquet(tmp_path / "held.parquet", index=False)
    for held in ("my.csv", "held.parquet"):
        asked = EvaluationRequest(TableRequest(str(tmp_path / "my.csv"), "y"), tmp_path / "rows.csv", tmp_path / held)
        with pytest.raises(BenchError, match="240 of its 240 rows are rows of my, value by value"):
            evaluate.evaluate(asked, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_some_real_rows_in_the_holdout_are_to_distrust(tmp_path: Path, table: pd.DataFrame) -> None:
    table[:160].to_csv(tmp_path / "real.csv", index=False)
    table[150:].to_csv(tmp_path / "held.csv", index=False)
    asked = EvaluationRequest(
        TableRequest(str(tmp_path / "real.csv"), "y"), tmp_path / "held.csv", tmp_path / "held.csv"
    )
    parts = read_input_tables(asked)
    planned = evaluation_run.describe_split(parts)
    assert planned.audit.overlap == 10
    assert planned.audit.warnings[0].startswith("10 of the 90 holdout rows are rows of the real table")


def test_a_coarse_table_repeats_its_rows_by_itself(tmp_path: Path, table: pd.DataFrame) -> None:
    coarse = (table.assign(a=0.0, b=0.0, c=0.0) / 10).round()
    for name, rows in (("real", coarse[:160]), ("held", coarse[160:])):
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
    real, held = TableRequest(str(tmp_path / "real.csv"), "y"), tmp_path / "held.csv"
    parts = read_input_tables(EvaluationRequest(real, held, held))
    assert parts.reused_rows > 70


def test_nothing_is_replaced_without_force(made: Made) -> None:
    asked = EvaluationRequest(TableRequest(str(made.folder / "real.parquet"), "y"), made.folder / "rows.parquet", None)
    before = (made.folder / "alone" / "evaluation.json").read_bytes()
    for out, json_, said in (
        (made.folder / "alone", None, "--force"),
        (made.folder / "rows.parquet", None, "is a file"),
        (made.folder, None, "is not a run"),
        (made.folder / "new", made.folder / "result.json", "--force"),
        (made.folder / "new", made.folder, "is a folder"),
    ):
        with pytest.raises(BenchError, match=said):
            evaluate.evaluate(asked, out, json_)
    assert (made.folder / "alone" / "evaluation.json").read_bytes() == before
    assert not (made.folder / "new").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.csv", "rows.csv"], "no file absent.csv"),
        (["stashun", "rows.csv"], "did you mean 'station'"),
        (["real.csv", "absent.csv"], "no file absent.csv"),
        (["real.csv", "lacking.csv"], "no column 'c'"),
        (["real.csv", "words.csv"], "column 'c' of the synthetic table words.csv has the cell 'x'; expected numbers"),
        (["real.csv", "few.csv"], "5 rows; expected at least 20"),
        (["real.csv", "rows.csv", "--target", "z"], "no column 'z'"),
        (["real.csv", "rows.csv", "--holdout", "holes.csv"], "missing or infinite"),
        (["real.csv", "rows.csv", "--holdout", "few.csv"], "the holdout few.csv has 5 rows"),
        (["real.csv", "rows.csv", "--profile", "slow"], "profile is 'slow'"),
        (["real.csv", "rows.csv", "--missing", "kepe"], "missing is 'kepe'"),
        (["station", "rows.csv", "--target", "y"], "is for CSV"),
    ],
)
def test_misuse(
    arguments: list[str], said: str, table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"real": table, "rows": table, "lacking": table.drop(columns="c"), "few": table[:5]}
    files |= {"words": table.assign(c="x"), "holes": table.assign(c=table["c"].where(table["c"] > 1))}
    for name, frame in files.items():
        frame.to_csv(f"{name}.csv", index=False)
    done = CliRunner().invoke(app, ["evaluate", *arguments])
    assert isinstance(done.exception, BenchError), (done.output, done.exception)
    assert said in str(done.exception)
    assert not Path("runs").exists()


def test_a_row_is_never_called_like_one_of_ours() -> None:
    assert evaluation_run.trial_name("smote") == "smote-table"
    assert evaluation_run.trial_name("copy") == "copy-table"
    assert evaluation_run.trial_name("a b/../c") == "a-b-..-c"


def test_the_report_says_what_was_compared_with_what(made: Made) -> None:
    alone, held = ((run.path / "report.md").read_text() for run in (made.alone, made.held))
    assert "**Evaluated:** rows.parquet (140 rows), made elsewhere" in alone
    assert "real.parquet (160 rows), which it may have been made from; without a holdout, privacy" in alone
    assert "with a holdout, held.parquet (80 rows), real rows that it was not made from" in held
    for said in (alone, held):
        assert "the tables are evaluated as given" in said
        assert "random, one repeat" not in said
        assert "random split" not in said


@pytest.mark.parametrize("flag", ["--out", "--json"])
def test_a_place_inside_a_file_is_refused_before_the_work(made: Made, flag: str) -> None:
    inside = made.folder / "rows.parquet" / "x"
    done = CliRunner().invoke(
        app, ["evaluate", str(made.folder / "real.parquet"), str(made.folder / "rows.parquet"), flag, str(inside)]
    )
    assert isinstance(done.exception, BenchError)
    assert "which is a file; choose another place" in str(done.exception)
