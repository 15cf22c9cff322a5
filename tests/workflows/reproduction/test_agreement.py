"""When a published value agrees with ours, when it does not, and when our fits cannot tell."""

import doctest
import importlib
import math
from collections.abc import Sequence

import numpy as np
import pytest

from bench.workflows.reproduction.agreement import (
    FACTOR,
    WIDEST,
    Agreement,
    Position,
    agrees,
    half_width,
    interval,
    position,
    within,
)

WITH_EXAMPLES = (
    "bench.workflows.reproduction.agreement",
    "bench.workflows.reproduction.comparison_table",
    "bench.workflows.reproduction.published_fit",
    "bench.generators.published.explanations",
    "bench.generators.published.seed_statistics",
)


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_in_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(("fits", "factor"), [(2, 15.56), (3, 4.97), (5, 3.04), (1000, 1.96)])
def test_the_interval_widens_where_fits_are_few(fits: int, factor: float) -> None:
    values = np.random.default_rng(fits).normal(size=fits)
    assert half_width(values.tolist()) / values.std(ddof=1) == pytest.approx(factor, abs=0.01)


def inside(values: Sequence[float], one: float, *, ratio: bool) -> bool:
    low, high = interval(values, ratio=ratio)
    return low <= one <= high


@pytest.mark.parametrize("ratio", [False, True])
def test_one_more_fit_lies_in_the_interval_in_95_cases_of_100(ratio: bool) -> None:
    draws = np.random.default_rng(0).normal(size=(2000, 5))
    values = np.exp(3 * draws) if ratio else draws
    found = [inside(row[:4].tolist(), row[4], ratio=ratio) for row in values]
    assert np.mean(found) == pytest.approx(0.95, abs=0.015)


def test_of_one_model_four_runs_in_ten_lie_outside_the_deviation_of_five_others() -> None:
    draws = np.random.default_rng(0).normal(size=(4000, 6))
    assert np.mean([within(row[:5].tolist(), row[5]) for row in draws]) == pytest.approx(0.59, abs=0.025)


SURE = [10.0, 10.1, 9.9]
"""Mean 10, half width 0.497."""


@pytest.mark.parametrize(
    ("ours", "published", "said"),
    [
        (SURE, 10.4, "yes"),
        (SURE, 10.6, "no"),
        ([33.0, 16.0, 51.0], 30.0, "too wide to say"),
        ([33.0, 16.0, 51.0], 300.0, "no"),
        ([30.0], 30.0, "too wide to say"),
        ([30.0, 30.0], 30.0, "yes"),
        ([30.0, 30.0], 31.0, "no"),
        ([0.3949, 0.3949], 0.395, "yes"),
        ([1e-8, 2e-8, 3e-8], 0.0, "yes"),
        ([0.0, 0.01, 0.02], 0.0, "too wide to say"),
    ],
)
def test_agreement_is_of_three_kinds(ours: Sequence[float], published: float, said: Agreement) -> None:
    assert agrees(ours, published) == said


def test_too_wide_is_beyond_half_of_the_published_value() -> None:
    unit = half_width([-1.0, 0.0, 1.0])
    for times, said in ((0.99, "yes"), (1.01, "too wide to say")):
        step = times * WIDEST * 10 / unit
        assert agrees([10 - step, 10.0, 10 + step], 10.0) == said
    assert math.isinf(half_width([1.0]))


DEEP = [0.01024, 0.005638, 0.02064, 0.01517, 0.01901]
"""Ratios that a linear interval would have reach below 0."""


def test_ratios_are_compared_on_the_logarithm() -> None:
    assert interval(DEEP)[0] < 0 < interval(DEEP, ratio=True)[0]
    assert agrees(DEEP, 0.0014) == "too wide to say"
    assert agrees(DEEP, 0.0014, ratio=True) == "no"
    low, high = interval(DEEP, ratio=True)
    assert math.sqrt(low * high) == pytest.approx(math.prod(DEEP) ** 0.2)
    assert agrees([0.0, 0.1, 0.2], 0.1, ratio=True) == agrees([0.0, 0.1, 0.2], 0.1)
    assert agrees([0.3949, 0.3949], 0.395, ratio=True) == "yes"
    assert agrees([0.3940, 0.3940], 0.395, ratio=True) == "no"


def test_too_wide_a_ratio_is_beyond_the_factor() -> None:
    unit = half_width([-1.0, 0.0, 1.0])
    for times, said in ((0.99, "yes"), (1.01, "too wide to say")):
        step = math.exp(times * math.log(FACTOR) / unit)
        assert agrees([0.2 / step, 0.2, 0.2 * step], 0.2, ratio=True) == said


@pytest.mark.parametrize(
    ("ours", "published", "near", "where"),
    [
        ([9.9, 10.0, 10.1], 10.1, True, "among ours"),
        ([9.9, 10.0, 10.1], 10.11, False, "above all"),
        ([9.9, 10.0, 10.1], 9.89, False, "below all"),
        ([9.0, 10.0, 10.0, 10.0, 11.0], 10.8, False, "among ours"),
        ([9.9, 9.9, 10.1, 10.1], 10.11, True, "above all"),
    ],
)
def test_within_and_position_look_at_the_fits_themselves(
    ours: Sequence[float], published: float, near: bool, where: Position
) -> None:
    assert (within(ours, published), position(ours, published)) == (near, where)


def test_rounding_of_the_published_value_is_allowed_for() -> None:
    assert within([0.3946, 0.3946], 0.395)
    assert not within([0.3944, 0.3944], 0.395)
    assert position([0.0353, 0.04], 0.03) == "below all"
    assert position([0.0347, 0.04], 0.03) == "among ours"
