"""The examples in the modules that compute metrics are right, and every module has some."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import bench.metrics

MODULES = sorted(path.stem for path in Path(bench.metrics.__file__).parent.glob("_[a-z]*.py"))


def test_there_are_modules() -> None:
    assert len(MODULES) >= 5


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"bench.metrics.{name}"))
    assert result.attempted > 0, f"bench/metrics/{name}.py has no example"
    assert result.failed == 0
