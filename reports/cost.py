"""What quality costs: the overall score against the time of a fit, and the best that a budget buys."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.api import Block, Figure, Panel, Series, Table, Text

from . import _value_tables
from ._axes import CLOCKS, clock_of, ends, log_seconds
from ._format import NONE, listing, name, number, score, stat
from ._lookup import by_board, generators, memorises

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Board, Entry, Run, Stat

_BUDGETS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
_BEST = "best within the time"


def _board(run: Run, board: Board) -> list[Block]:
    """Foils are drawn, but are no candidates for the best that a budget buys."""
    metrics = [metric for metric in run.metrics if metric.family == "cost"]
    costs = _value_tables.tables(board, metrics, "What fitting and sampling took; shown, never part of the score")
    clock = clock_of(board)
    rows = [row for row in generators(board) if row.overall and clock in row.metrics]
    if not rows:
        return list(costs)
    foils = [row.generator for row in rows if memorises(run, row.generator)]
    fair = [row for row in rows if row.generator not in foils]
    budgets = [_budgets(fair, clock)] if fair else []
    return [_note(clock, foils), _figure(board, rows, fair, clock), *budgets, *costs]


def _note(clock: str, foils: Sequence[str]) -> Text:
    cpu = clock == "fit_cpu_seconds"
    what = "processor seconds of one fit" if cpu else "seconds of one fit"
    idle = "somewhat longer beside other work" if cpu else "longer on a machine with other work"
    aside = f" Foils are no candidates: {listing(foils)}." if foils else ""
    return Text(f"Time is {what}, {idle}. Tuning, which can take many fits, is not counted.{aside}")


def _figure(board: Board, rows: Sequence[Entry], fair: Sequence[Entry], clock: str) -> Figure:
    best = _best_so_far(fair, clock)
    marks = tuple(_mark(row, clock, named=row in best) for row in rows)
    crosses = tuple(_cross(row, clock) for row in rows)
    steps = (_staircase(best, max(log_seconds(row.metrics[clock].mean) for row in fair), clock),) if fair else ()
    drawn = (*steps, *marks, *crosses)
    alt = "; ".join(f"{name(row.generator)} {number(_overall(row).mean)} in {_seconds(row, clock)} s" for row in rows)
    limits = *ends([x for one in drawn for x in one.x]), *ends([y for one in drawn for y in one.y])
    panel = Panel("points", "", CLOCKS[clock], "overall score", drawn, limits=limits, log=True)
    title = "Overall score against the time of a fit: ± one standard deviation; the best within the time are named"
    return Figure(f"cost-{board.dataset}-{board.protocol}", title, f"Score against fit time: {alt}", (panel,), 1)


def _overall(row: Entry) -> Stat:
    if row.overall is None:
        raise ValueError(f"{row.generator} has no overall score")
    return row.overall


def _seconds(row: Entry, clock: str) -> str:
    return number(row.metrics[clock].mean, 3)


def _place(row: Entry, clock: str) -> tuple[float, float]:
    return log_seconds(row.metrics[clock].mean), _overall(row).mean


def _mark(row: Entry, clock: str, *, named: bool) -> Series:
    x, y = _place(row, clock)
    return Series(row.generator, (x,), (y,), label=row.generator if named else "")


def _cross(row: Entry, clock: str) -> Series:
    """Arms as long as the spreads."""
    x, y = _place(row, clock)
    right = log_seconds(row.metrics[clock].mean + (row.metrics[clock].spread or 0.0)) - x
    up = _overall(row).spread or 0.0
    return Series(row.generator, (x - right, x + right, x, x, x), (y, y, y, y - up, y + up))


def _best_so_far(rows: Sequence[Entry], clock: str) -> list[Entry]:
    """Those better than all that take no longer, from the quickest."""
    found: list[Entry] = []
    for row in sorted(rows, key=lambda one: (one.metrics[clock].mean, -_overall(one).mean)):
        if not found or _overall(row).mean > _overall(found[-1]).mean:
            found.append(row)
    return found


def _staircase(best: Sequence[Entry], last: float, clock: str) -> Series:
    """The best mean score that can be had in at most so long."""
    places = [_place(row, clock) for row in best]
    x = [places[0][0], *(at for place in places[1:] for at in (place[0],) * 2), last]
    y = [value for place in places for value in (place[1],) * 2]
    return Series("", tuple(x), tuple(y), label=_BEST, variant=2)


def _budgets(rows: Sequence[Entry], clock: str) -> Table:
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


def _best(label: str, rows: Sequence[Entry], clock: str, budget: float) -> tuple[str, ...]:
    within = [row for row in rows if row.metrics[clock].mean <= budget]
    best = max(within, key=lambda row: _overall(row).mean, default=None)
    if best is None:
        return (label, NONE, NONE, NONE, "0")
    took = stat(best.metrics[clock], 3)
    return (label, best.generator, score(best.overall), took, f"{len(within)} of {len(rows)}")


SECTION = by_board("Cost", 58, _board)
