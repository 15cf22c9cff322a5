"""The examples in the modules that compute metrics are right, and every module has some.

Modules that only declare metrics, or describe models in words, have nothing to compute.
"""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "bench" / "scoring" / "metrics"
MODULES = sorted(
    ".".join(path.relative_to(FOLDER).with_suffix("").parts)
    for path in FOLDER.rglob("*.py")
    if path.stem not in ("__init__", "family", "described_models") and not path.stem.endswith("_metrics")
)


def test_there_are_modules() -> None:
    assert len(MODULES) >= 5


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"bench.scoring.metrics.{name}"))
    assert result.attempted > 0, f"bench.scoring.metrics.{name} has no example"
    assert result.failed == 0
