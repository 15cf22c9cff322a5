"""What the training loops share: watched rows, epochs, a schedule of the learning rate, averaged weights."""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

_WATCHED_BLOCKS = 20
_SHORTEST_BLOCK = 10


def watched_rows(rows: int, share: float, *, ordered: bool, seed: int, last: bool = False) -> NDArray[np.bool_]:
    """Returns which train rows early stopping watches: (rows,), at least one and at most about half.

    Args:
        rows: of train, at least 2.
        share: of the rows; 1 or more is their number.
        ordered: rows are in time, so neighbours are near-copies: take whole contiguous blocks.
        seed: of the random choice.
        last: take the last rows instead.
    """
    import numpy as np

    share = share / rows if share >= 1 else share
    unit = np.arange(rows)
    if last:
        return unit >= rows - min(max(round(share * rows), 1), rows // 2)
    if ordered:
        unit = unit * max(min(round(_WATCHED_BLOCKS / share), rows // _SHORTEST_BLOCK), 2) // rows
    units = int(unit[-1]) + 1
    count = min(max(round(share * units), 1), units // 2)
    return np.isin(unit, np.random.default_rng(seed).permutation(units)[:count])


def epoch_bounds(steps: int, length: int) -> Iterator[tuple[int, int]]:
    """Yields the first step of each epoch of `length` steps and the step after its last."""
    return ((first, min(first + length, steps)) for first in range(0, steps, length))


def cosine_rate(tick: int, peak: float, warm_up: int, ticks: float) -> float:
    """Returns the learning rate at tick 0, 1, ...: a linear warm-up, then half a cosine to 0 at `ticks`."""
    if tick < warm_up:
        return peak * (tick + 1) / warm_up
    return peak * 0.5 * (1 + cos(pi * (tick - warm_up) / max(ticks - warm_up, 1)))


def update_average(average: nn.Module, model: nn.Module, decay: float, step: int) -> None:
    """Moves averaged weights towards the model's. The decay starts low, so that short runs forget their start."""
    import torch

    share = 1 - min(decay, (1 + step) / (10 + step))
    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), share)
