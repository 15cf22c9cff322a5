"""A table's numbers and codes as what networks read, tokens and normal scores, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import numpy as np

from ..shared.scaling import NormalScores, normal_scores
from .model_file import add_prefix, select_prefix
from .value_bins import find_bins, has_few_values
from .within_bins import BinnedColumn, describe_bins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .value_bins import Matrix, Tokens

Heads = Literal["auto", "bins", "mixture", "spikes"]

_SPIKE = 0.05
"""A value that holds more of the rows than this is a spike."""

_MOST_SPIKED = 1 / 3


class RowArrays(NamedTuple):
    """A table's rows as complete numbers and codes.

    Attributes:
        numbers: (rows, numbers), finite; there may be none.
        codes: (rows, codes), whole numbers 0 .. levels - 1; there may be none.
        sizes: levels of each column of codes.
        flags: the position of the code that is 1 where a number is a gap, for each number; -1 if it has no gaps. Empty:
            none has.
    """

    numbers: Matrix
    codes: Tokens
    sizes: tuple[int, ...] = ()
    flags: tuple[int, ...] = ()

    @property
    def gaps(self) -> dict[int, int]:
        """The code that marks the gaps of a number, by the number's position."""
        return {number: flag for number, flag in enumerate(self.flags) if flag >= 0}


def fill_gaps(numbers: Matrix, codes: Tokens, gaps: Mapping[int, int], values: Matrix) -> Matrix:
    """Returns numbers, (rows, numbers), with one value of (numbers,) in place of a number's gaps."""
    filled = numbers.copy()
    for number, flag in gaps.items():
        filled[codes[:, flag] == 1, number] = values[number]
    return filled


@dataclass(frozen=True, slots=True)
class ColumnCoder:
    """Which columns are tokens and which are scores. Tokens are the codes, then the binned numbers.

    A binned number with gaps has one token more, for the gap; the code that marks its gaps is then no column of tokens.

    Attributes:
        sizes: levels of each column of codes.
        binned: the numbers that are tokens, by their position among the numbers.
        gaps: the codes that mark the gaps of binned numbers, by the position of the number.
        scored: positions of the numbers that are scores, ascending.
        scores: maps scores back to numbers.
    """

    sizes: tuple[int, ...]
    binned: dict[int, BinnedColumn]
    gaps: dict[int, int]
    scored: tuple[int, ...]
    scores: NormalScores

    @property
    def coded(self) -> tuple[int, ...]:
        """Positions of the codes that are columns of tokens."""
        return tuple(i for i in range(len(self.sizes)) if i not in self.gaps.values())

    @property
    def token_sizes(self) -> tuple[int, ...]:
        """Levels of each column of tokens."""
        codes = tuple(self.sizes[i] for i in self.coded)
        return codes + tuple(len(column.bins) + (i in self.gaps) for i, column in self.binned.items())

    @property
    def ordered_levels(self) -> tuple[int, ...]:
        """How many of the first levels of each column of tokens are in ascending order: 0 for codes."""
        return (0,) * len(self.coded) + tuple(len(column.bins) for column in self.binned.values())

    def order(self, kind: str) -> tuple[int, ...]:
        """Returns the columns, tokens before scores in number, in the order in which they are drawn.

        Args:
            kind: `table`: codes, then numbers, each as in the arrays; `reversed`; or fewest `levels` first, then
                scores, last first.
        """
        tokens = [*(i - len(self.sizes) for i in self.coded), *self.binned]
        place = dict(enumerate([*tokens, *self.scored]))
        if kind != "levels":
            return tuple(sorted(place, key=lambda column: place[column], reverse=kind == "reversed"))
        levels = dict(enumerate(self.token_sizes))
        return tuple(sorted(place, key=lambda column: (column not in levels, levels.get(column, 0), -place[column])))

    def tokens(self, numbers: Matrix, codes: Tokens) -> Tokens:
        """Returns the tokens of rows: (rows, numbers), (rows, codes) -> (rows, columns of tokens)."""
        tokens = [codes[:, i] for i in self.coded]
        for i, column in self.binned.items():
            token = column.bins.tokens(numbers[:, i])
            tokens.append(np.where(codes[:, self.gaps[i]] == 1, len(column.bins), token) if i in self.gaps else token)
        return np.column_stack(tokens) if tokens else codes

    def decode(self, tokens: Tokens, scores: Matrix, seed: int) -> tuple[Matrix, Tokens]:
        """Returns numbers and codes of drawn tokens and scores; numbers are drawn within their bins.

        Returns:
            (rows, numbers) and (rows, codes).
        """
        rng = np.random.default_rng(seed)
        numbers = np.empty((len(tokens), len(self.binned) + len(self.scored)))
        codes = np.zeros((len(tokens), len(self.sizes)), dtype=np.int64)
        codes[:, self.coded] = tokens[:, : len(self.coded)]
        for place, (i, column) in enumerate(self.binned.items(), start=len(self.coded)):
            numbers[:, i] = column.draw(np.minimum(tokens[:, place], len(column.bins) - 1), rng)
            if i in self.gaps:
                codes[:, self.gaps[i]] = tokens[:, place] == len(column.bins)
        if self.scored:
            numbers[:, list(self.scored)] = self.scores.inverse(scores.astype(np.float64))
        return numbers, codes

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Returns the coder as arrays by name."""
        arrays = {
            "sizes": np.array(self.sizes, dtype=np.int64),
            "binned": np.array(list(self.binned), dtype=np.int64),
            "gaps": np.array([self.gaps.get(i, -1) for i in self.binned], dtype=np.int64),
            "scored": np.array(self.scored, dtype=np.int64),
            "knots": self.scores.knots,
        }
        for i, column in self.binned.items():
            arrays |= add_prefix(f"column{i}", column.to_arrays())
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Returns the coder of `to_arrays`."""
        sizes, binned, gaps, scored = (arrays[name].tolist() for name in ("sizes", "binned", "gaps", "scored"))
        columns = {i: BinnedColumn.from_arrays(select_prefix(f"column{i}", arrays)) for i in binned}
        marked = {i: gap for i, gap in zip(binned, gaps, strict=True) if gap >= 0}
        return cls(tuple(sizes), columns, marked, tuple(scored), NormalScores(arrays["knots"]))


def learn_coder(arrays: RowArrays, heads: Heads, seed: int, most_bins: int = 64) -> tuple[ColumnCoder, Tokens, Matrix]:
    """Returns the coder of a table, its tokens, (rows, columns of tokens), and its scores, (rows, columns of scores).

    Numbers of few values are always tokens.

    Args:
        arrays: of train.
        heads: what other numbers are: tokens (`bins`), scores (`mixture`), or tokens only where one value is frequent
            (`spikes`); `auto`: one of the first two for the whole table, see `suits_bins`.
        seed: of the order of equal values in normal scores.
        most_bins: of a number.
    """
    numbers, codes, gaps = arrays.numbers, arrays.codes, arrays.gaps
    heads = heads if heads != "auto" else "bins" if suits_bins(numbers, codes) else "mixture"
    binned, scored = {}, []
    for i in range(numbers.shape[1]):
        present = numbers[codes[:, gaps[i]] == 0, i] if i in gaps else numbers[:, i]
        if heads == "bins" or has_few_values(present, most_bins) or (heads == "spikes" and has_spike(present)):
            binned[i] = describe_bins(present, find_bins(present, most_bins))
        else:
            scored.append(i)
    scores, inverse = normal_scores(numbers[:, scored], np.random.default_rng(seed))
    marked = {i: gap for i, gap in gaps.items() if i in binned}
    coder = ColumnCoder(arrays.sizes, binned, marked, tuple(scored), inverse)
    return coder, coder.tokens(numbers, codes), scores


def has_spike(values: Matrix) -> bool:
    """Returns whether one value holds over 5 % of a column's rows: (rows,)."""
    return bool(np.unique(values, return_counts=True)[1].max() > _SPIKE * len(values))


def suits_bins(numbers: Matrix, codes: Tokens) -> bool:
    """Returns whether bins suit a table: it has codes, or over a third of its numbers have one value in 5 % of rows."""
    return bool(codes.shape[1]) or float(np.mean([has_spike(column) for column in numbers.T])) > _MOST_SPIKED
