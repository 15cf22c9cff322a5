"""How much a model knows of the rows that it was fitted to, measured within train."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import rankdata

from bench.grid import positive_std
from bench.seeds import derive

from ..column_coder import fill_gaps
from ..training import watched_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..column_coder import RowArrays

    Matrix = NDArray[np.float64]

DRAWN = 4000
"""Rows that are drawn to measure the share that is closer to fitted rows."""

ALLOWED_AUC = 0.52
ALLOWED_SHARE = 0.51

_MOST_WATCHED = 2000
_MOST_SETS = 4
_ROWS_AT_ONCE = 500


class Leakage(NamedTuple):
    """What a checkpoint knows.

    Attributes:
        auc: chance that a fitted row is more likely than a watched one; 0.5: it knows no row.
        share: share of drawn rows closer to fitted rows than to as many watched ones; 0.5: no memory.
        watched: rows to which the share is measured.
    """

    auc: float
    share: float
    watched: int

    def since(self, first: Leakage) -> Leakage:
        """Returns what came on top of a first checkpoint, at which hardly anything is learned by heart.

        The rows that happen to be watched are easier or harder than those that are fitted, blocks of rows in time above
        all.
        """
        return Leakage(0.5 + self.auc - first.auc, 0.5 + self.share - first.share, self.watched)

    @property
    def leaks(self) -> bool:
        """Whether the share is above 0.51 by more than its standard error, and the AUC above 0.52."""
        return self.auc > ALLOWED_AUC and self.share > ALLOWED_SHARE + 0.5 / self.watched**0.5


def member_auc(fitted: Matrix, watched: Matrix) -> float:
    """Returns the chance that a fitted row has a smaller loss than a watched one; ties count half.

    >>> member_auc(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.875
    """
    ranks = rankdata(np.concatenate([fitted, watched]))[len(fitted) :]
    below = ranks.sum() - len(watched) * (len(watched) + 1) / 2
    return float(below / (len(fitted) * len(watched)))


class ClosenessTest:
    """Whether rows are closer to fitted rows than to as many watched ones.

    A distance is the sum over columns: of numbers |difference| / standard deviation, of codes 1 for a mismatch. Gaps of
    numbers differ from values by their code alone. The
    share is the mean over up to four sets of fitted rows, each as large as the watched one, for less noise. If rows are
    in time the sets are whole blocks, as the watched rows are.

    Args:
        arrays: of train.
        watched: (rows,), true for the rows that are not fitted.
        ordered: whether rows are in time.
        seed: of the choice of sets.
    """

    def __init__(self, arrays: RowArrays, watched: NDArray[np.bool_], *, ordered: bool, seed: int) -> None:
        self._gaps, self._middle = arrays.gaps, np.median(arrays.numbers, axis=0)
        numbers, codes = fill_gaps(arrays.numbers, arrays.codes, self._gaps, self._middle), arrays.codes
        self._unit = positive_std(numbers)
        fitted, others = np.flatnonzero(~watched), np.flatnonzero(watched)
        sets = [others, *_sets(fitted, len(others), ordered=ordered, seed=seed)]
        size = min(_MOST_WATCHED, *(len(each) for each in sets))
        rng = np.random.default_rng(derive(seed, "rows"))
        chosen = [np.sort(rng.permutation(each)[:size]) for each in sets]
        self.size = size
        self._sets = [(numbers[rows] / self._unit, codes[rows]) for rows in chosen]

    def share(self, numbers: Matrix, codes: NDArray[np.int64]) -> float:
        """Returns the share of rows that are closer to a fitted row; ties count half."""
        scaled = fill_gaps(numbers, codes, self._gaps, self._middle) / self._unit
        watched, *fitted = (_closest(scaled, codes, *each) for each in self._sets)
        return float(np.mean([np.mean((near < watched) + 0.5 * (near == watched)) for near in fitted]))


def _sets(fitted: NDArray[np.intp], size: int, *, ordered: bool, seed: int) -> list[NDArray[np.intp]]:
    """Returns positions of up to four sets of about `size` fitted rows."""
    count = min(_MOST_SETS, max(len(fitted) // size, 1))
    share = min(size / len(fitted), 0.5)
    masks = (watched_rows(len(fitted), share, ordered=ordered, seed=derive(seed, str(k))) for k in range(count))
    return [fitted[mask] for mask in masks]


def _closest(numbers: Matrix, codes: NDArray[np.int64], to_numbers: Matrix, to_codes: NDArray[np.int64]) -> Matrix:
    """Returns the distance to the closest row: (rows,)."""
    nearest = []
    for start in range(0, len(numbers), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        distances = cdist(numbers[part], to_numbers, "cityblock") if numbers.shape[1] else 0.0
        if codes.shape[1]:
            distances = distances + codes.shape[1] * cdist(codes[part], to_codes, "hamming")
        nearest.append(np.min(distances, axis=1))
    return np.concatenate(nearest)
