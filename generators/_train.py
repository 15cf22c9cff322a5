"""One training loop for all networks: a tensor of rows, a fixed budget of steps, no clock and no global state."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from math import ceil, cos, inf, isfinite, pi
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from bench.api import BenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from ._nets import Losses

_MOST_EPOCHS = 200
_HELD_OUT_BLOCKS = 20
_SHORTEST_BLOCK = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    Attributes:
        steps: of the optimiser, the whole budget; patience may end it early.
        batch: rows per step (all rows if there are fewer).
        lr: peak learning rate of AdamW (0.9, 0.99): linear warm-up over 5 % of the steps, then cosine decay to 0.
        weight_decay: of AdamW.
        ema: decay of the moving average of weights that is validated and kept; 0 keeps the weights themselves.
        beta: weight of the KL term once annealed.
        anneal: share of the steps over which beta rises linearly from 0.
        settle: share of the steps before which no weights are kept.
        patience: share of the steps without improvement after which training ends; 1 spends the whole budget.
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

    def lr_at(self, step: int) -> float:
        """Learning rate of step 0 .. steps - 1."""
        warm_up = max(self.steps // 20, 1)
        if step < warm_up:
            return self.lr * (step + 1) / warm_up
        return self.lr * 0.5 * (1 + cos(pi * (step - warm_up) / max(self.steps - warm_up, 1)))

    def beta_at(self, step: int) -> float:
        """Weight of the KL term at step 0 .. steps - 1."""
        return self.beta * min((step + 1) / max(self.anneal * self.steps, 1), 1.0)


class Epoch(NamedTuple):
    """A row of the history.

    Attributes:
        train_reconstruction: mean over the rows seen in the epoch.
        val_reconstruction: mean over the rows held out, of the averaged weights.
        kl: as train_reconstruction.
        val_kl: as val_reconstruction.
        watched: what early stopping compares, see `train`.
        beta: at the epoch's last step.
        lr: likewise.
    """

    epoch: int
    train_reconstruction: float
    val_reconstruction: float
    kl: float
    val_kl: float
    watched: float
    beta: float
    lr: float


def held_out(rows: int, share: float, *, ordered: bool, seed: int) -> NDArray[np.bool_]:
    """Which rows of train are for early stopping: at least one, and at most about half.

    Args:
        rows: of train, at least 2.
        share: of the rows.
        ordered: rows are in time, so neighbours are near-copies: take whole contiguous blocks.
        seed: of the draw.
    """
    unit = np.arange(rows)
    if ordered:
        unit = unit * max(min(round(_HELD_OUT_BLOCKS / share), rows // _SHORTEST_BLOCK), 2) // rows
    units = int(unit[-1]) + 1
    count = min(max(round(share * units), 1), units // 2)
    return np.isin(unit, np.random.default_rng(seed).permutation(units)[:count])


def train(
    model: nn.Module,
    rows: Tensor,
    validation: Tensor,
    plan: Plan,
    seed: int,
    on_epoch: Callable[[Epoch, int], None],
) -> nn.Module:
    """Trains `model` in place and returns the best of its averaged weights on the validation rows.

    What is watched is the loss at the final beta, and only once beta has got there: while beta rises the loss
    rises by design, and the weights of the first epochs would come back. And it is the median over rows: where rows
    are in time, a few blocks in weather that train has not seen lose without bound, and their mean alone would stop
    training long before the rows that resemble train gain no more.

    Args:
        model: has `losses(rows, generator) -> Losses`.
        rows: (rows, features), on the model's device.
        validation: (rows, features), likewise.
        plan: how to train.
        seed: of batches and noise.
        on_epoch: called with each epoch and the steps done so far. An epoch is a pass over the rows, or 1/200 of
            the budget where that is more.

    Raises:
        BenchError: if the loss stops being finite.
    """
    generator = torch.Generator(rows.device).manual_seed(seed)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=plan.lr, betas=(0.9, 0.99), weight_decay=plan.weight_decay, fused=True
    )
    batches = _batches(rows, plan.batch, generator)
    average, best, least, best_at = deepcopy(model), deepcopy(model), inf, 0
    for number, (first, last) in enumerate(_epochs(len(rows), plan)):
        seen = torch.zeros(2, device=rows.device)
        for step in range(first, last):
            optimizer.param_groups[0]["lr"] = plan.lr_at(step)
            seen += _step(model, next(batches), plan.beta_at(step), optimizer, generator)
            _follow(average, model, plan.ema, step)
        train_loss, kl = (seen / (last - first)).tolist()
        val_loss, val_kl, watched = _validate(average, validation, plan.beta, seed)
        if not isfinite(train_loss + kl + watched):
            raise BenchError(f"the loss was not finite in epoch {number}; expected a number; lower lr ({plan.lr:g})")
        beta, lr = plan.beta_at(last - 1), plan.lr_at(last - 1)
        on_epoch(Epoch(number, train_loss, val_loss, kl, val_kl, watched, beta, lr), last)
        if (beta < plan.beta or last < plan.settle * plan.steps) and last < plan.steps:
            best_at = last
        elif watched < least:
            least, best_at = watched, last
            best.load_state_dict(average.state_dict())
        if last - best_at > plan.patience * plan.steps:
            break
    return best


def _epochs(rows: int, plan: Plan) -> Iterator[tuple[int, int]]:
    """First step of each epoch and the step after its last."""
    length = max(ceil(rows / plan.batch), ceil(plan.steps / _MOST_EPOCHS))
    return ((first, min(first + length, plan.steps)) for first in range(0, plan.steps, length))


def _batches(rows: Tensor, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Batches without end: a new order for each pass, its incomplete last batch left out."""
    size = min(size, len(rows))
    while True:
        order = torch.randperm(len(rows), generator=generator, device=rows.device)
        shuffled = rows[order[: len(rows) // size * size]]
        yield from torch.split(shuffled, size)


def _step(model: Any, batch: Tensor, beta: float, optimizer: Any, generator: torch.Generator) -> Tensor:  # noqa: ANN401
    """One step; the batch's mean reconstruction loss and KL."""
    losses: Losses = model.losses(batch, generator)
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward((losses.reconstruction + beta * losses.kl).mean())
    optimizer.step()
    return torch.stack([losses.reconstruction.detach().mean(), losses.kl.detach().mean()])


@torch.no_grad()
def _follow(average: nn.Module, model: nn.Module, decay: float, step: int) -> None:
    """Moves the average towards the weights; the decay starts low, so that short runs forget their start."""
    share = 1 - min(decay, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), share)


@torch.no_grad()
def _validate(model: Any, rows: Tensor, beta: float, seed: int) -> tuple[float, float, float]:  # noqa: ANN401
    """Mean reconstruction loss, mean KL and what is watched; the same noise at every call, so that epochs compare."""
    losses: Losses = model.losses(rows, torch.Generator(rows.device).manual_seed(seed))
    watched = (losses.reconstruction + beta * losses.kl).median()
    return float(losses.reconstruction.mean()), float(losses.kl.mean()), float(watched)
