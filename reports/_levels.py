"""Panels of categorical columns: how many rows have each level, real and synthetic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.api import Column, Details, Panel, Series

if TYPE_CHECKING:
    from ._lookup import Drawings

OTHER, GAP = "(other)", "(gap)"
"""What arrays call all further levels, and cells without value."""

_DWARFS = 2.0
"""All other levels, and gaps, have no row if they are so many times the largest level."""

_CODE = re.compile(r"-?[\d.:/-]+")
"""A level that is a number, a time or a date: such levels have an order."""


def level_panel(column: Column, drawings: list[Drawings], most: int) -> Panel | None:
    """Returns the shares of the levels of one column; None if no generator has any.

    At most `most` levels have a row, those with most real rows; codes and ordered levels keep their order, and all that
    are stored. Then come all other levels as one row, and gaps, unless that would dwarf the levels.
    """
    names, key = f"fidelity/levels/{column.name}", f"fidelity/shares/{column.name}"
    drawn = [drawing for drawing in drawings if drawing.have(names) and drawing.have(key)]
    if not drawn:
        return None
    real = _shares(drawn[0].real, column.name)
    shares = {"real": real} | {drawing.name: _shares(drawing.synthetic, column.name) for drawing in drawn}
    shown = _shown(real, column, most)
    most_rows = _DWARFS * max(own.get(level, 0.0) for own in shares.values() for level in shown)
    left_out = {
        OTHER: [_rest(own, shown) for own in shares.values()],
        GAP: [own.get(GAP, 0.0) for own in shares.values()],
    }
    further = [row for row, amounts in left_out.items() if 0 < max(amounts) <= most_rows]
    title = f"{column.name}: {len(shown)} of {len(column.levels)}" if len(shown) < len(column.levels) else column.name
    return share_panel(title, [*shown, *further], shares)


def share_panel(title: str, rows: Sequence[str], shares: dict[str, dict[str, float]]) -> Panel:
    """Returns bars: one row per label, one series per name of `shares`; what no row has is in the row `(other)`."""
    levels = [row for row in rows if row not in (OTHER, GAP)]
    series = tuple(
        Series(
            who,
            tuple(_rest(own, levels) if row == OTHER else own.get(row, 0.0) for row in rows),
            tuple(map(float, range(len(rows)))),
        )
        for who, own in shares.items()
    )
    return Panel("bars", title, series=series, labels=tuple(rows))


def _shares(arrays: Details, column: str) -> dict[str, float]:
    names, shares = arrays[f"fidelity/levels/{column}"], arrays[f"fidelity/shares/{column}"]
    return dict(zip(map(str, names), map(float, shares), strict=True))


def _shown(real: dict[str, float], column: Column, most: int) -> list[str]:
    """Returns the levels with a row of their own, in the order of their rows."""
    levels = [level for level in real if level not in (OTHER, GAP)]
    if column.ordered or all(map(_CODE.fullmatch, levels)):
        positions = {level: position for position, level in enumerate(column.levels)}
        return sorted(levels, key=lambda level: positions.get(level, len(positions)))
    frequent = sorted(levels, key=lambda level: -real[level])
    return frequent if len(levels) <= most else frequent[: most - 1]


def _rest(shares: dict[str, float], shown: Sequence[str]) -> float:
    """Returns the share of the levels that have no row of their own."""
    return sum(share for level, share in shares.items() if level not in shown and level != GAP)
