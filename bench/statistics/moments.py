"""Mean and variance, the same to the last digit in whatever order the values come."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def mean(values: Sequence[float]) -> float:
    """The mean.

    Raises:
        ValueError: if there are no values.
    """
    if not values:
        raise ValueError("got no values; expected one per split")
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """The sample variance of at least two values: squares over n - 1."""
    centre = mean(values)
    return math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1)
