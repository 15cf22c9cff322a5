"""Cells that mean "no value": blank cells, usual marks in text, and codes that the user names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from bench.tables.plain_columns import is_number, is_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.tables.overrides import Overrides

MARKS = frozenset({"", "?", "-", "na", "n/a", "<na>", "nan", "nat", "null", "none"})
"""Texts that mean a gap in a column of text, in lower case and without blanks around them."""


def mask_gaps(frame: pd.DataFrame, overrides: Overrides) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Returns a table in which marks and codes are gaps, and a note for each mark and code that occurs.

    `-` is no gap in a column that has `+` too. A code for all columns that occurs in none gets a note as well.
    """
    found: dict[str, dict[str, int]] = defaultdict(dict)
    columns = {}
    for name in frame:
        column, codes = frame[name], overrides.codes(str(name))
        marked = _marks(column, codes) if is_text(column) or isinstance(column.dtype, pd.CategoricalDtype) else None
        masks = marked if marked is not None else {code: _equal_numbers(column, code) for code in codes}
        gaps = pd.Series(False, index=column.index)
        for word, mask in masks.items():
            if count := int((mask & ~gaps).sum()):
                found[word][str(name)] = count
                gaps |= mask
        columns[name] = column.mask(gaps) if gaps.any() else column
    unused = [code for code in overrides.missing if code not in found]
    notes = [gap_note(word, counts) for word, counts in found.items() if word]
    return pd.DataFrame(columns, index=frame.index), (
        *notes,
        *(f"No cell is {code!r}, a code for gaps." for code in unused),
    )


def gap_note(word: str, counts: Mapping[str, int]) -> str:
    """Returns a sentence that says in which columns a word counts as a gap."""
    cells = ", ".join(f"{name} ({count:,})" for name, count in counts.items())
    return f"{word!r} counts as a gap: {cells}."


def _marks(column: pd.Series, codes: tuple[str, ...]) -> dict[str, pd.Series]:
    """Masks by mark as it is written, and by code."""
    texts = column.astype(object).map(lambda cell: cell.strip() if isinstance(cell, str) else cell)
    words = [word for word in texts.dropna().map(str).unique() if word.lower() in MARKS or _is_code(word, codes)]
    if "+" in set(texts.dropna().map(str)) and "-" not in codes:
        words = [word for word in words if word != "-"]
    return {word: texts.map(str).eq(word) & texts.notna() for word in words}


def _is_code(word: str, codes: tuple[str, ...]) -> bool:
    """Returns whether a text is a code, or the same number as one, also with a decimal comma."""
    number = _number(word.replace(",", "."))
    return word in codes or any(number == _number(code) for code in codes)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _equal_numbers(column: pd.Series, code: str) -> pd.Series:
    """Where a column of numbers has the number that a code states."""
    return column.eq(_number(code)) if is_number(column) else pd.Series(False, index=column.index)
