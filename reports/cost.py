"""Section Cost: the overall score against the time of a fit, and the best generator for each time budget."""

from __future__ import annotations

import math

from bench.api import Block, Board, Entry, Figure, Panel, Run, Series, Stat, Table, Text
from bench.common.formatting import NONE

from ._format import name, number, score, stat
from ._lookup import board_section, generators, never_best
from ._value_tables import value_tables

CLOCKS = {"fit_cpu_seconds": "fit, CPU seconds", "fit_seconds": "fit, seconds"}
"""Metrics of the time of a fit, with the label of their axis."""

_SHORT_CLOCKS = {"fit_cpu_seconds": "Fit CPU s", "fit_seconds": "Fit s"}
_BUDGETS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
_SHORTEST_FIT, _MARGIN, _BEYOND = 1e-3, 0.12, 0.03


def _board_blocks(run: Run, board: Board) -> list[Block]:
    """Deliberately leaky baselines and implausible rows are drawn, but are never the best within a budget."""
    metrics = [metric for metric in run.metrics if metric.family == "cost"]
    tables = value_tables(run, board, metrics, "Cost of fitting and sampling (not part of the score)")
    clock = clock_metric(board)
    entries = [entry for entry in generators(board) if entry.overall and clock in entry.metrics]
    if not entries:
        return list(tables)
    left_out, words = never_best(run, entries)
    candidates = [entry for entry in entries if entry.generator not in left_out]
    budgets = [_budget_table(candidates, clock)] if candidates else []
    return [_note(clock, words), _figure(board, entries, candidates, clock), *budgets, *tables]


def clock_metric(board: Board) -> str:
    """Returns CPU time, which hardly depends on other work; wall time if it is missing; empty without both."""
    return next((clock for clock in CLOCKS if any(clock in entry.metrics for entry in generators(board))), "")


def log_seconds(seconds: float) -> float:
    """Returns the position of a time on a logarithmic axis, in powers of ten; at least one millisecond."""
    return math.log10(max(seconds, _SHORTEST_FIT))


def axis_range(values: list[float]) -> tuple[float, float]:
    """Returns the range of the values with a margin."""
    margin = _MARGIN * (max(values) - min(values)) or 0.05
    return min(values) - margin, max(values) + margin


def _note(clock: str, never_best_words: str) -> Text:
    unit, change = ("CPU seconds", "up to a quarter higher") if clock == "fit_cpu_seconds" else ("seconds", "higher")
    text = (
        f"Time is given in {unit} of one fit; it is {change} if the machine does other work at the same time. "
        "Tuning may take many fits and is not counted."
    )
    return Text(text + (f" Never named as the best: {never_best_words}." if never_best_words else ""))


def _figure(board: Board, entries: list[Entry], candidates: list[Entry], clock: str) -> Figure:
    best = _best_by_time(candidates, clock)
    latest = max((log_seconds(entry.metrics[clock].mean) for entry in candidates), default=0.0)
    marks = [_mark(entry, clock, named=entry in best) for entry in entries]
    crosses = [_cross(entry, clock) for entry in entries]
    series = (*([_staircase(best, latest, clock)] if best else []), *marks, *crosses)
    times = {entry.generator: number(entry.metrics[clock].mean, 3) for entry in entries}
    alt = "; ".join(f"{name(mark.name)} {number(mark.y[0])} in {times[mark.name]} s" for mark in marks)
    low, high = axis_range([y for line in series for y in line.y])
    limits = *axis_range([x for line in series for x in line.x]), max(low, -_BEYOND), min(high, 1 + _BEYOND)
    panel = Panel("points", "", CLOCKS[clock], "overall score", series, limits=limits, log=True)
    title = "Overall score against the time of a fit: ± one standard deviation; the best up to each time are named"
    return Figure(f"cost-{board.dataset}-{board.protocol}", title, f"Score against fit time: {alt}", (panel,), 1)


def _overall(entry: Entry) -> Stat:
    if entry.overall is None:
        raise ValueError(f"{entry.generator} has no overall score")
    return entry.overall


def _point(entry: Entry, clock: str) -> tuple[float, float]:
    return log_seconds(entry.metrics[clock].mean), _overall(entry).mean


def _mark(entry: Entry, clock: str, *, named: bool) -> Series:
    x, y = _point(entry, clock)
    return Series(entry.generator, (x,), (y,), label=entry.generator if named else "")


def _cross(entry: Entry, clock: str) -> Series:
    """Returns a cross whose arms are as long as the standard deviations."""
    x, y = _point(entry, clock)
    right = log_seconds(entry.metrics[clock].mean + (entry.metrics[clock].spread or 0.0)) - x
    up = _overall(entry).spread or 0.0
    return Series(entry.generator, (x - right, x + right, x, x, x), (y, y, y, y - up, y + up))


def _best_by_time(entries: list[Entry], clock: str) -> list[Entry]:
    """Returns the entries that score higher than all faster ones, fastest first."""
    best: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: (entry.metrics[clock].mean, -_overall(entry).mean)):
        if not best or _overall(entry).mean > _overall(best[-1]).mean:
            best.append(entry)
    return best


def _staircase(best: list[Entry], latest: float, clock: str) -> Series:
    """Returns the best mean score that is possible up to each time."""
    points = [_point(entry, clock) for entry in best]
    x = [points[0][0], *(time for point in points[1:] for time in (point[0],) * 2), latest]
    y = [mean for point in points for mean in (point[1],) * 2]
    return Series("", tuple(x), tuple(y), label="best up to this time", variant=2)


def _budget_table(entries: list[Entry], clock: str) -> Table:
    """Returns budgets from the smallest that fits any generator to the first that fits all of them."""
    times = [entry.metrics[clock].mean for entry in entries]
    useful = [budget for budget in _BUDGETS if budget >= min(times)]
    useful = useful[: 1 + sum(budget < max(times) for budget in useful)]
    rows = [_budget_row(f"{budget:,} s", entries, clock, budget) for budget in useful]
    no_limit = [] if useful and useful[-1] >= max(times) else [_budget_row("no limit", entries, clock, math.inf)]
    header = ("Time budget", "Best mean", "Overall", _SHORT_CLOCKS[clock], "Within budget")
    caption = "The generator with the best mean score for each time budget of a fit; How sure says which ones tie"
    hints = {"Within budget": "number of generators whose mean fit time is within the budget"}
    return Table(header, (*rows, *no_limit), caption, align="rlrrr", hints=hints, names=1)


def _budget_row(label: str, entries: list[Entry], clock: str, budget: float) -> tuple[str, ...]:
    within = [entry for entry in entries if entry.metrics[clock].mean <= budget]
    best = max(within, key=lambda entry: _overall(entry).mean, default=None)
    if best is None:
        return (label, NONE, NONE, NONE, "0")
    seconds = stat(best.metrics[clock], 3)
    return (label, best.generator, score(best.overall), seconds, f"{len(within)} of {len(entries)}")


SECTION = board_section("Cost", 58, _board_blocks, page="Compare")
