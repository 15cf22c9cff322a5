"""Numbers and names as they are printed, in every format the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.common.formatting import NONE, direction, heading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.api import Metric, Stat

__all__ = [
    "NONE",
    "count",
    "decimals",
    "digits_of",
    "direction",
    "heading",
    "hint",
    "line",
    "listing",
    "name",
    "number",
    "percent",
    "score",
    "stat",
]


def decimals(value: float, digits: int = 4) -> int:
    """Places after the point: about `digits` significant ones, but three from 0.01 to 10 and four below."""
    size = abs(value)
    if size >= 10 or digits < 4:
        return max(digits - 1 - math.floor(math.log10(size)), 0) if size >= 0.1 else 2
    return 3 if size >= 0.01 or not size else 4


def number(value: float | None, digits: int = 4) -> str:
    """A value on its own.

    >>> [number(value) for value in (0.98765, 12.3456, 14186.2, 0.00314, 7e-05, None)]
    ['0.988', '12.35', '14,186', '0.0031', '7e-05', '—']
    """
    if value is None or not math.isfinite(value):
        return NONE
    if abs(value) >= 1e9 or 0 < abs(value) < 1e-4:
        return f"{value:.2g}"
    return _fixed(value, decimals(value, digits))


def _fixed(value: float, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def stat(found: Stat | None, digits: int = 4, *, repeats: int = 0) -> str:
    """A mean with its spread over repeats, at the same number of places.

    Args:
        found: None prints as missing.
        digits: about how many significant ones.
        repeats: how many there should be; fewer are said.

    >>> from bench.statistics.leaderboard import Stat
    >>> stat(Stat(0.98765, 0.0123, 5)), stat(Stat(31.27, None, 1), 3)
    ('0.988 ± 0.012', '31.3')
    """
    if found is None:
        return NONE
    places = decimals(found.mean, digits)
    spread = "" if found.spread is None else f" ± {_fixed(found.spread, places)}"
    return f"{number(found.mean, digits)}{spread}" + (f" ({found.n} of {repeats})" if found.n < repeats else "")


def score(found: Stat | None) -> str:
    """A score in [0, 1] with its spread; three places, whatever the size.

    >>> from bench.statistics.leaderboard import Stat
    >>> score(Stat(0.00004, 0.00001, 2))
    '0.000 ± 0.000'
    """
    if found is None:
        return NONE
    return _fixed(found.mean, 3) + ("" if found.spread is None else f" ± {_fixed(found.spread, 3)}")


def digits_of(metric: Metric) -> int:
    """Times, memory and speeds wander by per cents, so three digits say all."""
    return 3 if metric.family == "cost" else 4


def hint(metric: Metric) -> str:
    """What a metric means, for those who ask."""
    best = "higher is better" if metric.better == "higher" else "lower is better"
    if not isinstance(metric.better, str):
        above = ", lower counts as reached" if metric.better.distance == "above" else ""
        best = f"best at {metric.better.value:g}{above}"
    ranked = f"; ranked between {metric.floor} (0) and {metric.ceiling} (1)" if metric.ranked else "; not ranked"
    return f"{metric.meaning}; {best}{ranked}"


def percent(share: float) -> str:
    """A share in per cent.

    >>> percent(0.128)
    '13 %'
    """
    return f"{100 * share:.0f} %"


def count(many: int, thing: str) -> str:
    """A number with its noun.

    >>> count(1, "row"), count(11348, "row")
    ('1 row', '11,348 rows')
    """
    return f"{many:,} {thing}{'' if many == 1 else 's'}"


def line(text: object) -> str:
    """A text on one line."""
    return " ".join(str(text).split())


def name(text: object, most: int = 60) -> str:
    """A name within a sentence: on one line, and cut where it is endless (tables have it whole)."""
    whole = line(text)
    return whole if len(whole) <= most else whole[: most - 1] + "…"


def listing(names: Iterable[object], most: int = 12) -> str:
    """Names in a sentence; beyond `most` of them, how many more.

    >>> listing(["ae", "vae", "ctgan"])
    'ae, vae and ctgan'
    """
    parts = [name(part) for part in names]
    if len(parts) > most:
        parts = [*parts[: most - 1], f"{len(parts) - most + 1} more"]
    return " and ".join(([", ".join(parts[:-1])] if parts[:-1] else []) + parts[-1:])
