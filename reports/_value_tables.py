"""Raw values: tables with generators from best to worst and reference rows below them, and mean values by column."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator

from bench.api import Board, Bound, Entry, Metric, Run, Table
from bench.common.formatting import IMPLAUSIBLE, heading
from bench.statistics.scores import counted_value, loss

from ._format import digits_of, metric_hint, number, stat
from ._lookup import columns, generators, references, results, splits

Cells = dict[tuple[int, int], float]
"""Values by row and column of a table."""

WIDEST = 8
"""The largest number of metrics in one table."""

_MOST_CHARACTERS = 128
"""The largest width of the metrics of one table, with gaps: a page has room for the names beside them."""

_LOW, _HIGH = "_low", "_high"


def value_tables(run: Run, board: Board, metrics: list[Metric], caption: str) -> list[Table]:
    """Returns tables of the metrics, none too wide to read; no table if no entry has a value of them.

    The best value of a column is bold; generators that memorise are not compared.
    """
    present = present_metrics(board, estimates(metrics))
    parts = list(_parts(board, present, metrics))
    marks = [f" ({part} of {len(parts)})" if len(parts) > 1 else "" for part in range(1, len(parts) + 1)]
    memorising = run.manifest.memorising
    return [_table(board, part, metrics, caption + mark, memorising) for part, mark in zip(parts, marks, strict=True)]


def present_metrics(board: Board, metrics: list[Metric]) -> list[Metric]:
    """Returns the metrics that any entry has a value of."""
    return [metric for metric in metrics if any(metric.name in entry.metrics for entry in board.entries)]


def estimates(metrics: list[Metric]) -> list[Metric]:
    """Returns the metrics without the ends of intervals, which are printed next to their estimate.

    >>> tpr = [Metric(name, "privacy", "lower", "") for name in ("tpr", "tpr_low", "tpr_high", "bar_low")]
    >>> [metric.name for metric in estimates(tpr)]
    ['tpr', 'bar_low']
    """
    names = {metric.name for metric in metrics}
    ends = {name + end for name in names for end in (_LOW, _HIGH) if {name + _LOW, name + _HIGH} <= names}
    return [metric for metric in metrics if metric.name not in ends]


def _parts(board: Board, shown: list[Metric], metrics: list[Metric]) -> Iterator[list[Metric]]:
    """Yields parts of nearly equal width, none wider than a page."""
    names = {metric.name for metric in metrics}
    widths = [_width(board, metric, has_interval=metric.name + _LOW in names) for metric in shown]
    parts = max(-(-len(shown) // WIDEST), math.ceil(sum(widths) / _MOST_CHARACTERS))
    places = [int(parts * (sum(widths[:at]) + width / 2) / sum(widths)) for at, width in enumerate(widths)]
    for part in range(parts):
        if own := [metric for metric, place in zip(shown, places, strict=True) if place == part]:
            yield own


def _width(board: Board, metric: Metric, *, has_interval: bool) -> int:
    """Returns the width of a column in characters, with the gap beside it."""
    ends = (_interval_ends(entry, metric) if has_interval else "" for entry in board.entries)
    cells = (
        stat(entry.metrics.get(metric.name), digits_of(metric)) + end
        for entry, end in zip(board.entries, ends, strict=True)
    )
    return 3 + max(len(heading(metric)), *map(len, cells))


def _table(
    board: Board, shown: list[Metric], metrics: list[Metric], caption: str, memorising: Collection[str]
) -> Table:
    ranked = generators(board)
    below = [entry for entry in references(board) if any(metric.name in entry.metrics for metric in shown)]
    first_apart = sum(not entry.implausible for entry in ranked)
    names = {metric.name for metric in metrics}
    with_interval = {metric.name for metric in shown if metric.name + _LOW in names}
    return Table(
        ("Generator", *(heading(metric) for metric in shown)),
        tuple(_row(entry, shown, with_interval, board) for entry in (*ranked, *below)),
        caption + ("; in brackets: 95 % interval of one repeat, mean over repeats" if with_interval else ""),
        strong=frozenset(_best_cells(ranked[:first_apart], shown, memorising)),
        apart=frozenset(range(first_apart, len(ranked) + len(below))),
        hints={heading(metric): metric_hint(metric) for metric in shown},
        names=0,
        groups=("", *(metric.family for metric in shown)),
        tags={row: IMPLAUSIBLE for row, entry in enumerate(ranked) if entry.implausible},
    )


def _row(entry: Entry, metrics: list[Metric], with_interval: set[str], board: Board) -> tuple[str, ...]:
    repeats = board.repeats if entry.kind == "generator" else 0
    cells = (stat(entry.metrics.get(metric.name), digits_of(metric), repeats=repeats) for metric in metrics)
    ends = (_interval_ends(entry, metric) if metric.name in with_interval else "" for metric in metrics)
    return (entry.generator, *(cell + end for cell, end in zip(cells, ends, strict=True)))


def _interval_ends(entry: Entry, metric: Metric) -> str:
    """Returns the mean ends of an interval, to print next to the estimate."""
    low, high = (entry.metrics.get(metric.name + end) for end in (_LOW, _HIGH))
    if low is None or high is None:
        return ""
    digits = digits_of(metric)
    return f" [{number(low.mean, digits)} to {number(high.mean, digits)}]"


def _best_cells(entries: list[Entry], metrics: list[Metric], left_out: Collection[str]) -> list[tuple[int, int]]:
    """Returns the cells with the best mean of each metric, except where all means are equal."""
    losses: Cells = {}
    for column, metric in enumerate(metrics, start=1):
        compared = ((row, entry) for row, entry in enumerate(entries) if entry.generator not in left_out)
        means = {row: entry.metrics.get(metric.name) for row, entry in compared}
        own = {(row, column): loss(value.mean, metric) for row, value in means.items() if value}
        losses |= own if len(set(own.values())) > 1 else {}
    return extreme_cells(losses, min)


def extreme_cells(cells: Cells, extreme: Callable[[Iterable[float]], float]) -> list[tuple[int, int]]:
    """Returns the cells with the smallest (`extreme=min`) or largest (`max`) value of their column."""
    columns: dict[int, list[float]] = {}
    for (_, column), value in cells.items():
        columns.setdefault(column, []).append(value)
    return [cell for cell, value in cells.items() if value == extreme(columns[cell[1]])]


class BoardValues:
    """The scores and values of a board's entries; mean values by column are computed once per metric."""

    def __init__(self, run: Run, board: Board) -> None:
        self.board, self._run = board, run
        self._column_means: dict[str, dict[str, dict[str, float]]] = {}

    def scored_families(self, entry: Entry) -> list[str]:
        """Returns the families behind an entry's overall score, in the order of reports."""
        return [family for family in self.board.families if family in entry.families]

    def scored_metrics(self, entry: Entry, family: str) -> list[Metric]:
        """Returns the metrics behind an entry's family score, in the order of reports."""
        return [metric for metric in self.family_metrics(family) if metric.name in entry.scores]

    def family_metrics(self, family: str) -> list[Metric]:
        """Returns all metrics of a family."""
        return [metric for metric in self._run.metrics if metric.family == family]

    def reference_values(self, metric: Metric) -> list[float | None]:
        """Returns the mean values of a metric's floor (of several, the best) and ceiling, as they enter scores."""
        floors = [value for bound in metric.floors if (value := self._bound_value(bound, metric)) is not None]
        floor = min(floors, key=lambda value: loss(value, metric), default=None)
        return [floor, self._bound_value(metric.ceiling, metric)]

    def hint(self, metric: Metric) -> str:
        """Returns the meaning of a metric, and the values of its floor and ceiling on this board."""
        floor, ceiling = (number(value, digits_of(metric)) for value in self.reference_values(metric))
        unit = f" Unit: {metric.unit}." if metric.unit else ""
        here = f" Here the floor is {floor} and the ceiling {ceiling}." if metric.ranked else ""
        return f"{metric_hint(metric)}.{unit}{here}"

    def _bound_value(self, bound: Bound, metric: Metric) -> float | None:
        if not isinstance(bound, str):
            return bound
        by_split = (self._run.references.get(split.id, {}).get(bound) for split in splits(self._run, self.board))
        values = [value for result in by_split if result and (value := result.metrics.get(metric.name)) is not None]
        return math.fsum(counted_value(value, metric) for value in values) / len(values) if values else None

    def by_column(self, metric: str) -> dict[str, dict[str, float]]:
        """Returns a metric's mean over repeats, by generator or reference row and then by column."""
        if metric not in self._column_means:
            self._column_means[metric] = _column_means(self._run, self.board, metric)
        return self._column_means[metric]


def _column_means(run: Run, board: Board, metric: str) -> dict[str, dict[str, float]]:
    ids = dict.fromkeys(split.id for split in splits(run, board))
    reference_results = [result for split in ids for result in run.references.get(split, {}).values()]
    keys = {column: f"{metric}[{column}]" for column in columns(run, board)}
    values: dict[str, dict[str, list[float]]] = {}
    for result in (*results(run, board), *reference_results):
        for column, key in keys.items():
            if (value := result.metrics.get(key)) is not None:
                values.setdefault(result.trial.generator, {}).setdefault(column, []).append(value)
    return {
        name: {column: sum(repeats) / len(repeats) for column, repeats in by_column.items()}
        for name, by_column in values.items()
    }
