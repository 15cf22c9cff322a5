import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import Entry, Metric, Stat, Target
from bench.scoring.metrics.privacy.membership_attacks import tpr
from bench.statistics import implausible_rows as module
from bench.statistics.implausible_rows import errors_beyond_chance, implausible_reason
from bench.statistics.scores import stat
from bench.statistics.variance import auc_noise, rate_noise
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
    assert errors_beyond_chance(AUC, Stat(0.35, 0.2, 3), [], 400, RATIO) < 3
    spread = entry(Stat(0.5, 0.2, 3), "uniform")
    assert errors_beyond_chance(AUC, Stat(0.3, 0.01, 3), [spread], 400, RATIO) < 3


def test_rows_that_know_more_of_one_split_than_of_another_do_not_hide_in_their_own_spread() -> None:
    uneven = Stat(0.38, 0.08, 3)  # such as 0.45, 0.40 and 0.29
    assert uneven.spread is not None
    assert 0.12 / (uneven.spread * math.sqrt(1 / 3 + RATIO)) < 3, "by its own spread it would be plausible"
    assert errors_beyond_chance(AUC, uneven, [], 1600, RATIO) > 3


RATE = Metric("rate", "privacy", Target(0.01, "above"), "", chance=0.01)


def test_a_rate_is_implausible_above_its_chance() -> None:
    value = Stat(0.06, None, 1)
    errors = errors_beyond_chance(RATE, value, [], 800, RATIO)
    assert errors == pytest.approx(0.05 / (2 * rate_noise(0.01, 800) * math.sqrt(1.25)))
    known = Entry("g", "generator", None, None, {}, {"rate": value}, {"ok": 1})
    assert implausible_reason(known, [], [RATE], 800, RATIO) == (
        "implausible: it knows rows that it was not given (rate is 0.060, 4.5 standard errors above chance)"
    )
    assert errors_beyond_chance(RATE, Stat(0.0, None, 1), [], 800, RATIO) < 0
    uniform = Entry("uniform", "reference", None, None, {}, {"rate": Stat(0.035, 0.0, 1)}, {"ok": 1})
    assert errors_beyond_chance(RATE, value, [uniform], 800, RATIO) == pytest.approx(2.0)


def test_a_rate_says_nothing_of_so_few_rows_that_one_of_them_decides() -> None:
    assert errors_beyond_chance(RATE, Stat(0.9, None, 1), [], 99, RATIO) == 0


@pytest.mark.parametrize(("rows", "splits"), [(100, 1), (100, 3), (400, 2)])
def test_honest_rates_are_hardly_ever_implausible(rows: int, splits: int) -> None:
    rng = np.random.default_rng(0)

    def honest() -> Entry:
        rates = [tpr(rng.random(rows), rng.random(rows)) for _ in range(splits)]
        return Entry("g", "generator", None, None, {}, {"rate": stat(rates)}, {"ok": splits})

    found = [implausible_reason(honest(), [], [RATE], rows, RATIO) for _ in range(500)]
    assert sum(map(bool, found)) <= 0.01 * len(found)


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
