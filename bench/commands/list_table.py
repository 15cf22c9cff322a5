"""Lists as tables without borders: words stay whole, and where space is short the last column goes below its row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType

_GAPS = (2, 1)
"""Blanks between columns: the most that there is space for."""

_LONGEST_WORD = 24
"""Longer words are broken."""

_LONGEST_NAME = 40
"""Longer cells of the first column are broken into lines."""

_LEAST_PROSE = 24
"""A last column that is longer and would get less space than this goes below."""

_INDENT = 4


@dataclass(frozen=True, slots=True)
class ListTable:
    """Rows of text under a header, as wide as the terminal at most. The last column may hold sentences."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Yields the table, or each row with its last cell below."""
        columns = list(zip(self.header, *self.rows, strict=True))
        for gap in _GAPS:
            if widths := fitted_widths(columns, options.max_width, gap, prose=True):
                yield self._table(self.rows, widths, gap)
                return
        for gap in _GAPS:
            if widths := fitted_widths(columns[:-1], options.max_width, gap):
                yield from self._with_last_below(widths, gap)
                return
        # Where not even this fits, the widths are left to Rich, which breaks words.
        yield self._table(self.rows, [None] * len(columns), _GAPS[-1])

    def _with_last_below(self, widths: Sequence[int], gap: int) -> Iterator[RenderableType]:
        for position, row in enumerate(self.rows):
            yield self._table([row[:-1]], widths, gap, is_first=position == 0)
            if row[-1] not in ("", "-"):
                yield Padding(Text(row[-1], "dim"), (0, 0, 0, _INDENT))

    def _table(
        self, rows: Sequence[tuple[str, ...]], widths: Sequence[int | None], gap: int, *, is_first: bool = True
    ) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold", show_header=is_first, padding=(0, gap, 0, 0))
        for name, width in zip(self.header, widths, strict=False):
            table.add_column(Text(name), overflow="fold", width=width)
        for row in rows:
            table.add_row(*map(Text, row))
        return table


def fitted_widths(
    columns: Sequence[Sequence[str]], most: int, gap: int = _GAPS[0], *, prose: bool = False
) -> list[int]:
    """Returns the width of each column so that words stay whole; empty if `most` characters are too few.

    Args:
        columns: their cells, each with its header.
        most: the width of the terminal.
        gap: blanks between columns.
        prose: whether the last column may hold sentences, which need more space than their longest word.

    >>> fitted_widths([("name", "ae"), ("what", "draws codes")], 17), fitted_widths([("name", "ae")], 3)
    ([4, 11], [])
    """
    natural = [max(map(cell_len, column)) for column in columns]
    words = [max((cell_len(word) for cell in column for word in cell.split()), default=0) for column in columns]
    least = [min(whole, word, _LONGEST_WORD) for whole, word in zip(natural, words, strict=True)]
    least[0] = min(natural[0], _LONGEST_NAME)
    if prose and len(columns) > 1:
        least[-1] = max(least[-1], min(natural[-1], _LEAST_PROSE))
    left = most - sum(least) - gap * (len(columns) - 1)
    if left < 0:
        return []
    needs = [whole - width for whole, width in zip(natural, least, strict=True)]
    for served, at in enumerate(sorted(range(len(columns)), key=needs.__getitem__)):
        given = min(needs[at], left // (len(columns) - served))
        least[at] += given
        left -= given
    return least
