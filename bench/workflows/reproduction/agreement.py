"""Whether a published value, which comes from one run, could be the value of one more of our fits."""

from __future__ import annotations

from math import exp, inf, log, log1p, sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Agreement: TypeAlias = Literal["yes", "no", "too wide to say"]
Position: TypeAlias = Literal["among ours", "below all", "above all"]

LEVEL = 0.95
"""Probability that one more fit lies in the interval."""
WIDEST = 0.5
"""Largest half width of an informative interval, as a share of the published value."""
FACTOR = 1 + WIDEST
"""The same for a ratio, whose interval is computed on the logarithm."""
DECIMALS = 4
"""Decimals of a published 0, as the sources print it."""


def deviation(values: Sequence[float]) -> float:
    """Returns the standard deviation over seeds; 0 for a single one."""
    return stdev(values) if len(values) > 1 else 0.0


def half_width(values: Sequence[float]) -> float:
    """Returns the half width t s sqrt(1 + 1/n) of the prediction interval for one more fit; infinite for n = 1.

    s is the standard deviation of the n fits, t the (1 + `LEVEL`) / 2 quantile of Student's distribution with n - 1
    degrees of freedom. Fits are assumed to be normally distributed.

    >>> round(half_width([1.0, 2.0, 3.0]), 2), half_width([2.0, 2.0]), half_width([2.0])
    (4.97, 0.0, inf)
    """
    from scipy.special import stdtrit

    count = len(values)
    if count < 2:
        return inf
    return float(stdtrit(count - 1, (1 + LEVEL) / 2)) * stdev(values) * sqrt(1 + 1 / count)


def interval(values: Sequence[float], *, ratio: bool = False) -> tuple[float, float]:
    """Returns the prediction interval for one more fit; for ratios it is computed on the logarithm and stays above 0.

    >>> [round(end, 2) for end in interval([1.0, 2.0, 4.0], ratio=True)], interval([2.0, 2.0])
    ([0.06, 62.61], (2.0, 2.0))
    """
    if ratio and min(values) > 0:
        low, high = interval([log(value) for value in values])
        return exp(low), exp(high)
    mean, width = fmean(values), half_width(values)
    return mean - width, mean + width


def rounding(published: float) -> float:
    """Returns half a unit of the last digit of a published number.

    >>> rounding(0.395), rounding(5.34), rounding(0.0)
    (0.0005, 0.005, 5e-05)
    """
    decimals = len(repr(published).partition(".")[2]) if published else DECIMALS
    return 0.5 * 10.0**-decimals


def agrees(values: Sequence[float], published: float, *, ratio: bool = False) -> Agreement:
    """Returns whether a published value lies in the prediction interval for one more of our fits.

    A value outside the interval does not agree. A value inside agrees, unless the interval is too wide: its half width
    exceeds `WIDEST` of the published value, or a factor of `FACTOR` for ratios. The interval is never narrower than the
    rounding of the published number, and never too wide if it is as narrow as that. A ratio of 0 has no logarithm and
    is compared as other values are.

    >>> agrees([1.0, 1.1, 1.2], 1.5), agrees([1.0, 1.1, 1.2], 1.7), agrees([0.5, 1.0, 1.5], 1.0)
    ('yes', 'no', 'too wide to say')
    >>> agrees([0.3949, 0.3949], 0.395), agrees([0.00004, 0.00004], 0.0), agrees([0.001, 0.001], 0.0)
    ('yes', 'yes', 'no')
    >>> agrees([0.01, 0.02, 0.03], 0.001), agrees([0.01, 0.02, 0.03], 0.0001, ratio=True)
    ('too wide to say', 'no')
    """
    exact, widest = rounding(published), WIDEST * abs(published)
    if ratio and min(*values, published) > 0:
        exact, widest = log1p(exact / published), log(FACTOR)
        values, published = [log(value) for value in values], log(published)
    width = max(half_width(values), exact)
    if abs(fmean(values) - published) > width:
        return "no"
    return "too wide to say" if width > max(widest, exact) else "yes"


def within(values: Sequence[float], published: float) -> bool:
    """Returns whether a published value lies within mean ± s of ours, up to its rounding.

    >>> within([1.0, 2.0, 3.0], 3.0), within([1.0, 2.0, 3.0], 3.1)
    (True, False)
    """
    return abs(fmean(values) - published) <= deviation(values) + rounding(published)


def position(values: Sequence[float], published: float) -> Position:
    """Returns whether a published value lies among our values or outside all of them, up to its rounding.

    >>> position([1.01, 2.0], 0.9), position([1.01, 2.0], 1.0), position([1.01, 2.0], 2.1)
    ('below all', 'among ours', 'above all')
    """
    if published + rounding(published) < min(values):
        return "below all"
    return "above all" if published - rounding(published) > max(values) else "among ours"
