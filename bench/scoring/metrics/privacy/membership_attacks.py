"""Membership inference attacks that see only synthetic rows, and how well they find train rows.

Members are records of train, non-members are records of holdout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .closest_records import TIE, nearest

if TYPE_CHECKING:
    from bench.scoring.points import Rows

    from ..shared.matrix import Matrix

FPR = 0.01
"""Share of non-members that an attack may take for members (its false-positive rate)."""

_CONFIDENCE = 0.95
_NEIGHBOUR = 3


def tpr(members: Matrix, others: Matrix, fpr: float = FPR) -> float:
    """Returns the share of members found at the best threshold with a false-positive rate of at most `fpr`.

    Carlini et al. 2022 (arXiv:2112.03570): an attack that finds a few members surely matters, even if its AUC is low.

    >>> tpr(np.array([4.0, 3.0, 2.0, 1.0]), np.array([2.5, 1.0, 0.5, 0.0]), fpr=0.25)
    0.75
    """
    # 0.29 * 100 is 28.999999999999996.
    return float((members > _score_at_rank(others, int(fpr * len(others) + 1e-9))).mean())


def tpr_interval(members: Matrix, others: Matrix, fpr: float = FPR) -> tuple[float, float]:
    """Returns a 95 % confidence interval for the share of members found at a true false-positive rate of `fpr`.

    The threshold lies between two order statistics of the others with 97.5 % confidence (binomial). At each of them
    the share has a Clopper-Pearson limit of the same confidence. The interval is exact for continuous scores, needs
    no resampling, and is conservative.

    >>> members, others = np.arange(900.0, 1000.0), np.arange(1000.0)
    >>> low, high = tpr_interval(members, others)
    >>> low < tpr(members, others) < high
    True
    """
    from scipy.stats import binom

    tail = (1 - _CONFIDENCE) / 4
    fewest, most = (int(binom.ppf(share, len(others), fpr)) for share in (tail, 1 - tail))
    least_hits = int((members >= _score_at_rank(others, fewest - 1)).sum()) if fewest else 0
    most_hits = int((members > _score_at_rank(others, most)).sum())
    return clopper_pearson(least_hits, len(members), tail)[0], clopper_pearson(most_hits, len(members), tail)[1]


def clopper_pearson(hits: int, count: int, tail: float) -> tuple[float, float]:
    """Returns the exact binomial interval with a probability of `tail` on either side (Clopper and Pearson 1934).

    >>> low, high = clopper_pearson(0, 10, 0.025)
    >>> low, round(high, 4)
    (0.0, 0.3085)
    """
    from scipy.stats import beta

    low = float(beta.ppf(tail, hits, count - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, count - hits)) if hits < count else 1.0
    return low, high


def _score_at_rank(scores: Matrix, higher: int) -> float:
    """Returns the score with so many higher ones; minus infinity if there are too few scores."""
    return float(np.sort(scores)[::-1][higher]) if higher < len(scores) else -np.inf


def reference_distances(first: Rows, second: Rows, records: Rows) -> Matrix:
    """Returns reference distances of `records`, (records,), to their third closest reference row.

    `first` holds the reference rows of the first half of `records`, `second` those of the second half; no record may be
    its own reference. All are rows x columns.

    >>> first, second = np.array([[1.0], [2.0], [3.0]]), np.array([[5.0], [6.0], [7.0]])
    >>> reference_distances(first, second, np.array([[0.0], [4.0]])).tolist()
    [3.0, 3.0]
    """
    half = len(records) // 2
    parts = ((records[:half], first), (records[half:], second))
    return np.concatenate([nearest(part, others, _NEIGHBOUR)[0][:, -1] for part, others in parts])


def cross_fitted(members: Rows, others: Rows) -> tuple[Matrix, Matrix]:
    """Returns reference distances of members and of non-members (at least 6), (records,) each.

    Each half of the non-members has the other half as reference; one half of the members has each. So the attack uses
    every held-out row both as a record and as a reference, and no record is its own reference.
    """
    half = len(others) // 2
    first, second = others[half:], others[:half]
    return reference_distances(first, second, members), reference_distances(first, second, others)


def density_ratio(to_synthetic: Matrix, to_reference: Matrix) -> Matrix:
    """Returns the log of synthetic over reference density at each record, up to a constant, (records,).

    After DOMIAS (van Breugel et al. 2023, arXiv:2302.12580, equation 2), with k-nearest-neighbour densities
    p ~ k / (n r^c) for c columns: their log ratio is c (log r_reference - log r_synthetic) plus a constant.

    >>> density_ratio(np.array([1.0]), np.array([1.0])).tolist()
    [0.0]
    """
    return np.asarray(np.log(to_reference + TIE) - np.log(to_synthetic + TIE))
