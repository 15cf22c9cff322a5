"""The levels of categorical columns: texts, in an order that is fixed once for the whole table."""

from __future__ import annotations

import numbers
import shlex
from typing import TYPE_CHECKING, Any

import pandas as pd

from bench.api import BenchError
from bench.tables.plain_columns import is_text, number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

MOST_LEVELS = 1000
LONGEST_LEVEL = 200


def level_texts(column: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
    """Returns a column as text, gaps as NaN, and its levels.

    Levels of text are in order of appearance; those of numbers and dates ascend; false comes before true; those of
    categories keep their order, without unused ones.

    Args:
        column: numbers, true/false, dates, categories or text.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = column.cat.remove_unused_categories()
        return _named(column, categories.cat.codes.to_numpy(), [_level(cell) for cell in categories.cat.categories])
    codes, cells = pd.factorize(column, sort=not is_text(column))
    levels = [_level(cell) for cell in cells]
    texts, found = _named(column, codes, levels)
    return texts, (("False", "True") if set(found) == {"False", "True"} else found)


def as_categories(
    column: pd.Series, label: str, *, levels: Sequence[str] = (), ordered: bool = False
) -> tuple[pd.Series, tuple[str, ...]]:
    """Returns a column as categories, and its levels.

    Args:
        column: numbers, true/false, dates, categories or text.
        label: the column as errors call it.
        levels: all levels in order, or () for those that occur.
        ordered: whether their order means something.

    Raises:
        BenchError: if there are too many levels, one is too long, or a cell is none of the `levels`.
    """
    texts, found = level_texts(column)
    if levels and (strange := [level for level in found if level not in levels]):
        raise BenchError(f"{label} has the value {strange[0]!r}; expected one of its levels: {', '.join(levels)}")
    chosen = tuple(levels) or found
    _require_levels(chosen, label, str(column.name))
    return texts.astype(pd.CategoricalDtype(list(chosen), ordered)), chosen


def _require_levels(levels: tuple[str, ...], label: str, name: str) -> None:
    drop = f"leave it out with --leave-out {shlex.quote(name)}"
    if len(levels) > MOST_LEVELS:
        raise BenchError(f"{label} has {len(levels):,} levels; expected at most {MOST_LEVELS:,}; {drop}, or merge some")
    longest = max(levels, key=len)
    if len(longest) > LONGEST_LEVEL:
        raise BenchError(
            f"{label} has a level of {len(longest):,} characters ({longest[:20]!r}...); expected at most "
            f"{LONGEST_LEVEL}; {drop}, or shorten it"
        )


def _level(cell: object) -> str:
    if isinstance(cell, pd.Timestamp):
        return str(cell.date()) if cell == cell.normalize() else str(cell)
    if isinstance(cell, numbers.Real) and not isinstance(cell, bool):
        return str(int(cell)) if isinstance(cell, numbers.Integral) else number_text(float(cell))
    return str(cell)


def _named(
    column: pd.Series, codes: npt.NDArray[np.integer[Any]], levels: list[str]
) -> tuple[pd.Series, tuple[str, ...]]:
    texts = pd.Series([*levels, None], dtype=object).to_numpy()[codes]
    series = pd.Series(texts, index=column.index, name=column.name, dtype=object)
    return series.where(series.notna()), tuple(dict.fromkeys(levels))
