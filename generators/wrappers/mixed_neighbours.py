"""Rows between a row and its neighbours, with the categories of the majority of them (SMOTE-NC)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..shared.mixed_form import one_hot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..shared.mixed_form import MixedTable

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MixedNeighbours:
    """A table and the neighbours of its rows.

    Attributes:
        table: of train.
        near: positions of each row's neighbours, (rows, neighbours).
    """

    table: MixedTable
    near: NDArray[np.intp]

    def sample(self, n: int, seed: int) -> tuple[Matrix, Codes]:
        """Draws numbers (n, numbers) between a row and one neighbour, and codes (n, codes) of the most neighbours.

        If the number of one of both rows is a gap, that of the other is taken. Of codes that are equally frequent, that
        of the smaller number is.
        """
        numbers, codes, sizes, form = self.table
        rng = np.random.default_rng(seed)
        rows = rng.integers(len(self.near), size=n)
        others = self.near[rows, rng.integers(self.near.shape[1], size=n)]
        share = np.tile(rng.uniform(size=(n, 1)), (1, numbers.shape[1]))
        for i, flag in enumerate(form.flags):
            if flag >= 0:
                share[codes[rows, flag] == 1, i] = 1.0
                share[codes[others, flag] == 1, i] = 0.0
        between = numbers[rows] + share * (numbers[others] - numbers[rows])
        voted = np.empty((n, len(sizes)), dtype=np.int64)
        for i, size in enumerate(sizes):
            votes = np.stack([(codes[self.near[rows], i] == code).sum(axis=1) for code in range(size)], axis=1)
            voted[:, i] = votes.argmax(axis=1)
        return between, voted


def find_neighbours(table: MixedTable, count: int) -> MixedNeighbours:
    """Returns the nearest other rows of each row, by Euclidean distance.

    Numbers are in units of their standard deviation. Two categories that differ add a distance of 1, a standard
    deviation, as in section 6.1 of Chawla et al. (2002), whose median of the numbers' deviations is 1 in these units.
    """
    from sklearn.neighbors import NearestNeighbors
    from threadpoolctl import threadpool_limits

    points = np.hstack([table.numbers / table.numbers.std(axis=0), one_hot(table.codes, table.sizes) * np.sqrt(0.5)])
    index = NearestNeighbors(n_neighbors=min(count, len(points) - 1), algorithm="brute", n_jobs=1)
    # Trees are slower than brute force in so many columns. It multiplies matrices: one thread, so that sums agree.
    with threadpool_limits(1):
        near = index.fit(points).kneighbors(return_distance=False)
    return MixedNeighbours(table, near)
