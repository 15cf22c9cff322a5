"""Mean and variance; noise of an AUC and of a rate; how much of a score's noise is that of training and of splits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.api import Components

if TYPE_CHECKING:
    from collections.abc import Sequence

AUC_CHANCE = 0.5
"""The AUC between two samples that do not differ."""


def mean(values: Sequence[float]) -> float:
    """Returns the mean.

    Raises:
        ValueError: if there are no values.
    """
    if not values:
        raise ValueError("got no values; expected one per split")
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """Returns the sample variance (squares over n - 1) of at least two values; infinity if no float is so large."""
    try:
        centre = mean(values)
        return math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1)
    except OverflowError:
        return math.inf


def auc_noise(rows: int) -> float:
    """Returns the standard deviation of an AUC between two samples of so many independent rows that do not differ.

    sqrt((n + n + 1) / (12 n n)), of the Mann-Whitney statistic:

    >>> round(auc_noise(100), 4)
    0.0409
    """
    return math.sqrt((2 * rows + 1) / (12 * rows * rows))


def chance_noise(chance: float, rows: int) -> float:
    """Returns the noise of a metric at its `chance`: of an AUC if that is 0.5, else of a rate; see below."""
    return auc_noise(rows) if chance == AUC_CHANCE else rate_noise(chance, rows)


def rate_noise(share: float, rows: int) -> float:
    """Returns the standard deviation of a rate at a threshold that the other sample sets, both of so many rows.

    The samples do not differ: half of the variance comes from the threshold, which other rows exceed at a rate of
    `share`, and half from the rows themselves. sqrt(2 c (1 - c) / n):

    >>> round(rate_noise(0.01, 200), 4)
    0.0099
    """
    return math.sqrt(2 * share * (1 - share) / rows)


def variance_components(values_by_split: Sequence[Sequence[float]]) -> Components:
    """Returns training noise and split noise from several fits per split (one-way random effects).

    Training noise is the pooled standard deviation within splits. The variance of splits is the variance between the
    means of splits, minus the training noise that remains in such a mean; at least 0. The number of fits may differ
    between splits.

    Within: 0.02; between: 0.08 - 0.02 / 2:

    >>> variance_components([[0.4, 0.6], [0.8, 1.0]])  # doctest: +ELLIPSIS
    Components(training=0.141..., split=0.264..., draws=2)
    >>> variance_components([[0.5], [0.7]])
    Components(training=None, split=None, draws=1)
    """
    groups = [values for values in values_by_split if values]
    draws = max(map(len, groups), default=0)
    freedom = sum(len(values) - 1 for values in groups)
    if not freedom:
        return Components(None, None, draws)
    within = math.fsum((len(values) - 1) * variance(values) for values in groups if len(values) > 1) / freedom
    if len(groups) < 2 or math.isinf(within):
        return Components(math.sqrt(within), None, draws)
    remaining = within * math.fsum(1 / len(values) for values in groups) / len(groups)
    between = variance([mean(values) for values in groups])
    return Components(math.sqrt(within), math.sqrt(max(between - remaining, 0.0)), draws)
