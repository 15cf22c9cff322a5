"""A density fitted to codes once the autoencoder is trained (Ghosh et al. 2020, From Variational to Deterministic)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from ..layers import choose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def fit(codes: NDArray[np.floating], components: int, seed: int) -> dict[str, NDArray[np.float32]]:
    """A mixture of full-covariance Gaussians: `logits` (k,), `means` (k, latents), `factors` (k, latents, latents).

    Args:
        codes: (rows, latents).
        components: of the mixture; never more than a tenth of the rows.
        seed: of where its fitting starts.
    """
    count = min(components, max(len(codes) // 10, 1))
    with threadpool_limits(1), warnings.catch_warnings():
        # What a hundred rounds leave to gain is far below what a draw shows.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture = GaussianMixture(count, random_state=seed).fit(codes.astype(np.float64))
    parts = {
        "logits": np.log(mixture.weights_),
        "means": mixture.means_,
        "factors": np.linalg.cholesky(mixture.covariances_),
    }
    return {name: value.astype(np.float32) for name, value in parts.items()}


def draw(density: Mapping[str, NDArray[Any]], n: int, generator: torch.Generator) -> torch.Tensor:
    """Codes (n, latents) from what `fit` gave."""
    device = generator.device
    logits, means, factors = (torch.tensor(density[name], device=device) for name in ("logits", "means", "factors"))
    chosen = choose(logits.expand(n, -1), generator)
    noise = torch.randn((n, means.shape[1], 1), generator=generator, device=device)
    return means[chosen] + (factors[chosen] @ noise).squeeze(-1)
