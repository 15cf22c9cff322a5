"""What the experiments on the published models share: names of measures, and summaries over seeds."""

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

PRINTED_KL = 5e-5
"""Half of the last decimal place of a KL that is printed as 0.0000."""

COLLAPSED = 0.05
"""With a mean std ratio below this, a fit returns nearly the same row every time."""


def average(values: Values, label: str, measure: str) -> float:
    """Returns the mean of a variant's measure over seeds."""
    return fmean(values[label][measure])


def judged(*shown: bool) -> Verdict:
    """Returns the verdict on a claim, given whether each of its parts was shown."""
    return "Shown" if all(shown) else "Shown in part" if any(shown) else "Not shown"


def span(numbers: Sequence[float]) -> str:
    """Returns the least and the greatest number, or one number if both are equal when rounded.

    >>> span([0.25, 0.5]), span([0.251, 0.25])
    ('0.25 to 0.50', '0.25')
    """
    low, high = f"{min(numbers):.2f}", f"{max(numbers):.2f}"
    return low if low == high else f"{low} to {high}"


def mostly(numbers: Sequence[float]) -> str:
    """Returns the most frequent whole number, and in how many fits it occurs.

    >>> mostly([3.0, 2.0, 3.0]), mostly([3.0, 3.0])
    ('3 (in 2 of 3 fits)', '3')
    """
    (value, count), *_ = Counter(numbers).most_common(1)
    return f"{value:.0f}" if count == len(numbers) else f"{value:.0f} (in {count} of {len(numbers)} fits)"


def gain(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """Returns the mean difference of pairs and half the width of its 95 % t interval, infinite for a single pair.

    >>> [round(value, 3) for value in gain([0.5, 0.6, 0.7], [0.6, 0.7, 0.9])]
    [0.133, 0.143]
    """
    from scipy.special import stdtrit

    pairs = [late - early for early, late in zip(before, after, strict=False)]
    if len(pairs) < 2:
        return fmean(pairs), inf
    return fmean(pairs), float(stdtrit(len(pairs) - 1, 0.975)) * stdev(pairs) / sqrt(len(pairs))


def clearly_differ(first: Sequence[float], second: Sequence[float]) -> bool:
    """Returns whether two means differ by more than two standard errors of their difference.

    >>> clearly_differ([0.1, 0.2, 0.3], [0.2, 0.3, 0.4]), clearly_differ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])
    (False, True)
    """
    return abs(fmean(first) - fmean(second)) > 2 * hypot(_error(first), _error(second))


def _error(numbers: Sequence[float]) -> float:
    """Returns the standard error of a mean over seeds; 0 for a single seed."""
    return stdev(numbers) / sqrt(len(numbers)) if len(numbers) > 1 else 0.0
