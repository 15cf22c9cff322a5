"""Rows in time: how close neighbours in time are, and real rows that have none in train."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..shared.matrix import Matrix

_BINS = 10


def time_steps(rows: Matrix, index: NDArray[np.int64], in_train: NDArray[np.bool_]) -> Matrix:
    """Distances between rows that follow each other in time, at least one of them in train; (pairs,).

    Args:
        rows: (rows, columns), scaled.
        index: each row's place in the original table.
        in_train: whether it belongs to train.

    >>> rows, index = np.array([[0.0], [1.0], [3.0], [7.0]]), np.array([0, 1, 2, 9])
    >>> time_steps(rows, index, np.array([False, False, True, True])).tolist()
    [2.0]
    """
    order = np.argsort(index, kind="stable")
    rows, index, in_train = rows[order], index[order], in_train[order]
    follows = (np.diff(index) == 1) & (in_train[1:] | in_train[:-1])
    return np.asarray(np.abs(rows[1:] - rows[:-1]).mean(axis=1)[follows])


def matched(
    train: Matrix, test: Matrix, most: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in train and in test, equally many from every tenth of train's target.

    Args:
        train: the target in train, (rows,).
        test: the target in test, (rows,).
        most: of either, in all.
        rng: draws which.

    Returns:
        Two arrays of one length; of a tenth that test has few rows of, both have few.

    >>> a, b = matched(np.arange(10.0), np.array([0.0, 0.1, 9.5]), 10, np.random.default_rng(0))
    >>> a.tolist(), sorted(b.tolist())[1:]
    ([0, 9], [2])
    """
    edges = np.unique(np.quantile(train, np.arange(1, _BINS) / _BINS))
    bins = [np.searchsorted(edges, values, side="right") for values in (train, test)]
    chosen: list[list[NDArray[np.int64]]] = [[], []]
    for each in range(len(edges) + 1):
        parts = [rng.permutation(np.flatnonzero(of == each)) for of in bins]
        wanted = int(np.ceil(most * len(parts[0]) / len(train)))
        count = min(wanted, *(len(part) for part in parts))
        for kept, part in zip(chosen, parts, strict=True):
            kept.append(part[:count])
    positions = [np.concatenate(kept).astype(np.int64) for kept in chosen]
    return positions[0], positions[1]
