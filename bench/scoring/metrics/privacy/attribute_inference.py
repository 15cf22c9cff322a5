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

    from bench.scoring.points import Rows

    from ..shared.matrix import Matrix

WINDOW = 0.05
"""A guess is right if at most this share of train rows lies between it and the truth: a window of a tenth."""

_NORMAL = 1.959963984540054


def guess(known: Rows, known_synthetic: Rows, secrets: Matrix) -> Matrix:
    """Returns what the attacker guesses of each record: the secret of the synthetic row that is closest in the rest.

    Args:
        known: the other columns of the records, scaled.
        known_synthetic: the same of the synthetic rows.
        secrets: of the synthetic rows, (rows,).

    >>> guess(np.array([[0.1], [4.0]]), np.array([[0.0], [5.0]]), np.array([1.0, 9.0]))
    array([1., 9.])
    """
    return np.asarray(secrets[nearest(known, known_synthetic)[1][:, 0]])


def guesses_right(guesses: Matrix, secrets: Matrix, train: Matrix, *, is_level: bool = False) -> NDArray[np.bool_]:
    """Marks the records whose secret is guessed, (records,).

    Args:
        guesses: of the secrets, (records,), as codes.
        secrets: the truth, (records,).
        train: the values of the secret column in train, (rows,).
        is_level: whether the secret is a category. A guess is right if it is the same level, else if it is near: see
            `WINDOW`. A gap is right if the truth is one too.

    >>> guesses_right(np.array([1.0, 9.0]), np.array([4.0, 40.0]), np.arange(100.0)).tolist()
    [True, False]
    >>> guesses_right(np.array([1.0, np.nan]), np.array([2.0, np.nan]), np.arange(3.0), is_level=True).tolist()
    [False, True]
    """
    ordered = np.sort(train[~np.isnan(train)])
    guessed, true = (np.searchsorted(ordered, column, side="right") for column in (guesses, secrets))
    right = guesses == secrets if is_level else np.abs(guessed - true) <= WINDOW * len(ordered)
    gap, true_gap = np.isnan(guesses), np.isnan(secrets)
    return np.asarray(np.where(gap | true_gap, gap & true_gap, right))


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
