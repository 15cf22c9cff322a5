"""Schedules: how the weight of the KL term rises and how the learning rate falls, in steps or epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import Literal

Shape = Literal["linear", "cosine", "cyclical"]
Decay = Literal["cosine", "constant", "drops"]


def length(time: float, total: float, epoch: float) -> float:
    """A time as a number of ticks: up to 1 a share of `total`, above that a number of epochs of `epoch` ticks."""
    return time * total if time <= 1 else time * epoch


@dataclass(frozen=True, slots=True)
class Rise:
    """How beta gets to its maximum.

    Attributes:
        shape: `linear` (Bowman et al. 2016), half a `cosine`, or `cyclical`: linear, again and again (Fu et al. 2019).
        hold: ticks at 0 before it rises; of each cycle.
        over: ticks over which it rises; of each cycle. 0: constant.
        cycle: ticks of a cycle.
    """

    shape: Shape = "linear"
    hold: float = 0.0
    over: float = 0.0
    cycle: float = 1.0

    def at(self, tick: int) -> float:
        """Share of the maximum at tick 0, 1, ..."""
        since = (tick % self.cycle if self.shape == "cyclical" else tick) - self.hold
        if since < 0:
            return 0.0
        if self.shape == "cosine":
            return 0.5 * (1 - cos(pi * min(since / max(self.over, 1), 1.0)))
        return min((since + 1) / max(self.over, 1), 1.0)


@dataclass(frozen=True, slots=True)
class Fall:
    """How the learning rate gets from its peak to its end.

    Attributes:
        shape: `cosine` to 0 after a linear warm-up, `constant`, or `drops`.
        warm_up: ticks of the warm-up before the cosine.
        ticks: of the whole budget.
        drops: (tick, share of the peak from then on).
    """

    shape: Decay = "cosine"
    warm_up: int = 1
    ticks: float = 1.0
    drops: tuple[tuple[float, float], ...] = ()

    def at(self, tick: int, peak: float) -> float:
        """Learning rate at tick 0, 1, ..."""
        if self.shape == "drops":
            return peak * next((share for at, share in sorted(self.drops, reverse=True) if tick >= at), 1.0)
        if self.shape == "constant":
            return peak
        if tick < self.warm_up:
            return peak * (tick + 1) / self.warm_up
        return peak * 0.5 * (1 + cos(pi * (tick - self.warm_up) / max(self.ticks - self.warm_up, 1)))
