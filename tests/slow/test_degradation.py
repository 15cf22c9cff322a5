"""Degradation in small: spoilt rows are noticed. `make proof` measures it in full."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proof import degradation
from tests.proof.corruptions import CORRUPTIONS, Corruption

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    return degradation.measure(rows=1_000, repeats=3, metric_set="core")["core"]


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.name)
def test_families_notice_spoilt_rows(entries: list[dict[str, Any]], corruption: Corruption) -> None:
    assert degradation.fails(entries, corruption, slack=0.06, briefly=True) == []
