"""Section Why this ranking: explains a rank by the overall score, families, metrics and columns behind it."""

from __future__ import annotations

from bench.api import Block, Board, Entry, Fold, Run, Stat, Table, Text
from bench.common.formatting import AT_THE_FLOOR, IMPLAUSIBLE, NONE, is_at_floor

from ._format import count, digits_of, number, score
from ._lookup import board_section, generators, has_scores
from ._score_changes import CHANGES_TEXT, changes_figure
from ._score_heatmap import score_heatmap
from ._value_tables import BoardValues, Cells, extreme_cells
from ._weakest_metric import Cause, weakest, weakest_in_family

_WIDEST, _LONGEST = 8, 16
_FROM_METRIC = ("Weakest metric", "Value", "Column")
_INTRO = (
    "A rank follows from the overall score. It combines the family scores, each family score combines its metrics, and "
    "many metrics combine values of columns. Scores run from 0 (floor) to 1 (ceiling)."
)
_HINTS = {
    "Weakest family": "the family with the lowest score (in brackets), which lowers the overall score most",
    "Weakest metric": "the metric of that family with the lowest score (in brackets)",
    "Value": "mean value over repeats; then the values of floor and ceiling",
    "Column": "the column that contributes most to that metric; if the metric has no values by column, to the metric "
    "of the same family that has them and scores lowest",
}


def _board_blocks(run: Run, board: Board) -> list[Block]:
    entries = [entry for entry in generators(board) if has_scores(entry) and entry.families]
    if not entries:
        return []
    values = BoardValues(run, board)
    ranked = [entry for entry in entries if entry.overall and not entry.implausible]
    changes: list[Block] = [Text(CHANGES_TEXT), changes_figure(values, ranked)] if len(ranked) > 1 else []
    return [
        score_heatmap(values, entries),
        *changes,
        _weakest_table(values, entries),
        _family_fold(values, entries),
        *_score_tables(run, values, entries),
    ]


def _weakest_table(values: BoardValues, entries: list[Entry]) -> Table:
    """Returns one row per generator, from its overall score down to a column."""
    causes = [(entry, weakest(values, entry)) for entry in entries]
    overall = {(row, 1): entry.overall.mean for row, entry in enumerate(entries) if entry.overall}
    header = ("Generator", "Overall", "Weakest family", *_FROM_METRIC)
    rows = tuple((entry.generator, score(entry.overall), *_cells(values, entry, cause)) for entry, cause in causes)
    bars, caption = overall | _bars(causes, 2), "What holds each generator back most"
    return Table(header, rows, caption, align="lrllll", hints=_HINTS, bars=bars, names=0, tags=_tags(entries))


def _tags(entries: list[Entry]) -> dict[int, str]:
    return {row: IMPLAUSIBLE for row, entry in enumerate(entries) if entry.implausible}


def _family_fold(values: BoardValues, entries: list[Entry]) -> Fold:
    """Returns the same table with one row for every family of every generator."""
    families = [(entry, family) for entry in entries for family in values.scored_families(entry)]
    causes = [(entry, weakest_in_family(values, entry, family)) for entry, family in families]
    rows = tuple((entry.generator, *_cells(values, entry, cause)) for entry, cause in causes)
    header, caption = ("Generator", "Family", *_FROM_METRIC), "The weakest metric of every family, and its column"
    table = Table(header, rows, caption, align="lllll", bars=_bars(causes, 1), names=0)
    return Fold("Weakest metric and column of every family", (table,))


def _cells(values: BoardValues, entry: Entry, cause: Cause) -> tuple[str, ...]:
    metric, digits = cause.metric, digits_of(cause.metric)
    floor, ceiling = (number(value, digits) for value in values.reference_values(metric))
    return (
        f"{cause.family} ({_family_text(entry.families[cause.family])})",
        f"{metric.name} ({entry.scores[metric.name].mean:.3f})",
        f"{cause.value(entry)}; floor {floor}, ceiling {ceiling}",
        cause.column or NONE,
    )


def _family_text(value: Stat) -> str:
    return AT_THE_FLOOR if is_at_floor(value) else f"{value.mean:.3f}"


def _bars(causes: list[tuple[Entry, Cause]], first: int) -> Cells:
    """Returns the family's score in column `first` and the metric's score in the next one."""
    cells = {}
    for row, (entry, cause) in enumerate(causes):
        cells[row, first] = entry.families[cause.family].mean
        cells[row, first + 1] = entry.scores[cause.metric.name].mean
    return cells


def _score_tables(run: Run, values: BoardValues, entries: list[Entry]) -> list[Block]:
    """Returns all scores, metrics below their families; folded if the tables are long."""
    parts = [entries[start : start + _WIDEST] for start in range(0, len(entries), _WIDEST)]
    tables = tuple(_score_table(run, values, part) for part in parts)
    rows = len(tables[0].rows)
    return list(tables) if rows <= _LONGEST else [Fold(f"All scores: {count(rows, 'row')}", tables)]


def _score_table(run: Run, values: BoardValues, entries: list[Entry]) -> Table:
    lines = list(_score_lines(run, values, entries))
    cells = {
        (row, column): value.mean
        for row, (_, _, scores) in enumerate(lines)
        for column, value in enumerate(scores, start=2)
        if value
    }
    of_metrics = {cell: value for cell, value in cells.items() if not lines[cell[0]][0]}
    rows = tuple(
        (family, metric, *(f"{value.mean:.3f}" if value else NONE for value in scores))
        for family, metric, scores in lines
    )
    header, align = ("Family", "Metric", *(entry.generator for entry in entries)), "ll" + "r" * len(entries)
    caption = "Scores by metric, mean over repeats; the lowest score of each generator is bold"
    hints = {metric.name: values.hint(metric) for metric in run.metrics}
    strong = frozenset(extreme_cells(of_metrics, min))
    return Table(header, rows, caption, align, strong=strong, cell_hints=hints, bars=cells)


def _score_lines(run: Run, values: BoardValues, entries: list[Entry]) -> list[tuple[str, str, list[Stat | None]]]:
    """Returns family, metric and scores of each line; lines of metrics have no family."""
    overall = [entry.overall for entry in entries]
    lines = [("overall", "geometric mean of the families", overall)] if any(overall) else []
    for family in values.board.families:
        scored = (metric.name for entry in entries for metric in values.scored_metrics(entry, family))
        metrics = list(dict.fromkeys(scored))
        how = run.manifest.families[family].combine
        scores = [entry.families.get(family) for entry in entries]
        lines.append((family, f"{how} of {count(len(metrics), 'metric')}", scores))
        lines += [("", metric, [entry.scores.get(metric) for entry in entries]) for metric in metrics]
    return lines


SECTION = board_section("Why this ranking", 12, _board_blocks, _INTRO, page="Compare")
