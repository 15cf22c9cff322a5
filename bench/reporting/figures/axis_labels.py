"""Labels of axes of logarithms and of dates: few, round, and as long as the range needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 4
_STEPS = (
    *(("h", hours) for hours in (1, 3, 6, 12)),
    *(("D", days) for days in (1, 2, 5, 10)),
    *(("M", months) for months in (1, 2, 3, 6)),
    *(("Y", years) for years in (1, 2, 5, 10, 20, 50, 100)),
)
"""Units and their numbers between two labels, from short to long."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def label_powers(axes: Axes) -> None:
    """Labels ticks of logarithms with the numbers themselves: 1, 10, 100 and, on a short axis, some in between."""
    ticks = power_ticks(*axes.get_xlim())
    axes.set_xticks([position for position, _ in ticks], [f"{value:,g}" for _, value in ticks])


def power_ticks(left: float, right: float) -> list[tuple[float, float]]:
    """Returns places between two logarithms and the numbers there.

    >>> [round(number) for _, number in power_ticks(0.0, 1.0)]
    [1, 2, 5, 10]
    """
    steps = (1, 2, 5) if right - left < 2 else (1, 3) if right - left < 4 else (1,)
    powers = range(math.floor(left), math.ceil(right) + 1)
    ticks = [(math.log10(step) + power, step * 10.0**power) for power in powers for step in steps]
    return [(position, value) for position, value in ticks if left <= position <= right]


def label_dates(axes: Axes) -> None:
    """Labels the x axis, which holds seconds since 1970, with dates."""
    labels = date_ticks(*axes.get_xlim())
    axes.set_xticks(list(labels), list(labels.values()))


def date_ticks(left: float, right: float) -> dict[float, str]:
    """Returns at most four labels between two times, in seconds since 1970, by their place.

    >>> date_ticks(-1.0, 3 * 365.25 * 86_400)
    {0.0: '1970', 31536000.0: '1971', 63072000.0: '1972'}
    >>> list(date_ticks(0.0, 12 * 86_400.0).values())
    ['1 Jan', '6 Jan', '11 Jan']
    """
    import numpy as np

    ends = np.array([left, right]).astype("datetime64[s]")
    for unit, step in _STEPS:
        # Steps count from 1970, so months and years are round.
        low, high = ends.astype(f"datetime64[{unit}]").astype(np.int64)
        numbers = np.arange(-(-low // step), high // step + 1) * step
        seconds = numbers.astype(f"datetime64[{unit}]").astype("datetime64[s]").astype(np.int64)
        inside = seconds[(seconds >= left) & (seconds <= right)]
        if len(inside) <= _MOST:
            break
    return {float(second): _label(str(np.datetime64(int(second), "s")), unit) for second in inside}


def _label(moment: str, unit: str) -> str:
    """Returns the parts of a moment such as 2024-05-31T06:00:00 that a unit needs."""
    year, month, day = moment[: moment.index("T")].rsplit("-", 2)
    name = _MONTHS[int(month) - 1]
    texts = {"Y": year, "M": f"{name} {year}", "D": f"{int(day)} {name}", "h": f"{int(day)} {name} {moment[-8:-6]}h"}
    return texts[unit]
