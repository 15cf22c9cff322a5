r"""Rankings as LaTeX for booktabs; every string is escaped, so names show as they are.

pdfLaTeX refuses characters that its fonts lack (emoji, Hebrew): each is wrapped in a macro that shows it where the
engine knows Unicode (XeLaTeX, LuaLaTeX) and its code point elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from bench.api import BenchError
from bench.common.safe_text import plain
from bench.reporting.leaderboard_data import tied_with_first

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bench.api import Leaderboard, Table

_CHARACTERS = {
    "\0": "{}",
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
    "'": r"\textquotesingle{}",
    "[": "{[}",
    "]": "{]}",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "→": r"$\rightarrow$",
}
_LIGATURES = re.compile(r"([-,])(?=\1)")
"""What fonts would join: -- and ,, are signs of their own."""
_HEAD = "% \\usepackage[T1]{fontenc} \\usepackage{booktabs,graphicx}"
FALLBACK = r"\providecommand{\benchchar}[2]{\ifdefined\Umathcode #2\else\texttt{U+#1}\fi}"
"""Defines what `escape` may write; TeX without Unicode lacks Umathcode."""
_FIT = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
"""As wide as it is, or as the text where it is wider."""
_MARK = r"\textsuperscript{=}"
_NOTE = rf"{_MARK} cannot be told apart from the first: the ranks that the paired comparisons allow overlap."
_LONGEST = 40
"""Characters of a name in print; csv and json have it whole."""


def escape(text: str) -> str:
    r"""Text that LaTeX shows as it is, on one line.

    >>> print(escape("a_b & 5 % [0.1, 0.2] ± 1"))
    a\_b \& 5 \% {[}0.1, 0.2{]} $\pm$ 1
    >>> print(escape("a--b 😀"))
    a-{}-b \benchchar{1F600}{😀}
    """
    apart = _LIGATURES.sub("\\1\0", unicodedata.normalize("NFC", plain(text)))
    return "".join(map(_shown, apart))


def _shown(char: str) -> str:
    wrapped = char if char <= "\xff" else rf"\benchchar{{{ord(char):04X}}}{{{char}}}"
    return _CHARACTERS.get(char, wrapped)


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
    return "\n".join([_HEAD, FALLBACK, *(_table(table, tied_with_first(board)) for table, board in boards)])


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
            r"\setlength{\tabcolsep}{4pt}",
            _FIT,
            rf"\begin{{tabular}}{{{align}}}",
            r"\toprule",
            " & ".join(map(escape, table.header)) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}}",
            *([rf"\par\smallskip{{\footnotesize {_NOTE}}}"] if tied else []),
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
    shown = escape(f"{_cut(text)} ({tag})" if tag else _cut(text))
    if (at, column) in table.strong:
        return rf"\textbf{{{shown}}}"
    if column != table.names:
        return shown
    if at in table.apart:
        return rf"\emph{{{shown}}}"
    return shown + _MARK if text in tied else shown


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
