"""Texts that differ only in their numbers become one text with ranges."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"(?<![\w.-])(-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.]*\w)")
"""A number that is no part of a word or a name, without the unit after it."""


def pattern(text: str) -> str:
    """Returns a text without its numbers; it is the same for texts that differ only in them.

    >>> pattern("40 % of the 2,056 rows, by R2600")
    '# % of the # rows, by R2600'
    """
    return _NUMBER.sub("#", text)


def merged(texts: Sequence[str]) -> list[str]:
    """Returns each kind of text once, in order; numbers that differ become a range.

    >>> merged(["40 % of 5 rows.", "other", "42.5 % of 5 rows."])
    ['40 to 42.5 % of 5 rows.', 'other']
    """
    alike: dict[str, list[str]] = {}
    for text in texts:
        alike.setdefault(pattern(text), []).append(text)
    return [_with_ranges(kind) for kind in alike.values()]


def _with_ranges(texts: Sequence[str]) -> str:
    numbers = zip(*(_NUMBER.findall(text) for text in texts), strict=True)
    ranges = iter([_range(same_place) for same_place in numbers])
    return _NUMBER.sub(lambda _: next(ranges), texts[0])


def _range(numbers: Sequence[str]) -> str:
    low, high = (extreme(numbers, key=lambda number: float(number.replace(",", ""))) for extreme in (min, max))
    return low if low == high else f"{low} to {high}"
