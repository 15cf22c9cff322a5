from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Schema
from bench.generators.smote import SMOTE
from bench.plugins.generator_facts import declared_info

SCHEMA = Schema.of_numbers(("a", "b"), "b")


def fitted(train: pd.DataFrame, neighbours: int = 5) -> SMOTE:
    generator = SMOTE(neighbours=neighbours)
    generator.fit(train, SCHEMA, seed=0)
    return generator


def test_rows_lie_between_a_row_and_its_nearest_neighbour() -> None:
    # In units of standard deviation a pairs rows 0 and 1, 2 and 3; raw distances in b would pair 0 and 2.
    low, high = np.array([0.0, 1000 / 3]), np.array([2000 / 3, 1100.0])
    train = pd.DataFrame({"a": [0.0, 0.1 / 3, 1.0, 1.0 + 0.1 / 3], "b": [low[0], high[0], low[1], high[1]]})
    rows = fitted(train, 1).sample(500, seed=1)
    pair = (rows["a"] > 0.5).to_numpy().astype(int)
    share = (rows["a"] - pair) / (0.1 / 3)
    assert 0.4 < pair.mean() < 0.6
    np.testing.assert_allclose(rows["b"], low[pair] + share * (high - low)[pair], rtol=1e-6)
    assert np.abs(np.quantile(share, [0, 0.25, 0.5, 0.75, 1]) - [0, 0.25, 0.5, 0.75, 1]).max() < 0.1


def test_more_neighbours_reach_further() -> None:
    rng = np.random.default_rng(0)
    train = pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300)})
    spread = [fitted(train, k).sample(2000, seed=1).std().mean() for k in (1, 200)]
    assert spread[1] < 0.95 * spread[0]


def test_never_more_neighbours_than_other_rows() -> None:
    train = pd.DataFrame({"a": [0.0, 1.0], "b": [2.0, 2.0]})
    assert set(fitted(train, 50).sample(50, seed=1)["b"]) == {2.0}


def test_says_that_it_memorises() -> None:
    assert declared_info(SMOTE).memorises


def test_no_neighbour_is_refused() -> None:
    with pytest.raises(BenchError, match="got neighbours 0; expected at least 1"):
        SMOTE(neighbours=0)
