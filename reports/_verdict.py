"""Who leads, by how much, and who cannot be told apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ._format import listing, name, number, stat
from ._view import generators

if TYPE_CHECKING:
    from bench.ranking import Board, Row, Stat


def words(board: Board) -> str:
    """The outcome in two or three sentences."""
    rows = [row for row in generators(board) if row.overall and "ok" in row.status]
    if not rows:
        return "Nothing could be ranked: no trial succeeded."
    best = rows[0]
    if not best.overall or best.overall.mean == 0:
        return "No generator scores above 0: each is at the floor of at least one family."
    if len(rows) == 1:
        return f"{name(best.generator)} scores {stat(best.overall)}. There is no other generator to compare it with."
    return " ".join([_lead(best, rows[1]), *_ties(best, rows[1:], board)])


def _lead(best: Row, second: Row) -> str:
    first, other = _score(best), _score(second)
    gap = f"{number(first.mean - other.mean)} ahead of" if first.mean > other.mean else "level with"
    return (
        f"{name(best.generator)} leads with an overall score of {stat(best.overall)}, {gap} "
        f"{name(second.generator)} ({stat(second.overall)})."
    )


def _ties(best: Row, others: list[Row], board: Board) -> list[str]:
    if board.repeats < 2:
        return ["One repeat shows no noise, so no gap can be called real."]
    alike = [row.generator for row in others if not apart(_score(best), _score(row))]
    if not alike:
        return ["Every gap to it is wider than the noise between repeats."]
    return [f"The noise between repeats is as wide as its lead over {listing(alike)}: they cannot be told apart."]


def apart(one: Stat, other: Stat) -> bool:
    """Whether two means differ by more than both their spreads together (the root of the sum of squares)."""
    return abs(one.mean - other.mean) > math.hypot(one.spread or 0.0, other.spread or 0.0)


def _score(row: Row) -> Stat:
    if row.overall is None:
        raise ValueError(f"{row.generator} has no overall score")
    return row.overall
