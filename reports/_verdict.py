"""Who leads, by how much, and who cannot be told apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ._format import listing, name, number, stat
from ._view import generators

if TYPE_CHECKING:
    from bench.ranking import Board, Row, Stat

_T = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36, 8: 2.31, 9: 2.26, 14: 2.14, 19: 2.09}
"""The 97.5 % quantile of Student's t by degrees of freedom; what lies between takes the next wider one."""


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
        return ["Its lead over every other is more than the noise between repeats explains."]
    reach = f"With {board.repeats} repeats, its lead over {listing(alike)} is within what noise explains (95 %)"
    return [f"{reach}: they cannot be told apart."]


def apart(one: Stat, other: Stat) -> bool:
    """Whether 0 lies outside the 95 % interval of the difference of two means (Student's t, equal counts).

    Repeats are paired, so this errs towards calling it a tie.
    """
    n = min(one.n, other.n)
    if n < 2:
        return False
    quantile = next(t for freedom, t in reversed(_T.items()) if freedom < n)
    error = math.hypot(one.spread or 0.0, other.spread or 0.0) / math.sqrt(n)
    return abs(one.mean - other.mean) > quantile * error


def _score(row: Row) -> Stat:
    if row.overall is None:
        raise ValueError(f"{row.generator} has no overall score")
    return row.overall
