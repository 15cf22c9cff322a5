"""Who leads, by how much, and who cannot be told apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ._format import listing, name, number, stat
from ._view import generators

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.ranking import Board, Row, Stat

_T = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 8: 2.31, 10: 2.23, 15: 2.13, 20: 2.09, 40: 2.02, 120: 1.98}
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
    least = least_gap([_score(row) for row in (best, *others)])
    alike = [row.generator for row in others if _score(best).mean - _score(row).mean <= least]
    noise = f"Gaps up to {number(least)} may be noise between repeats (95 %)"
    if not alike:
        return [f"{noise}; its lead over every other is larger."]
    return [f"{noise}, so {listing(alike)} cannot be told apart from it."]


def least_gap(scores: Sequence[Stat]) -> float:
    """Half the 95 % interval of the difference of two means over equally many repeats.

    The variance is pooled over generators: each on its own has far too few repeats to estimate it. Those stuck
    at 0 show no noise and are left out. Repeats are paired, so this errs towards calling two alike.
    """
    moving = [score for score in scores if score.spread and score.mean > 0]
    if not moving:
        return 0.0
    freedom = sum(score.n - 1 for score in moving)
    variance = sum((score.n - 1) * (score.spread or 0.0) ** 2 for score in moving) / freedom
    quantile = next(t for least, t in reversed(_T.items()) if least <= freedom)
    return quantile * math.sqrt(2 * variance / min(score.n for score in moving))


def _score(row: Row) -> Stat:
    if row.overall is None:
        raise ValueError(f"{row.generator} has no overall score")
    return row.overall
