"""The proof in small: what must be noticed is, and attacks do not win. `make proof` measures it in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ATTACKS, installed
from tests.proof import attacks, degradation
from tests.proof.corruptions import CORRUPTIONS, Corruption

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    return degradation.measure(rows=1_000, repeats=3, metric_set="core")["core"]


@pytest.mark.xdist_group("spoilt rows")  # measured once, not once per worker
@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda one: one.name)
def test_families_notice_spoilt_rows(entries: list[dict[str, Any]], corruption: Corruption) -> None:
    assert degradation.fails(entries, corruption, slack=0.06, briefly=True) == []


def test_attacks_do_not_outrank_what_they_are_made_from(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    env = installed(ATTACKS, site)
    entries = attacks.measure(tmp_path, env, rows=2_000, honest=("gaussian-mixture", "vae"))
    assert attacks.failures(entries) == [], entries
