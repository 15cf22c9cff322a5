"""Section Trade-offs: utility against privacy, fidelity against fit time, and the Pareto front of each."""

from __future__ import annotations

from bench.api import Block, Board, Figure, Panel, Run, Series, Text

from ._format import listing
from ._lookup import board_section, generators, has_scores, never_best
from .cost import CLOCKS, axis_range, clock_metric, log_seconds

Points = dict[str, tuple[float, float]]

_TEXT = (
    "A generator is on the Pareto front if no other one is at least as good in both properties and better in one of "
    "them."
)


def front(points: Points) -> list[str]:
    """Returns the names on the Pareto front, largest x first; larger values are better on both axes.

    >>> front({"a": (0.9, 0.1), "b": (0.5, 0.5), "c": (0.4, 0.4), "d": (0.5, 0.5)})
    ['a', 'b', 'd']
    """
    best = [name for name in points if not _dominated(points[name], points)]
    return sorted(best, key=lambda name: (-points[name][0], name))


def _dominated(point: tuple[float, float], points: Points) -> bool:
    return any(x >= point[0] and y >= point[1] and (x, y) != point for x, y in points.values())


def _board_blocks(run: Run, board: Board) -> list[Block]:
    """Deliberately leaky baselines and implausible rows are drawn, but are not on a front and keep no other off it."""
    private, timed = _utility_and_privacy(board), _fidelity_and_time(board)
    if max(len(private), len(timed)) < 2:
        return []
    drawn = [entry for entry in generators(board) if entry.generator in {**private, **timed}]
    outside, words = never_best(run, drawn)
    fronts = [
        front({name: point for name, point in points.items() if name not in outside}) for points in (private, timed)
    ]
    names = [("utility and privacy", fronts[0]), ("fidelity and fit time", fronts[1])]
    panels = [_privacy_panel(private, fronts[0])] if len(private) > 1 else []
    panels += [_time_panel(board, timed, fronts[1])] if len(timed) > 1 else []
    left_out = f" Left out of the front: {words}." if words else ""
    items = tuple(f"{pair.capitalize()}: {listing(best)}." for pair, best in names if best)
    alt = " ".join(f"Pareto front of {pair}: {listing(best)}." for pair, best in names if best)
    title = "Trade-offs: the Pareto front is dotted, and generators on it are named"
    figure = Figure(f"tradeoffs-{board.dataset}-{board.protocol}", title, alt, tuple(panels), columns=2)
    return [Text(_TEXT + left_out, items=items), figure]


def _utility_and_privacy(board: Board) -> Points:
    return {
        entry.generator: (entry.families["utility"].mean, entry.families["privacy"].mean)
        for entry in generators(board)
        if has_scores(entry) and {"utility", "privacy"} <= set(entry.families)
    }


def _fidelity_and_time(board: Board) -> Points:
    """Returns fidelity and the negative logarithm of the time, so that larger values are better."""
    clock = clock_metric(board)
    return {
        entry.generator: (entry.families["fidelity"].mean, -log_seconds(entry.metrics[clock].mean))
        for entry in generators(board)
        if has_scores(entry) and "fidelity" in entry.families and clock in entry.metrics
    }


def _privacy_panel(points: Points, best: list[str]) -> Panel:
    swapped = {name: (privacy, utility) for name, (utility, privacy) in points.items()}
    limits = _limits(swapped)
    series = _series(swapped, best)
    return Panel("points", "Utility against privacy", "privacy score", "utility score", series, limits=limits)


def _time_panel(board: Board, points: Points, best: list[str]) -> Panel:
    swapped = {name: (-speed, fidelity) for name, (fidelity, speed) in points.items()}
    limits, series, label = _limits(swapped), _series(swapped, best), CLOCKS[clock_metric(board)]
    return Panel("points", "Fidelity against fit time", label, "fidelity score", series, limits=limits, log=True)


def _limits(points: Points) -> tuple[float, ...]:
    return (*axis_range([x for x, _ in points.values()]), *axis_range([y for _, y in points.values()]))


def _series(points: Points, best: list[str]) -> tuple[Series, ...]:
    """Returns the front as a line and every generator as a point; generators on the front have labels."""
    x, y = tuple(points[name][0] for name in best), tuple(points[name][1] for name in best)
    line = [Series("", x, y, label="Pareto front", variant=2)] if len(best) > 1 else []
    return (*line, *(Series(name, (x,), (y,), label=name if name in best else "") for name, (x, y) in points.items()))


SECTION = board_section("Trade-offs", 11, _board_blocks, page="Result")
