"""Attacks in small: none outranks what it is made from. `make proof` measures it in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import ATTACKS, installed
from tests.proof import attacks

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_attacks_do_not_outrank_what_they_are_made_from(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    env = installed(ATTACKS, site)
    entries = attacks.measure(tmp_path, env, rows=2_000, honest=("gaussian-mixture", "vae"))
    assert attacks.failures(entries) == [], entries
