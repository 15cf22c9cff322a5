import doctest
import math

import numpy as np
import pytest

from bench.api import Components
from bench.statistics import variance as module
from bench.statistics.variance import variance_components


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


def planted(rng: np.random.Generator, splits: int, seeds: int, *, split: float, training: float) -> list[list[float]]:
    effects = rng.normal(0, split, size=(splits, 1))
    return [[float(x) for x in row] for row in effects + rng.normal(0, training, size=(splits, seeds))]


@pytest.mark.parametrize(("split", "training"), [(0.05, 0.02), (0.02, 0.05), (0.0, 0.05)])
def test_training_noise_and_split_noise_are_told_apart(split: float, training: float) -> None:
    result = variance_components(planted(np.random.default_rng(3), 2000, 3, split=split, training=training))
    assert result.training == pytest.approx(training, rel=0.05)
    assert result.split == pytest.approx(split, rel=0.1, abs=0.006)
    assert result.draws == 3


def test_components_of_unequal_and_of_few_seeds() -> None:
    unequal = variance_components([[0.5, 0.5], [0.5, 0.5, 0.5], [0.8]])
    assert (unequal.training, unequal.draws) == (0.0, 3)
    assert unequal.split == pytest.approx(math.sqrt(0.03))
    alone = variance_components([[0.5, 0.7]])
    assert alone.training == pytest.approx(math.sqrt(0.02))
    assert alone.split is None
    assert variance_components([[0.0, 1.0], [0.5, 0.5]]).split == 0.0
    assert variance_components([[1e308, -1e308], [0.0, 1.0]]) == Components(math.inf, None, 2)
    assert variance_components([]) == variance_components([[]]) == Components(None, None, 0)
