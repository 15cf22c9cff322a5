"""How to train an autoencoder, and the same in steps once the number of rows is known. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..training import BetaSchedule, BetaShape, LearningRateSchedule, LearningRateShape, to_ticks

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_EPOCHS = 200


class AutoencoderEpoch(NamedTuple):
    """A row of the history.

    Attributes:
        train_reconstruction: mean over the rows seen in the epoch.
        val_reconstruction: mean over the watched rows, of the averaged weights.
        kl: mean over the rows seen in the epoch, without beta.
        val_kl: mean over the watched rows, without beta.
        watched: what early stopping compares.
        beta: at the epoch's last step.
        lr: at the epoch's last step.
    """

    epoch: int
    train_reconstruction: float
    val_reconstruction: float
    kl: float
    val_kl: float
    watched: float
    beta: float
    lr: float


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How to train.

    Times are shares of the budget up to 1, and numbers of epochs above 1. If the budget is in epochs, schedules change
    from epoch to epoch, otherwise from step to step.

    Attributes:
        steps: of the optimiser, the whole budget; patience may end it early.
        batch: rows per step (all rows if there are fewer).
        lr: peak learning rate.
        weight_decay: of AdamW.
        ema: decay of the moving average of weights that is validated and kept; 0 keeps the weights themselves.
        beta: weight of the KL term at the end of its rise.
        anneal: time over which beta rises from 0; of each cycle, if cyclical.
        settle: time before which no weights are kept; only if `settled` is watched.
        patience: time without improvement after which training ends; 1 spends the whole budget.
        epochs: the budget in passes over the rows, in place of `steps`; 0: in steps.
        optimizer: `adamw` (0.9, 0.99), `adam` (0.9, 0.999), or `keras-adam`, with Keras' epsilon.
        clip: greatest norm of the gradient; 0: no limit.
        clip_each: whether that is of each weight matrix or bias rather than of all together (Keras' clipnorm).
        keep_last_batch: whether the incomplete batch at the end of a pass is used.
        beta_shape: of beta's rise.
        hold: time at beta 0 before the rise.
        cycles: of a cyclical beta.
        lr_shape: of the learning rate.
        warm_up: time of the linear warm-up before a cosine.
        drops: (epoch, share of the peak from then on).
        watch: what early stopping compares, see `_validate`.
        best: whether the best weights are kept, or the last.
        kl_in_loss: whether the KL term is trained on, or only recorded.
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
    optimizer: Literal["adamw", "adam", "keras-adam"] = "adamw"
    clip: float = 0.0
    clip_each: bool = False
    keep_last_batch: bool = False
    beta_shape: BetaShape = "linear"
    hold: float = 0.0
    cycles: int = 1
    lr_shape: LearningRateShape = "cosine"
    warm_up: float = 0.05
    drops: tuple[tuple[float, float], ...] = ()
    watch: Literal["settled", "loss", "reconstruction", "absolute"] = "settled"
    best: bool = True
    kl_in_loss: bool = True

    def steps_per_pass(self, rows: int) -> int:
        """Returns the steps of a pass over `rows` rows."""
        return max(ceil(self.rows_per_pass(rows) / self.batch), 1)

    def rows_per_pass(self, rows: int) -> int:
        """Returns how many of `rows` rows a pass uses.

        A last batch of one row is never used, because batch normalisation needs two.
        """
        size = min(self.batch, rows)
        return rows if self.keep_last_batch and rows % size != 1 else rows // size * size

    def in_steps(self, rows: int) -> StepPlan:
        """Returns the plan with its times in steps, for `rows` rows."""
        if self.epochs:
            epoch = tick = self.steps_per_pass(rows)
            steps = self.epochs * epoch
        else:
            steps, tick = self.steps, 1
            epoch = max(ceil(rows / self.batch), ceil(steps / _MOST_EPOCHS))
        ticks, per_epoch = steps / tick, epoch / tick
        cycle = ticks / self.cycles if self.beta_shape == "cyclical" else ticks
        hold, rise = to_ticks(self.hold, cycle, per_epoch), to_ticks(self.anneal, cycle, per_epoch)
        warm_up = max(int(to_ticks(self.warm_up, ticks, per_epoch) + 1e-9), 1)
        drops = tuple((start * per_epoch, share) for start, share in self.drops)
        return StepPlan(
            self,
            steps,
            epoch,
            tick,
            BetaSchedule(self.beta_shape, hold, rise, cycle),
            LearningRateSchedule(self.lr_shape, warm_up, ticks, drops),
            settle=to_ticks(self.settle, steps, epoch),
            # A patience of five epochs ends training at the end of the fifth.
            patience=self.patience * steps if self.patience <= 1 else self.patience * epoch - 0.5,
        )


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A training plan for a known number of rows.

    Attributes:
        plan: the plan itself.
        steps: the whole budget.
        epoch: steps between two validations.
        tick: steps between two changes of the schedules.
        beta: how beta rises, in ticks.
        lr: how the learning rate falls, in ticks.
        settle: in steps.
        patience: in steps.
    """

    plan: TrainingPlan
    steps: int
    epoch: int
    tick: int
    beta: BetaSchedule
    lr: LearningRateSchedule
    settle: float
    patience: float

    def lr_at(self, step: int) -> float:
        """Returns the learning rate of step 0 .. steps - 1."""
        return self.lr.rate_at(step // self.tick, self.plan.lr)

    def beta_at(self, step: int) -> float:
        """Returns the weight of the KL term at step 0 .. steps - 1."""
        return self.plan.beta * self.beta.share_at(step // self.tick)

    def epochs(self) -> Iterator[tuple[int, int]]:
        """Yields the first step of each epoch and the step after its last."""
        return ((first, min(first + self.epoch, self.steps)) for first in range(0, self.steps, self.epoch))

    def too_early(self, last: int) -> bool:
        """Returns whether weights after step `last` are never kept, as beta still rises or training has not settled."""
        if self.plan.watch != "settled" or last >= self.steps:
            return False
        return self.beta_at(last - 1) < self.plan.beta or last < self.settle
