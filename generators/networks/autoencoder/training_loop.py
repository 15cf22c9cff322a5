"""The training loop of autoencoders: a tensor of rows, a fixed budget of steps, no clock and no global state."""

from __future__ import annotations

from copy import deepcopy
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

import torch

from bench.api import BenchError
from bench.seeds import derive

from ..training import epoch_bounds, update_average
from .training_plan import AutoencoderEpoch, TrainingPlan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

    from .models import Losses


def train_autoencoder(
    model: nn.Module,
    rows: Tensor,
    watched: Tensor,
    plan: TrainingPlan,
    seed: int,
    on_epoch: Callable[[AutoencoderEpoch, int], None],
) -> tuple[Any, int]:
    """Trains `model` in place and returns it with the weights that are kept, and the epoch they come from.

    Args:
        model: has `losses(rows, generator) -> Losses`, and `absolute_error(rows, generator)` if that is watched.
        rows: (rows, features), on the model's device.
        watched: rows for early stopping, (rows, features), on the same device.
        plan: how to train; the best of the averaged weights on the watched rows are kept, or the last.
        seed: of batches and noise.
        on_epoch: called with each epoch and the steps done so far. An epoch is a pass over the rows, or 1/200 of
            a budget in steps if that is more.

    Raises:
        BenchError: if the loss stops being finite.
    """
    schedule = plan.in_steps(len(rows))
    generator = torch.Generator(rows.device).manual_seed(seed)
    optimizer = _optimizer(model, plan)
    batches = _batches(rows, plan, generator)
    average = deepcopy(model).eval() if plan.ema else model
    best, least, best_step, kept = deepcopy(average), inf, 0, 0
    for number, (first, last) in enumerate(epoch_bounds(schedule.steps, schedule.epoch)):
        model.train()
        total = torch.zeros(2, device=rows.device)
        for step in range(first, last):
            lr, beta = schedule.lr_at(step), schedule.beta_at(step)
            optimizer.param_groups[0]["lr"] = lr
            total += _step(model, next(batches), plan, beta, optimizer, generator)
            if plan.ema:
                update_average(average, model, plan.ema, step)
        train_loss, kl = (total / (last - first)).tolist()
        val_loss, val_kl, compared = _validate(average, model, watched, plan, beta, seed, number)
        if not isfinite(train_loss + kl + compared):
            raise BenchError(f"the loss was not finite in epoch {number}; expected a number; lower lr ({plan.lr:g})")
        on_epoch(AutoencoderEpoch(number, train_loss, val_loss, kl, val_kl, compared, beta, lr), last)
        if schedule.too_early(last):
            best_step = last
        elif compared < least:
            least, best_step, kept = compared, last, number
            best.load_state_dict(average.state_dict())
        if last - best_step > schedule.patience:
            break
    return (best.eval(), kept) if plan.keep == "best" else (average.eval(), number)


def _optimizer(model: nn.Module, plan: TrainingPlan) -> torch.optim.Optimizer:
    if plan.optimizer == "adamw":
        return torch.optim.AdamW(
            model.parameters(), lr=plan.lr, betas=(0.9, 0.99), weight_decay=plan.weight_decay, fused=True
        )
    eps = 1e-7 if plan.optimizer == "keras-adam" else 1e-8
    return torch.optim.Adam(model.parameters(), lr=plan.lr, eps=eps, weight_decay=plan.weight_decay, fused=True)


def _batches(rows: Tensor, plan: TrainingPlan, generator: torch.Generator) -> Iterator[Tensor]:
    """Yields batches without end: a new order for each pass, its incomplete last batch left out or kept."""
    used = plan.rows_per_pass(len(rows))
    while True:
        order = torch.randperm(len(rows), generator=generator, device=rows.device)
        yield from torch.split(rows[order[:used]], plan.batch)


def _step(
    model: Any,  # noqa: ANN401
    batch: Tensor,
    plan: TrainingPlan,
    beta: float,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
) -> Tensor:
    """Takes one step and returns the batch's mean reconstruction loss and KL."""
    losses: Losses = model.losses(batch, generator)
    weights = optimizer.param_groups[0]["params"]
    # The same as zero_grad, which takes as long as a layer in networks of this size.
    for weight in weights:
        weight.grad = None
    torch.autograd.backward((losses.reconstruction + beta * plan.kl_in_loss * losses.kl).mean())
    if plan.clip:
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        _clip(gradients, plan.clip, each=plan.clip_by == "variable")
    optimizer.step()
    return torch.stack([losses.reconstruction.detach().mean(), losses.kl.detach().mean()])


def _clip(gradients: list[Tensor], longest: float, *, each: bool) -> None:
    """Shortens gradients in place, one by one or all by the same factor."""
    norms = list(torch._foreach_norm(gradients))
    if not each:
        norms = [torch.stack(norms).norm()] * len(gradients)
    torch._foreach_mul_(gradients, [(longest / (norm + 1e-12)).clamp(max=1) for norm in norms])


@torch.no_grad()
def _validate(
    average: Any,  # noqa: ANN401
    model: nn.Module,
    rows: Tensor,
    plan: TrainingPlan,
    beta: float,
    seed: int,
    epoch: int,
) -> tuple[float, float, float]:
    """Returns mean reconstruction loss, mean KL and the value that early stopping compares, of the averaged weights.

    `settled` is the loss at the final beta. It is compared only once beta is final: the loss rises with beta, so the
    first epochs would always be best. It is the median over rows: if rows are in time, the loss of a few unusual
    blocks can grow without bound, and a mean would stop training while most rows still improve. Its noise is the same
    at every call, so that epochs are comparable.

    The other three are means at the current beta with new noise every time, as in Keras: the `loss` that is trained
    on, the `reconstruction` alone, and the `absolute` error per feature plus beta times the KL.
    """
    for target, source in zip(average.buffers(), model.buffers(), strict=True):
        target.copy_(source)
    average.eval()
    noise = torch.Generator(rows.device).manual_seed(seed if plan.watch == "settled" else derive(seed, epoch))
    losses: Losses = average.losses(rows, noise)
    reconstruction, kl = losses.reconstruction, losses.kl
    if plan.watch == "settled":
        compared = (reconstruction + plan.beta * kl).median()
    elif plan.watch == "absolute":
        compared = (average.absolute_error(rows, noise.manual_seed(derive(seed, epoch))) + beta * kl).mean()
    else:
        compared = (reconstruction + (beta * plan.kl_in_loss if plan.watch == "loss" else 0.0) * kl).mean()
    return float(reconstruction.mean()), float(kl.mean()), float(compared)
