"""How to train, and the same in steps once it is known how many rows there are."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Literal

from .schedules import Decay, Fall, Rise, Shape, length

if TYPE_CHECKING:
    from collections.abc import Iterator

Optimizer = Literal["adamw", "adam", "keras-adam"]
Watch = Literal["settled", "loss", "reconstruction", "absolute"]

_MOST_EPOCHS = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    Times are shares of the budget up to 1, and numbers of epochs above that. Where the budget is in epochs, schedules
    change from epoch to epoch, else from step to step.

    Attributes:
        steps: of the optimiser, the whole budget; patience may end it early.
        batch: rows per step (all rows if there are fewer).
        lr: peak learning rate.
        weight_decay: of AdamW.
        ema: decay of the moving average of weights that is validated and kept; 0 keeps the weights themselves.
        beta: weight of the KL term once annealed.
        anneal: time over which beta rises from 0; of each cycle, if cyclical.
        settle: time before which no weights are kept; only if `settled` is watched.
        patience: time without improvement after which training ends; 1 spends the whole budget.
        epochs: the budget in passes over the rows, in place of `steps`; 0: in steps.
        optimizer: `adamw` (0.9, 0.99), `adam` (0.9, 0.999), or that with `keras`' epsilon.
        clip: longest gradient; 0: any.
        clip_each: whether that is of each weight matrix or bias rather than of all together (Keras' clipnorm).
        keep_last_batch: whether the incomplete batch at the end of a pass is used.
        shape: of beta's rise.
        hold: time at beta 0 before the rise.
        cycles: of a cyclical beta.
        decay: of the learning rate.
        warm_up: time before the decay, if it is a cosine.
        drops: (epoch, share of the peak from then on), if it drops.
        watch: what early stopping compares, see `_validate`.
        best: whether the best weights are kept, or the last.
        kl_in_loss: whether the KL term is trained on, or only noted.
    """

    steps: int
    batch: int = 256
    lr: float = 5e-3
    weight_decay: float = 0.0
    ema: float = 0.999
    beta: float = 1.0
    anneal: float = 0.0
    settle: float = 0.0
    patience: float = 1.0
    epochs: int = 0
    optimizer: Optimizer = "adamw"
    clip: float = 0.0
    clip_each: bool = False
    keep_last_batch: bool = False
    shape: Shape = "linear"
    hold: float = 0.0
    cycles: int = 1
    decay: Decay = "cosine"
    warm_up: float = 0.05
    drops: tuple[tuple[float, float], ...] = ()
    watch: Watch = "settled"
    best: bool = True
    kl_in_loss: bool = True

    def per_pass(self, rows: int) -> int:
        """Steps of a pass over so many rows."""
        return max(ceil(self.used(rows) / self.batch), 1)

    def used(self, rows: int) -> int:
        """Rows of a pass over so many; a last batch of one row is never kept, as batch normalisation needs two."""
        size = min(self.batch, rows)
        return rows if self.keep_last_batch and rows % size != 1 else rows // size * size

    def on(self, rows: int) -> Course:
        """The plan's times in steps, for so many rows."""
        if self.epochs:
            epoch = tick = self.per_pass(rows)
            steps = self.epochs * epoch
        else:
            steps, tick = self.steps, 1
            epoch = max(ceil(rows / self.batch), ceil(steps / _MOST_EPOCHS))
        ticks, per_epoch = steps / tick, epoch / tick
        cycle = ticks / self.cycles if self.shape == "cyclical" else ticks
        rise = Rise(self.shape, length(self.hold, cycle, per_epoch), length(self.anneal, cycle, per_epoch), cycle)
        warm_up = max(int(length(self.warm_up, ticks, per_epoch) + 1e-9), 1)
        drops = tuple((at * per_epoch, share) for at, share in self.drops)
        fall = Fall(self.decay, warm_up, ticks, drops)
        # A patience of five epochs ends training at the end of the fifth.
        patience = self.patience * steps if self.patience <= 1 else self.patience * epoch - 0.5
        return Course(self, steps, epoch, tick, rise, fall, length(self.settle, steps, epoch), patience)


@dataclass(frozen=True, slots=True)
class Course:
    """A plan for a number of rows.

    Attributes:
        plan: what it was made of.
        steps: the whole budget.
        epoch: steps between two validations.
        tick: steps between two changes of the schedules.
        rise: of beta, in ticks.
        fall: of the learning rate, in ticks.
        settle: in steps.
        patience: in steps.
    """

    plan: Plan
    steps: int
    epoch: int
    tick: int
    rise: Rise
    fall: Fall
    settle: float
    patience: float

    def lr_at(self, step: int) -> float:
        """Learning rate of step 0 .. steps - 1."""
        return self.fall.at(step // self.tick, self.plan.lr)

    def beta_at(self, step: int) -> float:
        """Weight of the KL term at step 0 .. steps - 1."""
        return self.plan.beta * self.rise.at(step // self.tick)

    def epochs(self) -> Iterator[tuple[int, int]]:
        """First step of each epoch and the step after its last."""
        return ((first, min(first + self.epoch, self.steps)) for first in range(0, self.steps, self.epoch))

    def too_early(self, last: int) -> bool:
        """Whether weights after step `last` are never kept: beta is not at its maximum, or training has not settled."""
        if self.plan.watch != "settled" or last >= self.steps:
            return False
        return self.beta_at(last - 1) < self.plan.beta or last < self.settle
