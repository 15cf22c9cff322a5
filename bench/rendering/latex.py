r"""Rankings as LaTeX for booktabs; every string is escaped, so names show as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.rendering.records import tied_with_first
from bench.text import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bench.api import Table
    from bench.statistics.ranking import Leaderboard

_CHARACTERS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "–": "--",
    "—": "---",
    "±": r"$\pm$",
    "×": r"$\times$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "→": r"$\rightarrow$",
}
_ESCAPES = str.maketrans(_CHARACTERS)
_HEAD = "% \\usepackage[T1]{fontenc} \\usepackage{booktabs}"
_MARK = r"\textsuperscript{=}"
_NOTE = rf"{_MARK} cannot be told apart from the first: the ranks that the paired comparisons allow overlap."


def escape(text: str) -> str:
    r"""Text that LaTeX shows as it is, on one line.

    >>> print(escape("a_b & 5 % [0.1, 0.2] ± 1"))
    a\_b \& 5 \% {[}0.1, 0.2{]} $\pm$ 1
    """
    return plain(text).translate(_ESCAPES)


def render(tables: Sequence[Table], leaderboard: Leaderboard) -> str:
    r"""A `table` environment for each board: best in bold, ties marked, reference rows below a rule.

    Args:
        tables: of the section that ranks; those whose first column is the rank are taken.
        leaderboard: that they show.

    Raises:
        BenchError: if they are not one per board.
    """
    rankings = [table for table in tables if table.header[0] == "Rank"]
    if len(rankings) != len(leaderboard.boards):
        raise BenchError(
            f"the section leaderboard shows {len(rankings)} rankings; expected one per board "
            f"({len(leaderboard.boards)}): use --format csv"
        )
    boards = zip(rankings, leaderboard.boards, strict=True)
    return "\n".join([_HEAD, *(_table(table, tied_with_first(board)) for table, board in boards)])


def _table(table: Table, tied: Collection[str]) -> str:
    align = table.align or "l" + "r" * (len(table.header) - 1)
    lines = [_row(table, at, tied) for at in range(len(table.rows))]
    first_apart = min(table.apart, default=len(lines))
    body = [*lines[:first_apart], *([r"\midrule"] if first_apart < len(lines) else []), *lines[first_apart:]]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{escape(table.caption)}}}",
            rf"\begin{{tabular}}{{{align}}}",
            r"\toprule",
            " & ".join(map(escape, table.header)) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            *([r"\par\smallskip", _NOTE] if tied else []),
            r"\end{table}",
            "",
        ]
    )


def _row(table: Table, at: int, tied: Collection[str]) -> str:
    return " & ".join(_cell(table, at, column, tied) for column in range(len(table.header))) + r" \\"


def _cell(table: Table, at: int, column: int, tied: Collection[str]) -> str:
    text = table.rows[at][column]
    if table.header[column] == "Trials":
        text = text.partition(": ")[0]  # reasons are sentences, too wide for a printed table
    tag = table.tags.get(at, "") if column == table.names else ""
    shown = escape(f"{text} ({tag})" if tag else text)
    if (at, column) in table.strong:
        return rf"\textbf{{{shown}}}"
    if column != table.names:
        return shown
    if at in table.apart:
        return rf"\emph{{{shown}}}"
    return shown + _MARK if text in tied else shown
