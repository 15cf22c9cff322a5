"""Tables of raw values: generators from best to worst, reference rows set apart below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Metric, Table
from bench.ranking import loss

from ._format import digits_of, heading, hint, stat
from ._view import generators, references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.ranking import Board, Row


def table(board: Board, metrics: Sequence[Metric], caption: str) -> Table | None:
    """One row per generator or reference that has any of the metrics; None if nothing has."""
    known = [metric for metric in metrics if any(metric.name in row.metrics for row in board.rows)]
    tried = generators(board)
    beside = [row for row in references(board) if any(metric.name in row.metrics for metric in known)]
    if not known:
        return None
    return Table(
        header=("Generator", *(heading(metric) for metric in known)),
        rows=tuple(_row(row, known, board) for row in (*tried, *beside)),
        caption=caption,
        strong=frozenset(best(tried, known)),
        apart=frozenset(range(len(tried), len(tried) + len(beside))),
        hints={heading(metric): hint(metric) for metric in known},
        names=0,
    )


def _row(row: Row, metrics: Sequence[Metric], board: Board) -> tuple[str, ...]:
    repeats = board.repeats if row.kind == "generator" else 0
    values = (stat(row.metrics.get(metric.name), digits_of(metric), repeats=repeats) for metric in metrics)
    return (row.generator, *values)


def best(rows: Sequence[Row], metrics: Sequence[Metric]) -> list[tuple[int, int]]:
    """Where the best means stand, of generators only; nothing if all are equal."""
    cells: list[tuple[int, int]] = []
    for column, metric in enumerate(metrics, start=1):
        losses = {
            at: loss(row.metrics[metric.name].mean, metric) for at, row in enumerate(rows) if metric.name in row.metrics
        }
        if len(set(losses.values())) > 1:
            cells += [(at, column) for at, value in losses.items() if value == min(losses.values())]
    return cells
