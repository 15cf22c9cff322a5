"""The largest report that there should be stays of a size that can be sent; `make perf` prints what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import large_report

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_a_large_report_is_one_file_of_bearable_size(tmp_path: Path) -> None:
    run = large_report.build(tmp_path / "large")
    large_report.took(run)
    assert (run / "report.html").stat().st_size < large_report.MEGABYTES * 1e6
    assert (run / "report.md").stat().st_size < large_report.MEGABYTES * 1e6
