"""Axes of figures with a mark for each generator: the time of a fit, and where an axis ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ._lookup import generators

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Board

CLOCKS = {"fit_cpu_seconds": "fit, CPU seconds", "fit_seconds": "fit, seconds"}
"""What measures the time of a fit, and what an axis of it says."""

_ROOM, _SHORTEST = 0.12, 1e-3


def clock_of(board: Board) -> str:
    """Processor time, which says the same on a busy machine; wall time of runs without it; empty without either."""
    return next((key for key in CLOCKS if any(key in row.metrics for row in generators(board))), "")


def log_seconds(seconds: float) -> float:
    """The place of a time on a logarithmic axis, in powers of ten; a millisecond is the least."""
    return math.log10(max(seconds, _SHORTEST))


def ends(values: Sequence[float]) -> tuple[float, float]:
    """Where an axis begins and ends: the values and some room."""
    room = _ROOM * (max(values) - min(values)) or 0.05
    return min(values) - room, max(values) + room
