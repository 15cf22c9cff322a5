"""What quality costs: the overall score against the time of a fit, and the best that a budget buys."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.api import Block, Figure, Panel, Section, Series, Table, Text

from . import _values
from ._format import NONE, name, number, score, stat
from ._view import each_board, generators

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.statistics.ranking import Board, Leaderboard, Row, Stat
    from bench.store import Run

_BUDGETS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
_ARM = 0.02
"""Length of a cross's arm where there is no spread, as a share of the axis."""
_BEST = "best within the time"
_CLOCKS = {"fit_cpu_seconds": "processor seconds", "fit_seconds": "seconds"}


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    return each_board(leaderboard, lambda board: _board(run, board))


def _board(run: Run, board: Board) -> list[Block]:
    """Processor time says the same on a busy machine; runs that did not measure it show wall time."""
    metrics = [metric for metric in run.metrics if metric.family == "cost"]
    costs = _values.tables(board, metrics, "What fitting and sampling took; shown, never part of the score")
    clock = next((key for key in _CLOCKS if any(key in row.metrics for row in generators(board))), "")
    rows = [row for row in generators(board) if row.overall and clock in row.metrics]
    if not rows:
        return list(costs)
    return [_note(clock), _figure(board, rows, clock), _budgets(rows, clock), *costs]


def _note(clock: str) -> Text:
    idle = "what a fit takes on an idle core" if clock == "fit_cpu_seconds" else "longer on a machine with other work"
    return Text(f"Time is {_CLOCKS[clock]} of one fit, {idle}. Tuning, which can take many fits, is not counted.")


def _figure(board: Board, rows: Sequence[Row], clock: str) -> Figure:
    places = [_log(row.metrics[clock].mean) for row in rows]
    arm = _ARM * max(max(places) - min(places), 0.5)
    crosses = tuple(_cross(row.generator, _overall(row), row.metrics[clock], arm) for row in rows)
    alt = "; ".join(f"{name(row.generator)} {number(_overall(row).mean)} in {_seconds(row, clock)} s" for row in rows)
    panel = Panel(
        "line",
        x_label=f"fit, {'CPU ' if clock == 'fit_cpu_seconds' else ''}seconds",
        y_label="overall score",
        series=(_staircase(rows, clock), *crosses),
        log=True,
    )
    title = "Overall score against the time of a fit, ± one standard deviation"
    return Figure(f"cost-{board.dataset}-{board.protocol}", title, f"Score against fit time: {alt}", (panel,), 1)


def _overall(row: Row) -> Stat:
    if row.overall is None:
        raise ValueError(f"{row.generator} has no overall score")
    return row.overall


def _seconds(row: Row, clock: str) -> str:
    return number(row.metrics[clock].mean, 3)


def _cross(who: str, overall: Stat, seconds: Stat, arm: float) -> Series:
    """A cross whose arms are the spreads, and at least long enough to be seen."""
    x, y = _log(seconds.mean), overall.mean
    right = max(_log(seconds.mean + (seconds.spread or 0.0)) - x, arm)
    up = max(overall.spread or 0.0, _ARM)
    return Series(who, (x - right, x + right, x, x, x), (y, y, y, y - up, y + up))


def _log(seconds: float) -> float:
    return math.log10(max(seconds, 1e-3))


def _staircase(rows: Sequence[Row], clock: str) -> Series:
    """The best mean score that can be had in at most so long."""
    x: list[float] = []
    y: list[float] = []
    for row in sorted(rows, key=lambda one: one.metrics[clock].mean):
        at, value = _log(row.metrics[clock].mean), max(_overall(row).mean, y[-1] if y else 0.0)
        x, y = [*x, *([at] if x else []), at], [*y, *(y[-1:]), value]
    return Series("", tuple(x), tuple(y), label=_BEST, variant=2)


def _budgets(rows: Sequence[Row], clock: str) -> Table:
    """From the smallest round budget that any generator keeps to the first that all keep."""
    times = [row.metrics[clock].mean for row in rows]
    useful = [budget for budget in _BUDGETS if budget >= min(times)]
    useful = useful[: 1 + sum(budget < max(times) for budget in useful)]
    cells = [_best(f"{budget:,} s", rows, clock, budget) for budget in useful]
    beyond = [] if useful and useful[-1] >= max(times) else [_best("no limit", rows, clock, math.inf)]
    return Table(
        header=("Budget for a fit", "Best within it", "Overall", "Its fit (s)", "Within it"),
        rows=(*cells, *beyond),
        caption="The best that a budget buys",
        align="rlrrr",
        hints={"Within it": "how many of the generators, by their mean time"},
        names=1,
    )


def _best(label: str, rows: Sequence[Row], clock: str, budget: float) -> tuple[str, ...]:
    within = [row for row in rows if row.metrics[clock].mean <= budget]
    best = max(within, key=lambda row: _overall(row).mean, default=None)
    if best is None:
        return (label, NONE, NONE, NONE, "0")
    took = stat(best.metrics[clock], 3)
    return (label, best.generator, score(best.overall), took, f"{len(within)} of {len(rows)}")


SECTION = Section("Cost", 58, _build)
