"""Numbers written as text: decimal points or commas, separators of thousands, percentages, currencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.tables.plain_columns import LARGEST_WHOLE, TOO_LARGE_WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

_GROUP = " \u00a0\u2009\u202f'\u2019"
"""What stands between thousands besides the point: blanks and apostrophes."""
_PLAIN = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?)", re.ASCII | re.IGNORECASE)
_POINT = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_COMMA = re.compile(
    rf"[+-]?(?:(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?|[1-9]\d{{0,2}}(?:[.{_GROUP}]\d{{3}})+(?:,\d*)?)", re.ASCII
)
_LEADING_ZERO = re.compile(r"[+-]?0\d", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_SIGNS = "$€£¥"
_LONGEST = 40
"""Digits, zeros in front included; more are no number that anybody means."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers read from a column of text.

    Attributes:
        values: int64 if all cells are whole and none is missing, else float64; indexed as the text.
        reason: how they were written, as a phrase.
    """

    values: pd.Series
    reason: str


def parse_numbers(text: pd.Series, *, comma_first: bool = False, leading_zeros: bool = False) -> Numbers | None:
    """Returns the numbers of a column of text, or None if a present cell is none.

    Cells are read with decimal points, else with decimal commas. `1,234` alone can be either: it is 1234, or 1.234 if
    `comma_first`. All cells may end in `%` or have the same currency sign.

    Args:
        text: strings, NaN where cells are missing.
        comma_first: whether decimal commas are tried before commas between thousands.
        leading_zeros: whether 0311 is a number; otherwise it is a code, and the column is none of numbers.
    """
    codes, cells = pd.factorize(text)
    stripped, unit = _without_unit([str(cell).strip().replace("\u2212", "-") for cell in cells])
    if not stripped or (not leading_zeros and any(map(_LEADING_ZERO.match, stripped))):
        return None
    for reads, point, reason in _styles(comma_first):
        if all(map(reads, stripped)):
            pointed = [point(cell) for cell in stripped]
            values = _numbers(pointed, codes)
            if values.dtype != np.int64 and any(map(_is_beyond, pointed)):
                reason = f"{reason}, {TOO_LARGE_WHOLE}"
            return Numbers(pd.Series(values, index=text.index, name=text.name), unit or reason)
    return None


def has_leading_zeros(text: pd.Series) -> bool:
    """Returns whether all present cells are whole numbers and at least one begins with a zero before a digit."""
    cells = [str(cell).strip() for cell in text.dropna().unique()]
    return all(map(_WHOLE.fullmatch, cells)) and any(map(_LEADING_ZERO.match, cells))


def odd_cells(text: pd.Series) -> dict[str, int]:
    """Returns the present cells that are no plain numbers, and how often each occurs."""
    counts = text.value_counts(sort=False)
    return {str(cell): int(count) for cell, count in counts.items() if not _PLAIN.fullmatch(str(cell).strip())}


def _without_unit(cells: list[str]) -> tuple[list[str], str]:
    """Cells without the percent or currency sign that all of them have, and how such cells are called."""
    if cells and all(cell.endswith("%") for cell in cells):
        return [cell[:-1].rstrip() for cell in cells], "percentages"
    for sign in _SIGNS:
        if cells and all(cell.count(sign) == 1 and sign in (cell.lstrip("+-")[:1], cell[-1:]) for cell in cells):
            return [cell.replace(sign, "").strip() for cell in cells], f"amounts in {sign}"
    return cells, ""


def _styles(comma_first: bool) -> list[tuple[Callable[[str], object], Callable[[str], str], str]]:
    plain = (_PLAIN.fullmatch, str, "numbers written as text")
    point = (
        lambda cell: _PLAIN.fullmatch(cell) or _POINT.fullmatch(cell),
        lambda cell: cell.replace(",", ""),
        "numbers with commas between thousands",
    )
    comma = (_COMMA.fullmatch, _decimal_point, "numbers with decimal commas")
    return [plain, comma, point] if comma_first else [plain, point, comma]


def _decimal_point(cell: str) -> str:
    return re.sub(rf"[.{_GROUP}]", "", cell).replace(",", ".")


def _is_beyond(cell: str) -> bool:
    """Whether a cell is a whole number that float64 cannot hold."""
    return _WHOLE.fullmatch(cell) is not None and not (len(cell) <= _LONGEST and abs(int(cell)) <= LARGEST_WHOLE)


def _numbers(cells: list[str], codes: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
    """The numbers of all rows: `codes` gives the cell of each, -1 where it is missing."""
    numbers: npt.NDArray[Any] = np.array([*map(float, cells), np.nan])
    if (codes >= 0).all() and all(_WHOLE.fullmatch(cell) and not _is_beyond(cell) for cell in cells):
        numbers = np.array([int(cell) for cell in cells], dtype=np.int64)
    rows: npt.NDArray[Any] = numbers[codes]
    return rows
