from __future__ import annotations

from typing import Any

import numpy as np
import torch

from bench.generators.networks.autoencoder import expost_density


def codes(rows: int = 3000) -> np.ndarray[Any, Any]:
    """Two clouds of correlated points."""
    rng = np.random.default_rng(0)
    points: np.ndarray[Any, Any] = rng.normal(size=(rows, 2)) @ np.array([[1.0, 0.8], [0.0, 0.6]])
    points[: rows // 3] += (8.0, -4.0)
    return points


def test_draws_what_it_was_fitted_to() -> None:
    drawn = expost_density.sample_density(
        expost_density.fit_density(codes(), 2, 0), 30000, torch.Generator().manual_seed(0)
    ).numpy()
    assert drawn.shape == (30000, 2)
    np.testing.assert_allclose(drawn.mean(0), codes().mean(0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(codes().T), rtol=0.03, atol=0.1)
    assert abs((drawn[:, 0] > 4).mean() - 1 / 3) < 0.02


def test_few_rows_get_few_components() -> None:
    assert len(expost_density.fit_density(codes(25), 10, 0)["logits"]) == 2
    assert len(expost_density.fit_density(codes(5), 10, 0)["logits"]) == 1


def test_codes_that_have_collapsed_still_have_a_density() -> None:
    flat = np.c_[codes(200)[:, :1], np.zeros(200)]
    drawn = expost_density.sample_density(
        expost_density.fit_density(flat, 10, 0), 500, torch.Generator().manual_seed(0)
    )
    assert torch.isfinite(drawn).all()
    assert float(drawn[:, 1].abs().max()) < 0.01
