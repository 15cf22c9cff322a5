"""How to train an autoencoder, and the same in steps once the number of rows is known. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, pi
from typing import Literal, NamedTuple

from ..training import cosine_rate

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
    """How to train: hyper-parameters of the autoencoders, whose classes say what they mean.

    Times are shares of the budget up to 1, and numbers of epochs above 1. If the budget is in epochs, schedules change
    from epoch to epoch, otherwise from step to step.
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
    clip_by: Literal["norm", "variable"] = "norm"
    keep_last_batch: bool = False
    beta_schedule: Literal["linear", "cosine", "cyclical"] = "linear"
    hold: float = 0.0
    cycles: int = 1
    lr_schedule: Literal["cosine", "constant", "drops"] = "cosine"
    lr_warm_up: float = 0.05
    lr_drops: tuple[tuple[float, float], ...] = ()
    watch: Literal["settled", "loss", "reconstruction", "absolute"] = "settled"
    keep: Literal["best", "last"] = "best"
    kl_in_loss: bool = True

    def rows_per_pass(self, rows: int) -> int:
        """Returns how many of `rows` rows a pass uses.

        A last batch of one row is never used, because batch normalisation needs two.
        """
        size = min(self.batch, rows)
        return rows if self.keep_last_batch and rows % size != 1 else rows // size * size

    def in_steps(self, rows: int) -> StepPlan:
        """Returns the plan with its times in steps, for `rows` rows."""
        if self.epochs:
            epoch = max(ceil(self.rows_per_pass(rows) / self.batch), 1)
            return StepPlan(self, self.epochs * epoch, epoch, epoch)
        return StepPlan(self, self.steps, max(ceil(rows / self.batch), ceil(self.steps / _MOST_EPOCHS)), 1)


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A training plan for a known number of rows.

    Attributes:
        plan: the plan itself.
        steps: the whole budget.
        epoch: steps between two validations.
        tick: steps between two changes of the schedules.
    """

    plan: TrainingPlan
    steps: int
    epoch: int
    tick: int

    @property
    def patience(self) -> float:
        """The steps without improvement after which training ends; five epochs end it at the end of the fifth."""
        plan = self.plan
        return plan.patience * self.steps if plan.patience <= 1 else plan.patience * self.epoch - 0.5

    def lr_at(self, step: int) -> float:
        """Returns the learning rate of step 0 .. steps - 1."""
        plan, tick, ticks = self.plan, step // self.tick, self.steps / self.tick
        if plan.lr_schedule == "constant":
            return plan.lr
        if plan.lr_schedule == "drops":
            drops, per_epoch = sorted(plan.lr_drops, reverse=True), self.epoch / self.tick
            return plan.lr * next((share for start, share in drops if tick >= start * per_epoch), 1.0)
        return cosine_rate(tick, plan.lr, max(int(self._in_ticks(plan.lr_warm_up, ticks) + 1e-9), 1), ticks)

    def beta_at(self, step: int) -> float:
        """Returns the weight of the KL term at step 0 .. steps - 1.

        It rises linearly (Bowman et al. 2016), as half a cosine, or linearly in each cycle (Fu et al. 2019).
        """
        plan, tick = self.plan, step // self.tick
        cycle = self.steps / self.tick / (plan.cycles if plan.beta_schedule == "cyclical" else 1)
        rise = max(self._in_ticks(plan.anneal, cycle), 1)
        since = (tick % cycle if plan.beta_schedule == "cyclical" else tick) - self._in_ticks(plan.hold, cycle)
        if since < 0:
            return 0.0
        if plan.beta_schedule == "cosine":
            return plan.beta * (0.5 * (1 - cos(pi * min(since / rise, 1.0))))
        return plan.beta * min((since + 1) / rise, 1.0)

    def too_early(self, last: int) -> bool:
        """Returns whether weights after step `last` are never kept, as beta still rises or training has not settled."""
        plan = self.plan
        if plan.watch != "settled" or last >= self.steps:
            return False
        settled_from = plan.settle * (self.steps if plan.settle <= 1 else self.epoch)
        return self.beta_at(last - 1) < plan.beta or last < settled_from

    def _in_ticks(self, time: float, ticks: float) -> float:
        """Returns a time in ticks: up to 1 it is a share of `ticks`, above that a number of epochs."""
        return time * ticks if time <= 1 else time * (self.epoch / self.tick)
