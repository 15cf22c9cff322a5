"""docs/verbs.md: every block runs, in order, and does what the page says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from typer.testing import CliRunner

from bench.cli import app

if TYPE_CHECKING:
    import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "verbs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)


def command(line: str) -> str:
    program, *arguments = shlex.split(line)
    assert program == "bench"
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, (line, done.output, done.exception)
    return done.output


def test_every_block_runs(tmp_path: Path, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table.to_csv("my.csv", index=False)
    said: dict[str, str] = {}
    for kind, block in BLOCKS:
        if kind == "python":
            exec(compile(block, "verbs.md", "exec"), {})
        for line in block.splitlines() if kind == "sh" else ():
            said[line] = command(line)
    assert len(said) >= 10
    assert len(pd.read_csv("synthetic.csv")) == 500
    low, high = (pd.read_parquet(f"{name}.parquet")["y"].mean() for name in ("low", "high"))
    assert low < high
    assert "Not assessable" in Path("high.md").read_text()
    assert json.loads(Path("scores.json").read_text()) == json.loads(Path("scores/evaluation.json").read_text())
    assert {"privacy", "utility"} <= set(json.loads(Path("judged/evaluation.json").read_text())["families"])
    assert "mine" in said["bench run --resume compared --external mine=mine --no-figures"]
    assert "2 of 2 trials gave the same rows" in said["bench verify compared --trials 2"]
    assert "bench data fetch" in said["bench doctor"] or "14,186 rows" in said["bench doctor"]
