"""Neighbourhood scores against brute force over all distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.scoring.metrics.fidelity.row_distributions import manifold, score_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

K = 5
LEVELS = np.arange(0.05, 0.96, 0.05)


def distances(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(first[:, None] - second[None], axis=2))


def brute(real: NDArray[np.float64], rows: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Alpha-precision, beta-recall, density and coverage, each as its definition reads."""
    radius = np.sort(distances(real, real), axis=1)[:, K]
    typical = np.sort(distances(rows, rows), axis=1)[:, K]
    across = distances(real, rows)
    to_real = np.sort(across, axis=0)[K - 1]
    inside = across <= radius[:, None]
    precision = [(to_real <= np.quantile(radius, a)).mean() for a in LEVELS]
    recall = [inside[:, typical <= np.quantile(typical, b)].any(axis=1).mean() for b in LEVELS]
    return (
        1 - 2 * float(np.mean([abs(p - a) for p, a in zip(precision, LEVELS, strict=True)])),
        1 - 2 * float(np.mean([max(b - r, 0) for r, b in zip(recall, LEVELS, strict=True)])),
        float(inside.sum() / (K * len(rows))),
        float(inside.any(axis=1).mean()),
    )


@pytest.mark.parametrize("seed", range(4))
def test_all_four_agree_with_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    real, rows = rng.normal(size=(60, 3)), rng.normal(0.3 * seed, 1.3, size=(60, 3))
    result = manifold(real, rows)
    values = (result.alpha_precision, result.beta_recall, result.density, result.coverage)
    assert values == pytest.approx(brute(real, rows), abs=1e-6)


def test_exchangeable_rows_are_near_the_known_limits() -> None:
    real, rows = np.random.default_rng(0).normal(size=(2, 2000, 3))
    result = manifold(real, rows)
    assert result.alpha_precision > 0.96
    assert result.beta_recall > 0.97
    assert result.density == pytest.approx(1, abs=0.05)
    # Of equally many rows: 1 - 1 / 2^5, Naeem et al. 2020, equation 9.
    assert result.coverage == pytest.approx(1 - 2.0**-K, abs=0.015)


def test_a_missing_mode_costs_recall_and_coverage() -> None:
    rng = np.random.default_rng(0)
    real, rows = rng.normal(size=(2, 1000, 2))
    real[:300] += 20
    both = rows.copy()
    both[:300] += 20
    whole, missing = manifold(real, both), manifold(real, rows)
    assert missing.coverage < 0.75 < 0.9 < whole.coverage
    assert missing.beta_recall < whole.beta_recall - 0.03


def test_crowding_at_the_mode_costs_precision_and_recall() -> None:
    real, rows = np.random.default_rng(0).normal(size=(2, 1000, 2))
    wide, narrow = manifold(real, rows), manifold(real, 0.3 * rows)
    assert narrow.alpha_precision < wide.alpha_precision - 0.2
    assert narrow.beta_recall < wide.beta_recall - 0.2
    assert narrow.density > wide.density


def test_outliers_cost_precision_and_density_but_not_recall() -> None:
    real, rows = np.random.default_rng(0).normal(size=(2, 1000, 2))
    stray = rows.copy()
    stray[:200] += 50
    clean, mixed = manifold(real, rows), manifold(real, stray)
    assert mixed.alpha_precision < clean.alpha_precision - 0.1
    assert mixed.density < clean.density - 0.1
    assert mixed.beta_recall > clean.beta_recall - 0.1


def test_equal_distances_on_a_grid_count_as_inside() -> None:
    """The ball of the first of six grid points reaches just to the last."""
    real = 0.7 + 0.1 * np.arange(6.0).reshape(-1, 1)
    rows = np.full((6, 1), 1.2)
    assert manifold(real, rows).coverage == 1


def test_scale_is_train_s() -> None:
    rng = np.random.default_rng(0)
    train, real, rows = rng.normal(size=(3, 50, 2))
    first, again = (
        {entry.metric: entry.value for entry in score_rows(train * scale, real * scale, rows * scale, 0)}
        for scale in ([1, 1], [1, 1024])
    )
    assert first == pytest.approx(again)
    assert None not in first.values()


@pytest.mark.parametrize(("count", "scored"), [(5, False), (6, True)])
def test_too_few_rows_have_no_neighbourhoods(count: int, scored: bool) -> None:
    rows = np.random.default_rng(0).normal(size=(50, 2))
    coverage = next(entry for entry in score_rows(rows, rows[:count], rows, 0) if entry.metric == "coverage")
    assert (coverage.value is not None) is scored
