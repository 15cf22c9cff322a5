"""Who leads, by how much, and who cannot be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _confidence_text
from ._format import listing, name, number
from ._lookup import generators

if TYPE_CHECKING:
    from bench.api import Board, Entry, Pair


def words(board: Board) -> str:
    """The outcome in two or three sentences."""
    rows = [row for row in generators(board) if row.succeeded]
    if not rows:
        return "Nothing could be ranked: no trial succeeded."
    best = rows[0]
    if _mean(best) == 0:
        return "No generator scores above 0: each is at the floor of at least one family."
    if len(rows) == 1:
        score = _confidence_text.overall(best)
        return f"{name(best.generator)} scores {score}. There is no other generator to compare it with."
    return " ".join([_lead(best, rows[1]), *_ties(best, board)])


def _lead(best: Entry, second: Entry) -> str:
    gap = _mean(best) - _mean(second)
    ahead = f"{number(gap)} ahead of" if gap > 0 else "level with"
    return (
        f"{name(best.generator)} leads with an overall score of {_confidence_text.overall(best)}, {ahead} "
        f"{name(second.generator)} ({_confidence_text.overall(second)})."
    )


def _ties(best: Entry, board: Board) -> list[str]:
    """Who differs from the best, by the paired comparisons of the board."""
    differ = {name for pair in board.pairs if pair.differ for name in (pair.first, pair.second) if _has(pair, best)}
    others = (row.generator for row in generators(board) if row.succeeded and row.generator != best.generator)
    alike = [name for name in others if name not in differ]
    if board.repeats < 2:
        return ["One repeat shows no noise, so no gap can be called real."]
    compared = f"Compared split by split over {board.repeats} repeats, at 95 %"
    if not alike:
        return [f"{compared}, its lead over every other is larger than noise."]
    more = _confidence_text.more_repeats(board)
    return [f"{compared}, {listing(alike)} cannot be told apart from it.", *([more] if more else [])]


def _has(pair: Pair, row: Entry) -> bool:
    return row.generator in (pair.first, pair.second)


def _mean(row: Entry) -> float:
    return row.overall.mean if row.overall else 0.0
