"""Triples of columns of any kind: the distance of their joint distributions in a few bins."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from bench.api import Score

from ..shared.matrix import score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Schema

    from ..shared.matrix import Matrix

    Bins = NDArray[np.int64]

_TRIPLES = 200
_MOST_BINS = 10
_ROWS_PER_CELL = 5


def score_triples(train: Matrix, holdout: Matrix, rows: Matrix, schema: Schema, seed: int) -> list[Score]:
    """Returns the score of `trivariate`: the mean over triples of 1 - total variation distance to holdout.

    Tables are codes, (rows x columns). Of more than 200 triples, as many random ones count.
    """
    count = len(schema.names)
    if count < 3:
        return [score("trivariate", np.nan, undefined="there are fewer than three columns")]
    most = bin_count(len(holdout))
    kinds = [column.kind == "categorical" for column in schema.columns]
    binned = [binned_table(train, table, kinds, most) for table in (holdout, rows)]
    values = [1 - joint_difference(*(part[:, triple] for part in binned)) for triple in chosen_triples(count, seed)]
    return [score("trivariate", float(np.mean(values)))]


def chosen_triples(count: int, seed: int) -> list[list[int]]:
    """Returns the positions of at most 200 random triples of columns.

    >>> chosen_triples(3, 0)
    [[0, 1, 2]]
    """
    if comb(count, 3) <= 4 * _TRIPLES:
        triples = list(combinations(range(count), 3))
        kept = np.sort(np.random.default_rng(seed).permutation(len(triples))[:_TRIPLES])
        return [list(triples[place]) for place in kept]
    rng, found = np.random.default_rng(seed), dict[tuple[int, ...], None]()
    while len(found) < _TRIPLES:
        found[tuple(sorted(rng.choice(count, 3, replace=False).tolist()))] = None
    return [list(triple) for triple in sorted(found)]


def bin_count(rows: int) -> int:
    """Returns how many bins a column has: so many that a cell of a triple has about 5 rows, but 2 to 10.

    >>> bin_count(200), bin_count(1_000), bin_count(100_000)
    (3, 5, 10)
    """
    return int(np.clip((rows / _ROWS_PER_CELL) ** (1 / 3), 2, _MOST_BINS))


def binned_table(train: Matrix, table: Matrix, categorical: list[bool], most: int) -> Bins:
    """Returns the bin of each cell, (rows x columns), from 0: the last one is that of gaps.

    Numbers and dates have bins between equally spaced quantiles of train. Of levels, the most frequent ones of train
    have a bin each; the last of their bins has all others.

    >>> train = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 1.0], [4.0, 2.0]])
    >>> binned_table(train, np.array([[9.0, 2.0], [0.0, 0.0], [np.nan, 1.0]]), [False, True], 2).tolist()
    [[1, 1], [0, 0], [2, 1]]
    """
    parts = []
    for known, values, levels in zip(train.T, table.T, categorical, strict=True):
        present = known[~np.isnan(known)]
        if not levels:
            edges = np.unique(np.quantile(present, np.arange(1, most) / most)) if len(present) else present
            bins = np.searchsorted(edges, values, side="left")
        else:
            found, counts = np.unique(present, return_counts=True)
            frequent = found[np.argsort(-counts, kind="stable")][: most - 1]
            bins = np.full(len(values), most - 1)
            for place, level in enumerate(frequent):
                bins[values == level] = place
        parts.append(np.where(np.isnan(values), most, bins))
    return np.column_stack(parts)


def joint_difference(real: Bins, synthetic: Bins) -> float:
    """Returns the total variation distance of joint shares of bins, 0..1; both are rows x columns.

    >>> joint_difference(np.array([[0, 0], [1, 1]]), np.array([[0, 1], [1, 1]]))
    0.5
    """
    size = int(max(real.max(initial=0), synthetic.max(initial=0))) + 1
    weights = size ** np.arange(real.shape[1])
    shares = [np.bincount(part @ weights, minlength=size ** real.shape[1]) / len(part) for part in (real, synthetic)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)
