"""Membership inference: was this record trained on? Two attacks that see synthetic rows only, and how to grade them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .nearest_rows import TIE, nearest

if TYPE_CHECKING:
    from ..shared.matrix import Matrix

FPR = 0.01
"""Share of records never seen that an attack may accuse."""

_CONFIDENCE = 0.95
_NEIGHBOUR = 3


def auc(members: Matrix, others: Matrix) -> float:
    """The chance that a member has the higher attack score; a tie counts as half.

    >>> auc(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    0.875
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([members, others]))[: len(members)]
    count = len(members)
    return float((ranks.sum() - count * (count + 1) / 2) / (count * len(others)))


def tpr(members: Matrix, others: Matrix, fpr: float = FPR) -> float:
    """Share of members found at the best threshold that accuses at most a share `fpr` of the others.

    Carlini et al. 2022 (arXiv:2112.03570): an attack that is right about a few is one, whatever its AUC.

    >>> tpr(np.array([4.0, 3.0, 2.0, 1.0]), np.array([2.5, 1.0, 0.5, 0.0]), fpr=0.25)
    0.75
    """
    return float((members > _ranked(others, _allowed(others, fpr))).mean())


def tpr_interval(members: Matrix, others: Matrix, fpr: float = FPR) -> tuple[float, float]:
    """A 95 % confidence interval for the share of members found at a true false-positive rate of `fpr`.

    The threshold is not known: it lies between two order statistics of the others with 97.5 % confidence
    (binomial), and at either the share has a Clopper-Pearson limit of the same confidence. Exact for
    continuous scores, without resampling, and wider than 95 % needs rather than narrower.

    >>> members, others = np.arange(900.0, 1000.0), np.arange(1000.0)
    >>> low, high = tpr_interval(members, others)
    >>> low < tpr(members, others) < high
    True
    """
    from scipy.stats import binom

    tail = (1 - _CONFIDENCE) / 4
    fewest, most = (int(binom.ppf(share, len(others), fpr)) for share in (tail, 1 - tail))
    surely = int((members >= _ranked(others, fewest - 1)).sum()) if fewest else 0
    perhaps = int((members > _ranked(others, most)).sum())
    return clopper_pearson(surely, len(members), tail)[0], clopper_pearson(perhaps, len(members), tail)[1]


def clopper_pearson(hits: int, count: int, tail: float) -> tuple[float, float]:
    """The exact binomial interval that leaves a chance of `tail` on either side (Clopper and Pearson 1934).

    >>> low, high = clopper_pearson(0, 10, 0.025)
    >>> low, round(high, 4)
    (0.0, 0.3085)
    """
    from scipy.stats import beta

    low = float(beta.ppf(tail, hits, count - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, count - hits)) if hits < count else 1.0
    return low, high


def _allowed(others: Matrix, fpr: float) -> int:
    # 0.29 * 100 is 28.999999999999996.
    return int(fpr * len(others) + 1e-9)


def _ranked(scores: Matrix, place: int) -> float:
    """The score with `place` higher ones; minus infinity if there are not so many."""
    return float(np.sort(scores)[::-1][place]) if place < len(scores) else -np.inf


def densities(first: Matrix, second: Matrix, records: Matrix) -> Matrix:
    """Reference distances of `records`: half of them to the third closest row of `first`, half to that of `second`.

    Args:
        first: real rows that the first half of `records` does not hold, (others, columns).
        second: likewise of the second half.
        records: (records, columns).

    Returns:
        (records,).

    >>> densities(np.array([[1.0], [2.0], [3.0]]), np.array([[5.0], [6.0], [7.0]]), np.array([[0.0], [4.0]])).tolist()
    [3.0, 3.0]
    """
    half = len(records) // 2
    parts = ((records[:half], first), (records[half:], second))
    return np.concatenate([nearest(part, others, _NEIGHBOUR)[0][:, -1] for part, others in parts])


def cross_fitted(members: Matrix, others: Matrix) -> tuple[Matrix, Matrix]:
    """Reference distances of members and non-members, so that no record is its own reference.

    Either half of the non-members is judged against the other half, and the members half against each: the
    attack then uses every row held out both as a record and as reference.

    Args:
        members: (records, columns).
        others: (records, columns), at least 6.

    Returns:
        Distances to the third closest reference row: of the members, of the others; (records,) each.
    """
    half = len(others) // 2
    first, second = others[half:], others[:half]
    return densities(first, second, members), densities(first, second, others)


def density_ratio(to_synthetic: Matrix, to_reference: Matrix) -> Matrix:
    """The log of synthetic over reference density at each record, up to constants; (records,).

    In the spirit of DOMIAS (van Breugel et al. 2023, arXiv:2302.12580, equation 2), with k-nearest-neighbour
    densities p ~ k / (n r^c), c columns: their log ratio is c (log r_reference - log r_synthetic) and a constant.

    >>> density_ratio(np.array([1.0]), np.array([1.0])).tolist()
    [0.0]
    """
    return np.asarray(np.log(to_reference + TIE) - np.log(to_synthetic + TIE))
