"""The gate on the command line: exit codes and one-line errors."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from bench.commands import cli
from tests.reports.make_run import edit_manifest
from tests.workflows.regression_gate.made_baselines import make, moved

if TYPE_CHECKING:
    from pathlib import Path


def _bench(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> object:
    monkeypatch.setattr(sys, "argv", ["bench", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code


def test_exit_codes_tell_fine_worse_and_incomparable(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "fine", 1)
    make(tmp_path / "worse", 2, change=moved("vae", "c2st_auc", 0.1))
    make(tmp_path / "other", 1)
    edit_manifest(tmp_path / "other", lambda found: found["config"].update(seed=4))
    assert _bench(monkeypatch, "check", tmp_path / "fine", "--baseline", kept) == 0
    assert "0 regressions" in capsys.readouterr().out
    report = tmp_path / "report.md"
    assert _bench(monkeypatch, "check", tmp_path / "worse", "--baseline", kept, "--format", "md", "--out", report) == 1
    assert "1 regression" in capsys.readouterr().out
    assert "**regression**" in report.read_text()
    again = ("check", tmp_path / "fine", "--baseline", kept, "--out", report)
    assert _bench(monkeypatch, *again) == 2
    assert "--force" in capsys.readouterr().err
    assert "**regression**" in report.read_text()
    assert _bench(monkeypatch, *again, "--force") == 0
    assert "0 regressions" in report.read_text()
    assert _bench(monkeypatch, "check", tmp_path / "other", "--baseline", kept) == 2
    assert "base seed: 0 and 4" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "xml"), "unknown format 'xml'"),
        (("--metrics", "nothing"), "unknown metric of the baseline"),
        (("--out", "."), "is a folder"),
    ],
)
def test_misuse_is_one_line(
    tmp_path: Path,
    kept: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    make(tmp_path / "run", 1)
    assert _bench(monkeypatch, "check", tmp_path / "run", "--baseline", kept, *arguments) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1


def test_saving_says_what_will_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "run", 3)
    saved = ("baseline", "save", tmp_path / "run", tmp_path / "b.json")
    assert _bench(monkeypatch, *saved, "--fits", "2") == 0
    said = capsys.readouterr().out
    assert said.count("tstr_xgb_r2") == 2
    assert f"wrote {tmp_path / 'b.json'}" in said
    assert json.loads((tmp_path / "b.json").read_text())["kind"] == "bench baseline"
    assert _bench(monkeypatch, *saved) == 2
    assert "--force" in capsys.readouterr().err
    assert _bench(monkeypatch, *saved, "--force", "--fits", "0") == 2
