"""A variational autoencoder as the coder of a flow: posterior draws standardised, and the way back."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...shared.scaling import whitening
from ..autoencoder.models import MixtureDecoder, StandardPrior, VariationalAutoencoder
from ..layers import perceptron


class Coder(nn.Module):
    """Codes of zero mean and unit covariance, as a flow wants them, and features from them.

    Args:
        vae: trained, or to be given its weights.
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
        """(rows, latents) -> (rows, points)."""
        return (codes - self.get_buffer("mean")) @ self.get_buffer("forward_matrix")

    def decode(self, points: Tensor, generator: torch.Generator) -> Tensor:
        """(rows, points) -> (rows, features), the decoder's noise included."""
        codes = points @ self.get_buffer("backward_matrix") + self.get_buffer("mean")
        return self.vae.decoder.sample(codes, generator)


def standardised(vae: VariationalAutoencoder, codes: Tensor) -> Coder:
    """The coder that makes posterior draws `codes` (rows, latents) standard; latents that do not vary are left out."""
    mean = codes.mean(0)
    white = whitening((codes - mean).double().cpu().numpy())
    return Coder(vae, mean, torch.tensor(white.forward).to(codes), torch.tensor(white.backward).to(codes))


def autoencoder(features: int, latent: int, width: int, blocks: int, components: int) -> VariationalAutoencoder:
    """An untrained one with N(0, I) prior and mixture decoder."""
    return VariationalAutoencoder(
        perceptron(features, 2 * latent, width, blocks),
        MixtureDecoder(
            perceptron(latent, MixtureDecoder.outputs(features, components), width, blocks), features, components
        ),
        StandardPrior(latent),
    )
