"""Flow matching: the velocity network and its training loop; `probability_path` defines what it learns."""

from __future__ import annotations

from copy import deepcopy
from math import ceil, inf, isfinite
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from bench.api import BenchError

from ..layers import perceptron
from ..training import cosine_rate, epoch_bounds, update_average
from .hyperparameters import FlowEpoch, FlowOptions
from .probability_path import END, Pairs, pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HARMONICS = 2
_BOUND = 1.5
_LEAST_BOUND = 6.0
_AVERAGE_EVERY = 4
_WARM_UP = 0.05
_MOST_EPOCHS = 50
_VALIDATED = 2048
"""Points of a validation, whatever the number of rows: each row at several angles, the same at every call."""


class Velocity(nn.Module):
    """The velocity at a point of the path and an angle; zero before training.

    Args:
        rows: (rows, features); inputs are clipped to a multiple of their extent, so that no path diverges.
        width: of the hidden layers.
        blocks: residual blocks.
    """

    def __init__(self, rows: Tensor, width: int, blocks: int) -> None:
        super().__init__()
        features = rows.shape[1]
        self.net = perceptron(features + 2 * _HARMONICS, features, width, blocks)
        for weights in self.net[-1].parameters():
            nn.init.zeros_(weights)
        self.register_buffer("bound", (_BOUND * rows.abs().amax(0)).clamp(min=_LEAST_BOUND))
        self.register_buffer("harmonics", 2.0 * torch.arange(1, _HARMONICS + 1))

    def forward(self, points: Tensor, angle: Tensor) -> Tensor:
        """Returns velocities: points (rows, features), angles (rows, 1) -> (rows, features)."""
        bound = self.get_buffer("bound")
        angles = angle * self.get_buffer("harmonics")
        velocity: Tensor = self.net(torch.cat([points.clamp(-bound, bound), angles.cos(), angles.sin()], dim=1))
        return velocity.float()


def train_flow(
    velocity: Velocity,
    rows: Tensor,
    watched: Tensor,
    options: FlowOptions,
    seed: int,
    on_epoch: Callable[[FlowEpoch, int], None],
) -> tuple[Velocity, int]:
    """Trains `velocity` in place and returns it with the averaged weights that are kept, and the epoch they come from.

    Args:
        velocity: on the rows' device.
        rows: (rows, features), of about unit variance.
        watched: rows for validation, (rows, features), not trained on.
        options: steps of AdamW (0.9, 0.99), batch, lr (warm-up over 5 % of the steps, then cosine decay to 0) and
            the other hyper-parameters of training.
        seed: of batches, noise and angles.
        on_epoch: called with each epoch and the steps done. An epoch is a pass over the rows, or 1/50 of the budget if
            that is more.

    Raises:
        BenchError: if the loss stops being finite.
    """
    generator = torch.Generator(rows.device).manual_seed(seed)
    examples = _examples(rows, options, generator)
    check = _fixed_pairs(watched, generator)
    warm_up = max(int(_WARM_UP * options.steps), 1)
    length = max(ceil(len(rows) / options.batch), ceil(options.steps / _MOST_EPOCHS))
    optimizer = torch.optim.AdamW(
        velocity.parameters(), lr=options.lr, betas=(0.9, 0.99), weight_decay=options.weight_decay, fused=True
    )
    average, best, least, kept = deepcopy(velocity), deepcopy(velocity), inf, 0
    for number, (first, last) in enumerate(epoch_bounds(options.steps, length)):
        total = torch.zeros((), device=rows.device)
        for step in range(first, last):
            lr = cosine_rate(step, options.lr, warm_up, options.steps)
            optimizer.param_groups[0]["lr"] = lr
            loss = _loss(velocity, next(examples), half=options.precision == "bfloat16")
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            total += loss.detach()
            if step % _AVERAGE_EVERY == 0:
                update_average(average, velocity, options.ema**_AVERAGE_EVERY, step)
        with torch.no_grad():
            val_loss = float(_loss(average, check))
        epoch = FlowEpoch(number, float(total / (last - first)), val_loss, lr)
        if not isfinite(epoch.train_loss + epoch.val_loss):
            raise BenchError(f"the loss was not finite in epoch {number}; expected a number; lower lr ({options.lr:g})")
        on_epoch(epoch, last)
        if epoch.val_loss < least or options.keep == "last":
            least, kept = epoch.val_loss, number
            best.load_state_dict(average.state_dict())
    return best.eval(), kept


def _examples(rows: Tensor, options: FlowOptions, generator: torch.Generator) -> Iterator[Pairs]:
    """Yields batches without end: a new order for each pass, without its incomplete last batch; angles stratified."""
    size, device = min(options.batch, len(rows)), rows.device
    strata = torch.arange(size, device=device)[:, None]
    while True:
        order = torch.randperm(len(rows), generator=generator, device=device)
        for chosen in torch.split(order[: len(rows) // size * size], size):
            noise = torch.randn(rows[chosen].shape, generator=generator, device=device)
            share = (strata + torch.rand(size, 1, generator=generator, device=device)) / size
            angles = END * (1 - (1 - share) ** options.late)
            others = torch.randint(len(rows), (options.others,), generator=generator, device=device)
            yield pairs(rows[chosen], noise, angles, rows[others] if options.others else None)


def _fixed_pairs(rows: Tensor, generator: torch.Generator) -> Pairs:
    """Returns the points of every validation: each row at several angles."""
    repeated = rows.repeat(max(_VALIDATED // len(rows), 1), 1)
    angles = (torch.arange(len(repeated), device=rows.device)[:, None] + 0.5) * (END / len(repeated))
    mixed = torch.randperm(len(repeated), generator=generator, device=rows.device)
    noise = torch.randn(repeated.shape, generator=generator, device=rows.device)
    return pairs(repeated[mixed], noise, angles)


def _loss(velocity: Velocity, target: Pairs, *, half: bool = False) -> Tensor:
    """Returns the mean squared error per feature (Lipman et al. 2023, eq. 23)."""
    with torch.autocast(target.points.device.type, torch.bfloat16, enabled=half):
        predicted = velocity(target.points, target.angles)
    loss: Tensor = (predicted - target.velocity).square().mean()
    return loss
