"""How a CSV file is written: its encoding, its separator, and the line of its header."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

SEPARATORS = (",", ";", "\t", "|", " ")

_BYTE_ORDER_MARKS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_MOST_COMMENTS = 10_000
_DECLARED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_FRACTION = re.compile(r"-\d+|-?\d*\.\d+")


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How a CSV file is written.

    Attributes:
        encoding: `utf-8-sig`, `utf-16` or `utf-32`.
        skipped: how many lines lie before the header.
        comments: how many of them have text.
        separator: between cells.
        spaced: whether a blank follows each separator.
        names: the cells of the header; some may be blank.
    """

    encoding: str
    skipped: int
    comments: int
    separator: str
    spaced: bool
    names: tuple[str, ...]


def find_layout(path: Path) -> CsvLayout:
    """Returns how a file is written, from its first lines.

    The separator is the first of `,`, `;`, tab, `|` and blanks that cuts header and first row into equally many cells.

    Raises:
        BenchError: if it is binary, or has no header.
        UnicodeDecodeError: if its text is not Unicode.
    """
    with path.open("rb") as file:
        begin = file.read(65536)
    marked = (encoding for mark, encoding in _BYTE_ORDER_MARKS.items() if begin.startswith(mark))
    encoding = next(marked, "utf-8-sig")
    if b"\0" in begin and encoding == "utf-8-sig":
        raise BenchError(f"{path} is binary; expected comma-separated UTF-8 text; convert it to CSV or Parquet")
    with path.open(newline="", encoding=encoding) as text:
        comments, declared = _lines_before(list(islice(text, _MOST_COMMENTS)))
    separators = (declared,) if declared else SEPARATORS
    begins = {
        separator: _begin(path, encoding, comments, separator, spaced=separator == " ") for separator in separators
    }
    separator = _best_separator(begins)
    blank_lines, rows = begins[separator]
    if not rows:
        raise BenchError(f"{path} is empty; expected a header and rows")
    spaced = separator == " " or (len(rows[0]) > 1 and all(re.match(r" +\S", cell) for cell in rows[0][1:]))
    if spaced and separator != " ":
        _, rows = _begin(path, encoding, comments, separator, spaced=True)
    layout = CsvLayout(encoding, comments + blank_lines, comments, separator, spaced, tuple(rows[0]))
    refuse_numbers(path, layout.names)
    require_distinct(path, [name for name in layout.names if name.strip()])
    return layout


def _lines_before(lines: Sequence[str]) -> tuple[int, str | None]:
    """How many lines come before the table, and the separator that a line such as `sep=;` states."""
    if lines and (declared := _DECLARED.fullmatch(lines[0])):
        return 1, declared[1]
    count = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if 0 < count < len(lines):
        last, following = lines[count - 1], lines[count]
        # A header may begin with #, too: then it has as many cells as the row below.
        if any(sep in following and last.count(sep) == following.count(sep) for sep in SEPARATORS):
            return count - 1, None
    return (count, None) if count < len(lines) else (0, None)


def _begin(
    path: Path, encoding: str, skip: int, separator: str, *, spaced: bool = False
) -> tuple[int, list[list[str]]]:
    """How many lines are blank after the first `skip`, and the cells of the first two rows that are not."""
    with path.open(newline="", encoding=encoding) as text:
        reader = csv.reader(islice(text, skip, None), delimiter=separator, skipinitialspace=spaced)
        before, rows = 0, list[list[str]]()
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(cells)
            if len(rows) == 2:
                break
            if not rows:
                before = reader.line_num
        return before, rows


def _best_separator(begins: dict[str, tuple[int, list[list[str]]]]) -> str:
    widths = {separator: [len(cells) for cells in rows] for separator, (_, rows) in begins.items()}
    several = [separator for separator, found in widths.items() if found and found[0] > 1]
    equal = [separator for separator in several if len(set(widths[separator])) == 1]
    return next(iter([*equal, *several, *widths]))


def refuse_numbers(path: Path, names: Sequence[str]) -> None:
    """Refuses a first line that looks like a row: numbers alone, or fractions in half of its cells."""
    numbers = all(_is_number(name) for name in names)
    if numbers or 2 * sum(bool(_FRACTION.fullmatch(name.strip())) for name in names) >= len(names):
        raise BenchError(f"{path} begins with numbers; expected column names on the first line; add a header")


def require_distinct(path: Path, names: Sequence[str]) -> None:
    """Refuses columns of the same name."""
    if duplicates := sorted({name for name in names if names.count(name) > 1}):
        raise BenchError(f"{path} has columns of the same name: {', '.join(duplicates)}; rename all but one of each")


def refuse_unnamed(path: Path, names: Sequence[str], empty: Collection[int] = ()) -> None:
    """Refuses columns without a name, except at the positions of `empty` columns."""
    blank = [at for at, name in enumerate(names, start=1) if not name.strip() and at - 1 not in empty]
    if blank:
        raise BenchError(
            f"{path}: column {', '.join(map(str, blank))} of {len(names)} has no name; expected one each; name it or "
            "remove it (pandas writes one for its index unless index=False)"
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
