"""Every metric of every family, with its meaning, beside floors and ceilings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import Block, Fold, Metric, Section, Table, Text

from . import _value_tables
from ._format import count, direction, line, number
from ._lookup import columns, each_board, generators, references

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Board, Leaderboard, Run

_ELSEWHERE = ("cost", "latent")
"""Families with a section of their own."""

_TRAIN = "_train"
"""Ends the names of metrics that repeat another one with train in place of holdout."""

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
    for family in dict.fromkeys(metric.family for metric in run.metrics if metric.family not in _ELSEWHERE):
        of_family = [metric for metric in run.metrics if metric.family == family]
        blocks += _family(board, of_family, f"{family.capitalize()}: {run.manifest.families[family].summary}")
        blocks += _by_column(run, board, of_family)
    return blocks


def _family(board: Board, metrics: Sequence[Metric], caption: str) -> list[Block]:
    """What is ranked at first sight; the rest of a large family when asked for."""
    known = [metric for metric in metrics if any(metric.name in row.metrics for row in board.entries)]
    shown = _value_tables.estimates(known)
    if len(shown) <= _value_tables.WIDEST:
        return list(_value_tables.tables(board, known, caption))
    first = [metric for metric in shown if metric.ranked] or shown[: _value_tables.WIDEST]
    rest = [metric for metric in shown if metric not in first]
    return [*_value_tables.tables(board, _with_ends(first, known), caption), *_fold(board, rest, known)]


def _fold(board: Board, rest: Sequence[Metric], known: Sequence[Metric]) -> list[Block]:
    """One caption per prefix: metrics that share it answer one question."""
    if not rest:
        return []
    groups = [
        table
        for prefix, metrics in _by_prefix(rest, known).items()
        for table in _value_tables.tables(board, _with_ends(metrics, known), prefix)
    ]
    return [Fold(f"{rest[0].family.capitalize()}: {count(len(rest), 'further metric')}", tuple(groups))]


def _by_prefix(metrics: Sequence[Metric], known: Sequence[Metric]) -> dict[str, list[Metric]]:
    """By the first word of their names; those that are alone with theirs stand together, last.

    Metrics that repeat another one against train make a group of their own.

    >>> names = ("tstr_r2", "mmd", "mmd_train", "tstr_mae", "drift", "drift_train")
    >>> metrics = [Metric(name, "utility", "lower", "") for name in names]
    >>> {prefix: [metric.name for metric in found] for prefix, found in _by_prefix(metrics, metrics).items()}
    {'tstr_…': ['tstr_r2', 'tstr_mae'], '…_train': ['mmd_train', 'drift_train'], 'others': ['mmd', 'drift']}
    """
    names = {metric.name for metric in known}
    groups: dict[str, list[Metric]] = {}
    for metric in metrics:
        twin = metric.name.endswith(_TRAIN) and metric.name.removesuffix(_TRAIN) in names
        groups.setdefault(f"…{_TRAIN}" if twin else f"{metric.name.partition('_')[0]}_…", []).append(metric)
    together = {prefix: found for prefix, found in groups.items() if len(found) > 1}
    alone = [found[0] for found in groups.values() if len(found) == 1]
    return together | ({"others" if together else "further": alone} if alone else {})


def _with_ends(metrics: Sequence[Metric], known: Sequence[Metric]) -> list[Metric]:
    """The metrics, and the ends of their intervals where they have any."""
    names = {metric.name + end for metric in metrics for end in ("", "_low", "_high")}
    return [metric for metric in known if metric.name in names]


def _by_column(run: Run, board: Board, metrics: list[Metric]) -> list[Block]:
    tables = [table for metric in metrics if metric.per_column and (table := _columns_table(run, board, metric))]
    return [Fold(f"{metrics[0].family.capitalize()} by column", tuple(tables))] if tables else []


def _columns_table(run: Run, board: Board, metric: Metric) -> Table | None:
    """One row per column of the data, one column per generator, floor and ceiling: means over repeats."""
    means = _value_tables.by_column(run, board, metric.name)
    bounds = [row for row in references(board) if row.generator in (metric.floor, metric.ceiling)]
    rows = [row.generator for row in (*generators(board), *bounds) if row.generator in means]
    if not rows:
        return None
    return Table(
        header=("Column", *rows),
        rows=tuple((column, *(number(means[row].get(column)) for row in rows)) for column in columns(run, board)),
        caption=f"{metric.name} {direction(metric)} by column, mean over repeats",
    )


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
