"""Columns drawn one after the other, each from bagged honest trees of the columns before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.tree import DecisionTreeRegressor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from sklearn.tree._tree import Tree as Splits

    Matrix = NDArray[np.float64]
    Single = NDArray[np.float32]
    Rows = NDArray[np.intp]


class Growing(NamedTuple):
    """How trees grow.

    Attributes:
        bags: trees per column.
        leaf: fewest rows of a leaf, among those that shape the tree.
        shaping: share of rows that choose a tree's splits; the others fill its leaves. With 1 all rows do both.
    """

    bags: int
    leaf: int
    shaping: float


@dataclass(frozen=True, slots=True)
class Tree:
    """A regression tree whose leaves keep values to draw from.

    Attributes:
        splits: what sends a row to a leaf.
        leaves: (values,), the leaf that each value belongs to, ascending.
        values: (values,), ascending within a leaf.
    """

    splits: Splits
    leaves: Rows
    values: Matrix

    def draw(self, given: Single, smooth: float, rng: np.random.Generator) -> Matrix:
        """A value for every row of `given`, (rows, columns before): one of its leaf's, or up to `smooth` beside it.

        Nodes are numbered depth first, so a leaf that nothing filled borrows from its neighbour on the right.
        """
        first = np.minimum(np.searchsorted(self.leaves, self.splits.apply(given)), len(self.leaves) - 1)
        last = np.searchsorted(self.leaves, self.leaves[first], side="right")
        chosen = rng.integers(first, last)
        value: Matrix = self.values[chosen]
        if smooth == 0:
            return value
        beside = np.clip(chosen + rng.choice([-1, 1], size=len(chosen)), first, last - 1)
        value += rng.uniform(0, smooth, size=len(chosen)) * (self.values[beside] - value)
        return value


@dataclass(frozen=True, slots=True)
class Forest:
    """A table's columns in the order in which they are drawn.

    Attributes:
        order: (columns,), indices into the table.
        trees: of every column but the first, which is N(0, 1).
    """

    order: Sequence[int]
    trees: Sequence[Sequence[Tree]]

    def sample(self, n: int, smooth: float, seed: int) -> Matrix:
        """Draws (n, columns) scores; every row goes through one random tree per column."""
        rng = np.random.default_rng(seed)
        drawn = np.empty((n, len(self.order)))
        drawn[:, 0] = rng.normal(size=n)
        for k, trees in enumerate(self.trees, 1):
            given = drawn[:, :k].astype(np.float32)
            for rows, tree in zip(_deal(n, len(trees), rng), trees, strict=True):
                drawn[rows, k] = tree.draw(given[rows], smooth, rng)
        scores = np.empty_like(drawn)
        scores[:, self.order] = drawn
        return scores


def grow(scores: Matrix, order: Sequence[int], how: Growing, seed: int, progress: Callable[[int, int], None]) -> Forest:
    """Grows the trees of every column on the columns before it.

    Args:
        scores: (rows, columns) of train, each column N(0, 1).
        order: in which columns are drawn.
        how: trees grow.
        seed: of the rows' halves and of ties between splits.
        progress: called with (columns grown, columns).
    """
    rng = np.random.default_rng(seed)
    sorted_scores = scores[:, order]
    forest = []
    for k in range(1, len(order)):
        given = sorted_scores[:, :k].astype(np.float32)
        forest.append([_tree(given, sorted_scores[:, k], how, rng) for _ in range(how.bags)])
        progress(k + 1, len(order))
    return Forest(order, forest)


def _tree(given: Single, column: Matrix, how: Growing, rng: np.random.Generator) -> Tree:
    """One tree, its splits shaped by some rows drawn without replacement, its leaves filled by the others."""
    shaping, filling = _halves(len(column), how.shaping, rng)
    tree = DecisionTreeRegressor(min_samples_leaf=how.leaf, random_state=int(rng.integers(2**31)))
    splits = tree.fit(given[shaping], column[shaping]).tree_
    leaves, values = splits.apply(given[filling]), column[filling]
    by_leaf = np.lexsort((values, leaves))
    return Tree(splits, leaves[by_leaf], values[by_leaf])


def _halves(rows: int, share: float, rng: np.random.Generator) -> tuple[Rows, Rows]:
    shuffled = rng.permutation(rows)
    if share == 1:
        return shuffled, shuffled
    cut = min(max(round(rows * share), 1), rows - 1)
    return shuffled[:cut], shuffled[cut:]


def _deal(n: int, hands: int, rng: np.random.Generator) -> list[Rows]:
    """The indices 0 to n-1 in `hands` random parts of equal size, within one."""
    return np.array_split(rng.permutation(n), hands)
