"""Hyper-parameters of the flows, and the rows of their history. Light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from ...shared.option_checks import (
    NonNegativeFloat,
    NonNegativeInt,
    NumberRange,
    PositiveFloat,
    PositiveInt,
    ShareOrCount,
)
from ..learner import NetworkOptions


class FlowEpoch(NamedTuple):
    """A row of the history.

    Attributes:
        train_loss: squared error of the velocity per feature: mean over the epoch's steps, at the training angles.
        val_loss: the same of the averaged weights on the watched rows, always at the same points. Angles are uniform
            and velocities are not averaged over other rows, so it is larger than a train_loss of averaged velocities.
        lr: at the epoch's last step.
    """

    epoch: int
    train_loss: float
    val_loss: float
    lr: float


class CoderPlan(NamedTuple):
    """How the autoencoder is trained in whose codes a flow learns; see `LatentFlow`, whose defaults these are.

    Attributes:
        latent: latent variables.
        beta: weight of the KL term.
        steps: of the optimiser.
        lr: peak learning rate.
        width: of the hidden layers.
        components: of the decoder's mixture.
        draws: from the posterior of each row that the flow learns from.
    """

    latent: int = 12
    beta: float = 0.2
    steps: int = 2500
    lr: float = 5e-3
    width: int = 128
    components: int = 8
    draws: int = 4


@dataclass(kw_only=True, eq=False)
class FlowOptions(NetworkOptions):
    """Hyper-parameters of every flow here.

    Attributes:
        others: rows besides the batch over which each target velocity is averaged; 0: each comes from one row alone.
        late: how strongly training concentrates on the end of paths, from 1 (not at all).
        precision: `float32`, or `bfloat16` for products of matrices in training: faster on processors that support it;
            results then depend on the processor.
        solver: of the differential equation that samples rows: `euler`, `midpoint` or `rk4` with `solver_steps` steps;
            `bogacki-shampine` or `dormand-prince` with steps that each row adapts to `tolerance`.
        solver_steps: of the solvers with fixed steps.
        tolerance: error of a step that adaptive solvers allow, in standard deviations.
    """

    width: PositiveInt = 192
    blocks: NonNegativeInt = 3
    steps: PositiveInt = 12_000
    lr: NonNegativeFloat = 3e-3
    others: NonNegativeInt = 256
    late: Annotated[float, NumberRange(1)] = 2.0
    keep: Literal["best", "last"] = "last"
    validation: ShareOrCount = 0.05
    precision: Literal["float32", "bfloat16"] = "float32"
    solver: Literal["euler", "midpoint", "rk4", "bogacki-shampine", "dormand-prince"] = "rk4"
    solver_steps: PositiveInt = 10
    tolerance: PositiveFloat = 1e-3
