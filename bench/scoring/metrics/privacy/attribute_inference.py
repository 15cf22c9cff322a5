"""Attribute inference: does knowing the synthetic rows help to guess a secret of train rows?

After Giomi et al. 2022 (arXiv:2211.10459). The attacker knows all columns of a record but one, finds the
synthetic row that is closest in these, and takes its value of the secret column as the guess. Records of holdout are
the control: what is guessed of them as well follows from the population and reveals nobody.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .closest_records import nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..shared.matrix import Matrix

WINDOW = 0.05
"""A guess is right if at most this share of train rows lies between it and the truth: a window of a tenth."""

_NORMAL = 1.959963984540054


def guesses_right(records: Matrix, synthetic: Matrix, secret: int, values: Matrix) -> NDArray[np.bool_]:
    """Marks the records whose secret is guessed, (records,).

    Args:
        records: scaled, (records, columns), at least two columns.
        synthetic: on the same scale, (rows, columns).
        secret: position of the secret column.
        values: of the secret column in train, on the same scale, (train rows,).

    >>> synthetic, values = np.array([[0.0, 1.0], [5.0, 9.0]]), np.arange(100.0)
    >>> guesses_right(np.array([[0.1, 4.0], [4.0, 40.0]]), synthetic, 1, values).tolist()
    [True, False]
    """
    known = np.delete(records, secret, axis=1), np.delete(synthetic, secret, axis=1)
    guesses = synthetic[nearest(*known)[1][:, 0], secret]
    ordered = np.sort(values)
    guessed, true = (np.searchsorted(ordered, column, side="right") for column in (guesses, records[:, secret]))
    return np.asarray(np.abs(guessed - true) <= WINDOW * len(values))


def risk(hits: int, records: int, control_hits: int, controls: int) -> tuple[float, float, float]:
    """Returns the risk and its 95 % interval: (rate - control rate) / (1 - control rate).

    It is the share of secrets that the population does not reveal, and the synthetic rows do. The interval is that of
    Newcombe (1998, method 10) for the difference, divided by 1 - control rate, and at most 1. All are NaN if every
    control is guessed.

    >>> [round(value, 3) for value in risk(60, 100, 20, 100)]
    [0.5, 0.335, 0.641]
    """
    rate, control = hits / records, control_hits / controls
    if control == 1:
        return math.nan, math.nan, math.nan
    (low, high), (control_low, control_high) = wilson(hits, records), wilson(control_hits, controls)
    below, above = math.hypot(rate - low, control_high - control), math.hypot(high - rate, control - control_low)
    difference, scale = rate - control, 1 - control
    return difference / scale, (difference - below) / scale, min((difference + above) / scale, 1.0)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Returns the 95 % interval of a rate (Wilson 1927).

    >>> low, high = wilson(0, 10)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.278)
    """
    rate, square = hits / count, _NORMAL**2
    centre = (rate + square / (2 * count)) / (1 + square / count)
    half = _NORMAL / (1 + square / count) * math.sqrt(rate * (1 - rate) / count + square / (4 * count**2))
    return centre - half, centre + half
