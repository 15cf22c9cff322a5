"""Panels of categorical columns: how many rows have each level, real and synthetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.api import Column, Details, Panel, Series

if TYPE_CHECKING:
    from ._lookup import Drawings

OTHER, GAP = "(other)", "(gap)"
"""What arrays call all further levels, and cells without value."""


def level_panel(column: Column, drawings: list[Drawings], most: int) -> Panel | None:
    """Returns the shares of the levels of one column; None if no generator has any.

    At most `most` rows are shown: the levels with most real rows, those that are left together as one row, gaps last.
    """
    names, key = f"fidelity/levels/{column.name}", f"fidelity/shares/{column.name}"
    drawn = [drawing for drawing in drawings if drawing.have(names) and drawing.have(key)]
    if not drawn:
        return None
    real = _shares(drawn[0].real, column.name)
    shown = _shown(real, column, most)
    synthetic = {drawing.name: _shares(drawing.synthetic, column.name) for drawing in drawn}
    if any(_rest(shares, shown) > 0 for shares in (real, *synthetic.values())):
        shown = [*shown, OTHER]
    if any(GAP in shares for shares in (real, *synthetic.values())):
        shown = [*shown, GAP]
    return share_panel(column.name, shown, {"real": real} | synthetic)


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
    """Returns the levels with a row of their own, codes and ordered levels in their order, others by real share."""
    levels = [level for level in real if level not in (OTHER, GAP)]
    frequent = sorted(levels, key=lambda level: -real[level])
    if len(levels) > most:
        frequent = frequent[: most - 1]
    if not (column.ordered or all(_is_number(level) for level in levels)):
        return frequent
    positions = {level: position for position, level in enumerate(column.levels)}
    return sorted(frequent, key=lambda level: positions.get(level, len(positions)))


def _rest(shares: dict[str, float], shown: Sequence[str]) -> float:
    """Returns the share of the levels that have no row of their own."""
    return sum(share for level, share in shares.items() if level not in shown and level != GAP)


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
