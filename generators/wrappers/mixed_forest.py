"""Codes and numbers of a mixed table drawn one after the other, each from bagged honest trees of those before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from .tree_forest import grow_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ..shared.mixed_form import MixedTable
    from .tree_forest import ForestOptions, HonestTree

    Matrix = NDArray[np.float64]
    Single = NDArray[np.float32]
    Codes = NDArray[np.int64]


class ForestColumn(NamedTuple):
    """A column to draw.

    Attributes:
        name: of the table's column.
        position: among the numbers or among the codes.
        size: how many codes it has; 0 if it is a number.
        flag: of a number, the position of the code that is 1 where it is a gap; -1 without gaps.
    """

    name: str
    position: int
    size: int = 0
    flag: int = -1

    @property
    def width(self) -> int:
        """How many inputs of the later trees it becomes: a code of two is one, others are one-hot."""
        return self.size if self.size > 2 else 1

    def inputs(self, values: NDArray[np.number], gaps: NDArray[np.bool_] | None) -> Single:
        """Returns drawn values (rows,) as inputs of trees (rows, width); a gap is the score 0, the median."""
        if self.size > 2:
            return np.eye(self.size, dtype=np.float32)[values.astype(np.intp)]
        inputs = values.astype(np.float32)
        if gaps is not None:
            inputs[gaps] = 0.0
        return inputs[:, None]


def forest_columns(table: MixedTable, first: Sequence[str]) -> list[ForestColumn]:
    """Returns the columns of a table in the order in which they are drawn.

    Those of the table's columns `first` come first, in that order. Of the others, codes with few values come first, and
    numbers last.
    """
    form = table.form
    codes = [
        ForestColumn(name, i, size) for i, (name, size) in enumerate(zip(form.code_names, table.sizes, strict=True))
    ]
    named = zip(form.number_names, form.flags, strict=True)
    numbers = [ForestColumn(name, i, flag=flag) for i, (name, flag) in enumerate(named)]
    columns = [*sorted(codes, key=lambda column: column.size), *numbers]
    rank = {name: place for place, name in enumerate(dict.fromkeys(first))}
    return sorted(columns, key=lambda column: rank.get(column.name, len(rank)))


@dataclass(frozen=True, slots=True)
class MixedForest:
    """A table's columns in the order in which they are drawn.

    Attributes:
        columns: flags before their numbers.
        trees: of each column. Those of the first have one leaf, as they have no inputs.
    """

    columns: Sequence[ForestColumn]
    trees: Sequence[Sequence[HonestTree]]

    def sample(self, n: int, smooth: float, seed: int) -> tuple[Matrix, Codes]:
        """Draws scores (n, numbers) and codes (n, codes); each row goes through one random tree per column.

        `smooth` moves scores as in `HonestTree.draw`.
        """
        rng = np.random.default_rng(seed)
        count = sum(column.size == 0 for column in self.columns)
        scores, codes = np.empty((n, count)), np.empty((n, len(self.columns) - count), dtype=np.int64)
        inputs = np.zeros((n, 1), dtype=np.float32)
        for column, trees in zip(self.columns, self.trees, strict=True):
            target = codes if column.size else scores
            for rows, tree in zip(np.array_split(rng.permutation(n), len(trees)), trees, strict=True):
                drawn = tree.draw(inputs[rows], 0 if column.size else smooth, rng)
                target[rows, column.position] = drawn
            gaps = codes[:, column.flag] == 1 if column.flag >= 0 else None
            inputs = np.hstack([inputs, column.inputs(target[:, column.position], gaps)])
        return scores, codes


def grow_mixed_forest(
    scores: Matrix,
    codes: Codes,
    columns: Sequence[ForestColumn],
    options: ForestOptions,
    seed: int,
    progress: Callable[[int, int], None],
) -> MixedForest:
    """Grows the trees of each column on the columns before it: classification trees of codes, else regression trees.

    Args:
        scores: (rows, numbers) of train, each column N(0, 1).
        codes: (rows, codes) of train.
        columns: all of both, in the order in which they are drawn; flags before their numbers.
        options: how trees grow.
        seed: of the rows' halves and of ties between splits.
        progress: called with (columns grown, columns).
    """
    rng = np.random.default_rng(seed)
    # One input that is constant, so that the trees of the first column are as those of the others.
    inputs = np.zeros((len(codes), 1), dtype=np.float32)
    forest = []
    for done, column in enumerate(columns, 1):
        values = codes[:, column.position].astype(np.float64) if column.size else scores[:, column.position]
        gaps = codes[:, column.flag] == 1 if column.flag >= 0 else None
        known = slice(None) if gaps is None else ~gaps
        tree_type = DecisionTreeClassifier if column.size else DecisionTreeRegressor
        forest.append([grow_tree(inputs[known], values[known], options, rng, tree_type) for _ in range(options.bags)])
        inputs = np.hstack([inputs, column.inputs(values, gaps)])
        progress(done, len(columns))
    return MixedForest(columns, forest)
