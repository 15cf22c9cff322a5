"""Numbers, intervals and names as text, the same in every format of a report; also an interval to plot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from bench.api import Board, Entry, Metric, Series, Stat
from bench.common.formatting import AT_THE_FLOOR, NONE, is_at_floor
from bench.common.safe_text import one_line, shortened

ENOUGH_REPEATS = 5
"""From this number of repeats, t has enough degrees of freedom for the differences that generators usually have."""


def _decimals(value: float, digits: int = 4) -> int:
    """Returns the number of decimals: about `digits` significant digits, but 3 from 0.01 to 10 and 4 below 0.01."""
    size = abs(value)
    if size >= 10 or digits < 4:
        return max(digits - 1 - math.floor(math.log10(size)), 0) if size >= 0.1 else 2
    return 3 if size >= 0.01 or not size else 4


def number(value: float | None, digits: int = 4) -> str:
    """Returns a value as text.

    >>> [number(value) for value in (0.98765, 12.3456, 14186.2, 0.00314, 7e-05, None)]
    ['0.988', '12.35', '14,186', '0.0031', '7e-05', '—']
    """
    if value is None or not math.isfinite(value):
        return NONE
    if abs(value) >= 1e9 or 0 < abs(value) < 1e-4:
        return f"{value:.2g}"
    return _fixed(value, _decimals(value, digits))


def _fixed(value: float, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def stat(value: Stat | None, digits: int = 4, *, repeats: int = 0) -> str:
    """Returns a mean and its spread over repeats, both with about `digits` digits; says if there are fewer repeats.

    >>> from bench.api import Stat
    >>> stat(Stat(0.98765, 0.0123, 5)), stat(Stat(31.27, None, 1), 3)
    ('0.988 ± 0.012', '31.3')
    """
    if value is None:
        return NONE
    fewer = f" ({value.n} of {repeats})" if value.n < repeats else ""
    return number(value.mean, digits) + _spread(value, _decimals(value.mean, digits)) + fewer


def _spread(value: Stat, places: int) -> str:
    return "" if value.spread is None else f" ± {_fixed(value.spread, places)}"


def score(value: Stat | None) -> str:
    """Returns a score in [0, 1] and its spread, always with three decimals.

    >>> from bench.api import Stat
    >>> score(Stat(0.00004, 0.00001, 2))
    '0.000 ± 0.000'
    """
    return _fixed(value.mean, 3) + _spread(value, 3) if value else NONE


def family_score(value: Stat | None) -> str:
    """Returns a family score and its spread, or in words that it is at the floor.

    >>> from bench.api import Stat
    >>> family_score(Stat(0.004, 0.002, 2)), family_score(Stat(0.5, None, 1)), family_score(None)
    ('at the floor', '0.500', '—')
    """
    return AT_THE_FLOOR if is_at_floor(value) else score(value)


def overall_score(entry: Entry) -> str:
    """Returns the mean overall score and its interval, always with three decimals."""
    mean = f"{entry.overall.mean:.3f}" if entry.overall else NONE
    return f"{mean} {interval(entry.interval)}" if entry.interval else mean


def interval(ends: tuple[float, float] | None, *, sign: str = "") -> str:
    """Returns both ends of an interval.

    >>> interval((0.88, 0.928)), interval((-0.01, 0.2), sign="+"), interval(None)
    ('[0.880, 0.928]', '[-0.010, +0.200]', '—')
    """
    return "[" + ", ".join(f"{end:{sign}.3f}" for end in ends) + "]" if ends else NONE


def interval_series(generator: str, value: float, low: float, high: float, position: int) -> Series:
    """Returns a value and its interval, for the line `position` of a panel of intervals."""
    return Series(generator, (value,), (float(position),), (low,), (high,))


def tie_groups(groups: Sequence[Sequence[str]]) -> str:
    """Returns groups of neighbours in rank that cannot be told apart.

    >>> tie_groups([("a", "b"), ("b", "c")])
    'a and b; b and c'
    """
    return "; ".join(listing(group) for group in groups)


def advice_on_repeats(board: Board) -> str:
    """Returns the advice to run more repeats, or an empty text if there are enough."""
    if board.repeats >= ENOUGH_REPEATS:
        return ""
    return (
        f"{_limit(board)}. To detect smaller differences, run at least {ENOUGH_REPEATS} repeats "
        f"(--repeats {ENOUGH_REPEATS}, the default of --profile standard)."
    )


def _limit(board: Board) -> str:
    """Returns what few repeats mean for the tests of a board."""
    if board.repeats < 2:
        return "One repeat shows no noise"
    pooled = board.moderation.freedom if board.moderation else 0.0
    freedom = "1 degree" if board.repeats - 1 + pooled == 1 else f"{board.repeats - 1 + pooled:.3g} degrees"
    share = f", {pooled:.3g} of them from the mean over all pairs" if pooled else ""
    return f"{board.repeats} repeats leave {freedom} of freedom{share}"


def digits_of(metric: Metric) -> int:
    """Returns the significant digits of a metric's values: three for costs, which vary by several per cent."""
    return 3 if metric.family == "cost" else 4


def metric_hint(metric: Metric) -> str:
    """Returns the meaning of a metric, its best value and its reference rows."""
    best = "higher is better" if metric.better == "higher" else "lower is better"
    if not isinstance(metric.better, str):
        below = ", lower values count as equally good" if metric.better.distance == "above" else ""
        best = f"best at {metric.better.value:g}{below}"
    ranked = f"; scored from {metric.scale}" if metric.ranked else "; not ranked"
    return f"{metric.meaning}; {best}{ranked}"


def percent(share: float) -> str:
    """Returns a share in per cent.

    >>> percent(0.128)
    '13 %'
    """
    return f"{100 * share:.0f} %"


def count(quantity: int, noun: str) -> str:
    """Returns a quantity with its noun.

    >>> count(1, "row"), count(11348, "row")
    ('1 row', '11,348 rows')
    """
    return f"{quantity:,} {noun}{'' if quantity == 1 else 's'}"


def name(text: object, longest: int = 60) -> str:
    """Returns a name for use in a sentence: on one line and shortened if it is very long (tables print it whole)."""
    return shortened(one_line(text), longest)


def statuses(entry: Entry, leave_out: str = "") -> list[str]:
    """Returns the number of trials by status, each as text."""
    return [f"{trials} {status}" for status, trials in entry.status.items() if status != leave_out]


def listing(names: Iterable[object], most: int = 12) -> str:
    """Returns names as part of a sentence; if there are more than `most`, the number of those left out.

    >>> listing(["ae", "vae", "ctgan"])
    'ae, vae and ctgan'
    """
    parts = [name(part) for part in names]
    if len(parts) > most:
        parts = [*parts[: most - 1], f"{len(parts) - most + 1} more"]
    return " and ".join(([", ".join(parts[:-1])] if parts[:-1] else []) + parts[-1:])
