"""How sure a score is, as it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._format import NONE, listing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Board, Entry

ENOUGH = 5
"""Repeats from which t has enough degrees of freedom for differences of the size that generators have."""


def overall(row: Entry) -> str:
    """The mean overall score with its interval; three places, whatever the size."""
    if row.overall is None:
        return NONE
    return f"{row.overall.mean:.3f}" + (f" {span(row.interval)}" if row.interval else "")


def span(interval: tuple[float, float], *, sign: str = "") -> str:
    """Both ends of an interval.

    >>> span((0.88, 0.928)), span((-0.01, 0.2), sign="+")
    ('[0.880, 0.928]', '[-0.010, +0.200]')
    """
    return "[" + ", ".join(f"{end:{sign}.3f}" for end in interval) + "]"


def ties(groups: Sequence[Sequence[str]]) -> str:
    """Groups of neighbours that cannot be told apart.

    >>> ties([("a", "b"), ("b", "c")])
    'a and b; b and c'
    """
    return "; ".join(listing(group) for group in groups)


def more_repeats(board: Board) -> str:
    """What to do where repeats are few; empty where they are not."""
    if board.repeats >= ENOUGH:
        return ""
    freedom = "1 degree" if board.repeats == 2 else f"{board.repeats - 1} degrees"
    why = "One repeat shows no noise" if board.repeats < 2 else f"{board.repeats} repeats leave {freedom} of freedom"
    return f"{why}: to tell more apart, run at least {ENOUGH} (--repeats {ENOUGH}, the default of --profile standard)."
