"""A matrix of scores: generators from best to worst, with the overall score, families and metrics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.api import Entry, Figure, Metric, Panel, Stat
from bench.common.formatting import heading

from ._format import digits_of, name, number, stat

if TYPE_CHECKING:
    from ._value_tables import BoardValues


def score_heatmap(values: BoardValues, entries: list[Entry]) -> Figure:
    """Returns a heatmap of all scores, from 0 (floor) to 1 (ceiling); hover also shows values and their meaning."""
    board = values.board
    metrics = {family: _scored(values, entries, family) for family in board.families}
    across = ["overall" * any(entry.overall for entry in entries)]
    groups = [""]
    for family, own in metrics.items():
        across += [family.upper(), *(metric.name for metric in own)]
        groups += [family] * (1 + len(own))
    rows = [_row(entry, metrics) for entry in entries]
    shown = [position for position, label in enumerate(across) if label]
    panel = Panel(
        "heatmap",
        matrix=tuple(tuple(row[position][0] for position in shown) for row in rows),
        notes=tuple(tuple(_note(values, *row[position][1:]) for position in shown) for row in rows),
        labels=tuple(entry.generator for entry in entries),
        across=tuple(across[position] for position in shown),
        groups=tuple(groups[position] for position in shown),
        positive=True,
    )
    title = "Scores: 0 is the floor, 1 the ceiling; families in capitals, then their metrics"
    alt = f"Scores of {len(entries)} generators on {name(board.dataset)} in {len(shown)} columns"
    return Figure(f"scores-{board.dataset}-{board.protocol}", title, alt, (panel,), columns=1)


def _scored(values: BoardValues, entries: list[Entry], family: str) -> list[Metric]:
    found = {metric.name: metric for entry in entries for metric in values.scored_metrics(entry, family)}
    return list(found.values())


def _row(entry: Entry, metrics: dict[str, list[Metric]]) -> list[tuple[float, Metric | None, Stat | None]]:
    """Returns score, metric and value of each column."""
    row: list[tuple[float, Metric | None, Stat | None]] = [(_mean(entry.overall), None, None)]
    for family, own in metrics.items():
        row.append((_mean(entry.families.get(family)), None, None))
        row += [(_mean(entry.scores.get(metric.name)), metric, entry.metrics.get(metric.name)) for metric in own]
    return row


def _mean(value: Stat | None) -> float:
    return value.mean if value else math.nan


def _note(values: BoardValues, metric: Metric | None, value: Stat | None) -> str:
    """Returns the value behind a score, with floor and ceiling."""
    if metric is None:
        return "mean over repeats"
    digits = digits_of(metric)
    floor, ceiling = (number(bound, digits) for bound in values.reference_values(metric))
    return f"{heading(metric)}: {stat(value, digits)}; floor {floor}, ceiling {ceiling}"
