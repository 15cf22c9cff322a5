"""Section Densities: the histogram of each column, real and synthetic."""

from __future__ import annotations

from bench.api import Block, Board, Details, Figure, Panel, Run, Series, Text, TrialResult

from ._format import count, name
from ._lookup import Drawings, best_drawings, board_section, columns

_MOST_COLUMNS = 24


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = best_drawings(run, board)
    shown = worst_matched(columns(run, board), drawings, _MOST_COLUMNS)
    panels = tuple(panel for column in shown if (panel := column_panel(column, drawings)))
    if not panels:
        return []
    text = (
        "The real rows are the train rows of the first repeat. The histograms cover the range from the 0.5 % to the "
        "99.5 % quantile of the real rows."
    )
    if left_out := len(columns(run, board)) - len(shown):
        columns_left = f"{count(left_out, 'column')} {'is' if left_out == 1 else 'are'} left out"
        text += f" Only the {len(shown)} columns with the worst match are shown; {columns_left}."
    alt = f"Densities of {count(len(panels), 'column')} of {name(board.dataset)}: real rows and each generator's"
    title = f"Densities by column, {name(board.dataset)}"
    return [Text(text), Figure(f"densities-{board.dataset}-{board.protocol}", title, alt, panels)]


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
    """Returns the densities of one column, with the real rows first; None if no generator has any."""
    drawn = [drawing for drawing in drawings if drawing.have(f"fidelity/density/{column}")]
    if not drawn:
        return None
    real = _histogram("real", column, drawn[0].real)
    synthetic = (_histogram(drawing.name, column, drawing.synthetic) for drawing in drawn)
    return Panel("step", column, series=(real, *synthetic))


def _histogram(label: str, column: str, arrays: Details) -> Series:
    edges, density = arrays[f"fidelity/edges/{column}"], arrays[f"fidelity/density/{column}"]
    return Series(label, tuple(map(float, edges)), tuple(map(float, density)))


SECTION = board_section("Densities", 30, _board_blocks)
