"""Stretches of time that no other part has rows next to: the reference for rows that follow train through time.

Single held-out rows lie between rows of train in time, so a row interpolated between two neighbours is as near to them
as to train, and closeness cannot tell the two apart. A stretch with a gap on either side has no neighbour in train.
Stretches are no substitute for single rows: they would not be exchangeable with train, as a classifier tells even real
rows of train from stretches of 10 or 20 rows (docs/proof.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRETCH_ROWS = 20
"""Rows of a stretch: too long to interpolate across, and short enough for fifty stretches in 10,000 rows."""

GAP_ROWS = 5
"""Rows on either side of a stretch that belong to no part."""

STRETCH_SHARE = 0.1
"""Share of the rows outside test and embargo that lie in stretches."""

FEWEST_STRETCHES = 10
"""With fewer stretches there are none: chance would decide what they are compared with."""


def draw_stretches(free: NDArray[np.bool_], seed: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Draws stretches among the free rows of a table in time, (rows,).

    The table is cut into pieces of `STRETCH_ROWS`; pieces that are wholly free may be drawn.

    Returns:
        The rows of stretches, and the free rows that are neither in a stretch nor in the gap beside one; (rows,) each.

    >>> stretches, rest = draw_stretches(np.ones(4_000, dtype=bool), 0)
    >>> int(stretches.sum()), int((~stretches & ~rest).sum()) <= 2 * 20 * GAP_ROWS
    (400, True)
    """
    pieces = np.arange(len(free) // STRETCH_ROWS) * STRETCH_ROWS
    whole = pieces[[bool(free[start : start + STRETCH_ROWS].all()) for start in pieces]] if len(pieces) else pieces
    count = min(int(STRETCH_SHARE * free.sum() / STRETCH_ROWS), len(whole))
    stretches, beside = np.zeros_like(free), np.zeros_like(free)
    if count < FEWEST_STRETCHES:
        return stretches, free.copy()
    for start in np.random.default_rng(seed).permutation(whole)[:count]:
        stretches[start : start + STRETCH_ROWS] = True
        beside[max(start - GAP_ROWS, 0) : start + STRETCH_ROWS + GAP_ROWS] = True
    return stretches, free & ~beside
