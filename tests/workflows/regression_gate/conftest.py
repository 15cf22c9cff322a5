"""A baseline of five fits on each of three splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.workflows.regression_gate.baseline import read_baseline
from bench.workflows.regression_gate.save_baseline import save_baseline
from tests.workflows.regression_gate.made_baselines import make

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workflows.regression_gate.baseline import Baseline


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its file."""
    folder = tmp_path_factory.mktemp("kept")
    save_baseline(make(folder / "run", 5), folder / "b.json")
    return folder / "b.json"


@pytest.fixture
def before(kept: Path) -> Baseline:
    return read_baseline(kept)
