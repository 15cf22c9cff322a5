"""What is judged in a mixed table depends on holdout, which no generator knows."""

from __future__ import annotations

from dataclasses import replace

from bench.scoring.metrics.shared.hidden_seed import hidden_seed
from tests.scoring.mixed_tables import mixed_split


def test_the_seed_depends_on_holdout() -> None:
    split = mixed_split(rows=40)
    assert hidden_seed(split, 3) == hidden_seed(replace(split, train=split.test), 3)
    assert hidden_seed(split, 3) != hidden_seed(replace(split, holdout=split.test), 3)
    assert hidden_seed(split, 3) != hidden_seed(split, 4)
