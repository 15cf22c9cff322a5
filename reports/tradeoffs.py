"""What one gives up for another: utility against privacy, fidelity against fit time, and who is beaten by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Figure, Panel, Series, Text

from ._axes import CLOCKS, clock_of, ends, log_seconds
from ._format import listing
from ._lookup import by_board, generators, memorises

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.api import Board, Run

    Points = Mapping[str, tuple[float, float]]


def front(points: Points) -> list[str]:
    """Names that nobody beats in one and equals in the other, from the largest x; more is better in both.

    >>> front({"a": (0.9, 0.1), "b": (0.5, 0.5), "c": (0.4, 0.4), "d": (0.5, 0.5)})
    ['a', 'b', 'd']
    """
    return sorted((who for who in points if not _beaten(points[who], points)), key=lambda who: (-points[who][0], who))


def _beaten(own: tuple[float, float], points: Points) -> bool:
    return any(x >= own[0] and y >= own[1] and (x, y) != own for x, y in points.values())


def _board(run: Run, board: Board) -> list[Block]:
    """Foils are drawn, but are no candidates and beat nobody."""
    private, timed = _privacy(board), _time(board)
    foils = [who for who in {**private, **timed} if memorises(run, who)]
    best, quick = (front({who: at for who, at in points.items() if who not in foils}) for points in (private, timed))
    fronts = {"utility and privacy": best, "fidelity and fit time": quick}
    if not any(len(points) > 1 for points in (private, timed)):
        return []
    panels = [_scores(private, best)] if len(private) > 1 else []
    panels += [_clock(board, timed, quick)] if len(timed) > 1 else []
    aside = f" Foils are no candidates for it: {listing(foils)}." if foils else ""
    items = tuple(f"In {what}: {listing(who)}." for what, who in fronts.items() if len(who))
    alt = " ".join(f"Beaten by none in {what}: {listing(who)}." for what, who in fronts.items() if who)
    return [
        Text(
            f"The Pareto front: no other generator is at least as good in both and better in one.{aside}", items=items
        ),
        Figure(
            f"tradeoffs-{board.dataset}-{board.protocol}",
            "Trade-offs; the front is dotted, and those on it are named",
            alt,
            tuple(panels),
            columns=2,
        ),
    ]


def _privacy(board: Board) -> Points:
    return {
        row.generator: (row.families["utility"].mean, row.families["privacy"].mean)
        for row in generators(board)
        if row.succeeded and {"utility", "privacy"} <= set(row.families)
    }


def _time(board: Board) -> Points:
    """Fidelity, and less the logarithm of the time, so that more is better."""
    clock = clock_of(board)
    return {
        row.generator: (row.families["fidelity"].mean, -log_seconds(row.metrics[clock].mean))
        for row in generators(board)
        if row.succeeded and "fidelity" in row.families and clock in row.metrics
    }


def _scores(points: Points, best: Sequence[str]) -> Panel:
    steps = [points[who] for who in best]
    return Panel(
        "points",
        "Utility against privacy",
        "privacy score",
        "utility score",
        _series({who: (y, x) for who, (x, y) in points.items()}, best, [(y, x) for x, y in steps]),
        limits=(*ends([y for _, y in points.values()]), *ends([x for x, _ in points.values()])),
    )


def _clock(board: Board, points: Points, best: Sequence[str]) -> Panel:
    steps = [(-points[who][1], points[who][0]) for who in best]
    places = {who: (-y, x) for who, (x, y) in points.items()}
    return Panel(
        "points",
        "Fidelity against fit time",
        CLOCKS[clock_of(board)],
        "fidelity score",
        _series(places, best, steps),
        limits=(*ends([x for x, _ in places.values()]), *ends([y for _, y in places.values()])),
        log=True,
    )


def _series(places: Points, best: Sequence[str], steps: Sequence[tuple[float, float]]) -> tuple[Series, ...]:
    """The front as straight pieces from one to the next, and every generator; those on the front have labels."""
    line = [Series("", tuple(x for x, _ in steps), tuple(y for _, y in steps), label="Pareto front", variant=2)]
    named = set(best)
    marks = [Series(who, (x,), (y,), label=who if who in named else "") for who, (x, y) in places.items()]
    return (*(line if len(steps) > 1 else ()), *marks)


SECTION = by_board("Trade-offs", 11, _board)
