"""Flow matching: the velocity network and how it is trained; `_flow_path` has what it learns."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from math import ceil, inf, isfinite
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from bench.api import BenchError

from ..autoencoder.schedules import Fall
from ..layers import perceptron
from .probability_path import END, Pairs, pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HARMONICS = 2
_BOUND = 1.5
_LEAST_BOUND = 6.0
_MOST_EPOCHS = 50
_FOLLOW_EVERY = 4
_WARM_UP = 0.05
_VALIDATED = 2048
"""Points of a validation, whatever the rows: each row at several angles, the same at every call."""


class Velocity(nn.Module):
    """The velocity at a point of the path and an angle; zero before training.

    Args:
        rows: (rows, features); their extent bounds what the network is asked about, so that no path runs away.
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
        """(rows, features), (rows, 1) -> (rows, features)."""
        bound = self.get_buffer("bound")
        turned = angle * self.get_buffer("harmonics")
        velocity: Tensor = self.net(torch.cat([points.clamp(-bound, bound), turned.cos(), turned.sin()], dim=1))
        return velocity.float()


@dataclass(frozen=True, slots=True)
class Course:
    """How to train.

    Attributes:
        steps: of AdamW (0.9, 0.99), the whole budget.
        batch: rows per step (all rows if there are fewer).
        lr: peak learning rate: linear warm-up over 5 % of the steps, then cosine decay to 0.
        weight_decay: of AdamW.
        ema: decay per step of the moving average of weights that is validated and kept.
        others: rows besides the batch that share in each velocity, see `pairs`; 0: none, not even the batch's own.
        late: exponent by which angles crowd towards rows, where velocities are hardest to know; 1: they are uniform.
        best: keep the average that did best on the rows watched, or the last.
        half: multiply matrices in bfloat16.
    """

    steps: int
    batch: int
    lr: float
    weight_decay: float
    ema: float
    others: int
    late: float
    best: bool
    half: bool


class Epoch(NamedTuple):
    """A row of the history.

    Attributes:
        train_loss: squared error of the velocity per feature: mean over the epoch's steps, at the angles trained on.
        val_loss: of the averaged weights on the rows watched, always at the same points, their angles uniform and
            their velocities not shared: larger than a train_loss of shared ones.
        lr: at the epoch's last step.
    """

    epoch: int
    train_loss: float
    val_loss: float
    lr: float


def learn(
    velocity: Velocity, rows: Tensor, watched: Tensor, course: Course, seed: int, note: Callable[[Epoch, int], None]
) -> tuple[Velocity, int]:
    """Trains `velocity` in place; the averaged weights that were kept, and the epoch they are of.

    Args:
        velocity: on the rows' device.
        rows: (rows, features), of about unit variance.
        watched: (rows, features), not trained on.
        course: how.
        seed: of batches, noise and angles.
        note: called with each epoch and the steps done. An epoch is a pass over the rows, or 1/50 of the budget where
            that is more.

    Raises:
        BenchError: if the loss stops being finite.
    """
    generator = torch.Generator(rows.device).manual_seed(seed)
    examples = _examples(rows, course, generator)
    check = _fixed_pairs(watched, generator)
    fall = Fall("cosine", max(int(_WARM_UP * course.steps), 1), course.steps)
    optimizer = torch.optim.AdamW(
        velocity.parameters(), lr=course.lr, betas=(0.9, 0.99), weight_decay=course.weight_decay, fused=True
    )
    average, best, least, kept = deepcopy(velocity), deepcopy(velocity), inf, 0
    for number, (first, last) in enumerate(_epochs(len(rows), course)):
        seen = torch.zeros((), device=rows.device)
        for step in range(first, last):
            optimizer.param_groups[0]["lr"] = fall.at(step, course.lr)
            loss = _loss(velocity, next(examples), half=course.half)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            seen += loss.detach()
            if step % _FOLLOW_EVERY == 0:
                _follow(average, velocity, course.ema, step)
        with torch.no_grad():
            epoch = Epoch(
                number, float(seen / (last - first)), float(_loss(average, check)), fall.at(last - 1, course.lr)
            )
        if not isfinite(epoch.train_loss + epoch.val_loss):
            raise BenchError(f"the loss was not finite in epoch {number}; expected a number; lower lr ({course.lr:g})")
        note(epoch, last)
        if epoch.val_loss < least or not course.best:
            least, kept = epoch.val_loss, number
            best.load_state_dict(average.state_dict())
    return best.eval(), kept


def _epochs(rows: int, course: Course) -> Iterator[tuple[int, int]]:
    """First step of each epoch and the step after its last."""
    length = max(ceil(rows / course.batch), ceil(course.steps / _MOST_EPOCHS))
    return ((first, min(first + length, course.steps)) for first in range(0, course.steps, length))


def _examples(rows: Tensor, course: Course, generator: torch.Generator) -> Iterator[Pairs]:
    """Batches without end: a new order for each pass, its incomplete last batch left out; angles stratified."""
    size, device = min(course.batch, len(rows)), rows.device
    strata = torch.arange(size, device=device)[:, None]
    while True:
        order = torch.randperm(len(rows), generator=generator, device=device)
        for chosen in torch.split(order[: len(rows) // size * size], size):
            noise = torch.randn(rows[chosen].shape, generator=generator, device=device)
            share = (strata + torch.rand(size, 1, generator=generator, device=device)) / size
            angles = END * (1 - (1 - share) ** course.late)
            others = torch.randint(len(rows), (course.others,), generator=generator, device=device)
            yield pairs(rows[chosen], noise, angles, rows[others] if course.others else None)


def _fixed_pairs(rows: Tensor, generator: torch.Generator) -> Pairs:
    """The same points at every validation: each row at several angles."""
    many = rows.repeat(max(_VALIDATED // len(rows), 1), 1)
    angles = (torch.arange(len(many), device=rows.device)[:, None] + 0.5) * (END / len(many))
    mixed = torch.randperm(len(many), generator=generator, device=rows.device)
    noise = torch.randn(many.shape, generator=generator, device=rows.device)
    return pairs(many[mixed], noise, angles)


def _loss(velocity: Velocity, wanted: Pairs, *, half: bool = False) -> Tensor:
    """Mean squared error per feature (Lipman et al. 2023, eq. 23)."""
    with torch.autocast(wanted.points.device.type, torch.bfloat16, enabled=half):
        found = velocity(wanted.points, wanted.angles)
    loss: Tensor = (found - wanted.velocity).square().mean()
    return loss


@torch.no_grad()
def _follow(average: Velocity, velocity: Velocity, decay: float, step: int) -> None:
    """Moves the average towards the weights; the decay starts low, so that short runs forget their start."""
    share = 1 - min(decay**_FOLLOW_EVERY, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average.parameters()), list(velocity.parameters()), share)
