"""Every metric of every family, with its meaning, beside floors and ceilings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Fold, Metric, Section, Table, Text

from . import _values
from ._format import direction, line, number
from ._view import columns, each_board, generators, references, results

if TYPE_CHECKING:
    from bench.api import TrialResult
    from bench.ranking import Board, Leaderboard
    from bench.store import Run

_STD_RATIO = "std_ratio is what the sources call variance preservation; it is a ratio of standard deviations."


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    blocks = each_board(leaderboard, lambda board: _board(run, board))
    if not blocks:
        return []
    intro = "Raw values: ↑ higher is better, ↓ lower is better, → the value to reach. The best of a column is bold."
    notes = [Text(_STD_RATIO)] if any(metric.name == "std_ratio" for metric in run.metrics) else []
    return [Text(intro), *notes, *blocks, Fold("All metrics, with their sources", (_glossary(run.metrics),))]


def _board(run: Run, board: Board) -> list[Block]:
    blocks: list[Block] = []
    for family in dict.fromkeys(metric.family for metric in run.metrics):
        of_family = [metric for metric in run.metrics if metric.family == family]
        summary = run.manifest["families"].get(family, {}).get("summary", "")
        if found := _values.table(board, of_family, f"{family.capitalize()}: {summary}"):
            blocks += [found, *_by_column(run, board, of_family)]
    return blocks


def _by_column(run: Run, board: Board, metrics: list[Metric]) -> list[Block]:
    tables = [table for metric in metrics if metric.per_column and (table := _columns_table(run, board, metric))]
    return [Fold(f"{metrics[0].family.capitalize()} by column", tuple(tables))] if tables else []


def _columns_table(run: Run, board: Board, metric: Metric) -> Table | None:
    """One row per column of the data, one column per generator or reference: means over repeats."""
    means = _means(run, board, metric.name)
    rows = [row.generator for row in (*generators(board), *references(board)) if row.generator in means]
    if not rows:
        return None
    return Table(
        header=("Column", *rows),
        rows=tuple((column, *(number(means[row].get(column)) for row in rows)) for column in columns(run, board)),
        caption=f"{metric.name} {direction(metric)} by column, mean over repeats",
    )


def _means(run: Run, board: Board, metric: str) -> dict[str, dict[str, float]]:
    """Generator or reference -> column -> mean over repeats."""
    values: dict[str, dict[str, list[float]]] = {}
    for result in _every(run, board):
        for key, value in result.metrics.items():
            start, _, column = key.partition("[")
            if start == metric and column and value is not None:
                values.setdefault(result.trial.generator, {}).setdefault(column.removesuffix("]"), []).append(value)
    return {row: {column: sum(all_) / len(all_) for column, all_ in of.items()} for row, of in values.items()}


def _every(run: Run, board: Board) -> list[TrialResult]:
    tried = results(run, board)
    ids = dict.fromkeys(result.trial.split for result in tried)
    return [*tried, *(row for split in ids for row in run.references.get(split, {}).values())]


def _glossary(metrics: tuple[Metric, ...]) -> Table:
    return Table(
        header=("Metric", "Family", "Best", "Ranked between", "Meaning", "Source"),
        rows=tuple(
            (
                metric.name,
                metric.family,
                direction(metric),
                f"{metric.floor} and {metric.ceiling}" if metric.ranked else "not ranked",
                line(metric.meaning),
                line(metric.source),
            )
            for metric in metrics
        ),
        align="llllll",
    )


SECTION = Section("Metrics", 20, _build)
