"""Near-copies: how many rows of a part are nearer to train than chance explains.

Rows in time resemble their neighbours, so a row of a shuffled part has a train row beside it that is almost the same.
What chance explains comes from the table itself: from the distance of train rows to train rows that are not their
neighbours in the table. Where rows are independent, their order says nothing, and both distances follow one law.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.tables.row_distances import ComparableRows, RowUnits

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

NEAR_SHARE = 0.05
"""The share of train rows that count as near to a train row which is no neighbour of theirs: the share by chance."""

NEIGHBOURS = 200
"""Rows that lie at most so many rows apart in the table are neighbours: the default embargo of a blocked split. In a
table of less than 4,000 rows it is a twentieth of the rows."""

STANDARD_ERRORS = 4
"""A share is clearly above chance if it is so many standard errors above: a false note in 1 of 100 small tables."""

COMPARED_ROWS = 500
"""At most so many evenly spaced rows of train and of each part look for the nearest train row."""

STRETCHES, STRETCH = 100, 200
"""Of a table with more than 20,000 rows, so many evenly spaced stretches of so many rows are looked at: neighbours stay
together, and the number of rows to search is bounded."""

_BATCHES = 10
"""Rows that follow each other are near or not near together, so noise is measured between so many stretches of rows."""

_AT_ONCE = 50
"""Rows whose distances to all train rows are held in memory at once."""

_TIE = 1e-9
"""Distances that differ by less than this share are equal: sums of differences are not exact."""


@dataclass(frozen=True, slots=True)
class NearRate:
    """How many rows of a part are near to train, and how many would be by chance.

    Attributes:
        rate: share of the part's rows that are near to a train row, 0 to 1.
        chance: share of train rows that are near to a train row which is no neighbour of theirs, 0 to 1.
        noise: standard error of the difference of the two.
    """

    rate: float
    chance: float
    noise: float

    @property
    def excess(self) -> float:
        """The share of rows with a near-copy beyond chance, 0 to 1.

        >>> NearRate(rate=0.75, chance=0.5, noise=0.02).excess
        0.5
        """
        return max(0.0, (self.rate - self.chance) / (1 - self.chance)) if self.chance < 1 else 0.0

    @property
    def is_clear(self) -> bool:
        """Whether the rate is clearly above chance (`STANDARD_ERRORS`)."""
        return self.rate - self.chance > STANDARD_ERRORS * self.noise


def near_rates(train: pd.DataFrame, parts: Sequence[pd.DataFrame], total: int) -> list[NearRate]:
    """Returns how many rows of each part are nearer to train than chance explains.

    The distance of two rows is the sum of absolute differences over the columns, in robust units of train, and 1 for
    each level or gap that differs (`row_distances`). Columns that only rise or only fall with the row number are left
    out. A distance is near if it is among the 5 % smallest distances of train rows to the nearest
    train row that is no neighbour. Distances shrink with the number of rows searched, so a row of a part searches as
    many: all of train but the neighbours of a place half a table away.

    Args:
        train: rows with their row numbers in the table as index.
        parts: rows of the same columns with their row numbers, or with larger numbers if they are of another table.
        total: number of rows of the table.
    """
    order = _RowOrder.of(total)
    train = order.looked_at(train)
    units = RowUnits.of(train)
    values, positions = units.comparable(train), order.renumbered(train)
    chosen = _evenly_spaced(len(train))
    apart = _nearest(values[chosen], values, positions[chosen], positions, order)
    near = np.quantile(apart, NEAR_SHARE, method="inverted_cdf") * (1 + _TIE)
    rates = []
    for part in map(order.looked_at, parts):
        asked = part.iloc[_evenly_spaced(len(part))]
        elsewhere = (order.renumbered(asked) + order.rows // 2) % order.rows
        nearest = _nearest(units.comparable(asked), values, elsewhere, positions, order)
        rates.append(_near_rate(nearest <= near, apart <= near))
    return rates


def _evenly_spaced(rows: int) -> NDArray[np.intp]:
    return np.unique(np.linspace(0, rows - 1, min(rows, COMPARED_ROWS)).astype(np.intp))


def _near_rate(near: NDArray[np.bool_], by_chance: NDArray[np.bool_]) -> NearRate:
    chance = float(by_chance.mean())
    noise = float(np.hypot(_noise(near, chance), _noise(by_chance, chance)))
    return NearRate(float(near.mean()), chance, noise)


def _noise(near: NDArray[np.bool_], chance: float) -> float:
    """The standard error of a share: of a binomial one at `chance`, or between stretches of rows if that is larger."""
    binomial = float(np.sqrt(chance * (1 - chance) / len(near)))
    if len(near) < 10 * _BATCHES:
        return binomial
    shares = [batch.mean() for batch in np.array_split(near, _BATCHES)]
    return max(binomial, float(np.std(shares, ddof=1) / np.sqrt(_BATCHES)))


@dataclass(frozen=True, slots=True)
class _RowOrder:
    """The rows that are looked at, as a ring: so every row has as many neighbours as any other.

    Attributes:
        rows: how many rows of the table are looked at.
        period: the rows from the start of one stretch to the start of the next.
        stretch: the length of a stretch.
        neighbours: how many rows on either side of a row are its neighbours.
    """

    rows: int
    period: int
    stretch: int
    neighbours: int

    @classmethod
    def of(cls, total: int) -> _RowOrder:
        if total <= STRETCHES * STRETCH:
            return cls(total, total, total, max(1, min(NEIGHBOURS, total // 20)))
        return cls(STRETCHES * STRETCH, total // STRETCHES, STRETCH, NEIGHBOURS)

    def looked_at(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows in the stretches; all of them, if none is."""
        kept = rows[rows.index.to_numpy() % self.period < self.stretch]
        return rows if kept.empty else kept

    def renumbered(self, rows: pd.DataFrame) -> NDArray[np.intp]:
        """The row numbers without the gaps between stretches."""
        stretch, place = np.divmod(rows.index.to_numpy(), self.period)
        return np.asarray((stretch * self.stretch + np.minimum(place, self.stretch - 1)) % self.rows)

    def are_neighbours(self, centres: NDArray[np.intp], positions: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether positions are neighbours of each centre, or the centre itself: (centres, positions)."""
        steps = np.abs(positions - centres[:, None])
        return np.asarray((steps <= self.neighbours) | (steps >= self.rows - self.neighbours))


def _nearest(
    queries: ComparableRows,
    values: ComparableRows,
    centres: NDArray[np.intp],
    positions: NDArray[np.intp],
    order: _RowOrder,
) -> NDArray[np.float64]:
    """Returns the distance of each query to the nearest row of `values` that is no neighbour of the query's centre.

    No search tree: from about ten columns on it is slower than this, and where many neighbours are to be passed over.
    """
    nearest = np.empty(len(queries))
    for start in range(0, len(queries), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        distances = queries[rows].distances(values)
        distances[order.are_neighbours(centres[rows], positions)] = np.inf
        nearest[rows] = distances.min(axis=1)
    return nearest
