"""Samples in which every class has its share of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sample_classes(
    positions: NDArray[np.intp], classes: NDArray[np.integer[Any]], size: int, seed: int
) -> NDArray[np.intp]:
    """Returns a random sample of positions, ascending, with each class in its share, give or take a row.

    The rows of each class come in random order and are spread evenly over a queue, of which the sample is the
    beginning; so smaller samples of a seed are part of larger ones. The first row of every class comes before all
    others: no class is absent from a sample with at least as many rows as there are classes.

    Args:
        positions: to draw from, (rows,).
        classes: the class of each position, any integers, (rows,).
        size: how many to draw.
        seed: 32-bit.

    >>> sample_classes(np.arange(10), np.array([0] * 8 + [1] * 2), 5, 0).tolist()
    [2, 3, 4, 6, 9]
    """
    rng = np.random.default_rng(seed)
    place = np.empty(len(positions))
    for level in np.unique(classes):
        rows = rng.permutation(np.flatnonzero(classes == level))
        place[rows] = (np.arange(len(rows)) + rng.random()) / len(rows)
        place[rows[0]] -= 1
    return np.sort(positions[np.argsort(place, kind="stable")[:size]])
