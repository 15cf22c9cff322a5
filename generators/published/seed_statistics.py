"""What the experiments on the published models share: names of measures, and how outcomes over seeds are summed up."""

from __future__ import annotations

from collections import Counter
from math import hypot, inf, sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Values, Verdict

METHANE = "std_ratio[Methane (ppb)]"
HUMIDITY = "std_ratio[Humidity]"

COLLAPSED = 0.05
"""A mean std ratio below which a fit draws one row over and over."""


def average(values: Values, label: str, measure: str) -> float:
    """Of a variant's measure, over seeds."""
    return fmean(values[label][measure])


def judged(*shown: bool) -> Verdict:
    """The outcome of a claim with these parts."""
    return "Shown" if all(shown) else "Shown in part" if any(shown) else "Not shown"


def span(numbers: Sequence[float]) -> str:
    """The least and the most, once if they are alike.

    >>> span([0.25, 0.5]), span([0.251, 0.25])
    ('0.25 to 0.50', '0.25')
    """
    low, high = f"{min(numbers):.2f}", f"{max(numbers):.2f}"
    return low if low == high else f"{low} to {high}"


def mostly(numbers: Sequence[float]) -> str:
    """What a whole number is in most fits.

    >>> mostly([3.0, 2.0, 3.0]), mostly([3.0, 3.0])
    ('3 (in 2 of 3 fits)', '3')
    """
    (value, count), *_ = Counter(numbers).most_common(1)
    return f"{value:.0f}" if count == len(numbers) else f"{value:.0f} (in {count} of {len(numbers)} fits)"


def gain(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """Mean difference of pairs and the half width of its 95 % interval by Student's t; of a single pair, infinite.

    >>> [round(value, 3) for value in gain([0.5, 0.6, 0.7], [0.6, 0.7, 0.9])]
    [0.133, 0.143]
    """
    from scipy.special import stdtrit

    pairs = [late - early for early, late in zip(before, after, strict=False)]
    if len(pairs) < 2:
        return fmean(pairs), inf
    return fmean(pairs), float(stdtrit(len(pairs) - 1, 0.975)) * stdev(pairs) / sqrt(len(pairs))


def seeds_tell(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two means differ by more than two standard errors of their difference.

    >>> seeds_tell([0.1, 0.2, 0.3], [0.2, 0.3, 0.4]), seeds_tell([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])
    (False, True)
    """
    return abs(fmean(one) - fmean(other)) > 2 * hypot(_error(one), _error(other))


def _error(numbers: Sequence[float]) -> float:
    """Standard error of a mean over seeds; 0 of a single one."""
    return stdev(numbers) / sqrt(len(numbers)) if len(numbers) > 1 else 0.0
