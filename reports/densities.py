"""Section Distributions: every column, real and synthetic, one generator at a time over the real rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bench.api import Block, Board, Column, Details, Figure, Fold, Panel, Run, Series, Text, TrialResult

from ._calendars import CALENDAR_TEXT, calendar_panels
from ._column_heatmap import column_heatmap
from ._diagonal_panel import diagonal_panel
from ._format import count, name, number
from ._levels import level_panel
from ._lookup import Drawings, best_drawings, board_section, columns
from ._value_tables import BoardValues

_MOST_COLUMNS, _MOST_LEVELS, _MOST_GENERATORS = 24, 20, 24
_PICTURES = 4
_MATCH = "column_shapes"
_AXES = ("real", "synthetic")
_HISTOGRAMS = (
    "Histograms cover the range from the 0.5 % to the 99.5 % quantile of the real rows; those of dates all of it."
)
_LEVELS = (
    "Of columns with many levels, the title says how many are shown: those with most real rows. The rows (other) and "
    "(gap) are left out where they would dwarf the levels."
)
_WHERE = "In report.html, each column has a part with every generator."


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = best_drawings(run, board, run.shown_in_full, _MOST_GENERATORS)
    schema = run.manifest.dataset(board.dataset).schema
    shown = [schema.column(column) for column in worst_matched(columns(run, board), drawings, _MOST_COLUMNS)]
    panels = {column.name: _generator_panels(column, drawings) for column in shown}
    if not any(panels.values()):
        return []
    values = BoardValues(run, board)
    return [
        Text(_introduction(run, board, shown, drawings)),
        *column_heatmap(values, _MATCH),
        *_overview(board, drawings, [panels[column.name][0] for column in shown if panels[column.name]]),
        *(_fold(board, values, column, panels[column.name], drawings) for column in shown if panels[column.name]),
    ]


def _introduction(run: Run, board: Board, shown: Sequence[Column], drawings: list[Drawings]) -> str:
    texts = ["Grey are the real rows: the train rows of the first repeat.", _HISTOGRAMS]
    texts += [_LEVELS] * any(column.levels for column in shown)
    texts += [CALENDAR_TEXT] * bool(calendar_panels([column.name for column in shown], drawings))
    if left_out := len(columns(run, board)) - len(shown):
        columns_left = f"{count(left_out, 'column')} {'is' if left_out == 1 else 'are'} left out"
        texts.append(f"Only the {len(shown)} columns with the worst match are shown; {columns_left}.")
    return " ".join([*texts, _WHERE])


def _overview(board: Board, drawings: list[Drawings], panels: list[Panel]) -> list[Figure]:
    """Returns the columns of the best generator, in figures of panels of one kind."""
    best = drawings[0].name
    titled = [replace(panel, title=panel.y_label, y_label="", limits=()) for panel in panels]
    kinds = {"densities": "step", "levels": "bars"}
    figures = []
    for what, kind in kinds.items():
        own = tuple(panel for panel in titled if panel.kind == kind)
        which = "the first in the table" if board.no_overall else "the best generator that has rows"
        title = f"{what.capitalize()} of all columns: {name(best)}, {which}"
        alt = f"{what.capitalize()} of {count(len(own), 'column')} of {name(board.dataset)}: real rows and {name(best)}"
        figures += [Figure(f"{what}-{board.dataset}-{board.protocol}", title, alt, own)] if own else []
    return figures


def _fold(board: Board, values: BoardValues, column: Column, panels: list[Panel], drawings: list[Drawings]) -> Fold:
    """Returns a part with one column of every generator."""
    match = {who: own[column.name] for who, own in values.by_column(_MATCH).items() if column.name in own}
    drawn = [panel.series[-1].name for panel in panels]
    worst = min((who for who in drawn if who in match), key=lambda who: match[who], default="")
    said = f": worst match {number(match[worst])} ({name(worst)})" if worst else ""
    tag = f"{column.name}-{board.dataset}-{board.protocol}"
    alt = f"{name(column.name)}: real rows and each generator's"
    titled = tuple(replace(panel, y_label="") for panel in panels)
    blocks = [Figure(f"column-{tag}", column.name, alt, titled, columns=4, detail=True, pictures=_PICTURES)]
    blocks += _quantiles(column.name, drawings, tag)
    for part, own in calendar_panels([column.name], drawings).items():
        calendar = f"{name(column.name)} by {part}"
        blocks.append(Figure(f"{part}-{tag}", calendar, f"Calendar: {calendar}", own, detail=True))
    return Fold(f"{name(column.name)}{said}", tuple(blocks), about=column.name)


def _quantiles(column: str, drawings: list[Drawings], tag: str) -> list[Figure]:
    """Returns the quantiles of a column of numbers, synthetic against real, for each generator."""
    key = f"fidelity/quantiles/{column}"
    panels = tuple(
        diagonal_panel(drawing.name, drawing.name, _floats(drawing.real[key]), _floats(drawing.synthetic[key]), *_AXES)
        for drawing in drawings
        if drawing.have(key)
    )
    title = f"Quantiles of {name(column)}, 1 % to 99 %: synthetic against real"
    figure = Figure(f"quantiles-{tag}", title, title, panels, columns=4, detail=True, pictures=_PICTURES)
    return [figure] if panels else []


def _floats(values: Any) -> tuple[float, ...]:  # noqa: ANN401 - an array
    return tuple(map(float, values))


def _generator_panels(column: Column, drawings: list[Drawings]) -> list[Panel]:
    """Returns a panel for each generator, from best to worst, with the same axes; its `y_label` names the column."""
    panels = []
    for drawing in drawings:
        panel = level_panel(column, [drawing], _MOST_LEVELS) or column_panel(column.name, [drawing])
        panels += [replace(panel, title=drawing.name, y_label=panel.title)] if panel else []
    return _with_same_axes(panels)


def _with_same_axes(panels: list[Panel]) -> list[Panel]:
    longest = 1.05 * max((x for panel in panels for series in panel.series for x in series.x), default=0.0) or 1.0
    highest = 1.05 * max((y for panel in panels for series in panel.series for y in series.y), default=0.0) or 1.0
    limited = []
    for panel in panels:
        rows = len(panel.labels)
        ends = panel.series[0].x[0], panel.series[0].x[-1], 0.0, highest
        limits = (0.0, longest, rows - 0.4, -0.6) if panel.kind == "bars" else ends
        limited.append(replace(panel, limits=limits if limits[0] < limits[1] else ()))
    return limited


def worst_matched(names: list[str], drawings: list[Drawings], most: int) -> list[str]:
    """Returns all columns, or the `most` columns with the worst match if there are more, in table order."""
    if len(names) <= most:
        return names
    match = {column: _mean_match([drawing.result for drawing in drawings], column) for column in names}
    worst = sorted(names, key=match.__getitem__)[:most]
    return [column for column in names if column in worst]


def _mean_match(results: list[TrialResult], column: str) -> float:
    values = [result.metrics.get(f"{_MATCH}[{column}]") for result in results]
    computed = [value for value in values if value is not None]
    return sum(computed) / len(computed) if computed else 0.0


def column_panel(column: str, drawings: list[Drawings]) -> Panel | None:
    """Returns the densities of numbers or dates, with the real rows first; None if no generator has any."""
    for edges, heights in (
        (f"edges/{column}", f"density/{column}"),
        (f"timeline_edges/{column}", f"timeline/{column}"),
    ):
        drawn = [drawing for drawing in drawings if drawing.have(f"fidelity/{heights}")]
        if drawn:
            real = _histogram("real", edges, heights, drawn[0].real)
            synthetic = (_histogram(drawing.name, edges, heights, drawing.synthetic) for drawing in drawn)
            return Panel("step", column, series=(real, *synthetic), dates=edges.startswith("timeline"))
    return None


def _histogram(label: str, edges: str, heights: str, arrays: Details) -> Series:
    x, y = (tuple(map(float, arrays[f"fidelity/{key}"])) for key in (edges, heights))
    return Series(label, x, y)


SECTION = board_section("Distributions", 30, _board_blocks, page="Columns")
