"""Moderated variances: with few splits, the variance of one pair borrows from the other pairs of the board.

Two or three splits leave one or two degrees of freedom, and then even a large difference is seldom significant. The
noise of different pairs is of similar size, so their mean m says much about each of them. The variance s^2 of a pair
over J splits becomes

    v = (n0 m + (J - 1) s^2) / (n0 + J - 1), with n0 + J - 1 degrees of freedom

(the form of Smyth 2004, "Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments", with a fixed prior). n0 is what m counts for. It grows with the number of generators, because the mean
over more pairs says more, and is small enough for pairs that are noisier than the rest; `make proof` measures the
false claims.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from bench.api import Moderation
from bench.statistics.variance import mean, variance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST_GENERATORS = 6
"""Fewest generators above the floor. The mean over the pairs of fewer says too little."""
_MOST_FREEDOM = 5.0
Noise: TypeAlias = tuple[float, float]
"""A standard error and its degrees of freedom."""

_ROUNDING = 1e-12
"""Scores are of order 1, so smaller differences are rounding."""


def moderation(scores: Mapping[str, Mapping[str, float]]) -> Moderation | None:
    """Returns what moderates the variances of a board; None with a single split, or fewer than six generators above 0.

    Generators whose overall score is 0 on every split have no noise, and would make that of the others look smaller.

    Args:
        scores: generator -> split -> overall score, 0..1.
    """
    above_floor = [by_split for by_split in scores.values() if any(score > 0 for score in by_split.values())]
    differences = [_differences(first, second) for first, second in combinations(above_floor, 2)]
    variances = [variance(of_pair) for of_pair in differences if len(of_pair) > 1]
    if len(above_floor) < LEAST_GENERATORS or not variances or mean(variances) <= _ROUNDING**2:
        return None
    freedom = prior_freedom(len(above_floor), max(map(len, differences)))
    return Moderation(mean(variances), freedom, len(above_floor))


def prior_freedom(generators: int, splits: int) -> float:
    """Returns n0: a third of the number of generators on two splits, half of it on more, and at most 5.

    >>> prior_freedom(6, splits=2), prior_freedom(6, splits=3), prior_freedom(20, splits=3)
    (2.0, 3.0, 5.0)
    """
    return min(generators / (3 if splits == 2 else 2), _MOST_FREEDOM)


def moderated_variance(differences: Sequence[float], board: Moderation) -> float:
    """Returns v of at least two differences; see the module.

    (3 x 0.02 + 1 x 0.08) / 4:

    >>> round(moderated_variance([0.1, 0.5], Moderation(variance=0.02, freedom=3)), 9)
    0.035
    """
    own = len(differences) - 1
    return (board.freedom * board.variance + own * variance(differences)) / (board.freedom + own)


def noise_of(differences: Sequence[float], ratio: float, board: Moderation | None) -> Noise:
    """Returns the standard error of the mean of at least two differences, and its degrees of freedom.

    Args:
        differences: paired, one per split.
        ratio: n_test / n_train; see `bench.statistics.paired_tests`.
        board: what moderates; None for the variance of these differences alone.
    """
    splits = len(differences)
    own = moderated_variance(differences, board) if board else variance(differences)
    return math.sqrt((1 / splits + ratio) * own), (board.freedom if board else 0) + splits - 1


def moderated_p(differences: Sequence[float], ratio: float, board: Moderation) -> float | None:
    """Returns the two-sided p value of no difference, from the moderated variance; None with fewer than two splits.

    Args:
        differences: paired, one per split.
        ratio: n_test / n_train; see `bench.statistics.paired_tests`.
        board: what moderates.

    t = 0.3 / sqrt((1/2 + 1/4) x 0.035) = 1.85 with 4 degrees of freedom, and 1 for equal scores:

    >>> moderated_p([0.1, 0.5], 0.25, Moderation(variance=0.02, freedom=3))  # doctest: +ELLIPSIS
    0.137...
    >>> moderated_p([0.0, 0.0], 0.25, Moderation(variance=0.02, freedom=3))
    1.0
    """
    from scipy.special import stdtr

    splits = len(differences)
    if splits < 2:
        return None
    if max(map(abs, differences)) <= _ROUNDING:
        return 1.0
    error, freedom = noise_of(differences, ratio, board)
    return 2 * float(stdtr(freedom, -abs(mean(differences)) / error))


def _differences(first: Mapping[str, float], second: Mapping[str, float]) -> list[float]:
    return [first[split] - second[split] for split in first if split in second]
