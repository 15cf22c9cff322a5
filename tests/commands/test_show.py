"""The leaderboard in the terminal: what is chosen, unfinished runs, watching, and what cannot be shown."""

from __future__ import annotations

import io
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bench.api import BenchError
from bench.commands import list_runs, show_leaderboard
from bench.commands.cli import app
from bench.runs.run_directory import open_run
from tests.commands.test_cli import usage_error
from tests.reports.make_run import COLUMNS, Spec, edit_manifest, make_run
from tests.reports.test_report_files import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Bench


@pytest.fixture
def path(tmp_path: Path) -> Path:
    quality = {"ae": 0.35, "vae": 0.6, "ctgan": None, "tvae": "needs ctgan: pip install ctgan"}
    return make_run(tmp_path / "run", Spec(quality, COLUMNS[:2], points=5)).path


def shown(path: Path, metrics: list[str] | None = None, generators: list[str] | None = None) -> str:
    screen = Console(file=io.StringIO(), width=160)
    show_leaderboard.show_run(path, metrics, generators, screen)
    return screen.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def cells(text: str) -> dict[str, list[str]]:
    """By generator, the cells of its line."""
    rows = ([cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│"))
    return {row[1]: row for row in rows}


def unfinished(path: Path, *, keep: int) -> list[Path]:
    """Hides all but some trials and says that the run is not finished; returns what was hidden."""
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(manifest | {"finished": None}))
    hidden = []
    for trial in open_run(path).manifest.trials[keep:]:
        hidden.append(path.parent / trial.id)
        (path / "trials" / trial.id).rename(hidden[-1])
    return hidden


def test_the_ranking_is_shown_with_references_and_reasons(path: Path) -> None:
    text = shown(path)
    rows = cells(text)
    assert list(rows)[:2] == ["vae", "ae"]
    assert rows["vae"][-1] == "2 ok"
    assert rows["uniform"][-1] == "reference"
    assert "ctgan: ValueError: the loss is NaN at epoch 3" in text
    assert "tvae: needs ctgan: pip install ctgan" in text
    assert text.startswith("methane-1-quick: 8 of 8 trials, 4 not ok, finished")


def test_a_run_under_the_earlier_protocol_is_marked(path: Path) -> None:
    assert "earlier protocol" not in shown(path)
    edit_manifest(path, lambda content: content.pop("protocol_version"))
    assert "Made under the earlier protocol: " in shown(path)


def test_the_list_of_runs_names_no_generator_that_memorises(tmp_path: Path) -> None:
    make_run(tmp_path / "run", Spec({"smote": 0.9, "ae": 0.5}, COLUMNS[:2], foils=("smote",), points=5))
    assert [row[3] for row in list_runs.run_rows(tmp_path)] == ["ae (methane-1)"]


def test_metrics_and_generators_can_be_chosen(path: Path) -> None:
    text = shown(path, ["tstr_xgb_mae,c2st_auc"], ["vae", "real-train"])
    rows = cells(text)
    assert list(rows) == ["vae", "real-train"]
    assert "tstr_xgb_mae ↓" in text
    assert "c2st_auc ≤ 0.5" in text
    assert "fidelity" not in text
    results = [result for result in open_run(path).results if result.trial.generator == "vae"]
    mean = sum(result.metrics["tstr_xgb_mae"] or 0.0 for result in results) / 2
    assert rows["vae"][3].startswith(f"{mean:.1f} ± ")
    assert "ctgan" not in text


@pytest.mark.parametrize(
    ("metrics", "generators", "said"),
    [(["c2st_auk"], None, "'c2st_auk': did you mean 'c2st_auc'?"), (None, ["vea"], "'vea': did you mean 'vae'?")],
)
def test_unknown_names_are_refused(
    path: Path, metrics: list[str] | None, generators: list[str] | None, said: str
) -> None:
    with pytest.raises(BenchError, match=re.escape(said)):
        shown(path, metrics, generators)


def test_unfinished_runs_show_what_there_is(path: Path) -> None:
    unfinished(path, keep=2)
    text = shown(path)
    assert text.startswith("methane-1-quick: 2 of 8 trials, not finished")
    assert cells(text)["vae"][-1] == "1 ok"
    shutil.rmtree(path / "trials")
    shutil.rmtree(path / "references")
    assert shown(path).strip() == "methane-1-quick: 0 of 8 trials, not finished"


def test_hostile_names_are_shown_as_text(tmp_path: Path) -> None:
    names = dict.fromkeys((*HOSTILE, "[red]x[/red]", "[/]"), 0.5)
    run = make_run(tmp_path / "run", Spec(names, COLUMNS[:2], repeats=1, points=5, error="[/red] no"))
    assert "[red]x[/red]" in shown(run.path)


def test_watching_follows_a_run_until_it_is_finished(path: Path) -> None:
    hidden = unfinished(path, keep=2)
    finished = json.loads((path / "manifest.json").read_text()) | {"finished": "2025-01-01T00:03:00+00:00"}
    looks: list[int] = []

    def pause(_: float) -> None:
        looks.append(len(hidden))
        if hidden:
            folder = hidden.pop(0)
            folder.rename(path / "trials" / folder.name)
        else:
            (path / "manifest.json").write_text(json.dumps(finished))

    before = {file for file in path.rglob("*") if file.parent.parent.name != "trials"}
    screen = Console(file=io.StringIO(), width=160)
    show_leaderboard.watch_run(path, None, ["vae", "ae"], screen, pause)
    said = screen.file.getvalue()  # type: ignore[attr-defined]
    assert looks == [6, 5, 4, 3, 2, 1, 0]
    counts = re.findall(r"(\d) of 8 trials", said)
    assert counts == [*"2345678", "8", "8"]
    assert said.count("┏") == 1
    assert list(cells(said)) == ["vae", "ae"]
    assert {file for file in path.rglob("*") if file.parent.parent.name != "trials"} >= before


def test_a_look_at_what_has_not_changed_prints_nothing(path: Path) -> None:
    unfinished(path, keep=2)
    looks = iter(range(5))

    def pause(_: float) -> None:
        if next(looks) == 3:
            raise KeyboardInterrupt

    screen = Console(file=io.StringIO(), width=160)
    with pytest.raises(KeyboardInterrupt):
        show_leaderboard.watch_run(path, None, None, screen, pause)
    assert screen.file.getvalue().count("trials") == 1  # type: ignore[attr-defined]


def test_on_a_terminal_the_table_is_drawn_in_place(path: Path) -> None:
    screen = Console(file=io.StringIO(), width=160, force_terminal=True)
    show_leaderboard.watch_run(path, None, None, screen)
    said = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "vae" in said
    assert said.endswith("\x1b[?25h")


def test_an_interrupt_ends_watching_with_130(path: Path) -> None:
    unfinished(path, keep=2)
    command = [sys.executable, "-m", "bench", "show", str(path), "--watch"]
    watching = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert watching.stdout is not None
    assert "2 of 8 trials" in watching.stdout.readline()
    time.sleep(0.1)
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate()
    assert watching.returncode == 130
    assert "Traceback" not in errors


def test_what_cannot_be_shown_or_compared_is_one_line(path: Path, bench: Bench) -> None:
    folder = path.parent
    assert "no run at nowhere" in usage_error(bench("show", "nowhere", cwd=folder))
    assert "did you mean 'vae'" in usage_error(bench("compare", "run", "run", "--generator", "vea", cwd=folder))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "RUN", "nowhere"], "no run at nowhere"),
        (["compare", "RUN", "RUN", "--metric", "c2st_auk"], "did you mean 'c2st_auc'"),
        (["compare", "RUN", "RUN", "--format", "mdd"], "did you mean 'md'"),
        (["report", "RUN", "--format", "cvs"], "did you mean 'csv'"),
        (["report", "RUN", "RUN"], "--out FOLDER"),
        (["report", "--format", "csv"], "nothing to do"),
        (["report", "--update", "README.md", "--out", "x"], "name one"),
    ],
)
def test_errors_say_what_to_do(path: Path, arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, [str(path) if one == "RUN" else one for one in arguments])
    assert isinstance(done.exception, BenchError)
    assert said in str(done.exception)
    assert "\n" not in str(done.exception)


def test_check_exits_with_1_where_files_are_stale(path: Path, tmp_path: Path) -> None:
    arguments = ["report", str(path), "--format", "csv", "--out", str(tmp_path / "out")]
    stale = CliRunner().invoke(app, [*arguments, "--check"])
    assert (stale.exit_code, stale.output) == (1, f"stale: {tmp_path / 'out' / 'leaderboard.csv'}\n")
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert CliRunner().invoke(app, [*arguments, "--check"]).exit_code == 0
