"""A matrix of the differences between all generators, with what the paired tests say of each."""

from __future__ import annotations

import math

from bench.api import Board, Entry, Figure, Pair, Panel
from bench.common.formatting import p_value

from ._format import interval

_SPANS = (0.05, 0.1, 0.2, 0.5)


def difference_heatmap(board: Board, ran: list[Entry]) -> list[Figure]:
    """Returns all differences as a matrix, with the tests on hover; in HTML alone, as the tables hold the same."""
    names = [entry.generator for entry in ran]
    if len(names) < 3:
        return []
    pairs = {(pair.first, pair.second): pair for pair in board.pairs}
    largest = max(abs(pair.difference.mean) for pair in board.pairs)
    span = next((span for span in _SPANS if largest <= span), 1.0)
    rows = [[_cell(pairs, row, column) for column in names] for row in names]
    panel = Panel(
        "heatmap",
        matrix=tuple(tuple(value for value, _ in row) for row in rows),
        notes=tuple(tuple(note for _, note in row) for row in rows),
        labels=tuple(names),
        across=tuple(names),
        span=span,
    )
    title = "Differences in overall score: row minus column; point at a cell for p and interval"
    alt = f"Differences in overall score between {len(names)} generators"
    return [Figure(f"differences-{board.dataset}-{board.protocol}", title, alt, (panel,), columns=1, detail=True)]


def _cell(pairs: dict[tuple[str, str], Pair], row: str, column: str) -> tuple[float, str]:
    """Returns row minus column, and what the test says."""
    pair = pairs.get((row, column)) or pairs.get((column, row))
    if pair is None:
        return (0.0 if row == column else math.nan), ""
    sign = 1 if pair.first == row else -1
    low, high = sorted(sign * end for end in pair.interval) if pair.interval else (math.nan, math.nan)
    ends = (low, high) if pair.interval else None
    verdict = "differs" if pair.differ else "cannot be told apart"
    return sign * pair.difference.mean, f"{verdict}: p {p_value(pair.p)}, adjusted interval {interval(ends, sign='+')}"
