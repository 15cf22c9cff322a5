"""A result in a notebook: the board, two pictures and a link, as HTML without scripts or requests."""

from __future__ import annotations

from html import escape
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import Board, Figure, Leaderboard
from bench.common.formatting import NONE, ranks
from bench.reporting.figures.legend import styles_by_name
from bench.reporting.figures.plot import plot_figure
from bench.reporting.result_panels import panel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.reporting.figures.legend import Style
    from bench.runs.run_directory import Run

_SHOWN = count(1)
"""Numbers the pictures of this process."""

_CELL = 'style="text-align: {side}; padding: .2em .7em"'


def result_html(run: Run, leaderboard: Leaderboard) -> str:
    """Returns each board as a table with two pictures, then where the report is."""
    styles = styles_by_name(sorted(run.manifest.generators))
    parts = [_board(run, board, styles) for board in leaderboard.boards]
    return f"<div>{''.join(parts)}{_report(run.path)}</div>"


def _board(run: Run, board: Board, styles: Mapping[str, Style]) -> str:
    repeats = "1 repeat" if board.repeats == 1 else f"{board.repeats} repeats"
    title = f"<p><b>{escape(board.dataset)}</b>, {escape(board.protocol)} split, {repeats}</p>"
    head = "".join(_cell(name, "th") for name in ("rank", "generator", "overall", *board.families))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{_rows(board, styles)}</tbody></table>"
    return f"{title}{table}{_pictures(run, board, styles)}"


def _rows(board: Board, styles: Mapping[str, Style]) -> str:
    lines = []
    for entry in board.generators:
        marker = styles[entry.generator].inline_marker().replace("<svg ", '<svg width="10" height="10" ')
        overall = f"{entry.overall.mean:.3f}" if entry.overall else NONE
        if entry.interval:
            overall += f" [{entry.interval[0]:.3f}, {entry.interval[1]:.3f}]"
        families = (entry.families.get(family) for family in board.families)
        cells = (overall, *(f"{value.mean:.3f}" if value else NONE for value in families))
        name = f"<td {_CELL.format(side='left')}>{marker} {escape(entry.generator)}</td>"
        lines.append(f"<tr>{_cell(ranks(entry), 'td')}{name}{''.join(_cell(cell, 'td') for cell in cells)}</tr>")
    return "".join(lines)


def _cell(text: str, tag: str) -> str:
    side = "left" if text == "generator" else "right"
    return f"<{tag} {_CELL.format(side=side)}>{escape(text)}</{tag}>"


def _pictures(run: Run, board: Board, styles: Mapping[str, Style]) -> str:
    """Returns overall scores with intervals, and family scores."""
    kinds = ["scores", "heatmap"] if any(entry.overall for entry in board.generators) else ["heatmap"]
    panels = tuple(panel(run, board, kind, (), None) for kind in kinds)
    if not all(one.labels for one in panels):
        return ""
    # Ids on a page must differ, and a notebook may show several results, or one of them twice.
    plotted = plot_figure(Figure(f"shown-{next(_SHOWN)}", "", "Scores of the generators", panels), styles)
    pictures = "".join(f'<div style="width: 22em">{picture.inline()}</div>' for picture in plotted.panels)
    return f'<div style="display: flex; flex-wrap: wrap; gap: 1em; fill: currentColor">{pictures}</div>'


def _report(path: Path) -> str:
    """Returns where the report is: relative to the working folder, which is that of a notebook, if it is inside."""
    file = path / "report.html"
    if file.is_file():
        here = Path.cwd()
        file = file.absolute().relative_to(here) if file.absolute().is_relative_to(here) else file
        return f'<p>The whole report: <a href="{escape(str(file), quote=True)}">{escape(str(file))}</a></p>'
    return "<p>The whole report: <code>result.report()</code></p>"
