"""Values of several seeds as text."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from bench.workflows.reproduction.agreement import deviation

if TYPE_CHECKING:
    from collections.abc import Sequence

ABSENT = "-"
"""Stands where there is no value."""


def number(value: float) -> str:
    """Four digits, or one and an exponent where it is next to nothing.

    >>> number(0.53441), number(31.0), number(0.00004)
    ('0.5344', '31', '4e-05')
    """
    return f"{value:.0e}" if 0 < abs(value) < 5e-4 else f"{value:.4g}"


def spread(values: Sequence[float]) -> str:
    """Mean, standard deviation and range.

    >>> spread([1.0, 2.0, 3.0]), spread([2.0, 2.0]), spread([0.5])
    ('2 ± 1 (1 to 3)', '2', '0.5')
    """
    mean = number(fmean(values))
    if min(values) == max(values):
        return mean
    return f"{mean} ± {_width(values, 2)} ({number(min(values))} to {number(max(values))})"


def short(values: Sequence[float] | None) -> str:
    """Mean and deviation.

    >>> short([1.0, 1.02, 1.01]), short([30.0, 50.0, 43.0]), short(None)
    ('1.01 ± 0.01', '41 ± 10.1', '-')
    """
    if not values:
        return ABSENT
    return number(fmean(values)) + (f" ± {_width(values, 1)}" if deviation(values) else "")


def _width(values: Sequence[float], digits: int) -> str:
    """The deviation, never with an exponent where it is large."""
    wide = deviation(values)
    return f"{wide:.1f}" if wide >= 10 ** (digits - 1) else f"{wide:.{digits}g}"
