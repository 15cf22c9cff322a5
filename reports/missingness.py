"""Section Missing values: how many cells of each column are gaps, and which columns have them together."""

from __future__ import annotations

from bench.api import Block, Board, Details, Figure, Panel, Run, Text

from ._format import count, name
from ._levels import OTHER, share_panel
from ._lookup import Drawings, best_drawings, board_section

_MOST_COLUMNS = 30
_COLUMNS, _ROWS, _NO_GAP = "by column", "in the same row", "no gap"
_TEXT = (
    "Gaps are cells without value. Grey bars are shares of real rows, the train rows of the first repeat, and markers "
    "those of synthetic rows."
)
_TOGETHER = (
    "In the same row means in exactly these columns; rows without a gap are not shown. Gaps that are put in at random "
    "are right by column and wrong in the same row. The metric missing_dependence says whether gaps depend on the "
    "values of other columns."
)


def _board_blocks(run: Run, board: Board) -> list[Block]:
    drawings = [drawing for drawing in best_drawings(run, board) if drawing.have("fidelity/gaps")]
    panels = tuple(panel for panel in (_by_column(drawings), _together(drawings)) if panel)
    if not panels:
        return []
    shown = count(len(panels[0].labels), "column")
    together = ", and of the columns that are gaps in the same row" * (len(panels) > 1)
    alt = f"Shares of gaps in {shown} of {name(board.dataset)}{together}: real and synthetic rows"
    title = f"Gaps, {name(board.dataset)}"
    text = f"{_TEXT} {_TOGETHER}" if len(panels) > 1 else _TEXT
    return [Text(text), Figure(f"gaps-{board.dataset}-{board.protocol}", title, alt, panels, columns=2)]


def _by_column(drawings: list[Drawings]) -> Panel | None:
    """Returns the shares of gaps of the columns that have any, in table order; None if no column has."""
    if not drawings:
        return None
    shares = {"real": _gaps(drawings[0].real)} | {drawing.name: _gaps(drawing.synthetic) for drawing in drawings}
    gappy = [column for column in shares["real"] if any(own.get(column, 0.0) > 0 for own in shares.values())]
    most = sorted(gappy, key=lambda column: -shares["real"][column])[:_MOST_COLUMNS]
    rows = [column for column in gappy if column in most]
    return share_panel(_COLUMNS, rows, shares) if rows else None


def _together(drawings: list[Drawings]) -> Panel | None:
    """Returns the shares of rows by the columns that are gaps; None if no columns are so together."""
    drawn = [drawing for drawing in drawings if drawing.have("fidelity/gap_patterns")]
    if not drawn or int(drawn[0].real["fidelity/gap_patterns"].sum(axis=1).max(initial=0)) < 2:
        return None
    shares = {"real": _patterns(drawn[0].real)} | {drawing.name: _patterns(drawing.synthetic) for drawing in drawn}
    rows = [pattern for pattern in shares["real"] if pattern not in (_NO_GAP, OTHER)]
    others = any(own[OTHER] > 0 for own in shares.values())
    known = {who: {row: own[row] for row in (*rows, OTHER)} for who, own in shares.items()}
    return share_panel(_ROWS, [*rows, *([OTHER] if others else [])], known)


def _gaps(arrays: Details) -> dict[str, float]:
    return dict(zip(map(str, arrays["fidelity/columns"]), map(float, arrays["fidelity/gaps"]), strict=True))


def _patterns(arrays: Details) -> dict[str, float]:
    """Returns the share of rows by the columns that are gaps, and that of all other rows."""
    columns = list(map(str, arrays["fidelity/columns"]))
    patterns = [
        [column for column, mark in zip(columns, marks, strict=True) if mark]
        for marks in arrays["fidelity/gap_patterns"]
    ]
    short = [_label(gappy) for gappy in patterns]
    labels = [
        " + ".join(gappy) if short.count(label) > 1 else label for gappy, label in zip(patterns, short, strict=True)
    ]
    return dict(zip([*labels, OTHER], map(float, arrays["fidelity/gap_shares"]), strict=True))


def _label(gappy: list[str]) -> str:
    """Returns the columns that are gaps; the first one and the number of the others where there are over two."""
    if len(gappy) > 2:
        return f"{gappy[0]} + {len(gappy) - 1} more"
    return " + ".join(gappy) or _NO_GAP


SECTION = board_section("Missing values", 45, _board_blocks, page="Columns")
