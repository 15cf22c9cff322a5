"""Panels of dates: at which hours, on which weekdays and in which months they fall, real and synthetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.api import Details, Panel

if TYPE_CHECKING:
    from ._lookup import Drawings

_HOURS = tuple(f"{hour}" if hour % 3 == 0 else "" for hour in range(24))
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PARTS = {"hour": _HOURS, "weekday": _WEEKDAYS, "month": _MONTHS}
_SPANS = (1.6, 2.0, 3.2, 4.0, 6.0, 8.0, 12.0)

CALENDAR_TEXT = (
    "Calendars show by hour, weekday and month how many dates there are: 1 is as many as if all hours were equally "
    "frequent. Those in which real dates do not vary are left out."
)


def calendar_panels(columns: Sequence[str], drawings: list[Drawings]) -> dict[str, tuple[Panel, ...]]:
    """Returns matrices of dates by `hour`, `weekday` and `month`, where there are any, a panel for each column.

    The first row is that of the real rows. All panels of a part have the same colours.
    """
    parts = {}
    for part, across in _PARTS.items():
        found = {column: rows for column in columns if (rows := _rows(f"fidelity/{part}/{column}", drawings))}
        largest = max((max(real) for _, (real, *_) in found.values()), default=0.0)
        span = next((span for span in _SPANS if largest <= span), 24.0)
        parts[part] = tuple(
            Panel("heatmap", column, matrix=matrix, labels=labels, across=across, span=span, positive=True)
            for column, (labels, matrix) in found.items()
        )
    return {part: panels for part, panels in parts.items() if panels}


def _rows(key: str, drawings: list[Drawings]) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]] | None:
    """Returns names and a matrix; None if there are no dates, or the real ones do not vary in this part."""
    drawn = [drawing for drawing in drawings if drawing.have(key)]
    if not drawn or sum(share > 0 for share in map(float, drawn[0].real[key])) < 2:
        return None
    matrix = (_relative(drawn[0].real, key), *(_relative(drawing.synthetic, key) for drawing in drawn))
    return ("real", *(drawing.name for drawing in drawn)), matrix


def _relative(arrays: Details, key: str) -> tuple[float, ...]:
    """Returns shares as multiples of those of even parts."""
    return tuple(float(share) * len(arrays[key]) for share in arrays[key])
