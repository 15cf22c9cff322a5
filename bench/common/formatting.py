"""Metrics, numbers and ranks as text, for reports and the terminal."""

from __future__ import annotations

from bench.api import AT_FLOOR, Board, Entry, Metric, Stat
from bench.common.safe_text import one_line

NONE = "—"
"""Stands for a missing value."""

AT_THE_FLOOR = "at the floor"
"""Printed instead of a family score below `AT_FLOOR`."""
IMPLAUSIBLE = "implausible"
"""Printed next to the name of an entry that has no rank because its rows cannot have been made from train alone."""


def direction(metric: Metric) -> str:
    """Returns an arrow up or down, or the value to reach; with ≤, lower values are as good."""
    if metric.better == "higher" or metric.better == "lower":
        return "↑" if metric.better == "higher" else "↓"
    sign = "≤" if metric.better.distance == "above" else "→"
    return f"{sign} {metric.better.value:g}"


def heading(metric: Metric) -> str:
    """Returns a metric's name with its unit and direction.

    >>> from bench.api import Metric, Target
    >>> heading(Metric("c2st_auc", "detection", Target(0.5), "")), heading(Metric("fit", "cost", "lower", "", unit="s"))
    ('c2st_auc → 0.5', 'fit (s) ↓')
    """
    unit = f" ({metric.unit})" if metric.unit else ""
    return f"{metric.name}{unit} {direction(metric)}"


def places(*values: float) -> int:
    """Returns the number of decimals that shows about four digits of the largest value, at least three from 0.01 to 10.

    >>> places(0.5), places(14186.2, 3.0), places(606.36), places(0.0012)
    (3, 0, 1, 6)
    """
    size = max(map(abs, values), default=0.0)
    if size >= 10:
        return 2 if size < 100 else 1 if size < 1000 else 0
    return 3 if size >= 0.01 or not size else 6


def p_value(p: float | None) -> str:
    """Returns a p value with three decimals, or an upper bound.

    >>> p_value(0.0124), p_value(0.00001), p_value(None)
    ('0.012', '< 0.001', '—')
    """
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def ranks(entry: Entry, dash: str = "–", none: str = NONE, untested: str = " (not tested)") -> str:
    """Returns the rank, or the rank range; `none` for an entry without a rank.

    An entry that no test compared with another one has its plain rank, followed by `untested`.

    >>> from bench.api.leaderboard import Entry
    >>> ranks(Entry("g", "generator", 2, None, {}, {}, {}, ranks=(1, 3)))
    '1–3'
    """
    first, last = entry.ranks or (entry.rank, entry.rank)
    if first is None or entry.implausible:
        return none
    if not entry.tested:
        return f"{entry.rank}{untested}"
    return str(first) if first == last else f"{first}{dash}{last}"


def is_at_floor(score: Stat | None) -> bool:
    """Returns whether a family score is so low that only noise separates it from the floor.

    >>> from bench.api import Stat
    >>> is_at_floor(Stat(0.0099, None, 1)), is_at_floor(Stat(0.01, None, 1)), is_at_floor(None)
    (True, False, False)
    """
    return score is not None and score.mean < AT_FLOOR


def why_implausible(entry: Entry) -> str:
    """Returns why the rows of an entry are implausible, without the word itself.

    >>> from bench.api.leaderboard import Entry
    >>> why_implausible(Entry("g", "generator", None, None, {}, {}, {}, implausible="implausible: it knows rows."))
    'it knows rows'
    """
    return one_line(entry.implausible).removeprefix(f"{IMPLAUSIBLE}: ").removesuffix(".")


def why_no_overall(board: Board) -> str:
    """Returns why a board has no overall scores, without these words and without a full stop.

    >>> why_no_overall(Board("d", "random", 1, (), (), no_overall="No overall score: privacy has no metric."))
    'privacy has no metric'
    """
    return one_line(board.no_overall).removeprefix("No overall score: ").removesuffix(".")
