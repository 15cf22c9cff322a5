"""Columns that a generator returned nearly constant though they vary in train: its fit failed there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bench.api import Board, Details, Run

from ._format import listing, name
from ._lookup import best_drawings, columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TAIL = 5
"""Of the 99 quantiles that are stored, those below and above the middle 90 % of the rows."""

_NARROW = 0.01
_ONE_LEVEL, _LOST = 0.99, 0.1


def nearly_constant_columns(run: Run, board: Board) -> Iterator[str]:
    """Yields a caveat for each generator that returned columns with hardly any variation, in its first trial."""
    for drawing in best_drawings(run, board, [entry.generator for entry in board.entries]):
        found = [
            column
            for column in columns(run, board)
            if _is_narrow(drawing.real, drawing.synthetic, column)
            or _has_one_level(drawing.real, drawing.synthetic, column)
        ]
        if found:
            said = f"{name(drawing.name)} returned {listing(found)} nearly constant, unlike train"
            yield f"{said}: look at its fit before its scores."


def _is_narrow(real: Details, synthetic: Details, column: str) -> bool:
    """Whether the middle 90 % of a column's values span less than 1 % of what those of train span."""
    key = f"fidelity/quantiles/{column}"
    if key not in real or key not in synthetic:
        return False
    span, train_span = (float(np.ptp(details[key][_TAIL - 1 : -_TAIL + 1])) for details in (synthetic, real))
    return span < _NARROW * train_span


def _largest_share(shares: NDArray[np.floating]) -> float:
    """Returns the share of the commonest level; rows of none of the levels have an invented one."""
    return max(float(shares.max(initial=0)), 1 - float(shares.sum()))


def _has_one_level(real: Details, synthetic: Details, column: str) -> bool:
    """Whether one level has 99 % of a column's rows or more, and the others a tenth of their share in train or less."""
    key = f"fidelity/shares/{column}"
    if key not in real or key not in synthetic:
        return False
    rest, train_rest = (1 - _largest_share(details[key]) for details in (synthetic, real))
    return rest <= 1 - _ONE_LEVEL and rest <= _LOST * train_rest < train_rest
