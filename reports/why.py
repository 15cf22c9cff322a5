"""The way back from a rank: overall score, families, metrics, columns."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bench.api import Block, Fold, Table, Text

from . import _weakest_metric
from ._format import NONE, count, digits_of, line, listing, name, number, score
from ._lookup import by_board, generators
from ._value_tables import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Board, Entry, Run

_WIDEST, _LONGEST = 8, 16
_FROM_METRIC = ("Weakest metric in it", "Its value", "Column")
_INTRO = (
    "A rank comes from the overall score, that from the families, those from their metrics, and many metrics from "
    "columns. Scores run from 0 (floor) to 1 (ceiling)."
)
_HINTS = {
    "Weakest family": "the family with the lowest score, in brackets, which pulls the overall score down most",
    "Weakest metric in it": "the metric of that family with the lowest score, in brackets",
    "Its value": "as measured, mean over repeats; then what floor and ceiling measure",
    "Column": "the column that contributes most to that metric, or to the family's nearest metric with columns",
}


def _board(run: Run, board: Board) -> list[Block]:
    rows = [row for row in generators(board) if row.overall and row.scores and "ok" in row.status]
    if not rows:
        return []
    source = Source(run, board)
    lead = [Text(_lead(source, board, rows[0], rows[1]))] if len(rows) > 1 else []
    return [
        *lead,
        _chain(source, board, rows),
        *_neighbours(source, board, rows),
        _families(source, board, rows),
        *_scores(run, board, source, rows),
    ]


def _neighbours(source: Source, board: Board, rows: Sequence[Entry]) -> list[Block]:
    """Why each stands above the next; the first pair has been said."""
    said = tuple(_lead(source, board, *pair) for pair in pairwise(rows[1:]))
    note = Text("Each against the next below: score by family, and what decides.", items=said)
    return [Fold("Why each stands above the next", (note,))] if said else []


def _lead(source: Source, board: Board, best: Entry, second: Entry) -> str:
    """Where the first gains on the second, and where it loses."""
    gaps = {
        family: best.families[family].mean - second.families[family].mean
        for family in board.families
        if family in best.families and family in second.families
    }
    ahead = [f"{family} ({gap:+.3f})" for family, gap in sorted(gaps.items(), key=lambda one: -one[1]) if gap >= 5e-4]
    behind = [f"{family} ({gap:+.3f})" for family, gap in sorted(gaps.items(), key=lambda one: one[1]) if gap <= -5e-4]
    where = [f"ahead in {listing(ahead)}"] * bool(ahead) + [f"behind in {listing(behind)}"] * bool(behind)
    start = f"{name(best.generator)} against {name(second.generator)}: {', '.join(where) or 'level in every family'}."
    return f"{start}{_decided(source, board, best, second)}"


def _decided(source: Source, board: Board, best: Entry, second: Entry) -> str:
    cause = _weakest_metric.decisive(source, best, second)
    if cause is None or _weakest_metric.score_gap(best, second, cause.metric) <= 0:
        return ""
    values = [number(_value(row, cause), digits_of(cause.metric)) for row in (best, second)]
    return (
        f" {cause.family.capitalize()} moves the overall score most, and in it {cause.metric.name}: "
        f"{values[0]} against {values[1]}{line(cause.column)}."
    )


def _value(row: Entry, cause: _weakest_metric.Cause) -> float | None:
    found = row.metrics.get(cause.metric.name)
    return found.mean if found else None


def _chain(source: Source, board: Board, rows: Sequence[Entry]) -> Table:
    """One line per generator: from its score down to a column."""
    causes = [(row, _weakest_metric.weakest(source, row)) for row in rows]
    overall = {(at, 1): row.overall.mean for at, row in enumerate(rows) if row.overall}
    return Table(
        header=("Generator", "Overall", "Weakest family", *_FROM_METRIC),
        rows=tuple((row.generator, score(row.overall), *_cells(board, row, cause)) for row, cause in causes),
        caption="What holds each generator back most",
        align="lrllll",
        hints=_HINTS,
        bars=overall | _bars(causes, 2),
        names=0,
    )


def _families(source: Source, board: Board, rows: Sequence[Entry]) -> Fold:
    """The same for every family of every generator."""
    causes = [
        (row, _weakest_metric.within(source, row, family))
        for row in rows
        for family in _weakest_metric.families(board, row)
    ]
    table = Table(
        header=("Generator", "Family", *_FROM_METRIC),
        rows=tuple((row.generator, *_cells(board, row, cause)) for row, cause in causes),
        caption="The weakest metric of every family, and its column",
        align="lllll",
        bars=_bars(causes, 1),
        names=0,
    )
    return Fold("In every family: the weakest metric and its column", (table,))


def _cells(board: Board, row: Entry, cause: _weakest_metric.Cause) -> tuple[str, ...]:
    return (
        f"{cause.family} ({row.families[cause.family].mean:.3f})",
        f"{cause.metric.name} ({row.scores[cause.metric.name].mean:.3f})",
        _between(board, row, cause),
        cause.column or NONE,
    )


def _bars(causes: Sequence[tuple[Entry, _weakest_metric.Cause]], first: int) -> dict[tuple[int, int], float]:
    """Of the family's score and, in the next column, the metric's."""
    of_families = {(at, first): row.families[cause.family].mean for at, (row, cause) in enumerate(causes)}
    return of_families | {(at, first + 1): row.scores[cause.metric.name].mean for at, (row, cause) in enumerate(causes)}


def _between(board: Board, row: Entry, cause: _weakest_metric.Cause) -> str:
    digits = digits_of(cause.metric)
    floor, ceiling = (number(bound, digits) for bound in _weakest_metric.bounds(board, cause.metric))
    value = number(_value(row, cause), digits)
    return f"{value}; {cause.metric.floor} {floor}, {cause.metric.ceiling} {ceiling}"


def _scores(run: Run, board: Board, source: Source, rows: Sequence[Entry]) -> list[Block]:
    """Every score, metrics below their families; folded away where it is long."""
    parts = [rows[at : at + _WIDEST] for at in range(0, len(rows), _WIDEST)]
    tables = tuple(_score_table(run, board, source, part) for part in parts)
    many = len(tables[0].rows)
    return list(tables) if many <= _LONGEST else [Fold(f"Every score: {count(many, 'line')}", tables)]


def _score_table(run: Run, board: Board, source: Source, rows: Sequence[Entry]) -> Table:
    lines = [("overall", "geometric mean of the families", [row.overall for row in rows])]
    for family in board.families:
        metrics = list(dict.fromkeys(one.name for row in rows for one in _weakest_metric.entering(source, row, family)))
        how = run.manifest.families[family].combine
        lines.append((family, f"{how} of {count(len(metrics), 'metric')}", [row.families.get(family) for row in rows]))
        lines += [("", metric, [row.scores.get(metric) for row in rows]) for metric in metrics]
    values = {
        (at, 2 + column): found.mean
        for at, (_, _, stats) in enumerate(lines)
        for column, found in enumerate(stats)
        if found
    }
    return Table(
        header=("Family", "Metric", *(row.generator for row in rows)),
        rows=tuple(
            (family, metric, *(f"{found.mean:.3f}" if found else NONE for found in stats))
            for family, metric, stats in lines
        ),
        caption="Scores by metric, mean over repeats; each generator's lowest in bold",
        align="ll" + "r" * len(rows),
        strong=frozenset(_lowest(values, [at for at, (family, _, _) in enumerate(lines) if not family])),
        bars=values,
    )


def _lowest(values: dict[tuple[int, int], float], metrics: Sequence[int]) -> list[tuple[int, int]]:
    """Where each generator's lowest metric stands."""
    cells = {cell: value for cell, value in values.items() if cell[0] in metrics}
    least = {column: min(value for (_, at), value in cells.items() if at == column) for _, column in cells}
    return [(row, column) for (row, column), value in cells.items() if value == least[column]]


SECTION = by_board("Why this order", 12, _board, _INTRO)
