"""Trains the autoencoder in whose codes a flow learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from bench.seeds import derive

from ..autoencoder.training_loop import train_autoencoder
from ..autoencoder.training_plan import TrainingPlan
from .latent_coder import LatentCoder, latent_coder, untrained_vae

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray
    from torch import Tensor

    from ..autoencoder.training_plan import AutoencoderEpoch
    from ..table_points import PointLayout
    from .hyperparameters import CoderPlan

_BLOCKS = 2


@dataclass(frozen=True, slots=True)
class TrainedCoder:
    """A coder, and the points of train that a flow learns: (rows, draws, points)."""

    coder: LatentCoder
    points: Tensor


def train_coder(
    features: Tensor,
    watched: Tensor,
    layout: PointLayout,
    plan: CoderPlan,
    seed: int,
    on_epoch: Callable[[AutoencoderEpoch, int], None],
) -> TrainedCoder:
    """Trains a variational autoencoder, and standardises draws from the posterior of each row.

    Args:
        features: of train, (rows, features).
        watched: rows for early stopping, (rows,).
        layout: of the features.
        plan: how to train.
        seed: of steps and draws. Initial weights come from torch's global generator.
        on_epoch: called with each epoch and the steps done.
    """
    latent = min(plan.latent, layout.features)
    vae = untrained_vae(layout, latent, plan.width, _BLOCKS, plan.components).to(features.device)
    training = TrainingPlan(plan.steps, lr=plan.lr, beta=plan.beta, settle=0.75)
    vae, _ = train_autoencoder(vae, features[~watched], features[watched], training, derive(seed, "steps"), on_epoch)
    generator = torch.Generator(features.device).manual_seed(derive(seed, "draws"))
    with torch.no_grad():
        codes = [vae.codes(features, generator) for _ in range(plan.draws)]
        coder = latent_coder(vae, torch.cat(codes))
        return TrainedCoder(coder, torch.stack([coder.encode(draw) for draw in codes], dim=1))


def untrained_coder(layout: PointLayout, plan: CoderPlan, arrays: Mapping[str, NDArray[Any]]) -> LatentCoder:
    """Returns a coder for the arrays of a file, `coder.mean` and others; its weights are loaded later."""
    names = ("mean", "forward_matrix", "backward_matrix")
    mean, forward, backward = (torch.tensor(arrays[f"coder.{name}"]) for name in names)
    vae = untrained_vae(layout, len(mean), plan.width, _BLOCKS, plan.components)
    return LatentCoder(vae, mean, forward, backward)
