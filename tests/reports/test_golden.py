"""A whole report in Markdown, as it was when last looked at.

After a change that is meant: `python -m tests.reports.test_golden`, and read the difference.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.reporting.build_report import write_report
from tests.reports.make_run import Spec, make_run

GOLDEN = Path(__file__).with_name("golden.md")
QUALITY = {"good": 0.9, "fair": 0.6, "foil": 0.3, "broken": None, "absent": "needs it: pip install it"}


def report(folder: Path) -> str:
    run = make_run(folder / "run", Spec(QUALITY, ("Methane (ppb)", "Moisture"), repeats=3, foils=("foil",), points=30))
    return write_report(run, figures=False)[0].read_text(encoding="utf-8")


def test_markdown_from_fixed_values_is_as_it_was(tmp_path: Path) -> None:
    assert report(tmp_path) == GOLDEN.read_text(encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        GOLDEN.write_text(report(Path(folder)), encoding="utf-8")
