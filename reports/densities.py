"""Section Densities: each column, real and synthetic: histograms of numbers, shares of levels, calendars of dates."""

from __future__ import annotations

from collections.abc import Sequence

from bench.api import Block, Board, Details, Figure, Panel, Run, Series, Text, TrialResult

from ._calendars import CALENDAR_TEXT, calendar_panels
from ._format import count, name
from ._levels import level_panel
from ._lookup import Drawings, best_drawings, board_section, columns

_MOST_COLUMNS = 24
_MOST_LEVELS = 12
_HISTOGRAMS = "The histograms cover the range from the 0.5 % to the 99.5 % quantile of the real rows."
_TIMELINES = "Histograms of dates cover the whole range."
_LEVELS = (
    "Grey bars are the shares of real rows by level, and markers those of synthetic rows. Of columns with many levels, "
    "the title says how many are shown: those with most real rows. The rows (other) and (gap) are left out where they "
    "would dwarf the levels."
)


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = best_drawings(run, board)
    shown = worst_matched(columns(run, board), drawings, _MOST_COLUMNS)
    panels = tuple(panel for column in shown if (panel := column_panel(column, drawings)))
    levels = level_panels(run, board, shown, drawings, _MOST_LEVELS)
    calendars = calendar_panels(shown, drawings)
    if not (panels or levels or calendars):
        return []
    timelines = any(panel.dates for panel in panels)
    told = ((panels, _HISTOGRAMS), (timelines, _TIMELINES), (levels, _LEVELS), (calendars, CALENDAR_TEXT))
    text = " ".join(["The real rows are the train rows of the first repeat.", *(said for has, said in told if has)])
    if left_out := len(columns(run, board)) - len(shown):
        columns_left = f"{count(left_out, 'column')} {'is' if left_out == 1 else 'are'} left out"
        text += f" Only the {len(shown)} columns with the worst match are shown; {columns_left}."
    figures = (
        _figure(board, ("densities", "Densities by column", "Densities"), panels),
        _figure(board, ("levels", "Levels by column", "Shares of levels"), levels),
        *(
            _figure(board, (f"{part}s", f"Dates by {part}", f"Calendars by {part}"), calendars[part])
            for part in calendars
        ),
    )
    return [Text(text), *(figure for figure in figures if figure.panels)]


def _figure(board: Board, words: tuple[str, str, str], panels: tuple[Panel, ...]) -> Figure:
    """Returns a figure with a panel for each column; `words` are its name, its title and what it shows."""
    what, title, alt = words
    alt = f"{alt} of {count(len(panels), 'column')} of {name(board.dataset)}: real rows and each generator's"
    return Figure(f"{what}-{board.dataset}-{board.protocol}", f"{title}, {name(board.dataset)}", alt, panels)


def level_panels(
    run: Run, board: Board, shown: Sequence[str], drawings: list[Drawings], most: int
) -> tuple[Panel, ...]:
    """Returns the shares of levels of those columns that have them, at most `most` levels of each."""
    schema = run.manifest.dataset(board.dataset).schema
    panels = (level_panel(schema.column(column), drawings, most) for column in shown)
    return tuple(panel for panel in panels if panel)


def worst_matched(names: list[str], drawings: list[Drawings], most: int) -> list[str]:
    """Returns all columns, or the `most` columns with the worst match if there are more, in table order."""
    if len(names) <= most:
        return names
    match = {column: _mean_match([drawing.result for drawing in drawings], column) for column in names}
    worst = sorted(names, key=match.__getitem__)[:most]
    return [column for column in names if column in worst]


def _mean_match(results: list[TrialResult], column: str) -> float:
    values = [result.metrics.get(f"column_shapes[{column}]") for result in results]
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


SECTION = board_section("Densities", 30, _board_blocks, page="Columns")
