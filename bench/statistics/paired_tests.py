"""Confidence intervals and paired tests over the splits of one table; Holm's correction.

Splits of one table share rows, so scores on them are not independent, and the textbook variance of their mean, s^2/J,
is too small. All intervals and p values here use (1/J + ratio) s^2 instead: the corrected resampled t test of Nadeau
and Bengio (2003), "Inference for the generalization error", Machine Learning 52, section 3, with J - 1 degrees of
freedom. The ratio is n_test / n_train with n_test + n_train = n: the odds that a row of one test part is also in
another one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.api import Comparison, Interval
from bench.statistics.variance import mean, variance

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROUNDING = 1e-12
"""Scores are of order 1, so smaller differences are rounding."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over splits; `interval` is None for a single split, from which noise cannot be estimated."""

    mean: float
    interval: Interval | None
    n: int


def corrected_interval(values: Sequence[float], ratio: float, level: float = 0.95) -> Mean:
    """Returns the mean over overlapping splits of one table and its confidence interval.

    Args:
        values: one per split.
        ratio: n_test / n_train of a split.
        level: of the interval, between 0 and 1.

    Raises:
        ValueError: if there are no values.

    0.6 -+ 4.3027 * sqrt((1/3 + 1/4) * 0.01):

    >>> corrected_interval([0.5, 0.6, 0.7], ratio=0.25)  # doctest: +ELLIPSIS
    Mean(mean=0.6, interval=(0.271..., 0.928...), n=3)
    >>> corrected_interval([0.5], ratio=0.25).interval is None
    True
    """
    from scipy.special import stdtrit

    centre = mean(values)
    if len(values) < 2:
        return Mean(centre, None, len(values))
    reach = float(stdtrit(len(values) - 1, 0.5 + level / 2)) * corrected_error(values, ratio)
    return Mean(centre, (centre - reach, centre + reach), len(values))


def corrected_error(values: Sequence[float], ratio: float) -> float:
    """Returns the standard error of a mean over at least two overlapping splits: sqrt((1/J + ratio) s^2).

    >>> round(corrected_error([0.5, 0.6, 0.7], ratio=0.25), 4)
    0.0764
    """
    return math.sqrt((1 / len(values) + ratio) * variance(values))


def compare(a: Sequence[float], b: Sequence[float], ratio: float, level: float = 0.95) -> Comparison:
    """Returns the mean paired difference of two generators on the same splits, with interval and p value.

    `a` and `b` hold one score per split, in the same order; see `corrected_interval` for `ratio` and `level`. Without
    noise the t statistic is undefined, and its limit is used: p = 0 if all differences are equal and not 0, p = 1 if
    all are 0 (within 1e-12).

    Raises:
        ValueError: if there are no scores, or not equally many.

    t = 0.2 / 0.0764 = 2.62 with 2 degrees of freedom:

    >>> compare([0.9, 0.8, 0.9], [0.8, 0.6, 0.6], ratio=0.25)  # doctest: +ELLIPSIS
    Comparison(mean=0.2..., interval=(-0.128..., 0.528...), p=0.120..., n=3)
    >>> compare([0.9, 0.8], [0.9, 0.8], ratio=0.25).p, compare([1.0, 1.0], [0.0, 0.0], ratio=0.25).p
    (1.0, 0.0)
    """
    from scipy.special import stdtr

    differences = [x - y for x, y in zip(a, b, strict=True)]
    mean_difference = corrected_interval(differences, ratio, level)
    centre, interval, count = mean_difference.mean, mean_difference.interval, mean_difference.n
    if interval is None:
        return Comparison(centre, None, None, count)
    if max(map(abs, differences)) <= _ROUNDING:
        return Comparison(0.0, (0.0, 0.0), 1.0, count)
    error = corrected_error(differences, ratio)
    p = 2 * float(stdtr(count - 1, -abs(centre) / error)) if error > _ROUNDING else 0.0
    return Comparison(centre, interval, p, count)


def holm(pvalues: Sequence[float]) -> list[float]:
    """Returns adjusted p values (Holm 1979): compared with a level, they keep the chance of any false claim below it.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, largest = [0.0] * len(pvalues), 0.0
    for step, index in enumerate(sorted(range(len(pvalues)), key=pvalues.__getitem__)):
        largest = max(largest, min((len(pvalues) - step) * pvalues[index], 1.0))
        adjusted[index] = largest
    return adjusted
