"""docs/reports.md: every command in it runs, and its tables are those of the code."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.cli import app
from bench.rendering.formats import FORMATS
from bench.rendering.records import COLUMNS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the page's commands are run: results, a README, and two runs that differ in one generator."""
    folder = tmp_path_factory.mktemp("reports")
    for name in ("methane-1", "methane-2"):
        results = Path("docs", "results", name, "blocked")
        shutil.copytree(ROOT / results, folder / results, ignore=shutil.ignore_patterns("figures"))
    (marked,) = re.findall(r"```md\n(.*?)```", PAGE, re.DOTALL)
    (folder / "README.md").write_text(marked)
    for name in ("before", "after"):
        shutil.copytree(folder / "docs/results/methane-1/blocked", folder / "runs" / name)
    for path in (folder / "runs" / "after" / "trials").glob("*/result.json"):
        result = json.loads(path.read_text())
        if result["trial"]["generator"] == "vae":
            result["metrics"]["c2st_auc"] -= 0.05 + 0.01 * result["trial"]["repeat"]
            path.write_text(json.dumps(result))
    return folder


def test_every_command_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    said = {}
    for command in COMMANDS:
        program, *arguments = command.split()
        assert program == "bench"
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, (command, done.output, done.exception)
        said[command] = done.output
    assert len(said) > 9
    assert sorted(path.name for path in Path("tables").iterdir()) == [
        "leaderboard.csv",
        "leaderboard.json",
        "leaderboard.tex",
        "values.parquet",
    ]
    assert Path("both/leaderboard.tex").read_text().count("Ranking on methane-") == 2
    assert "Ranking on methane-1, blocked split" in Path("README.md").read_text()
    assert "| vae | detection |" in said["bench compare runs/before runs/after --format md"]
    assert "better" in said["bench compare runs/before runs/after"]
    assert "tstr_xgb_mae ↓" in next(text for command, text in said.items() if "real-train" in command)


def test_the_page_names_every_format_and_column() -> None:
    assert all(f"| `{name}` | `" in PAGE for name in FORMATS)
    assert all(f"| `{name}` | {meaning} |" in PAGE for name, meaning in COLUMNS.items())
