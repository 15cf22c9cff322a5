"""The path from noise to rows, and the velocities along it that a network learns.

The straight path (1 - t) noise + t row of Lipman et al. (2023, eq. 22 with no noise left at the end) has variance
t^2 + (1 - t)^2 where rows have unit variance. Divided by the square root of that it is cos(a) noise + sin(a) row with
a = atan2(t, 1 - t): the same path at unit variance and unit angular speed (Albergo and Vanden-Eijnden 2023). Its
velocity, cos(a) row - sin(a) noise, has mean zero at every point if rows are Gaussian: a network that returns zero is a
Gaussian copula, and training starts there.
"""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from torch import Tensor

END = pi / 2
"""The angle where the path reaches rows; it starts at 0 in noise."""

_NEAR = 1.25
"""From this angle on velocities are not averaged: other rows seldom matter, and a small cosine magnifies rounding."""


class Pairs(NamedTuple):
    """Points of paths, and the velocity that the network should return there.

    Attributes:
        points: (rows, features).
        angles: (rows, 1).
        velocity: (rows, features).
    """

    points: Tensor
    angles: Tensor
    velocity: Tensor


def pairs(rows: Tensor, noise: Tensor, angles: Tensor, others: Tensor | None = None) -> Pairs:
    """Returns points between `noise` and `rows`, and their velocities.

    With `others`, a velocity is averaged over all rows that the point may come from. Its expectation is the same, as
    rows are exchangeable, and its variance is smaller (Rao-Blackwell; Xu et al. 2023, stable target field).

    Args:
        rows: (rows, features).
        noise: (rows, features), from N(0, I).
        angles: (rows, 1), ascending.
        others: (others, features), independent rows.
    """
    cos, sin = angles.cos(), angles.sin()
    points, velocity = cos * noise + sin * rows, cos * rows - sin * noise
    if others is not None:
        far = int((angles < _NEAR).sum())
        mean = _expected(points[:far], torch.cat([rows, others]), cos[:far], sin[:far])
        velocity[:far] = (mean - sin[:far] * points[:far]) / cos[:far]
    return Pairs(points, angles, velocity)


def _expected(points: Tensor, rows: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Returns E[row | point]: each row has the weight N(point; sin row, cos^2 I), without the terms that cancel."""
    ratio = sin / cos
    logits = (points * (ratio / cos)) @ rows.T - ratio.square() * (0.5 * rows.square().sum(1))
    return logits.softmax(1) @ rows
