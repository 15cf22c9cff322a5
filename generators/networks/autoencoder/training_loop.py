"""One training loop for all networks: a tensor of rows, a fixed budget of steps, no clock and no global state."""

from __future__ import annotations

from copy import deepcopy
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from bench.api import BenchError
from bench.seeds import derive

from .training_plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from .models import Losses

__all__ = ["Epoch", "Plan", "Trained", "held_out", "train"]

_HELD_OUT_BLOCKS = 20
_SHORTEST_BLOCK = 10


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


def held_out(rows: int, share: float, *, ordered: bool, seed: int, last: bool = False) -> NDArray[np.bool_]:
    """Which rows of train are for early stopping: at least one, and at most about half.

    Args:
        rows: of train, at least 2.
        share: of the rows; from 1 on, their number.
        ordered: rows are in time, so neighbours are near-copies: take whole contiguous blocks.
        seed: of the draw.
        last: take the last rows instead.
    """
    share = share / rows if share >= 1 else share
    unit = np.arange(rows)
    if last:
        return unit >= rows - min(max(round(share * rows), 1), rows // 2)
    if ordered:
        unit = unit * max(min(round(_HELD_OUT_BLOCKS / share), rows // _SHORTEST_BLOCK), 2) // rows
    units = int(unit[-1]) + 1
    count = min(max(round(share * units), 1), units // 2)
    return np.isin(unit, np.random.default_rng(seed).permutation(units)[:count])


class Trained(NamedTuple):
    """A model with the weights that were kept, ready to use, and the epoch they are of."""

    model: Any
    epoch: int


def train(
    model: nn.Module,
    rows: Tensor,
    validation: Tensor,
    plan: Plan,
    seed: int,
    on_epoch: Callable[[Epoch, int], None],
) -> Trained:
    """Trains `model` in place and returns the best of its averaged weights on the validation rows, or the last.

    Args:
        model: has `losses(rows, generator) -> Losses`, and `absolute_error` likewise if that is watched.
        rows: (rows, features), on the model's device.
        validation: (rows, features), likewise.
        plan: how to train.
        seed: of batches and noise.
        on_epoch: called with each epoch and the steps done so far. An epoch is a pass over the rows, or 1/200 of
            a budget in steps where that is more.

    Raises:
        BenchError: if the loss stops being finite.
    """
    course = plan.on(len(rows))
    generator = torch.Generator(rows.device).manual_seed(seed)
    optimizer = _optimizer(model, plan)
    batches = _batches(rows, plan, generator)
    average = deepcopy(model).eval() if plan.ema else model
    best, least, best_at, kept = deepcopy(average), inf, 0, 0
    for number, (first, last) in enumerate(course.epochs()):
        model.train()
        seen = torch.zeros(2, device=rows.device)
        for step in range(first, last):
            optimizer.param_groups[0]["lr"] = course.lr_at(step)
            seen += _step(model, next(batches), plan, course.beta_at(step), optimizer, generator)
            if plan.ema:
                _follow(average, model, plan.ema, step)
        beta, lr = course.beta_at(last - 1), course.lr_at(last - 1)
        train_loss, kl = (seen / (last - first)).tolist()
        val_loss, val_kl, watched = _validate(average, model, validation, plan, beta, seed, number)
        if not isfinite(train_loss + kl + watched):
            raise BenchError(f"the loss was not finite in epoch {number}; expected a number; lower lr ({plan.lr:g})")
        on_epoch(Epoch(number, train_loss, val_loss, kl, val_kl, watched, beta, lr), last)
        if course.too_early(last):
            best_at = last
        elif watched < least:
            least, best_at, kept = watched, last, number
            best.load_state_dict(average.state_dict())
        if last - best_at > course.patience:
            break
    return Trained(best.eval(), kept) if plan.best else Trained(average.eval(), number)


def _optimizer(model: nn.Module, plan: Plan) -> torch.optim.Optimizer:
    if plan.optimizer == "adamw":
        return torch.optim.AdamW(
            model.parameters(), lr=plan.lr, betas=(0.9, 0.99), weight_decay=plan.weight_decay, fused=True
        )
    eps = 1e-7 if plan.optimizer == "keras-adam" else 1e-8
    return torch.optim.Adam(model.parameters(), lr=plan.lr, eps=eps, weight_decay=plan.weight_decay, fused=True)


def _batches(rows: Tensor, plan: Plan, generator: torch.Generator) -> Iterator[Tensor]:
    """Batches without end: a new order for each pass, its incomplete last batch left out or kept."""
    used = plan.used(len(rows))
    while True:
        order = torch.randperm(len(rows), generator=generator, device=rows.device)
        yield from torch.split(rows[order[:used]], plan.batch)


def _step(
    model: Any,  # noqa: ANN401
    batch: Tensor,
    plan: Plan,
    beta: float,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
) -> Tensor:
    """One step; the batch's mean reconstruction loss and KL."""
    losses: Losses = model.losses(batch, generator)
    weights = optimizer.param_groups[0]["params"]
    # What zero_grad does, which at these sizes takes as long as a layer.
    for each in weights:
        each.grad = None
    torch.autograd.backward((losses.reconstruction + beta * plan.kl_in_loss * losses.kl).mean())
    if plan.clip:
        _clip([each.grad for each in weights if each.grad is not None], plan.clip, each=plan.clip_each)
    optimizer.step()
    return torch.stack([losses.reconstruction.detach().mean(), losses.kl.detach().mean()])


def _clip(gradients: list[Tensor], longest: float, *, each: bool) -> None:
    """Shortens gradients in place, one by one or all by the same share."""
    norms = list(torch._foreach_norm(gradients))
    if not each:
        norms = [torch.stack(norms).norm()] * len(gradients)
    torch._foreach_mul_(gradients, [(longest / (norm + 1e-12)).clamp(max=1) for norm in norms])


@torch.no_grad()
def _follow(average: nn.Module, model: nn.Module, decay: float, step: int) -> None:
    """Moves the average towards the weights; the decay starts low, so that short runs forget their start."""
    share = 1 - min(decay, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), share)


@torch.no_grad()
def _validate(
    average: Any,  # noqa: ANN401
    model: nn.Module,
    rows: Tensor,
    plan: Plan,
    beta: float,
    seed: int,
    epoch: int,
) -> tuple[float, float, float]:
    """Mean reconstruction loss, mean KL and what is watched, all of the averaged weights.

    `settled` is the loss at the final beta, and `train` compares it only once beta has got there: while beta rises the
    loss rises by design, and the weights of the first epochs would come back. And it is the median over rows: where
    rows are in time, a few blocks in weather that train has not seen lose without bound, and their mean alone would
    stop training long before the rows that resemble train gain no more. Its noise is the same at every call, so that
    epochs compare.

    The other three are means at the beta of the moment with new noise every time, as Keras has it: the `loss` that is
    trained on, the `reconstruction` alone, and the `absolute` error per feature plus beta times the KL whatever the
    loss.
    """
    for target, source in zip(average.buffers(), model.buffers(), strict=True):
        target.copy_(source)
    average.eval()
    noise = torch.Generator(rows.device).manual_seed(seed if plan.watch == "settled" else derive(seed, epoch))
    losses: Losses = average.losses(rows, noise)
    reconstruction, kl = losses.reconstruction, losses.kl
    if plan.watch == "settled":
        watched = (reconstruction + plan.beta * kl).median()
    elif plan.watch == "absolute":
        watched = (average.absolute_error(rows, noise.manual_seed(derive(seed, epoch))) + beta * kl).mean()
    else:
        watched = (reconstruction + (beta * plan.kl_in_loss if plan.watch == "loss" else 0.0) * kl).mean()
    return float(reconstruction.mean()), float(kl.mean()), float(watched)
