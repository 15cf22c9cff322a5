"""Dates written as text: one order of day, month and year for a whole column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from bench.tables.overrides import DAY_FIRST

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

Order = Literal["month first", "day first", "year first", "digits"]

_TIME = (
    r"(?:(?:T|\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|UTC|[+-]\d\d(?::?\d\d)?)?)?\Z"
)
_LAST = r"(?P<{}>\d{{1,2}})(?P<mark>[-/.])(?P<{}>\d{{1,2}})(?P=mark)(?P<year>\d{{4}})"
_PATTERNS: dict[Order, str] = {
    "month first": r"\A" + _LAST.format("month", "day") + _TIME,
    "day first": r"\A" + _LAST.format("day", "month") + _TIME,
    "year first": r"\A(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _TIME,
    "digits": r"\A(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)" + _TIME,
}

_TOLERATED = 0.01
_FEWEST = 20
"""A column of at least this many cells may have one that is no date."""

_FARTHEST_ZONE = 14 * 60
"""Minutes from UTC; Kiribati is +14:00."""

FIRST_YEAR, LAST_YEAR = 1678, 2261
"""The whole years that fit into 64 bits of nanoseconds."""

OUTSIDE = f"outside the years {FIRST_YEAR} to {LAST_YEAR}"


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates read from a column of text.

    Attributes:
        values: datetime64[ns] without time zone, indexed as the text; NaT where the text has a gap or no usable date.
        order: the order of day, month and year in all cells.
        ambiguous: whether the other order of day and month fits as well and gives other dates.
        zones: whether cells named a time zone; these were converted to UTC.
        odd: how many cells are no dates, and the first of them.
        outside: how many cells are dates before `FIRST_YEAR` or after `LAST_YEAR`.
    """

    values: pd.Series
    order: Order
    ambiguous: bool = False
    zones: bool = False
    odd: tuple[int, str] = (0, "")
    outside: int = 0

    def reason(self, name: str) -> str:
        """Returns what was read, and which cells became gaps, as one phrase on the column of that name."""
        parts = ["dates" if self.order in ("year first", "digits") else f"dates, {self.order}"]
        if self.ambiguous:
            parts.append(f"the day could come first as well, which --column {name}={DAY_FIRST} says")
        if self.zones:
            parts.append("time zones were converted to UTC and dropped")
        if self.odd[0]:
            parts.append(f"{self.odd[0]} without a date count as gaps (the first is {self.odd[1][:40]!r})")
        if self.outside:
            parts.append(f"{self.outside} {OUTSIDE} count as gaps")
        return "; ".join(parts)


def parse_dates(
    text: pd.Series, *, digits: bool = False, day_first: bool = False, all_outside: bool = False
) -> Dates | None:
    """Returns the dates of a column of text, or None if it is no column of dates.

    All cells have one order: month, day, year if that fits as many cells as day, month, year; else the order that fits
    most; or year, month, day, as in ISO 8601. Years have four digits, separators are `/`, `-` or `.`, and a time may
    follow. At most 1 % of the present cells may be something else, or one cell of at least 20; they become gaps.

    Args:
        text: strings, NaN where cells are missing.
        digits: whether cells such as 20240531 are dates as well.
        day_first: whether the day comes first if the month could, too.
        all_outside: whether dates of which most do not fit into 64 bits are dates as well.
    """
    codes, cells = pd.factorize(text)
    counts = np.bincount(codes[codes >= 0], minlength=len(cells))
    orders: list[Order] = ["day first"] if day_first else ["month first", "day first"]
    orders += ["year first", "digits"] if digits else ["year first"]
    stripped = pd.Series(cells, dtype=object).astype(str).str.strip()
    read = {order: _moments(stripped, _PATTERNS[order]) for order in orders}
    present = int(counts.sum())
    fits = {order: int(counts[found.valid].sum()) for order, found in read.items()}
    order = max(orders, key=fits.__getitem__)
    best = read[order]
    odd, outside = present - fits[order], int(counts[best.valid & ~best.inside].sum())
    if not present or odd > max(int(_TOLERATED * present), present >= _FEWEST):
        return None
    if 2 * outside > present and not all_outside:
        return None
    values = pd.Series(pd.NaT, index=text.index, name=text.name, dtype="datetime64[ns]")
    usable = (codes >= 0) & (best.valid & best.inside)[codes]
    values[usable] = best.nanoseconds[codes[usable]].astype("datetime64[ns]")
    first_odd = str(cells[~best.valid][0]) if odd else ""
    return Dates(values, order, _ambiguous(read, fits, order), bool(best.zones.any()), (odd, first_odd), outside)


def from_timestamps(column: pd.Series) -> Dates:
    """Returns a column of dates of any unit and time zone as nanoseconds without zone."""
    zones = isinstance(column.dtype, pd.DatetimeTZDtype)
    naive = column.dt.tz_convert("UTC").dt.tz_localize(None) if zones else column
    outside = naive.notna() & ~naive.dt.year.between(FIRST_YEAR, LAST_YEAR)
    values = naive.mask(outside).astype("datetime64[ns]")
    return Dates(values, "year first", zones=zones, outside=int(outside.sum()))


@dataclass(frozen=True, slots=True)
class _Moments:
    """Cells read in one order: whether each is a date, whether it fits into 64 bits, and its nanoseconds if so."""

    valid: Flags
    inside: Flags
    zones: Flags
    nanoseconds: Integers


def _moments(cells: pd.Series, pattern: str) -> _Moments:
    parts = cells.str.extract(pattern)
    number = {name: _whole(parts[name]) for name in ("year", "month", "day", "hour", "minute", "second")}
    months = (number["year"] - 1970) * 12 + number["month"] - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]")
    day = first + (number["day"] - 1)
    valid = parts["year"].notna().to_numpy() & (number["year"] >= 1)
    valid &= (number["month"] >= 1) & (number["month"] <= 12)
    valid &= day.astype("datetime64[M]") == months.astype("datetime64[M]")
    hour, fits = _hours(number["hour"], parts["half"])
    valid &= fits & (number["minute"] < 60) & (number["second"] < 60)
    zones = parts["zone"].notna().to_numpy()
    offset = np.array([_offset(zone) if isinstance(zone, str) else 0 for zone in parts["zone"]], dtype=np.int64)
    valid &= abs(offset) <= _FARTHEST_ZONE
    seconds = day.astype(np.int64) * 86_400 + hour * 3600 + (number["minute"] - offset) * 60 + number["second"]
    inside = valid & (number["year"] >= FIRST_YEAR) & (number["year"] <= LAST_YEAR)
    fraction = _whole(parts["fraction"].str.ljust(9, "0"))
    return _Moments(valid, inside, zones & valid, np.where(inside, seconds, 0) * 1_000_000_000 + fraction)


def _whole(text: pd.Series) -> Integers:
    return np.asarray(text.fillna("0").astype(np.int64), dtype=np.int64)


def _hours(hour: Integers, half: pd.Series) -> tuple[Integers, Flags]:
    """Hours of the day, and whether each is possible: 0 to 23, or 1 to 12 before AM or PM."""
    halved, evening = half.notna().to_numpy(), half.str.lower().eq("pm").to_numpy()
    fits = np.where(halved, (hour >= 1) & (hour <= 12), hour < 24)
    return np.where(halved, hour % 12 + 12 * evening, hour), fits


def _offset(zone: str) -> int:
    """Minutes east of UTC, of a zone such as Z, +02, +0530 or -05:30; one that does not exist is too far."""
    digits = zone[1:].replace(":", "")
    if not digits.isdigit():
        return 0
    hours, past = int(digits[:2]), int(digits[2:] or 0)
    minutes = hours * 60 + past if past < 60 else _FARTHEST_ZONE + 1
    return -minutes if zone[0] == "-" else minutes


def _ambiguous(read: dict[Order, _Moments], fits: dict[Order, int], order: Order) -> bool:
    if order != "month first" or fits[order] != fits["day first"]:
        return False
    return not np.array_equal(read["month first"].nanoseconds, read["day first"].nanoseconds)
