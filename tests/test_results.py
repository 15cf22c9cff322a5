"""The committed results. `.ci/run` checks that every report and every table in a page is what the exports give."""

from pathlib import Path

import pytest

from bench.reporting.build_report import write_report
from bench.runs.run_directory import open_run

ROOT = Path(__file__).parents[1]
EXPORTS = sorted(path.parent for path in (ROOT / "docs" / "results").glob("*/*/manifest.json"))


def test_there_are_results() -> None:
    assert {path.name for path in EXPORTS} >= {"blocked", "random"}


@pytest.mark.parametrize("name", ["station/random", pytest.param("methane-1/blocked", marks=pytest.mark.slow)])
def test_reports_rebuild_from_exports(name: str, tmp_path: Path) -> None:
    export = ROOT / "docs" / "results" / name
    write_report(open_run(export), figures=(export / "figures").is_dir(), out=tmp_path)
    assert (tmp_path / "report.md").read_bytes() == (export / "report.md").read_bytes()
    fresh, committed = (
        {path.name: path.read_bytes() for path in folder.glob("figures/*")} for folder in (tmp_path, export)
    )
    assert fresh == committed


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_exports_are_small_and_hold_no_rows(export: Path) -> None:
    data = [path for path in export.rglob("*") if path.is_file() and path.suffix not in (".svg", ".md")]
    generators = len(open_run(export).manifest.generators)
    columns = max(len(data.schema.names) for data in open_run(export).manifest.datasets)
    assert sum(path.stat().st_size for path in data) < 500_000 + 15_000 * max(columns, 17) * generators
    assert not [path for path in data if path.name == "synthetic.parquet"]
