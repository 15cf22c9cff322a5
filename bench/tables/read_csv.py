"""Reads CSV files, and leaves out rows and columns that hold nothing."""

from __future__ import annotations

import csv
import warnings
from dataclasses import dataclass, replace
from io import StringIO
from typing import TYPE_CHECKING, Any

import pandas as pd

from bench.api import BenchError
from bench.common.safe_text import one_line
from bench.tables.csv_layout import find_layout, refuse_unnamed
from bench.tables.gap_codes import gap_note
from bench.tables.number_text import has_leading_zeros, odd_cells
from bench.tables.plain_columns import is_text

if TYPE_CHECKING:
    from pathlib import Path

    from bench.tables.csv_layout import CsvLayout


def read_csv_file(path: Path) -> tuple[pd.DataFrame, CsvLayout, tuple[str, ...]]:
    """Reads a CSV file with a header, in UTF-8 or UTF-16; numbers are those of pandas' own parser.

    Blank rows, repeated headers and columns with neither name nor cells are dropped. Whole numbers of which one begins
    with a zero stay text, as 0311 is a code.

    Returns:
        The table with columns named as in the file, how the file is written, and a note for each thing that was
        dropped or read in a special way.

    Raises:
        BenchError: if the text is not that of a table, or a column with cells has no name.
    """
    try:
        with warnings.catch_warnings():
            # If rows are longer than the header, pandas drops their last cells with only a warning.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            layout = find_layout(path)
            return _read(_Text(path, layout))
    except (pd.errors.ParserError, pd.errors.ParserWarning, csv.Error) as error:
        reason = one_line(error)
        raise BenchError(
            f"{path} is not a well-formed CSV ({reason}); expected as many cells in every row as in the header"
        ) from error
    except UnicodeDecodeError as error:
        raise BenchError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8, or as Parquet") from error


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of a table: a file, or what is left of it once rows were taken out."""

    path: Path
    layout: CsvLayout
    rest: str | None = None

    def names(self) -> list[str]:
        """The header; columns without a name are numbered, as pandas needs different names."""
        return [name if name.strip() else f"\0{at}" for at, name in enumerate(self.layout.names)]

    def parse(self, **options: Any) -> pd.DataFrame:  # noqa: ANN401
        shared: dict[str, Any] = {"names": self.names(), "index_col": False, "low_memory": False, **options}
        if self.rest is not None:
            rest: pd.DataFrame = pd.read_csv(StringIO(self.rest), header=None, **shared)
            return rest
        layout = self.layout
        shared |= {"encoding": layout.encoding, "sep": layout.separator, "skiprows": layout.skipped}
        frame: pd.DataFrame = pd.read_csv(self.path, header=0, skipinitialspace=layout.spaced, **shared)
        return frame

    def cells(self, columns: list[str] | None = None) -> pd.DataFrame:
        """The cells as they are written, of all or some columns."""
        chosen = {} if columns is None else {"usecols": columns}
        return self.parse(dtype=str, keep_default_na=False, **chosen)

    def without(self, rows: pd.Series) -> _Text:
        kept = self.cells()[~rows]
        return replace(self, rest=kept.to_csv(header=False, index=False, quoting=csv.QUOTE_ALL))


def _read(text: _Text) -> tuple[pd.DataFrame, CsvLayout, tuple[str, ...]]:
    frame, notes = text.parse(), _layout_notes(text.layout)
    blank, repeated, units = _blank_rows(frame), _repeated_headers(frame), _units_row(frame)
    if (dropped := blank | repeated | units).all():
        frame = frame.iloc[:0]
    elif dropped.any():
        # What is left is parsed anew: a blank row makes whole numbers floats, and a header makes numbers text.
        text = text.without(dropped)
        frame = text.parse()
    notes += _row_notes(blank, "blank") + _row_notes(repeated, "repeated header")
    if units.any():
        notes.append("The row below the header has no numbers where all other rows have, and was dropped as units.")
    empty = [at for at, name in enumerate(text.layout.names) if not name.strip() and frame.iloc[:, at].isna().all()]
    refuse_unnamed(text.path, text.layout.names, empty)
    if empty:
        columns = "1 column" if len(empty) == 1 else f"{len(empty)} columns"
        notes.append(f"{columns} without name and cells {'was' if len(empty) == 1 else 'were'} dropped.")
        frame = frame.drop(columns=frame.columns[empty])
    frame, code_notes = _with_written_codes(frame, text)
    return frame, text.layout, (*notes, *code_notes)


def _layout_notes(layout: CsvLayout) -> list[str]:
    notes = []
    if layout.comments:
        notes.append(f"{layout.comments} line{'s' * (layout.comments > 1)} before the header did not count.")
    if layout.separator == " ":
        notes.append("Cells are separated by blanks.")
    elif layout.spaced:
        notes.append("Blanks after separators did not count.")
    return notes


def _row_notes(rows: pd.Series, adjective: str) -> list[str]:
    count = int(rows.sum())
    if not count:
        return []
    return [f"{count:,} {adjective} {'row was' if count == 1 else 'rows were'} dropped."]


def _blank_rows(frame: pd.DataFrame) -> pd.Series:
    blank = frame.isna()
    for name in frame:
        if is_text(frame[name]):
            blank[name] |= frame[name].map(lambda cell: isinstance(cell, str) and not cell.strip())
    return blank.all(axis=1)


def _repeated_headers(frame: pd.DataFrame) -> pd.Series:
    if not all(is_text(frame[name]) for name in frame):
        return pd.Series(False, index=frame.index)
    return frame.eq(pd.Series(frame.columns, index=frame.columns)).all(axis=1)


def _units_row(frame: pd.DataFrame) -> pd.Series:
    """Marks the first row if half of the columns, and at least two, have numbers in all rows but it."""
    first = pd.Series(False, index=frame.index)
    if len(frame) < 3 or not all(is_text(frame[name]) for name in frame):
        return first
    numbers = [name for name in frame if not odd_cells(frame[name].iloc[1:]) and odd_cells(frame[name].iloc[:1])]
    first.iloc[0] = 2 * len(numbers) >= max(frame.shape[1], 4) and not any(_is_plain(cell) for cell in frame.iloc[0])
    return first


def _is_plain(cell: object) -> bool:
    return isinstance(cell, str) and not odd_cells(pd.Series([cell]))


def _with_written_codes(frame: pd.DataFrame, text: _Text) -> tuple[pd.DataFrame, list[str]]:
    """Puts numbers with leading zeros back as text; notes which words of text columns pandas takes for gaps."""
    names = [str(name) for name in frame]
    whole = [name for name in names if _is_whole(frame[name])]
    gapped = [name for name in names if is_text(frame[name]) and frame[name].isna().any()]
    if not whole + gapped:
        return frame, []
    cells = text.cells([*whole, *gapped])
    cells.index = frame.index
    codes = {name: written for name in whole if has_leading_zeros(written := cells[name].where(frame[name].notna()))}
    words: dict[str, dict[str, int]] = {}
    for name in gapped:
        counts = cells[name][frame[name].isna()].str.strip().value_counts()
        for word, count in zip(map(str, counts.index), counts, strict=True):
            if word != "":
                words.setdefault(word, {})[name] = int(count)
    return frame.assign(**codes), [gap_note(word, counts) for word, counts in sorted(words.items())]


def _is_whole(column: pd.Series) -> bool:
    if pd.api.types.is_float_dtype(column):
        return bool((column.dropna() % 1 == 0).all() and column.notna().any())
    return pd.api.types.is_integer_dtype(column)
