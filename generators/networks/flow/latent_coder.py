"""A variational autoencoder as the coder of a flow: it maps rows to standardised posterior draws, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ...shared.scaling import whitening
from ..autoencoder.level_decoders import mixture_decoder
from ..autoencoder.models import VariationalAutoencoder
from ..autoencoder.priors import StandardPrior
from ..layers import perceptron

if TYPE_CHECKING:
    from ..table_points import PointLayout


class LatentCoder(nn.Module):
    """Maps codes to points of zero mean and unit covariance, which a flow learns, and points to features.

    Args:
        vae: trained, or untrained if its weights are loaded later.
        mean: of posterior draws of train, (latents,).
        forward: (latents, points).
        backward: (points, latents).
    """

    def __init__(self, vae: VariationalAutoencoder, mean: Tensor, forward: Tensor, backward: Tensor) -> None:
        super().__init__()
        self.vae = vae
        self.register_buffer("mean", mean)
        self.register_buffer("forward_matrix", forward)
        self.register_buffer("backward_matrix", backward)

    def encode(self, codes: Tensor) -> Tensor:
        """Standardises codes: (rows, latents) -> (rows, points)."""
        return (codes - self.get_buffer("mean")) @ self.get_buffer("forward_matrix")

    def decode(self, points: Tensor, generator: torch.Generator) -> Tensor:
        """Decodes points, with the decoder's noise: (rows, points) -> (rows, features)."""
        codes = points @ self.get_buffer("backward_matrix") + self.get_buffer("mean")
        return self.vae.decoder.sample(codes, generator)


def latent_coder(vae: VariationalAutoencoder, codes: Tensor) -> LatentCoder:
    """Returns the coder that standardises posterior draws (rows, latents); it drops latents that do not vary."""
    mean = codes.mean(0)
    white = whitening((codes - mean).double().cpu().numpy())
    return LatentCoder(vae, mean, torch.tensor(white.forward).to(codes), torch.tensor(white.backward).to(codes))


def untrained_vae(layout: PointLayout, latent: int, width: int, blocks: int, components: int) -> VariationalAutoencoder:
    """Returns an untrained autoencoder with an N(0, I) prior and a mixture decoder."""
    return VariationalAutoencoder(
        perceptron(layout.features, 2 * latent, width, blocks),
        mixture_decoder(lambda outputs: perceptron(latent, outputs, width, blocks), layout, components),
        StandardPrior(latent),
    )
