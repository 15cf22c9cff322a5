"""A number within its bin: drawn from train's distribution there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .value_bins import ValueBins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .value_bins import Matrix, Tokens

_EXACT_VALUES = 500
"""A column of at most so many values returns these alone."""

_ROWS_PER_EXACT_VALUE = 20
_KNOTS = 17
"""Quantiles of a bin between which values are interpolated, so that few values of train come back as they were."""

_OUTER_KNOTS = 257
"""Those of the first and the last bin, where a tail is anything but even."""


@dataclass(frozen=True, slots=True)
class BinnedColumn:
    """A column's bins, and its distribution function within them.

    Attributes:
        bins: of the column.
        values: ascending values of train, or quantiles of each bin: (values,).
        levels: the share of train's rows up to each value: (values,), ascending.
        bounds: the share of rows below each bin, and 1: (bins + 1,).
        highest: the largest value of each bin: (bins,).
        exact: draw `values` themselves; otherwise values in between.
    """

    bins: ValueBins
    values: Matrix
    levels: Matrix
    bounds: Matrix
    highest: Matrix
    exact: bool

    def draw(self, tokens: Tokens, rng: np.random.Generator) -> Matrix:
        """Draws a value in the bin of each token: (rows,) -> (rows,)."""
        low, high = self.bounds[tokens], self.bounds[tokens + 1]
        level = low + (high - low) * rng.random(len(tokens))
        if self.exact:
            drawn = self.values[np.minimum(np.searchsorted(self.levels, level), len(self.values) - 1)]
        else:
            drawn = np.interp(level, self.levels, self.values)
        # Rounding could carry a value over the edge of its bin.
        return np.clip(drawn, self.bins.lowest[tokens], self.highest[tokens])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Returns the column as arrays by name."""
        return {
            "lowest": self.bins.lowest,
            "values": self.values,
            "levels": self.levels,
            "bounds": self.bounds,
            "highest": self.highest,
            "exact": np.array(self.exact),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Returns the column of `to_arrays`."""
        bins = ValueBins(arrays["lowest"])
        values, levels, bounds, highest = (arrays[name] for name in ("values", "levels", "bounds", "highest"))
        return cls(bins, values, levels, bounds, highest, exact=bool(arrays["exact"]))


def describe_bins(values: Matrix, bins: ValueBins) -> BinnedColumn:
    """Returns the distribution of a column, (rows,), within its bins.

    Values that are few, at most 500 and 20 rows for each, come back as they are. Of others only 17 quantiles of each
    bin, and 257 of the outer ones, are kept, and values between two neighbours are equally likely.
    """
    counts = np.bincount(bins.tokens(values), minlength=len(bins))
    bounds = np.r_[0.0, np.cumsum(counts) / len(values)]
    ordered = np.split(np.sort(values.astype(np.float64)), np.cumsum(counts)[:-1])
    highest = np.array([part[-1] for part in ordered])
    distinct, repeats = np.unique(values, return_counts=True)
    if len(distinct) <= max(len(bins), min(_EXACT_VALUES, len(values) // _ROWS_PER_EXACT_VALUE)):
        levels = np.cumsum(repeats) / len(values)
        return BinnedColumn(bins, distinct.astype(np.float64), levels, bounds, highest, exact=True)
    most = [_OUTER_KNOTS, *[_KNOTS] * (len(ordered) - 2), _OUTER_KNOTS]
    knots = [_quantiles(part, count) for part, count in zip(ordered, most[-len(ordered) :], strict=True)]
    steps = [np.linspace(low, high, len(k)) for low, high, k in zip(bounds[:-1], bounds[1:], knots, strict=True)]
    return BinnedColumn(bins, np.concatenate(knots), np.concatenate(steps), bounds, highest, exact=False)


def _quantiles(values: Matrix, most: int) -> Matrix:
    """Returns equally spaced quantiles of a bin's values, (rows,): at most `most`, and one more than there are rows."""
    return np.quantile(values, np.linspace(0, 1, min(most, len(values) + 1)))
