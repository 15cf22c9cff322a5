"""Every format says the same; machines can read what is for machines, and hostile names stay text."""

from __future__ import annotations

import csv
import doctest
import importlib
import io
import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from bench.api import AT_FLOOR, BenchError, Leaderboard
from bench.reporting import build_report, document_tables, outputs
from bench.reporting.latex import escape
from bench.reporting.leaderboard_data import COLUMNS, tied_with_first
from bench.runs.run_directory import FRAME_COLUMNS, open_run
from bench.statistics import leaderboard
from tests.reports.make_run import COLUMNS as TABLE
from tests.reports.make_run import Spec, make_run
from tests.reports.test_report_files import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

    from bench.runs.run_directory import Run

DATA = ("csv", "json", "latex", "parquet")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("run") / "run", Spec(columns=TABLE[:3], repeats=3, points=20))


@pytest.fixture(scope="module")
def written(run: Run) -> dict[str, bytes]:
    return outputs.files(run, outputs.FORMATS, figures=False)


@pytest.mark.parametrize("module", ["bench.common.formatting", "bench.reporting.latex"])
def test_examples_in_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted
    assert not result.failed


def lines(written: dict[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written["leaderboard.csv"].decode())))


def ranking_of(markdown: str) -> list[list[str]]:
    table = markdown.split("## Leaderboard")[1].split("<details>")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("|")]


def test_each_format_has_its_file(written: dict[str, bytes]) -> None:
    names = ["leaderboard.csv", "leaderboard.json", "leaderboard.tex", "report.html", "report.md", "values.parquet"]
    assert sorted(written) == names


def test_the_same_store_gives_the_same_bytes(run: Run, written: dict[str, bytes]) -> None:
    assert outputs.files(run, outputs.FORMATS, figures=False) == written


def test_one_ranking_feeds_every_format(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ranked = []

    def count(of: Run) -> Leaderboard:
        ranked.append(of)
        return leaderboard.rank(of)

    for module in (outputs, build_report, document_tables):
        monkeypatch.setattr(module, "rank", count)
    outputs.files(run, outputs.FORMATS, figures=False)
    assert ranked == [run]


def test_markdown_alone_is_the_same_with_its_figures(run: Run) -> None:
    both, alone = (outputs.files(run, names) for names in (("md", "html"), ("md",)))
    assert any(name.startswith("figures/") for name in alone)
    assert alone == {name: data for name, data in both.items() if name != "report.html"}


def test_csv_holds_the_leaderboard_unrounded(run: Run, written: dict[str, bytes]) -> None:
    board = leaderboard.rank(run).boards[0]
    found = lines(written)
    assert [line["generator"] for line in found] == [row.generator for row in board.entries]
    for line, row in zip(found, board.entries, strict=True):
        if row.overall is None:
            assert line["overall"] == line["rank"] == line["overall_low"] == ""
        else:
            assert row.interval or not row.succeeded
            assert float(line["overall"]) == row.overall.mean
            assert (int(line["rank_best"]), int(line["rank_worst"])) == row.ranks
        for family, of in row.families.items():
            assert float(line[family]) == of.mean
        assert {key[7:]: int(line[key]) for key in line if key.startswith("trials_") and line[key] != "0"} == row.status
    failed = next(line for line in found if line["generator"] == "ctgan")
    assert failed["reason"] == "ValueError: the loss is NaN at epoch 3"


def test_the_columns_are_the_documented_ones(run: Run, written: dict[str, bytes]) -> None:
    families = leaderboard.rank(run).boards[0].families
    documented = [name for name in COLUMNS if "<family>" not in name]
    of_families = [name for family in families for name in (family, f"{family}_sd")]
    assert sorted(lines(written)[0]) == sorted([*documented, *of_families])


def test_rounded_csv_is_what_markdown_prints(written: dict[str, bytes]) -> None:
    header, _, *rows = ranking_of(written["report.md"].decode())
    of_markdown = {re.sub(r" \(.*|\*", "", row[1]): dict(zip(header, row, strict=True)) for row in rows}
    for line in lines(written):
        cells = of_markdown[line["generator"]]
        for column in ("Overall", "Fidelity", "Detection", "Utility", "Privacy"):
            if line[column.lower()]:
                value = float(line[column.lower()])
                expected = "at the floor" if column != "Overall" and value < AT_FLOOR else f"{value:.3f}"
                assert cells[column].strip("*").startswith(expected)


def test_json_is_the_board_with_what_its_metrics_mean(run: Run, written: dict[str, bytes]) -> None:
    found = json.loads(written["leaderboard.json"])
    board = leaderboard.rank(run).boards[0]
    (said,) = found["boards"]
    assert [row["generator"] for row in said["rows"]] == [row.generator for row in board.entries]
    best = said["rows"][0]
    assert best["overall"] == lines(written)[0]["overall"] or float(lines(written)[0]["overall"]) == best["overall"]
    assert best["metrics"]["tstr_xgb_mae"]["mean"] == board.entries[0].metrics["tstr_xgb_mae"].mean
    assert best["by_split"] == board.entries[0].by_split
    assert found["metrics"]["tstr_xgb_mae"]["better"] == "lower"
    assert len(said["pairs"]) == len(board.pairs)
    assert found["across"]["blocked"].startswith("One data set")


def test_parquet_is_the_frame(run: Run, written: dict[str, bytes]) -> None:
    frame = pd.read_parquet(io.BytesIO(written["values.parquet"]))
    assert tuple(frame.columns) == FRAME_COLUMNS
    pd.testing.assert_frame_equal(frame, run.frame())


def test_latex_has_the_digits_of_markdown(written: dict[str, bytes]) -> None:
    latex = written["leaderboard.tex"].decode()
    plain = latex.replace(r"\midrule" + "\n", "").split(r"\toprule" + "\n")[1].split(r"\bottomrule")[0]
    rows = [line.removesuffix(r" \\").split(" & ") for line in plain.strip().splitlines()]
    _, _, *expected = ranking_of(written["report.md"].decode())
    assert len(rows) == len(expected) + 1
    for row, cells in zip(rows[1:], expected, strict=True):
        for found, cell in zip(row[2:-1], cells[2:-1], strict=True):
            bold, strong = found.startswith(r"\textbf{"), cell.startswith("**")
            assert bold == strong
            shown = found.removeprefix(r"\textbf{").removesuffix("}") if bold else found
            shown = shown.replace("{[}", r"\[").replace("{]}", r"\]").replace(r"$\pm$", "±").replace("---", "—")
            assert shown == cell.strip("*")


def test_latex_marks_who_cannot_be_told_apart_from_the_first(tmp_path: Path) -> None:
    tied = make_run(tmp_path / "run", Spec({"vae": 0.5, "ae": 0.5, "tvae": 0.1}, TABLE[:3], repeats=4, points=20))
    board = leaderboard.rank(tied).boards[0]
    names = tied_with_first(board)
    assert names
    assert "tvae" not in names
    assert board.entries[0].generator not in names
    latex = outputs.files(tied, ["latex"])["leaderboard.tex"].decode()
    assert latex.count(r"\textsuperscript{=} &") == len(names)
    assert "cannot be told apart from the first" in latex
    found = {line["generator"]: line["tied_with_first"] for line in lines(outputs.files(tied, ["csv"]))}
    assert {name for name, mark in found.items() if mark == "1"} == names


def test_clear_winners_leave_no_mark(run: Run, written: dict[str, bytes]) -> None:
    board = leaderboard.rank(run).boards[0]
    alone = replace(board, entries=tuple(replace(row, ranks=row.ranks and (row.rank,) * 2) for row in board.entries))  # type: ignore[arg-type]
    assert not tied_with_first(alone)


def test_latex_escapes_what_means_something_to_it() -> None:
    assert escape(r"50 % of \x{_}^~#&$") == (
        r"50 \% of \textbackslash{}x\{\_\}\textasciicircum{}\textasciitilde{}\#\&\$"
    )


def test_hostile_names_stay_text_in_every_format(tmp_path: Path) -> None:
    names = {name: 0.1 + 0.1 * at for at, name in enumerate((*HOSTILE, r"\input{/etc/passwd}", "50% & #1", "=1+1"))}
    spec = Spec(names, HOSTILE[:3], dataset="<i>set</i>|", repeats=1, points=20)
    found = outputs.files(make_run(tmp_path / "run", spec), DATA)
    assert {line["generator"] for line in lines(found)} >= set(names)
    assert {row["generator"] for row in json.loads(found["leaderboard.json"])["boards"][0]["rows"]} >= set(names)
    latex = found["leaderboard.tex"].decode()
    assert r"\input" not in latex
    rows = [line for line in latex.splitlines() if line.endswith(r" \\")]
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {8}
    frame = pd.read_parquet(io.BytesIO(found["values.parquet"]))
    assert set(frame["generator"]) >= set(names)


@pytest.mark.parametrize(
    "spec",
    [
        Spec({"vae": None}, TABLE[:3]),
        Spec({"vae": "pip install it"}, TABLE[:3]),
        Spec({"vae": 0.5}, TABLE[:3], repeats=1),
        Spec({"vae": 0.5, "ae": 0.2}, TABLE[:3], second="methane-2"),
    ],
    ids=["failed", "skipped", "one repeat", "two data sets"],
)
def test_small_runs_have_every_format(tmp_path: Path, spec: Spec) -> None:
    found = outputs.files(make_run(tmp_path / "run", spec), DATA)
    boards = 2 if spec.second else 1
    assert len(json.loads(found["leaderboard.json"])["boards"]) == boards
    assert found["leaderboard.tex"].decode().count(r"\begin{tabular}") == boards
    assert {line["generator"] for line in lines(found)} >= set(spec.quality)


def test_a_run_that_has_not_begun_gives_empty_tables(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", Spec({"vae": 0.5}, TABLE[:3], repeats=1))
    for folder in ("trials", "references"):
        shutil.rmtree(run.path / folder)
    found = outputs.files(open_run(run.path), DATA)
    assert lines(found) == []
    assert json.loads(found["leaderboard.json"])["boards"] == []


def test_a_report_is_written_and_compared_with_what_is_there(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    wanted = ["md", "csv"]
    stale = outputs.report([run.path], wanted, out, figures=False, write=False)
    assert stale == [out / "report.md", out / "leaderboard.csv"]
    assert not out.exists()
    assert outputs.report([run.path], wanted, out, figures=False) == stale
    assert sorted(path.name for path in out.iterdir()) == ["leaderboard.csv", "report.md"]
    assert outputs.report([run.path], wanted, out, figures=False, write=False) == []
    (out / "report.md").write_text("other")
    assert outputs.report([run.path], wanted, out, figures=False, write=False) == [out / "report.md"]


def test_where_a_report_goes_must_be_said_and_be_a_folder(run: Run, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="2 runs make one report; say where"):
        outputs.report([run.path, run.path], ["csv"], None)
    (tmp_path / "file").write_text("")
    with pytest.raises(BenchError, match="is a file"):
        outputs.report([run.path], ["csv"], tmp_path / "file")
    with pytest.raises(BenchError, match="did you mean 'vae'"):
        outputs.report([run.path], ["md"], tmp_path / "out", pages=["vaee"])
