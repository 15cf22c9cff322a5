"""Whether a published value, which is one run's, could be that of one more of our fits."""

from __future__ import annotations

from math import exp, inf, log, log1p, sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Agreement: TypeAlias = Literal["yes", "no", "too wide to say"]
Place: TypeAlias = Literal["among ours", "below all", "above all"]

LEVEL = 0.95
"""How often one more fit lies in the interval."""

WIDEST = 0.5
"""Share of the published value beyond which the interval's half width says nothing of it."""

FACTOR = 1 + WIDEST
"""The same of a ratio, whose interval is made on the logarithm."""

DECIMALS = 4
"""Of a published number that is 0: the sources print as many."""


def deviation(values: Sequence[float]) -> float:
    """Standard deviation over seeds; 0 of a single one."""
    return stdev(values) if len(values) > 1 else 0.0


def half_width(values: Sequence[float]) -> float:
    """Of the interval around the mean of n fits in which one more lies: t s sqrt(1 + 1/n); of one fit, infinite.

    s is the standard deviation, t the quantile of Student's distribution with n - 1 degrees of freedom that leaves half
    of the rest of `LEVEL` above it. The fits are taken for normal.

    >>> round(half_width([1.0, 2.0, 3.0]), 2), half_width([2.0, 2.0]), half_width([2.0])
    (4.97, 0.0, inf)
    """
    from scipy.special import stdtrit

    count = len(values)
    if count < 2:
        return inf
    return float(stdtrit(count - 1, (1 + LEVEL) / 2)) * stdev(values) * sqrt(1 + 1 / count)


def interval(values: Sequence[float], *, ratio: bool = False) -> tuple[float, float]:
    """Where one more fit lies; of ratios, made on their logarithms, so that it never reaches 0.

    >>> [round(end, 2) for end in interval([1.0, 2.0, 4.0], ratio=True)], interval([2.0, 2.0])
    ([0.06, 62.61], (2.0, 2.0))
    """
    if ratio and min(values) > 0:
        low, high = interval([log(value) for value in values])
        return exp(low), exp(high)
    mean, width = fmean(values), half_width(values)
    return mean - width, mean + width


def rounding(published: float) -> float:
    """Half a unit of the last digit of a published number.

    >>> rounding(0.395), rounding(5.34), rounding(0.0)
    (0.0005, 0.005, 5e-05)
    """
    decimals = len(repr(published).partition(".")[2]) if published else DECIMALS
    return 0.5 * 10.0**-decimals


def agrees(values: Sequence[float], published: float, *, ratio: bool = False) -> Agreement:
    """Whether a published value is where one more fit of ours would be, if that can be told.

    Outside the interval it does not agree, however wide that is. Inside, it does, unless the interval reaches further
    than `WIDEST` of the published value to either side, or that of a ratio further than `FACTOR` times. The interval is
    never narrower than the published number's rounding, and one that is no wider can always tell. A ratio of 0 has no
    logarithm: it is compared as other values are.

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
    """Whether a published value lies within mean ± s of ours, allowing for its rounding.

    >>> within([1.0, 2.0, 3.0], 3.0), within([1.0, 2.0, 3.0], 3.1)
    (True, False)
    """
    return abs(fmean(values) - published) <= deviation(values) + rounding(published)


def place(values: Sequence[float], published: float) -> Place:
    """Whether a published value lies outside all of ours, allowing for its rounding.

    >>> place([1.01, 2.0], 0.9), place([1.01, 2.0], 1.0), place([1.01, 2.0], 2.1)
    ('below all', 'among ours', 'above all')
    """
    if published + rounding(published) < min(values):
        return "below all"
    return "above all" if published - rounding(published) > max(values) else "among ours"
