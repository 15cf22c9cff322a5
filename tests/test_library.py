"""`from bench import run, evaluate`: light to import, the command line's numbers, and a report in the notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import bench
from bench import library
from bench.api import BenchError
from bench.library import Result
from bench.reporting.result_panels import KINDS
from bench.runs import run_directory
from bench.statistics import leaderboard
from tests.reporting.html_page import Elements
from tests.reports.made_boards import NO_OVERALL, without_privacy
from tests.reports.make_run import Spec, make_run
from tests.tables.mixed_tables import mixed_frame

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import pandas as pd
from bench import run
result = run(pd.read_csv("small.csv"), target="y", generators="smote", repeats=1, rows=100, out="out", figures=False)
print(result.leaderboard.loc[0, "generator"], len(result.metrics) > 100)
"""
"""Without `if __name__ == "__main__"`: worker processes must not run it again."""


HOLES = pd.DataFrame({"a": [1.0, None] * 50, "y": range(100)})


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, bench; print(sorted({'pandas', 'numpy', 'torch', 'bench.library'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_a_plain_script_runs_once(csv: Path) -> None:
    (csv.parent / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "script.py"], cwd=csv.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "smote True\n"
    assert run_directory.open_run(csv.parent / "out").missing_trials == ()


def test_a_result_shows_itself(tmp_path: Path) -> None:
    result = Result(make_run(tmp_path / "run"))
    board = result.leaderboard
    assert {"rank", "generator", "overall", "low", "high", "fidelity", "status", "reason"} <= set(board)
    assert list(board["generator"])[:2] == ["beta-vae", "vae"]
    assert str(board.set_index("generator").loc["tvae", "reason"]).startswith("needs ctgan")
    lines = repr(result).splitlines()
    assert lines[0] == str(tmp_path / "run")
    assert [line.split()[1] for line in lines[2:4]] == ["beta-vae", "vae"]
    assert len(lines) <= 10
    assert max(map(len, lines)) <= 80
    page = result.report(tmp_path / "page", figures=False)
    assert page == tmp_path / "page" / "report.html"


def test_a_notebook_shows_the_board_two_pictures_and_a_link(tmp_path: Path) -> None:
    quality = {"vae": 0.6, "beta-vae": 0.9, "<b>&": 0.3, "ctgan": None}
    result = Result(make_run(tmp_path / "run", Spec(quality)))
    shown = Elements(result._repr_html_())
    assert not shown.open
    tags = [tag for tag, _ in shown.tags]
    assert tags.count("tr") == 1 + len(quality)
    assert "script" not in tags
    assert [attributes.get("role") for tag, attributes in shown.tags if tag == "svg"].count("img") == 2
    assert shown.text.index("beta-vae") < shown.text.index("<b>&")
    ids = [attributes["id"] for tag, attributes in shown.tags if "id" in attributes]
    again = [attributes["id"] for _, attributes in Elements(result._repr_html_()).tags if "id" in attributes]
    assert ids
    assert not set(ids) & set(again)
    assert "result.report()" in shown.text
    result.report(figures=False)
    links = [attributes["href"] for tag, attributes in Elements(result._repr_html_()).tags if tag == "a"]
    assert links == [str(result.path / "report.html")]


def test_the_link_of_a_notebook_is_relative_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = Result(make_run(tmp_path / "runs" / "run", Spec({"vae": 0.6})))
    result.report(figures=False)
    links = [attributes["href"] for tag, attributes in Elements(result._repr_html_()).tags if tag == "a"]
    assert links == ["runs/run/report.html"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_plot_is_made_on_axes_that_are_given(tmp_path: Path, kind: str) -> None:
    from matplotlib.figure import Figure

    columns = ("Moisture", "Humidity")
    result = Result(make_run(tmp_path / "run", Spec({"vae": 0.6, "ae": 0.3}, columns, whole=True, points=20)))
    axes = Figure().add_subplot()
    column = "Humidity" if kind == "column" else None
    assert result.plot(kind, ax=axes, column=column, generators=["vae"]) is axes
    assert axes.has_data()
    words = [label.get_text() for label in axes.get_yticklabels()]
    legend = axes.get_legend()
    words += [text.get_text() for text in legend.get_texts()] if legend else []
    assert "vae" in words
    assert "ae" not in words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kind": "pie"}, "there is no plot 'pie'; expected one of ranks, scores, heatmap, column"),
        ({"generators": ["vea"]}, "the board has no generator 'vea': did you mean 'vae'?"),
        ({"kind": "column"}, "no column was named; expected column= one of Humidity, Moisture"),
        (
            {"kind": "column", "column": "Humid"},
            "no histogram of a column 'Humid' is stored; expected column= one of Humidity, Moisture",
        ),
        ({"dataset": "other"}, "the run has no data set 'other'; expected one of methane-1"),
    ],
)
def test_plots_of_what_there_is_not_are_refused(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    result = Result(make_run(tmp_path / "run", Spec({"vae": 0.6}, ("Moisture", "Humidity"), whole=True, points=20)))
    with pytest.raises(BenchError, match=re.escape(said)):
        result.plot(**options)


def test_without_an_overall_score_a_result_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run", Spec({"vae": 0.6, "ae": 0.3}, ("Moisture", "Humidity"), whole=True, points=20))
    monkeypatch.setattr(leaderboard, "rank", without_privacy)
    result = Result(run)
    assert f"no overall score: {NO_OVERALL}" in repr(result)
    assert result.leaderboard["privacy"].isna().all()
    with pytest.raises(BenchError, match=r"there is no overall score to plot .* expected one of heatmap, column"):
        result.plot()
    assert result.plot("heatmap").has_data()


def test_rows_are_those_that_were_stored(tmp_path: Path) -> None:
    result = Result(make_run(tmp_path / "run"))
    (first,) = [found for found in result.run.results if (found.trial.generator, found.trial.repeat) == ("vae", 1)]
    rows = pd.DataFrame({"a": [1.5, 2.5]})
    rows.to_parquet(result.run.directory(first) / "synthetic.parquet")
    pd.testing.assert_frame_equal(result.rows("vae", repeat=1), rows)
    with pytest.raises(BenchError, match="no rows of vea on methane-1 in repeat 1; expected a repeat"):
        result.rows("vea", repeat=1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dataset": "station", "repeat": 1}, "did you mean 'repeats'"),
        ({"dataset": "stashun"}, "did you mean 'station'"),
        ({"dataset": "station", "generators": "smoot"}, "did you mean 'smote'"),
        ({"dataset": pd.DataFrame({"a": [1.0], "b": [2.0]})}, "expected target= with one of: a, b"),
        ({"dataset": pd.DataFrame({"a": [1.0], "b": [2.0]}), "target": "b"}, "1 usable rows"),
        ({"dataset": pd.DataFrame({"a": [1.0]}), "target": "a", "time": "a"}, "takes no time column"),
        ({"dataset": 3}, "got a int as data"),
        ({"dataset": HOLES, "target": "y", "missing": "dorp"}, "missing is 'dorp'; did you mean 'drop'"),
        ({"dataset": HOLES, "target": "y", "ordered": "no"}, "ordered is 'no'; expected true or false"),
        (
            {"dataset": pd.DataFrame([[1.0, 2.0, 3.0]], columns=["a", "a", "b"]), "target": "b"},
            "several columns named a",
        ),
        ({"dataset": pd.DataFrame([[1.0, 2.0]], columns=["1", 1]), "target": 1}, "several columns named 1"),
    ],
)
def test_misuse(given: dict[str, object], said: str) -> None:
    with pytest.raises(BenchError, match=said):
        bench.run(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"targt": "y"}, "did you mean 'target'"),
        ({"missing": "dorp"}, "did you mean 'drop'"),
        ({"profile": "foo"}, "profile is 'foo'"),
        ({"seed": -1}, "seed is -1"),
        ({"ordered": "no"}, "ordered is 'no'"),
        ({"workers": 0}, "workers is 0"),
        ({"holdout": 3}, "got a int as data"),
    ],
)
def test_misuse_of_evaluate(given: dict[str, object], said: str) -> None:
    with pytest.raises(BenchError, match=said):
        bench.evaluate("a.csv", "b.csv", **given)  # type: ignore[arg-type]


def test_a_table_has_several_columns_of_one_name() -> None:
    frame = pd.DataFrame([[1.0, 2.0]], columns=["a", "a"])
    with pytest.raises(BenchError, match="several columns named a"):
        bench.evaluate(frame, "b.csv")


@pytest.mark.slow
def test_columns_may_be_numbers_and_what_is_dropped_is_stored(tmp_path: Path, table: pd.DataFrame) -> None:
    frame = table.set_axis([0, 1, 2, 3], axis=1)
    frame.loc[::9, 1] = float("nan")
    result = bench.run(
        frame,
        generators="smote",
        out=tmp_path / "out",
        figures=False,
        target=3,  # type: ignore[arg-type]
        missing="drop",
        repeats=1,
        rows=100,
        workers=1,
    )
    assert result.run.manifest.config.datasets[0].missing == "drop"
    assert "--target 3 --missing drop" in result.run.manifest.command
    assert result.run.manifest.datasets[0].rows == int(frame[1].notna().sum())


def test_a_table_may_have_every_kind() -> None:
    frame = mixed_frame().assign(who=[number // 4 for number in range(160)])
    values = {"target": "grade", "group": "who", "leave_out": ["size"], "column": {"count": "categorical"}}
    (data,) = library._plan(frame, {**values, "generators": "smote", "repeats": 1}).datasets.values()
    assert data.schema.categorical == ("count", "place", "smoker", "grade")
    assert data.schema.task == "multiclass"
    assert data.row_groups is not None
    assert data.row_groups.nunique() == 40
