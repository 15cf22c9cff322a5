"""Confidence intervals of true family scores, for the question whether such intervals cover."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.statistics.paired_tests import corrected_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.api import Interval


def family_interval(
    by_split: Mapping[str, Mapping[str, float]], combine: str, ratio: float, level: float = 0.95
) -> Interval | None:
    """The confidence interval of one row's true family score.

    Args:
        by_split: split -> metric of the family -> score, unclipped for an unbiased mean.
        combine: `mean`, or `worst`, whose interval holds for all metrics at once (see `worst_interval`).
        ratio: see `bench.statistics.paired_tests`.
        level: of the interval.

    Returns:
        None with fewer than two splits.

    >>> family_interval({"a": {"x": 0.5, "y": 1.0}, "b": {"x": 0.5, "y": 1.0}}, "worst", 0.25)
    (0.5, 0.5)
    """
    names = dict.fromkeys(name for scores in by_split.values() for name in scores)
    if combine == "worst":
        return worst_interval([[scores[name] for scores in by_split.values()] for name in names], ratio, level)
    means = [math.fsum(scores.values()) / len(scores) for scores in by_split.values()]
    return corrected_interval(means, ratio, level).interval


def worst_interval(scores: Sequence[Sequence[float]], ratio: float, level: float = 0.95) -> Interval | None:
    """An interval for the least of several true scores, from noisy ones.

    The least of several noisy scores is on average below the least of their true values, so an interval around its
    mean would be off. Here each score has its own interval at level 1 - (1 - level) / m (Bonferroni); where all hold,
    the least true score lies between the least of the lower and the least of the upper ends.

    Args:
        scores: m metrics x J splits.
        ratio: n_test / n_train of a split.
        level: of the interval for the least.

    Returns:
        None with fewer than two splits.

    >>> worst_interval([[1.0, 1.0], [0.5, 0.5]], ratio=0.25)
    (0.5, 0.5)
    """
    intervals = [corrected_interval(values, ratio, 1 - (1 - level) / len(scores)).interval for values in scores]
    known = [interval for interval in intervals if interval is not None]
    if len(known) < len(intervals) or not known:
        return None
    return min(low for low, _ in known), min(high for _, high in known)
