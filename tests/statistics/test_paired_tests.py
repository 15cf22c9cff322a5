import doctest
import importlib
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t, ttest_rel

from bench.statistics import paired_tests as module
from bench.statistics.paired_tests import compare, corrected_interval, holm

RATIO = 0.25
STATSMODELS = importlib.import_module("statsmodels.stats.multitest")
SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=8)


def overlapping(rng: np.random.Generator, splits: int, many: int = 1) -> list[list[float]]:
    """Scores of mean 0 and variance 1 on splits of one table: correlated as test parts that share rows are."""
    rho = RATIO / (1 + RATIO)
    shared, own = rng.normal(size=(many, 1)), rng.normal(size=(many, splits))
    return [[float(x) for x in row] for row in math.sqrt(rho) * shared + math.sqrt(1 - rho) * own]


def covers(interval: tuple[float, float] | None, value: float) -> bool:
    return interval is not None and interval[0] <= value <= interval[1]


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_the_interval_is_that_of_nadeau_and_bengio() -> None:
    values = [0.61, 0.58, 0.70, 0.66, 0.64]
    result = corrected_interval(values, 2838 / 11348)
    error = math.sqrt((1 / 5 + 2838 / 11348) * np.var(values, ddof=1))
    assert result.n == 5
    assert result.interval == pytest.approx(t.interval(0.95, 4, np.mean(values), error))


def test_the_interval_covers_where_splits_overlap_and_the_textbook_one_does_not() -> None:
    draws = overlapping(np.random.default_rng(1), 5, 2000)
    assert np.mean([covers(corrected_interval(values, RATIO).interval, 0) for values in draws]) == pytest.approx(
        0.95, abs=0.02
    )
    assert np.mean([covers(corrected_interval(values, 0.0).interval, 0) for values in draws]) < 0.9


@given(SCORES, st.data())
def test_without_overlap_it_is_the_paired_t_test(a: list[float], data: st.DataObject) -> None:
    b = data.draw(st.lists(st.floats(0, 1), min_size=len(a), max_size=len(a)))
    if np.std(np.subtract(a, b)) < 1e-6:
        return
    result, expected = compare(a, b, 0.0), ttest_rel(a, b)
    assert result.p == pytest.approx(expected.pvalue, abs=1e-6)
    assert result.interval == pytest.approx(tuple(expected.confidence_interval()), abs=1e-6)


@given(SCORES, st.data())
def test_the_order_of_two_generators_changes_only_the_sign(a: list[float], data: st.DataObject) -> None:
    b = data.draw(st.lists(st.floats(0, 1), min_size=len(a), max_size=len(a)))
    one, other = compare(a, b, RATIO), compare(b, a, RATIO)
    assert one.mean == -other.mean
    assert one.p == other.p


def test_what_two_generators_share_on_a_split_does_not_count_as_noise() -> None:
    hard = [0.2, 0.9, 0.5, 0.7, 0.1]
    result = compare([x + e for x, e in zip(hard, [0.05, 0.04, 0.06, 0.05, 0.04], strict=True)], hard, RATIO)
    assert result.p is not None
    assert result.p < 0.005


def test_no_noise_at_all() -> None:
    assert compare([0.1, 0.2], [0.1, 0.2 + 1e-15], RATIO).p == 1.0
    assert compare([0.3, 0.4, 0.5], [0.1, 0.2, 0.3], RATIO).p == pytest.approx(0.0, abs=1e-12)
    assert compare([1.0, 1.0], [0.0, 0.0], RATIO).interval == (1.0, 1.0)


def test_one_split_shows_no_noise() -> None:
    assert corrected_interval([0.5], RATIO).interval is None
    result = compare([0.9], [0.1], RATIO)
    assert (result.interval, result.p, result.n) == (None, None, 1)


@pytest.mark.parametrize(("a", "b"), [([], []), ([0.1, 0.2], [0.1])])
def test_scores_must_be_paired(a: Sequence[float], b: Sequence[float]) -> None:
    with pytest.raises(ValueError):
        compare(a, b, RATIO)


# Each call of statsmodels collects the garbage of the whole process, which takes long in a large one.
@settings(max_examples=25)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(pvalues: list[float]) -> None:
    assert holm(pvalues) == pytest.approx(STATSMODELS.multipletests(pvalues, method="holm")[1], abs=1e-6)
