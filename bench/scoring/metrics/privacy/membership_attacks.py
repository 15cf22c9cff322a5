"""Membership inference attacks that see only synthetic rows, and how well they find train rows.

Members are records of train, non-members are records of holdout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .closest_records import TIE, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..shared.matrix import Matrix

FPR = 0.01
"""Share of non-members that an attack may take for members (its false-positive rate)."""

_CONFIDENCE = 0.95
_NEIGHBOUR = 3
_STRETCHES = 20
_IN_WINDOW = 20


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


def match_in_time(
    train: NDArray[np.int64], holdout: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns random positions in train and in holdout, equally many from every window of time, in random order.

    Rows in time come in events, and held-out stretches hold few events. Without matching, an AUC would mostly say
    whether these are harder to reach than those of train. Windows are of equal length, with 20 rows of holdout on
    average. `train` and `holdout` are positions in the original table, (rows,).

    >>> members, others = match_in_time(np.arange(90), np.arange(90, 100), np.random.default_rng(0))
    >>> len(members), len(others), sorted(others.tolist())
    (10, 10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    first = min(train.min(), holdout.min())
    span = max(train.max(), holdout.max()) - first + 1
    windows = [(places - first) * max(len(holdout) // _IN_WINDOW, 1) // span for places in (train, holdout)]
    chosen: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]] = ([], [])
    for window in np.unique(windows[1]):
        parts = [rng.permutation(np.flatnonzero(numbers == window)) for numbers in windows]
        count = min(map(len, parts))
        for rows, part in zip(chosen, parts, strict=True):
            rows.append(part[:count])
    members, others = (rng.permutation(np.concatenate(rows)) for rows in chosen)
    return members, others


def reference_distances(
    records: Matrix, folds: NDArray[np.int64], reference: Matrix, reference_folds: NDArray[np.int64]
) -> Matrix:
    """Returns the distance of each record to the third closest reference row that is not in its own fold, (records,).

    Tables are rows x columns. Folds are 0 or 1, one per row; either has at least three reference rows.

    >>> records, reference = np.array([[0.0], [4.0]]), np.array([[1.0], [2.0], [3.0], [5.0], [6.0], [7.0]])
    >>> reference_distances(records, np.array([0, 1]), reference, np.array([1, 1, 1, 0, 0, 0])).tolist()
    [3.0, 3.0]
    """
    distances = np.empty(len(records))
    for fold in (0, 1):
        own, others = records[folds == fold], reference[reference_folds != fold]
        if len(own):
            distances[folds == fold] = nearest(own, others, _NEIGHBOUR)[0][:, -1]
    return distances


def draw_folds(members: NDArray[np.int64], others: NDArray[np.int64], *, ordered: bool) -> list[NDArray[np.int64]]:
    """Returns the folds of members and of non-members: 0 or 1 for each.

    No record is its own reference. In a table in time, its neighbours in time must not be either: a held-out row has
    them in holdout, a row of train has not, and the attack would tell the two apart without any synthetic row. So folds
    are stretches of time there, by turns. Elsewhere they are the halves of either set, which are in random order.

    Args:
        members: positions in the original table, (records,).
        others: the same of the non-members, at least 6.
        ordered: whether the table is in time.

    >>> [fold.tolist() for fold in draw_folds(np.arange(0, 80, 8), np.arange(7), ordered=False)]
    [[0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1]]
    >>> draw_folds(np.arange(7), np.arange(40), ordered=True)[0].tolist()
    [0, 0, 1, 1, 0, 0, 1]
    """
    if ordered:
        places = np.concatenate([members, others])
        stretch = (places - places.min()) * _STRETCHES // (int(np.ptp(places)) + 1) % 2
        folds = [stretch[: len(members)], stretch[len(members) :]]
        if min(np.bincount(folds[1], minlength=2)) >= _NEIGHBOUR:
            return folds
    return [(np.arange(len(part)) >= len(part) // 2).astype(np.int64) for part in (members, others)]


def density_ratio(to_synthetic: Matrix, to_reference: Matrix) -> Matrix:
    """Returns the log of synthetic over reference density at each record, up to a constant, (records,).

    After DOMIAS (van Breugel et al. 2023, arXiv:2302.12580, equation 2), with k-nearest-neighbour densities
    p ~ k / (n r^c) for c columns: their log ratio is c (log r_reference - log r_synthetic) plus a constant.

    >>> density_ratio(np.array([1.0]), np.array([1.0])).tolist()
    [0.0]
    """
    return np.asarray(np.log(to_reference + TIE) - np.log(to_synthetic + TIE))
