"""What the training loops share: watched rows, schedules of beta and the learning rate, averaged weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

BetaShape = Literal["linear", "cosine", "cyclical"]
LearningRateShape = Literal["cosine", "constant", "drops"]

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


def to_ticks(time: float, total: float, epoch: float) -> float:
    """Returns a time in ticks: up to 1 it is a share of `total`, above that a number of epochs of `epoch` ticks."""
    return time * total if time <= 1 else time * epoch


@dataclass(frozen=True, slots=True)
class BetaSchedule:
    """How beta rises from 0 to its maximum.

    Attributes:
        shape: `linear` (Bowman et al. 2016), half a `cosine`, or `cyclical`: linear in each cycle (Fu et al. 2019).
        hold: ticks at 0 before it rises, in each cycle.
        over: ticks over which it rises, in each cycle; 0: it is constant.
        cycle: ticks of a cycle.
    """

    shape: BetaShape = "linear"
    hold: float = 0.0
    over: float = 0.0
    cycle: float = 1.0

    def share_at(self, tick: int) -> float:
        """Returns the share of the maximum at tick 0, 1, ..."""
        since = (tick % self.cycle if self.shape == "cyclical" else tick) - self.hold
        if since < 0:
            return 0.0
        if self.shape == "cosine":
            return 0.5 * (1 - cos(pi * min(since / max(self.over, 1), 1.0)))
        return min((since + 1) / max(self.over, 1), 1.0)


@dataclass(frozen=True, slots=True)
class LearningRateSchedule:
    """How the learning rate falls from its peak.

    Attributes:
        shape: `cosine` to 0 after a linear warm-up, `constant`, or `drops`.
        warm_up: ticks of the warm-up before the cosine.
        ticks: of the whole budget.
        drops: (tick, share of the peak from then on).
    """

    shape: LearningRateShape = "cosine"
    warm_up: int = 1
    ticks: float = 1.0
    drops: tuple[tuple[float, float], ...] = ()

    def rate_at(self, tick: int, peak: float) -> float:
        """Returns the learning rate at tick 0, 1, ..."""
        if self.shape == "drops":
            return peak * next((share for start, share in sorted(self.drops, reverse=True) if tick >= start), 1.0)
        if self.shape == "constant":
            return peak
        if tick < self.warm_up:
            return peak * (tick + 1) / self.warm_up
        return peak * 0.5 * (1 + cos(pi * (tick - self.warm_up) / max(self.ticks - self.warm_up, 1)))


def update_average(average: nn.Module, model: nn.Module, decay: float, step: int) -> None:
    """Moves averaged weights towards the model's. The decay starts low, so that short runs forget their start."""
    import torch

    share = 1 - min(decay, (1 + step) / (10 + step))
    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), share)
