"""Section Metrics: the values of all metrics by family, with reference rows, meanings and sources."""

from __future__ import annotations

from bench.api import Block, Board, Fold, Leaderboard, Metric, Run, Section, Table, Text
from bench.common.formatting import direction
from bench.common.safe_text import one_line

from ._format import count, number
from ._lookup import blocks_by_board, columns, generators, references
from ._value_tables import WIDEST, BoardValues, estimates, present_metrics, value_tables

_ELSEWHERE = ("cost", "latent")
"""Families with a section of their own."""

_TRAIN = "_train"
"""End of the names of metrics that repeat another metric with train instead of holdout."""

_INTRO = (
    "Raw values. ↑: higher is better. ↓: lower is better. →: the value is best when it equals the number after the "
    "arrow. ≤: any value up to this number is best. The best value of a column is bold."
)
_STD_RATIO = "The sources call std_ratio variance preservation; it is a ratio of standard deviations."


def _build(run: Run, leaderboard: Leaderboard) -> list[Block]:
    blocks = blocks_by_board(leaderboard, lambda board: _board_blocks(run, board))
    if not blocks:
        return []
    notes = [Text(_STD_RATIO)] if any(metric.name == "std_ratio" for metric in run.metrics) else []
    return [Text(_INTRO), *notes, *blocks, Fold("All metrics, with their sources", (_metric_list(run.metrics),))]


def _board_blocks(run: Run, board: Board) -> list[Block]:
    blocks: list[Block] = []
    values = BoardValues(run, board)
    for family in dict.fromkeys(metric.family for metric in run.metrics if metric.family not in _ELSEWHERE):
        of_family = [metric for metric in run.metrics if metric.family == family]
        summary = run.manifest.families[family].summary
        blocks += _family_tables(run, board, of_family, f"{family.capitalize()}: {summary}")
        tables = [table for metric in of_family if metric.per_column for table in _column_tables(run, values, metric)]
        blocks += [Fold(f"{family.capitalize()} by column", tuple(tables))] if tables else []
    return blocks


def _family_tables(run: Run, board: Board, metrics: list[Metric], caption: str) -> list[Block]:
    """Returns all metrics of a small family; of a large one the ranked metrics, and the others folded."""
    present = present_metrics(board, metrics)
    shown = estimates(present)
    if len(shown) <= WIDEST:
        return list(value_tables(run, board, present, caption))
    first = [metric for metric in shown if metric.ranked] or shown[:WIDEST]
    rest = [metric for metric in shown if metric not in first]
    return [*value_tables(run, board, _with_ends(first, present), caption), *_fold(run, board, rest, present)]


def _fold(run: Run, board: Board, rest: list[Metric], present: list[Metric]) -> list[Block]:
    """Returns the tables of further metrics, one per prefix: metrics with the same prefix belong together."""
    if not rest:
        return []
    tables = [
        table
        for prefix, metrics in _by_prefix(rest, present).items()
        for table in value_tables(run, board, _with_ends(metrics, present), prefix)
    ]
    return [Fold(f"{rest[0].family.capitalize()}: {count(len(rest), 'further metric')}", tuple(tables))]


def _by_prefix(metrics: list[Metric], present: list[Metric]) -> dict[str, list[Metric]]:
    """Returns metrics by the first word of their names; those with a word of their own are in the last group.

    Metrics that repeat another metric with train are a group of their own.

    >>> names = ("tstr_r2", "mmd", "mmd_train", "tstr_mae", "drift", "drift_train")
    >>> metrics = [Metric(name, "utility", "lower", "") for name in names]
    >>> {prefix: [metric.name for metric in group] for prefix, group in _by_prefix(metrics, metrics).items()}
    {'tstr_…': ['tstr_r2', 'tstr_mae'], '…_train': ['mmd_train', 'drift_train'], 'others': ['mmd', 'drift']}
    """
    names = {metric.name for metric in present}
    groups: dict[str, list[Metric]] = {}
    for metric in metrics:
        on_train = metric.name.endswith(_TRAIN) and metric.name.removesuffix(_TRAIN) in names
        groups.setdefault(f"…{_TRAIN}" if on_train else f"{metric.name.partition('_')[0]}_…", []).append(metric)
    together = {prefix: group for prefix, group in groups.items() if len(group) > 1}
    alone = [group[0] for group in groups.values() if len(group) == 1]
    return together | ({"others" if together else "further": alone} if alone else {})


def _with_ends(metrics: list[Metric], present: list[Metric]) -> list[Metric]:
    """Returns the metrics, and the ends of their intervals if they have any."""
    names = {metric.name + end for metric in metrics for end in ("", "_low", "_high")}
    return [metric for metric in present if metric.name in names]


def _column_tables(run: Run, values: BoardValues, metric: Metric) -> list[Table]:
    """Returns a table of mean values: a row per column of the data; generators, floor and ceiling side by side."""
    means, board = values.by_column(metric.name), values.board
    bounds = [entry for entry in references(board) if entry.generator in metric.bounding_rows]
    names = [entry.generator for entry in (*generators(board), *bounds) if entry.generator in means]
    numeric = run.manifest.dataset(board.dataset).schema.is_numeric
    # In a mixed table, most metrics have no value for columns of another kind.
    shown = [column for column in columns(run, board) if numeric or any(column in means[name] for name in names)]
    rows = tuple((column, *(number(means[name].get(column)) for name in names)) for column in shown)
    caption = f"{metric.name} {direction(metric)} by column, mean over repeats"
    return [Table(("Column", *names), rows, caption)] if names else []


def _metric_list(metrics: tuple[Metric, ...]) -> Table:
    rows = []
    for metric in metrics:
        ranked = metric.scale or "not ranked"
        texts = one_line(metric.meaning), one_line(metric.source)
        rows.append((metric.name, metric.family, direction(metric), ranked, *texts))
    return Table(("Metric", "Family", "Best", "Scale from 0 to 1", "Meaning", "Source"), tuple(rows), align="llllll")


SECTION = Section("Metrics", 20, _build, "Compare")
