"""Ordered levels, such as the bins of a number: what neighbours have in common is learned once for all of them.

A level of its own weights learns from its own rows alone. Where levels are ordered, a few smooth curves over them are
learned besides; all levels of the column learn from every row of it. The curves are the first cosines (DCT-II).
"""

from __future__ import annotations

from math import pi

import torch
from torch import Tensor

OUTPUT_CURVES = 8
"""Curves that the outputs of a column of ordered levels share."""

_FEWEST_LEVELS = 3


def cosines(levels: int, count: int) -> Tensor:
    """Returns curves over ordered levels: (levels, at most count and levels - 1). Each has mean 0 and variance 1.

    There are none for two levels, as a curve through both is no smoother than they are.

    >>> [f"{value:.2f}" for value in cosines(4, 2)[:, 0]]
    ['1.31', '0.54', '-0.54', '-1.31']
    """
    count = min(count, levels - 1) if levels >= _FEWEST_LEVELS else 0
    place = (torch.arange(levels) + 0.5) / levels
    return 2**0.5 * (pi * place[:, None] * torch.arange(1, count + 1)).cos()


def output_curves(size: int, ordered: int) -> Tensor:
    """Returns the curves of a column of `size` levels, the first `ordered` of which have an order: (size, curves)."""
    curves = cosines(ordered, OUTPUT_CURVES)
    return torch.cat([curves, torch.zeros(size - ordered, curves.shape[1])])
