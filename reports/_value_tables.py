"""Tables of raw values: generators from best to worst, reference rows set apart below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Metric, Table
from bench.statistics.scores import loss

from ._format import digits_of, heading, hint, number, stat
from ._lookup import columns, generators, references, results, splits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.api import Board, Entry, Run


WIDEST = 8
"""Metrics that stand side by side in one table."""

_LOW, _HIGH = "_low", "_high"


def tables(board: Board, metrics: Sequence[Metric], caption: str) -> list[Table]:
    """The metrics in as many tables as keep each readable; none if no row has any of them."""
    known = [metric for metric in estimates(metrics) if any(metric.name in row.metrics for row in board.entries)]
    parts = list(_even(known))
    marks = [f" ({at} of {len(parts)})" if len(parts) > 1 else "" for at in range(1, len(parts) + 1)]
    found = (_table(board, part, metrics, caption + mark) for part, mark in zip(parts, marks, strict=True))
    return [table for table in found if table]


def estimates(metrics: Sequence[Metric]) -> list[Metric]:
    """The metrics without the ends of intervals: those are printed beside the estimate that they belong to.

    >>> tpr = [Metric(name, "privacy", "lower", "") for name in ("tpr", "tpr_low", "tpr_high", "bar_low")]
    >>> [metric.name for metric in estimates(tpr)]
    ['tpr', 'bar_low']
    """
    names = {metric.name for metric in metrics}
    ends = {name + end for name in names for end in (_LOW, _HIGH) if {name + _LOW, name + _HIGH} <= names}
    return [metric for metric in metrics if metric.name not in ends]


def _even(metrics: Sequence[Metric]) -> Iterator[Sequence[Metric]]:
    """Parts of nearly one size, none wider than a page."""
    count = -(-len(metrics) // WIDEST)
    for at in range(count):
        yield metrics[at * len(metrics) // count : (at + 1) * len(metrics) // count]


def _table(board: Board, shown: Sequence[Metric], every: Sequence[Metric], caption: str) -> Table | None:
    known = [metric for metric in shown if any(metric.name in row.metrics for row in board.entries)]
    tried = generators(board)
    beside = [row for row in references(board) if any(metric.name in row.metrics for metric in known)]
    if not known:
        return None
    ended = {metric.name for metric in known if any(one.name == metric.name + _LOW for one in every)}
    return Table(
        header=("Generator", *(heading(metric) for metric in known)),
        rows=tuple(_row(row, known, ended, board) for row in (*tried, *beside)),
        caption=caption,
        strong=frozenset(best(tried, known)),
        apart=frozenset(range(len(tried), len(tried) + len(beside))),
        hints={heading(metric): hint(metric) for metric in known},
        names=0,
        groups=("", *(metric.family for metric in known)),
    )


def _row(row: Entry, metrics: Sequence[Metric], ended: set[str], board: Board) -> tuple[str, ...]:
    repeats = board.repeats if row.kind == "generator" else 0
    return (row.generator, *(_cell(row, metric, repeats) + _ends(row, metric, ended) for metric in metrics))


def _cell(row: Entry, metric: Metric, repeats: int) -> str:
    return stat(row.metrics.get(metric.name), digits_of(metric), repeats=repeats)


def _ends(row: Entry, metric: Metric, ended: set[str]) -> str:
    """The mean ends of an interval, beside its estimate."""
    low, high = (row.metrics.get(metric.name + end) for end in (_LOW, _HIGH))
    if metric.name not in ended or low is None or high is None:
        return ""
    digits = digits_of(metric)
    return f" [{number(low.mean, digits)} to {number(high.mean, digits)}]"


def best(rows: Sequence[Entry], metrics: Sequence[Metric]) -> list[tuple[int, int]]:
    """Where the best means stand, of generators only; nothing if all are equal."""
    cells: list[tuple[int, int]] = []
    for column, metric in enumerate(metrics, start=1):
        losses = {
            at: loss(row.metrics[metric.name].mean, metric) for at, row in enumerate(rows) if metric.name in row.metrics
        }
        if len(set(losses.values())) > 1:
            cells += [(at, column) for at, value in losses.items() if value == min(losses.values())]
    return cells


def by_column(run: Run, board: Board, metric: str) -> dict[str, dict[str, float]]:
    """Generator or reference -> column -> mean over repeats, of a metric's values per column."""
    tried = results(run, board)
    ids = dict.fromkeys(split.id for split in splits(run, board))
    every = [*tried, *(row for split in ids for row in run.references.get(split, {}).values())]
    keys = {column: f"{metric}[{column}]" for column in columns(run, board)}
    values: dict[str, dict[str, list[float]]] = {}
    for result in every:
        for column, key in keys.items():
            if (value := result.metrics.get(key)) is not None:
                values.setdefault(result.trial.generator, {}).setdefault(column, []).append(value)
    return {row: {column: sum(all_) / len(all_) for column, all_ in of.items()} for row, of in values.items()}


class Source:
    """A board's metrics and their values by column, each looked up once: reports ask for them row by row."""

    def __init__(self, run: Run, board: Board) -> None:
        self.metrics = run.metrics
        self.board, self._run = board, run
        self._found: dict[str, dict[str, dict[str, float]]] = {}

    def by_column(self, metric: str) -> dict[str, dict[str, float]]:
        """As the function of that name."""
        if metric not in self._found:
            self._found[metric] = by_column(self._run, self.board, metric)
        return self._found[metric]
