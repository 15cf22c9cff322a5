"""Columns drawn one after the other, each from bagged honest trees of the columns before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from sklearn.tree._tree import Tree as Splits

    Matrix = NDArray[np.float64]
    Single = NDArray[np.float32]
    Rows = NDArray[np.intp]


class ForestOptions(NamedTuple):
    """How trees grow: hyper-parameters of `CART`; `leaf` counts the rows that choose the splits."""

    bags: int
    leaf: int
    shaping: float


@dataclass(frozen=True, slots=True)
class HonestTree:
    """A regression tree whose leaves keep values to draw from.

    Attributes:
        splits: scikit-learn's tree, which assigns rows to leaves.
        leaves: (values,), the leaf of each value, ascending.
        values: (values,), ascending within a leaf.
    """

    splits: Splits
    leaves: Rows
    values: Matrix

    def draw(self, previous: Single, smooth: float, rng: np.random.Generator) -> Matrix:
        """Draws a value for each row of `previous`, (rows, previous columns), from its leaf.

        With `smooth`, a value moves up to this share of the distance to its neighbour. Nodes are numbered depth first,
        so an empty leaf uses the values of its neighbour on the right.
        """
        first = np.minimum(np.searchsorted(self.leaves, self.splits.apply(previous)), len(self.leaves) - 1)
        last = np.searchsorted(self.leaves, self.leaves[first], side="right")
        chosen = rng.integers(first, last)
        value: Matrix = self.values[chosen]
        if smooth == 0:
            return value
        neighbour = np.clip(chosen + rng.choice([-1, 1], size=len(chosen)), first, last - 1)
        value += rng.uniform(0, smooth, size=len(chosen)) * (self.values[neighbour] - value)
        return value


@dataclass(frozen=True, slots=True)
class ColumnForest:
    """A table's columns in the order in which they are drawn.

    Attributes:
        order: (columns,), positions in the table.
        trees: of each column but the first, which is N(0, 1).
    """

    order: Sequence[int]
    trees: Sequence[Sequence[HonestTree]]

    def sample(self, n: int, smooth: float, seed: int) -> Matrix:
        """Draws scores (n, columns); each row goes through one random tree per column."""
        rng = np.random.default_rng(seed)
        drawn = np.empty((n, len(self.order)))
        drawn[:, 0] = rng.normal(size=n)
        for k, trees in enumerate(self.trees, 1):
            previous = drawn[:, :k].astype(np.float32)
            parts = np.array_split(rng.permutation(n), len(trees))
            for rows, tree in zip(parts, trees, strict=True):
                drawn[rows, k] = tree.draw(previous[rows], smooth, rng)
        scores = np.empty_like(drawn)
        scores[:, self.order] = drawn
        return scores


def grow_forest(
    scores: Matrix, order: Sequence[int], options: ForestOptions, seed: int, progress: Callable[[int, int], None]
) -> ColumnForest:
    """Grows the trees of each column on the columns before it.

    Args:
        scores: (rows, columns) of train, each column N(0, 1).
        order: positions of the columns, in the order in which they are drawn.
        options: how trees grow.
        seed: of the rows' halves and of ties between splits.
        progress: called with (columns grown, columns).
    """
    rng = np.random.default_rng(seed)
    sorted_scores = scores[:, order]
    forest = []
    for k in range(1, len(order)):
        previous = sorted_scores[:, :k].astype(np.float32)
        forest.append([grow_tree(previous, sorted_scores[:, k], options, rng) for _ in range(options.bags)])
        progress(k + 1, len(order))
    return ColumnForest(order, forest)


def grow_tree(
    previous: Single,
    column: Matrix,
    options: ForestOptions,
    rng: np.random.Generator,
    tree_type: type[DecisionTreeRegressor] | type[DecisionTreeClassifier] = DecisionTreeRegressor,
) -> HonestTree:
    """Grows one tree: some rows, drawn without replacement, choose its splits, and the others fill its leaves."""
    shaping, filling = _halves(len(column), options.shaping, rng)
    tree = tree_type(min_samples_leaf=options.leaf, random_state=int(rng.integers(2**31)))
    splits = tree.fit(previous[shaping], column[shaping]).tree_
    leaves, values = splits.apply(previous[filling]), column[filling]
    by_leaf = np.lexsort((values, leaves))
    return HonestTree(splits, leaves[by_leaf], values[by_leaf])


def _halves(rows: int, share: float, rng: np.random.Generator) -> tuple[Rows, Rows]:
    shuffled = rng.permutation(rows)
    if share == 1:
        return shuffled, shuffled
    cut = min(max(round(rows * share), 1), rows - 1)
    return shuffled[:cut], shuffled[cut:]
