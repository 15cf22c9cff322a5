"""Normal scores of the numbers of a mixed table, whose few or repeated values come back exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.special import ndtr

from .scaling import normal_scores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

MOST_EXACT = 500
"""A column with more distinct values than this is interpolated between quantiles, as in `scaling`."""


@dataclass(frozen=True, slots=True)
class MixedScores:
    """Maps normal scores back to the numbers of a mixed table.

    Attributes:
        values: of each column, ascending: its distinct values, or its quantiles.
        shares: of each column: the share of rows up to and with each distinct value, or the level of each quantile.
        exact: of each column, whether it has distinct values. Money that is mostly 0, or an age, would otherwise come
            back as values between those that occur.
    """

    values: tuple[Matrix, ...]
    shares: tuple[Matrix, ...]
    exact: tuple[bool, ...]

    def inverse(self, scores: Matrix) -> Matrix:
        """Maps scores (rows, columns) to numbers within train's range."""
        numbers = np.empty_like(scores)
        for i, (values, shares, exact) in enumerate(zip(self.values, self.shares, self.exact, strict=True)):
            levels = ndtr(scores[:, i])
            if exact:
                position = np.searchsorted(shares, levels, side="right")
                numbers[:, i] = values[np.minimum(position, len(values) - 1)]
            else:
                numbers[:, i] = np.interp(levels, shares, values)
        return numbers

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Returns the scores as arrays by name."""
        sizes = np.array([len(values) for values in self.values], dtype=np.int64)
        parts = {"values": self.values, "shares": self.shares}
        flat = {name: np.concatenate([np.empty(0), *part]) for name, part in parts.items()}
        return {**flat, "sizes": sizes, "exact": np.array(self.exact, dtype=bool)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Returns the scores of `to_arrays`."""
        ends = np.cumsum(arrays["sizes"])[:-1]
        values, shares = (tuple(np.split(arrays[name], ends)) for name in ("values", "shares"))
        exact = tuple(bool(flag) for flag in arrays["exact"])
        return cls(values[: len(exact)], shares[: len(exact)], exact)


def mixed_scores(numbers: Matrix, seed: int) -> tuple[Matrix, MixedScores]:
    """Returns the scores of numbers (rows, columns), each column N(0, 1), and their inverse.

    Equal values get the ranks of their range in random order, see `scaling.normal_scores`.

    Args:
        numbers: of a `MixedTable`; there may be no columns.
        seed: of the order of equal values.
    """
    if numbers.shape[1] == 0:
        return numbers, MixedScores((), (), ())
    scores, quantiles = normal_scores(numbers, np.random.default_rng(seed))
    values, shares, exact = [], [], []
    for column, knots in zip(numbers.T, quantiles.knots.T, strict=True):
        distinct, counts = np.unique(column, return_counts=True)
        exact.append(len(distinct) <= MOST_EXACT)
        values.append(distinct if exact[-1] else knots)
        shares.append(np.cumsum(counts) / len(column) if exact[-1] else np.linspace(0, 1, len(knots)))
    return scores, MixedScores(tuple(values), tuple(shares), tuple(exact))
