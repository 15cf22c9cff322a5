"""A density fitted to codes once the autoencoder is trained (Ghosh et al. 2020, From Variational to Deterministic)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from ..layers import draw_category

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


PARTS = ("logits", "means", "factors")


def fit_density(codes: NDArray[np.floating], components: int, seed: int) -> dict[str, NDArray[np.float32]]:
    """Fits a mixture of full Gaussians: `logits` (k,), `means` (k, latents), `factors` (k, latents, latents).

    Args:
        codes: (rows, latents).
        components: of the mixture; at most a tenth of the rows.
        seed: of the initial clusters.
    """
    count = min(components, max(len(codes) // 10, 1))
    with threadpool_limits(1), warnings.catch_warnings():
        # After a hundred rounds the likelihood hardly changes.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture = GaussianMixture(count, random_state=seed).fit(codes.astype(np.float64))
    values = np.log(mixture.weights_), mixture.means_, np.linalg.cholesky(mixture.covariances_)
    return {name: value.astype(np.float32) for name, value in zip(PARTS, values, strict=True)}


def sample_density(density: Mapping[str, NDArray[Any]], n: int, generator: torch.Generator) -> torch.Tensor:
    """Draws codes (n, latents) from a density that `fit_density` returned."""
    device = generator.device
    logits, means, factors = (torch.tensor(density[name], device=device) for name in PARTS)
    chosen = draw_category(logits.expand(n, -1), generator)
    noise = torch.randn((n, means.shape[1], 1), generator=generator, device=device)
    return means[chosen] + (factors[chosen] @ noise).squeeze(-1)
