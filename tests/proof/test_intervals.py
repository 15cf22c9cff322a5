import doctest

import numpy as np

from bench.statistics.paired_tests import corrected_interval
from tests.proof import intervals as module
from tests.proof.intervals import family_interval, worst_interval
from tests.statistics.test_paired_tests import RATIO, covers, overlapping


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_the_interval_of_a_family() -> None:
    rng = np.random.default_rng(2)
    by_split = {f"s{at}": {"x": float(x), "y": float(y)} for at, (x, y) in enumerate(rng.normal(1, 0.1, size=(5, 2)))}
    mean, worst = (family_interval(by_split, combine, 0.25) for combine in ("mean", "worst"))
    assert mean is not None
    assert worst is not None
    assert mean[0] < 1 < mean[1]
    assert worst[0] < mean[0]
    assert family_interval({"s0": {"x": 0.5}}, "mean", 0.25) is None


def test_the_least_of_noisy_scores_is_covered_where_its_mean_is_not() -> None:
    rng = np.random.default_rng(2)
    draws = [overlapping(rng, 5, 6) for _ in range(400)]
    least = [corrected_interval([min(split) for split in zip(*of, strict=True)], RATIO).interval for of in draws]
    assert np.mean([covers(one, 0) for one in least]) < 0.8
    assert 0.95 <= np.mean([covers(worst_interval(of, RATIO), 0) for of in draws]) <= 1
    assert worst_interval([[0.5], [0.6]], RATIO) is None
    assert worst_interval([], RATIO) is None
