"""Explicit Runge-Kutta methods, batched over rows: with fixed steps, or with steps that each row adapts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    Field = Callable[[Tensor, Tensor], Tensor]

_SMALLEST_SHARE = 1e-3
"""A step this short, as a share of the whole time, is accepted whatever its error, so that every path ends."""


class Method(NamedTuple):
    """A Butcher tableau.

    Attributes:
        nodes: times of the stages, as shares of the step.
        stages: weights of the stages before each stage but the first.
        weights: of the stages in the result.
        order: of the result.
        errors: weights of the result minus those of an embedded method; empty if there is none.
    """

    nodes: tuple[float, ...]
    stages: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]
    order: int
    errors: tuple[float, ...] = ()


METHODS = {
    "euler": Method((0.0,), (), (1.0,), 1),
    "midpoint": Method((0.0, 0.5), ((0.5,),), (0.0, 1.0), 2),
    "rk4": Method((0.0, 0.5, 0.5, 1.0), ((0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)), (1 / 6, 1 / 3, 1 / 3, 1 / 6), 4),
    "bogacki-shampine": Method(
        (0.0, 1 / 2, 3 / 4, 1.0),
        ((1 / 2,), (0.0, 3 / 4), (2 / 9, 1 / 3, 4 / 9)),
        (2 / 9, 1 / 3, 4 / 9, 0.0),
        3,
        (2 / 9 - 7 / 24, 1 / 3 - 1 / 4, 4 / 9 - 1 / 3, -1 / 8),
    ),
    "dormand-prince": Method(
        (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0),
        (
            (1 / 5,),
            (3 / 40, 9 / 40),
            (44 / 45, -56 / 15, 32 / 9),
            (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
            (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
            (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
        ),
        (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0.0),
        5,
        (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40),
    ),
}
"""Euler, midpoint, the classical fourth-order method, Bogacki and Shampine (1989), Dormand and Prince (1980)."""

FIXED = ("euler", "midpoint", "rk4")
ADAPTIVE = ("bogacki-shampine", "dormand-prince")


def solve_fixed(field: Field, start: Tensor, end: float, method: str, steps: int) -> Tensor:
    """Follows dx/dt = field(x, t) from `start` at 0 to `end` in `steps` equal steps.

    Args:
        field: (rows, features), (rows, 1) -> (rows, features).
        start: (rows, features).
        end: time, above 0.
        method: one of `METHODS`.
        steps: at least 1.
    """
    points, size = start, torch.full_like(start[:, :1], end / steps)
    for step in range(steps):
        points, _ = _step(field, points, size * step, size, METHODS[method])
    return points


def solve_adaptive(field: Field, start: Tensor, end: float, method: str, tolerance: float) -> Tensor:
    """Follows dx/dt = field(x, t) in steps whose estimated error is below `tolerance`; each row has its own steps.

    Args:
        field: (rows, features), (rows, 1) -> (rows, features).
        start: (rows, features).
        end: time, above 0.
        method: one of `ADAPTIVE`.
        tolerance: of a step's error, root mean square over features, in units of max(1, |x|).
    """
    tableau, points = METHODS[method], start.clone()
    time, size = torch.zeros_like(start[:, :1]), torch.full_like(start[:, :1], end / 10)
    shortest = _SMALLEST_SHARE * end
    while len(left := torch.nonzero(time.squeeze(1) < end * (1 - 1e-6)).squeeze(1)):
        now, length = time[left], torch.minimum(size[left], end - time[left])
        reached, error = _step(field, points[left], now, length, tableau)
        scale = reached.abs().clamp(min=1)
        ratio = (error / scale).square().mean(1, keepdim=True).sqrt() / tolerance
        accepted = ((ratio <= 1) | (length <= shortest)).squeeze(1)
        points[left[accepted]], time[left[accepted]] = reached[accepted], (now + length)[accepted]
        growth = (0.9 * ratio.clamp(min=1e-9) ** (-1 / tableau.order)).clamp(0.2, 5.0)
        size[left] = (length * growth).clamp(min=shortest)
    return points


def _step(field: Field, points: Tensor, time: Tensor, size: Tensor, method: Method) -> tuple[Tensor, Tensor]:
    """Returns the points after a step and its estimated error (0 without an embedded method): (rows, features)."""
    slopes = [field(points, time)]
    for node, weights in zip(method.nodes[1:], method.stages, strict=True):
        slopes.append(field(points + size * _weighted_sum(weights, slopes), time + node * size))
    reached = points + size * _weighted_sum(method.weights, slopes)
    return reached, size * _weighted_sum(method.errors, slopes) if method.errors else torch.zeros_like(points)


def _weighted_sum(weights: tuple[float, ...], slopes: list[Tensor]) -> Tensor:
    parts = [weight * slope for weight, slope in zip(weights, slopes, strict=True) if weight]
    return torch.stack(parts).sum(0) if len(parts) > 1 else parts[0]
