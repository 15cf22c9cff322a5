"""Where the noise of a score comes from: seeds of training, or splits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.api import Components

if TYPE_CHECKING:
    from collections.abc import Sequence


def components(values_by_split: Sequence[Sequence[float]]) -> Components:
    """Training noise and split noise, from several seeds within splits (one-way random effects).

    Training: the pooled standard deviation within splits. Split: the variance between the means of splits, less the
    share of training noise that a mean over its seeds keeps, not below 0.

    Args:
        values_by_split: the scores of each split, one per seed; numbers of seeds may differ.

    Within: 0.02; between: 0.08 - 0.02 / 2:

    >>> components([[0.4, 0.6], [0.8, 1.0]])  # doctest: +ELLIPSIS
    Components(training=0.141..., split=0.264..., draws=2)
    >>> components([[0.5], [0.7]])
    Components(training=None, split=None, draws=1)
    """
    groups = [values for values in values_by_split if values]
    draws = max(map(len, groups), default=0)
    freedom = sum(len(values) - 1 for values in groups)
    if not freedom:
        return Components(None, None, draws)
    within = math.fsum((len(values) - 1) * variance(values) for values in groups if len(values) > 1) / freedom
    if len(groups) < 2:
        return Components(math.sqrt(within), None, draws)
    carried = within * math.fsum(1 / len(values) for values in groups) / len(groups)
    between = variance([mean(values) for values in groups])
    return Components(math.sqrt(within), math.sqrt(max(between - carried, 0.0)), draws)


def mean(values: Sequence[float]) -> float:
    """The mean.

    Raises:
        ValueError: if there are no values.
    """
    if not values:
        raise ValueError("got no values; expected one per split")
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """The sample variance of at least two values: squares over n - 1."""
    centre = mean(values)
    return math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1)
