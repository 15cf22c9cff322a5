r"""Rankings as LaTeX for booktabs; every string is escaped, so names show as they are.

pdfLaTeX refuses characters that its fonts lack (emoji, Hebrew). Each is wrapped in a macro that shows the character in
XeLaTeX and LuaLaTeX, and its code point in other engines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from bench.api import BenchError, Leaderboard, Table
from bench.common.safe_text import plain, shortened
from bench.reporting.leaderboard_data import tied_with_first

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
    "≤": r"$\leq$",
}
_LIGATURES = re.compile(r"([-,])(?=\1)")
"""Pairs that fonts would join into other characters: -- and ,,."""
_PREAMBLE = "% \\usepackage[T1]{fontenc} \\usepackage{booktabs,graphicx}"
FALLBACK = r"\providecommand{\benchchar}[2]{\ifdefined\Umathcode #2\else\texttt{U+#1}\fi}"
"""Defines the macro that `escape` writes; TeX without Unicode lacks Umathcode."""
_FIT = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
"""Keeps the table's width, or shrinks it to the width of the text."""
_TIED = r"\textsuperscript{=}"
_NOTE = rf"{_TIED} cannot be told apart from the first: the ranks that the paired comparisons allow overlap."
_LONGEST = 40
"""Characters of a cell in print; csv and json have all of them."""


def escape(text: str) -> str:
    r"""Returns text that LaTeX shows unchanged, on one line.

    >>> print(escape("a_b & 5 % [0.1, 0.2] ± 1"))
    a\_b \& 5 \% {[}0.1, 0.2{]} $\pm$ 1
    >>> print(escape("a--b 😀"))
    a-{}-b \benchchar{1F600}{😀}
    """
    separated = _LIGATURES.sub("\\1\0", unicodedata.normalize("NFC", plain(text)))
    return "".join(map(_escape_character, separated))


def _escape_character(char: str) -> str:
    wrapped = char if char <= "\xff" else rf"\benchchar{{{ord(char):04X}}}{{{char}}}"
    return _CHARACTERS.get(char, wrapped)


def render(tables: Sequence[Table], leaderboard: Leaderboard) -> str:
    """Returns a `table` environment for each board: best in bold, ties marked, reference rows below a rule.

    The tables are those of the section leaderboard; only those whose first column is the rank are used.

    Raises:
        BenchError: if there is not one table per board.
    """
    rankings = [table for table in tables if table.header[0] == "Rank"]
    if len(rankings) != len(leaderboard.boards):
        expected = f"expected one per board ({len(leaderboard.boards)}): use --format csv"
        raise BenchError(f"the section leaderboard shows {len(rankings)} rankings; {expected}")
    boards = zip(rankings, leaderboard.boards, strict=True)
    return "\n".join([_PREAMBLE, FALLBACK, *(_table(table, tied_with_first(board)) for table, board in boards)])


def _table(table: Table, tied: Collection[str]) -> str:
    align = table.align or "l" + "r" * (len(table.header) - 1)
    lines = [_line(table, row, tied) for row in range(len(table.rows))]
    references = min(table.apart, default=len(lines))
    body = [*lines[:references], *([r"\midrule"] if references < len(lines) else []), *lines[references:]]
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


def _line(table: Table, row: int, tied: Collection[str]) -> str:
    return " & ".join(_cell(table, row, column, tied) for column in range(len(table.header))) + r" \\"


def _cell(table: Table, row: int, column: int, tied: Collection[str]) -> str:
    text = table.rows[row][column]
    if table.header[column] == "Trials":
        text = text.partition(": ")[0]  # reasons are sentences, too wide for a printed table
    short = shortened(text, _LONGEST)
    tag = table.tags.get(row, "") if column == table.names else ""
    escaped = escape(f"{short} ({tag})" if tag else short)
    if (row, column) in table.strong:
        return rf"\textbf{{{escaped}}}"
    if column != table.names:
        return escaped
    if row in table.apart:
        return rf"\emph{{{escaped}}}"
    return escaped + _TIED if text in tied else escaped
