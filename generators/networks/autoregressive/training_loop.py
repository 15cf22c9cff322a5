"""Training of a row model: a fixed budget of steps, with checkpoints of the averaged weights."""

from __future__ import annotations

from copy import deepcopy
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

import torch

from bench.api import BenchError

from ..training import cosine_rate, update_average
from .row_model import ModelRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from .row_model import RowModel

_AVERAGE_EVERY = 4
_WARM_UP = 0.05
_CHECKPOINTS = 8
_FIRST_CHECKPOINT = 1 / 8
_ROWS_AT_ONCE = 4096


class TrainingPlan(NamedTuple):
    """How to train.

    Attributes:
        steps: the whole budget.
        batch: rows per step.
        lr: peak learning rate: warm-up over 5 % of the steps, then cosine decay to 0.
        weight_decay: of the optimiser.
        ema: decay of the moving average of weights.
        noise: standard deviation of the noise added to normal scores.
    """

    steps: int
    batch: int
    lr: float
    weight_decay: float
    ema: float
    noise: float


def train_rows(
    model: RowModel,
    rows: ModelRows,
    plan: TrainingPlan,
    seed: int,
    on_checkpoint: Callable[[RowModel, int, float, float], bool],
    on_step: Callable[[int], None] = lambda _: None,
) -> None:
    """Trains `model` in place.

    Args:
        model: on the rows' device.
        rows: that it is fitted to.
        plan: how to train; the optimiser is AdamW (0.9, 0.99).
        seed: of batches and noise. Units are dropped by torch's global generator.
        on_checkpoint: called at each of `checkpoints(plan.steps)` with the averaged model, the steps done, the mean
            loss since the last checkpoint and the learning rate. Training ends if it returns false.
        on_step: called after each step with the steps done.

    Raises:
        BenchError: if the loss stops being finite.
    """
    total, since = torch.zeros((), device=rows.scores.device), 0
    for done, (average, loss, lr) in enumerate(_steps(model, rows, plan, seed), start=1):
        total += loss
        on_step(done)
        if done in checkpoints(plan.steps):
            mean = _finite(total, done - since, done)
            total, since = torch.zeros_like(total), done
            if not on_checkpoint(average, done, mean, lr):
                break


def refit_rows(model: RowModel, rows: ModelRows, plan: TrainingPlan, seed: int) -> RowModel:
    """Trains `model` in place for some steps more; returns their averaged weights.

    Args:
        model: that is trained already, on the rows' device.
        rows: that it is fitted to.
        plan: how to train, at least one step.
        seed: as in `train_rows`.

    Raises:
        BenchError: if the loss stops being finite.
    """
    average, total = model, torch.zeros((), device=rows.scores.device)
    for average, loss, _ in _steps(model, rows, plan, seed):  # noqa: B007
        total += loss
    _finite(total, plan.steps, plan.steps)
    return average


def _steps(model: RowModel, rows: ModelRows, plan: TrainingPlan, seed: int) -> Iterator[tuple[RowModel, Tensor, float]]:
    """Takes the steps of a plan. Yields after each the averaged model, the loss and the learning rate."""
    generator = torch.Generator(rows.scores.device).manual_seed(seed)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=plan.lr, betas=(0.9, 0.99), weight_decay=plan.weight_decay, fused=True
    )
    batches, average = _batches(rows, plan, generator), deepcopy(model).eval()
    for step in range(plan.steps):
        lr = cosine_rate(step, plan.lr, max(int(_WARM_UP * plan.steps), 1), plan.steps)
        optimizer.param_groups[0]["lr"] = lr
        loss = -model(next(batches)).mean()
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimizer.step()
        if step % _AVERAGE_EVERY == 0:
            update_average(average, model, plan.ema**_AVERAGE_EVERY, step)
        yield average, loss.detach(), lr


def _finite(total: Tensor, steps: int, done: int) -> float:
    """Returns the mean loss of `steps` steps.

    Raises:
        BenchError: if it is not finite.
    """
    mean = float(total / steps)
    if not isfinite(mean):
        raise BenchError(f"the loss was not finite at step {done}; expected a number; lower lr")
    return mean


def checkpoints(steps: int) -> tuple[int, ...]:
    """Returns the steps after which a model is checked: eight at most, from an eighth of all on, evenly on a log scale.

    >>> checkpoints(2000)
    (250, 336, 453, 610, 820, 1104, 1486, 2000)
    """
    shares = (_FIRST_CHECKPOINT ** (1 - number / (_CHECKPOINTS - 1)) for number in range(_CHECKPOINTS))
    return tuple(sorted({max(round(share * steps), 1) for share in shares}))


@torch.no_grad()
def losses(model: RowModel, rows: ModelRows) -> Tensor:
    """Returns minus the log likelihood of each row, without noise, in nats: (rows,)."""
    parts = zip(torch.split(rows.tokens, _ROWS_AT_ONCE), torch.split(rows.scores, _ROWS_AT_ONCE), strict=True)
    return -torch.cat([model(ModelRows(*part)) for part in parts])


def _batches(rows: ModelRows, plan: TrainingPlan, generator: torch.Generator) -> Iterator[ModelRows]:
    """Yields batches without end: a new order for each pass, without its incomplete last batch; scores with noise."""
    count, device = len(rows.tokens), rows.tokens.device
    size = min(plan.batch, count)
    while True:
        order = torch.randperm(count, generator=generator, device=device)
        for chosen in torch.split(order[: count // size * size], size):
            batch = rows.take(chosen)
            noise = torch.randn(batch.scores.shape, generator=generator, device=device)
            yield ModelRows(batch.tokens, batch.scores + plan.noise * noise)
