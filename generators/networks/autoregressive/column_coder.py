"""A table's numbers and codes as what the model reads, tokens and normal scores, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ...shared.scaling import NormalScores, normal_scores
from ..model_file import add_prefix, select_prefix
from .value_bins import find_bins, has_few_values
from .within_bins import BinnedColumn, describe_bins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .hyperparameters import AutoregressiveOptions
    from .value_bins import Matrix, Tokens

_SPIKE = 0.05
"""A value that holds more of the rows than this is a spike."""

_MOST_SPIKED = 1 / 3


@dataclass(frozen=True, slots=True)
class ColumnCoder:
    """Which columns are tokens and which are scores. Tokens are the codes, then the binned numbers.

    Attributes:
        sizes: levels of each column of codes.
        binned: the numbers that are tokens, by their position among the numbers.
        scored: positions of the numbers that are scores, ascending.
        scores: maps scores back to numbers.
    """

    sizes: tuple[int, ...]
    binned: dict[int, BinnedColumn]
    scored: tuple[int, ...]
    scores: NormalScores

    @property
    def token_sizes(self) -> tuple[int, ...]:
        """Levels of each column of tokens."""
        return self.sizes + tuple(len(column.bins) for column in self.binned.values())

    def order(self, kind: str) -> tuple[int, ...]:
        """Returns the columns, tokens before scores in number, in the order in which they are drawn.

        Args:
            kind: `table`: codes, then numbers, each as in the arrays; `reversed`; or fewest `levels` first, then
                scores, last first.
        """
        tokens = [*(-len(self.sizes) + i for i in range(len(self.sizes))), *self.binned]
        place = dict(enumerate([*tokens, *self.scored]))
        if kind != "levels":
            return tuple(sorted(place, key=lambda column: place[column], reverse=kind == "reversed"))
        levels = dict(enumerate(self.token_sizes))
        return tuple(sorted(place, key=lambda column: (column not in levels, levels.get(column, 0), -place[column])))

    def tokens(self, numbers: Matrix, codes: Tokens) -> Tokens:
        """Returns the tokens of rows: (rows, numbers), (rows, codes) -> (rows, columns of tokens)."""
        binned = [column.bins.tokens(numbers[:, i]) for i, column in self.binned.items()]
        return np.column_stack([codes, *binned]) if binned else codes

    def decode(self, tokens: Tokens, scores: Matrix, seed: int) -> tuple[Matrix, Tokens]:
        """Returns numbers and codes of drawn tokens and scores; numbers are drawn within their bins.

        Returns:
            (rows, numbers) and (rows, codes).
        """
        rng = np.random.default_rng(seed)
        numbers = np.empty((len(tokens), len(self.binned) + len(self.scored)))
        for place, (i, column) in enumerate(self.binned.items(), start=len(self.sizes)):
            numbers[:, i] = column.draw(tokens[:, place], rng)
        if self.scored:
            numbers[:, list(self.scored)] = self.scores.inverse(scores.astype(np.float64))
        return numbers, tokens[:, : len(self.sizes)]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Returns the coder as arrays by name."""
        arrays = {
            "sizes": np.array(self.sizes, dtype=np.int64),
            "binned": np.array(list(self.binned), dtype=np.int64),
            "scored": np.array(self.scored, dtype=np.int64),
            "knots": self.scores.knots,
        }
        for i, column in self.binned.items():
            arrays |= add_prefix(f"column{i}", column.to_arrays())
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Returns the coder of `to_arrays`."""
        sizes, binned, scored = (arrays[name].tolist() for name in ("sizes", "binned", "scored"))
        columns = {i: BinnedColumn.from_arrays(select_prefix(f"column{i}", arrays)) for i in binned}
        return cls(tuple(sizes), columns, tuple(scored), NormalScores(arrays["knots"]))


def learn_coder(
    numbers: Matrix, codes: Tokens, sizes: Sequence[int], options: AutoregressiveOptions, seed: int
) -> tuple[ColumnCoder, Tokens, Matrix]:
    """Returns the coder of a table, its tokens, (rows, columns of tokens), and its scores, (rows, columns of scores).

    Numbers of few values are always tokens; `options.heads` says what the others are.

    Args:
        numbers: (rows, numbers), finite.
        codes: (rows, codes), 0 .. levels - 1.
        sizes: levels of each column of codes.
        options: heads and bins.
        seed: of the order of equal values in normal scores.
    """
    mixture = options.heads == "mixture" or (options.heads == "auto" and not suits_bins(numbers, codes))
    few = [has_few_values(column, options.bins) for column in numbers.T]
    scored = [i for i, is_few in enumerate(few) if mixture and not is_few]
    binned = {}
    for i in sorted(set(range(numbers.shape[1])) - set(scored)):
        binned[i] = describe_bins(numbers[:, i], find_bins(numbers[:, i], options.bins))
    scores, inverse = normal_scores(numbers[:, scored], np.random.default_rng(seed))
    coder = ColumnCoder(tuple(sizes), binned, tuple(scored), inverse)
    return coder, coder.tokens(numbers, codes), scores


def suits_bins(numbers: Matrix, codes: Tokens) -> bool:
    """Returns whether bins suit a table: it has codes, or over a third of its numbers have one value in 5 % of rows."""
    if codes.shape[1]:
        return True
    most = [np.unique(column, return_counts=True)[1].max() / len(column) for column in numbers.T]
    return float(np.mean(np.array(most) > _SPIKE)) > _MOST_SPIKED
