import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import Entry, Metric, Stat, Target
from bench.statistics import implausible_rows as module
from bench.statistics.implausible_rows import errors_beyond_chance, implausible_reason
from bench.statistics.variance import auc_noise
from tests.proof.honest_rows import share_implausible

AUC = Metric("auc", "privacy", Target(0.5, "absolute"), "", chance=0.5)
RATIO = 0.25


def entry(value: Stat, name: str = "g") -> Entry:
    return Entry(name, "generator" if name == "g" else "reference", None, None, {}, {"auc": value}, {"ok": value.n})


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_the_noise_of_an_auc_is_that_of_the_mann_whitney_statistic() -> None:
    from scipy.stats import mannwhitneyu, norm

    ours, theirs = [0.0, 1.0, 2.0, 3.5], [0.5, 1.5, 2.5, 4.0]
    result = mannwhitneyu(ours, theirs, method="asymptotic", use_continuity=False, alternative="less")
    z = (result.statistic / 16 - 0.5) / auc_noise(4)
    assert norm.cdf(z) == pytest.approx(result.pvalue)


def test_a_single_split_has_the_noise_of_its_rows() -> None:
    value = Stat(0.3, None, 1)
    errors = errors_beyond_chance(AUC, value, [], 400, RATIO)
    assert errors == pytest.approx(0.2 / (2 * auc_noise(400) * math.sqrt(1.25)))
    assert implausible_reason(entry(value), [], [AUC], 400, RATIO) == (
        "implausible: it knows rows that it was not given (auc is 0.300, 4.4 standard errors below chance)"
    )
    assert implausible_reason(entry(value), [], [AUC], 100, RATIO) == ""


def test_spread_over_splits_counts_as_noise() -> None:
    assert errors_beyond_chance(AUC, Stat(0.3, 0.2, 3), [], 400, RATIO) < 3
    spread = entry(Stat(0.5, 0.2, 3), "uniform")
    assert errors_beyond_chance(AUC, Stat(0.3, 0.01, 3), [spread], 400, RATIO) < 3


def test_what_honest_rows_fall_short_of_chance_counts_as_noise() -> None:
    honest, copy = entry(Stat(0.4, 0.001, 3), "independent"), entry(Stat(0.0, 0.001, 3), "copy")
    assert errors_beyond_chance(AUC, Stat(0.3, 0.001, 3), [honest], 400, RATIO) == pytest.approx(2.0)
    assert errors_beyond_chance(AUC, Stat(0.3, 0.001, 3), [copy], 400, RATIO) > 3


def test_metrics_without_chance_and_tables_without_holdout_say_nothing() -> None:
    plain = Metric("auc", "privacy", "lower", "")
    assert implausible_reason(entry(Stat(0.0, None, 1)), [], [plain], 400, RATIO) == ""
    assert implausible_reason(entry(Stat(0.0, None, 1)), [], [AUC], 0, RATIO) == ""


@given(st.floats(0.5, 1), st.floats(0, 0.3), st.integers(2, 6), st.integers(2, 10_000))
def test_at_or_above_chance_nothing_is_implausible(mean: float, spread: float, splits: int, rows: int) -> None:
    assert implausible_reason(entry(Stat(mean, spread, splits)), [], [AUC], rows, RATIO) == ""


@pytest.mark.parametrize("splits", [1, 2, 3])
@pytest.mark.parametrize("factor", [1.0, 1.7, 3.0])
def test_honest_rows_are_hardly_ever_implausible(splits: int, factor: float) -> None:
    assert share_implausible(0.5, factor, splits, 1000) <= 0.02
    assert share_implausible(0.2, factor, splits, 200) >= 0.8
