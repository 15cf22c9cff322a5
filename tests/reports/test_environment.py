"""The section that says how to reproduce a run."""

from pathlib import Path

import pytest

from bench.reporting import build_report
from bench.runs.merge import merged_manifest
from bench.runs.run_directory import open_run
from tests.reports.make_run import edit_manifest, make_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose command takes a file."""
    command = "bench run --config FILE --dataset station --seed 0"
    texts = {"command": command, "config_file": "[blocks]\nembargo = 9"}
    return edit_manifest(make_run(tmp_path / "run").path, lambda manifest: manifest.update(texts)).path


def test_what_no_flag_says_stands_below_the_command(run: Path, tmp_path: Path) -> None:
    markdown = build_report.write_report(open_run(run), figures=False, out=tmp_path / "page")[0].read_text()
    parts = ["--config FILE", "FILE is a TOML file with this content:", "[blocks]\nembargo = 9"]
    assert sorted(parts, key=markdown.index) == parts


def test_a_command_without_a_file_needs_none(tmp_path: Path) -> None:
    markdown = build_report.write_report(make_run(tmp_path / "run"), figures=False)[0].read_text()
    assert "FILE" not in markdown


def test_runs_that_are_merged_keep_each_file_once(run: Path, tmp_path: Path) -> None:
    runs = [open_run(run), open_run(run), make_run(tmp_path / "other")]
    assert merged_manifest(runs, []).config_file == "[blocks]\nembargo = 9"
