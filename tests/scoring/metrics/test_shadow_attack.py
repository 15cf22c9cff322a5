"""The membership attack with shadow fits: against brute force, on rows that leak and on rows that do not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.execution.shadow_fits import halves
from bench.scoring.metrics.privacy.shadow_attack import FEWEST_PAIRS, attack, log_likelihood_ratio, statistics

FITS = 12


def test_the_likelihood_ratio_agrees_with_brute_force() -> None:
    rng = np.random.default_rng(0)
    others, values = rng.normal(size=(6, 3)), rng.normal(size=(2, 3))
    members = halves(3, 6, seed=1)

    def log_density(value: float, record: int, member: bool) -> float:
        means, squares, freedom = [], 0.0, 0
        for column in range(3):
            known = [others[fit, column] for fit in range(6) if members[fit, column] == member]
            means.append(sum(known) / len(known))
            squares += sum((each - means[-1]) ** 2 for each in known)
            freedom += len(known) - 1
        variance = squares / freedom
        return float(-math.log(math.sqrt(2 * math.pi * variance)) - (value - means[record]) ** 2 / (2 * variance))

    expected = [[log_density(row[r], r, True) - log_density(row[r], r, False) for r in range(3)] for row in values]
    assert log_likelihood_ratio(values, others, members) == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.parametrize("fits", [2 * FEWEST_PAIRS, FITS])
def test_fits_that_reveal_nothing_are_at_chance_and_within_the_interval(fits: int) -> None:
    """Also on average: were a pair's own fits used, the mean AUC would be clearly below 0.5."""
    areas, inside = [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        values = rng.normal(size=100) + rng.normal(size=(fits, 100)) + 0.1 * rng.normal(size=(fits, 1))
        area, rate = attack(values, halves(100, fits, seed))
        areas.append(area.value)
        inside.append(area.low <= 0.5 <= area.high and rate.low <= 0.02 <= rate.high)
    assert abs(np.mean(areas) - 0.5) < 0.01
    assert np.mean(inside) >= 0.9


def tables_of(train: np.ndarray, members: np.ndarray, kind: str) -> list[np.ndarray]:
    """Synthetic rows of fits to halves of train."""
    rng = np.random.default_rng(5)
    made = []
    for part in (train[chosen] for chosen in members):
        if kind == "returns":
            made.append(rng.permutation(part))
        elif kind == "bootstrap":
            made.append(rng.choice(part, len(part)))
        else:
            made.append(rng.multivariate_normal(part.mean(axis=0), np.cov(part.T), len(part)))
    return made


@pytest.mark.parametrize(
    ("kind", "auc", "tpr"),
    # A bootstrap holds 1 - 1/e of its rows, which are found; the others are told apart by guessing.
    [("returns", 1.0, 1.0), ("bootstrap", 1 - 0.5 / math.e, 1 - 1 / math.e), ("gaussian", 0.5, 0.01)],
)
def test_memorisers_are_found_and_moments_reveal_nobody(kind: str, auc: float, tpr: float) -> None:
    train = np.random.default_rng(3).normal(size=(600, 4))
    members = halves(600, FITS, seed=2)
    area, rate = attack(statistics(train, tables_of(train, members, kind)), members)
    assert area.value == pytest.approx(auc, abs=0.02)
    assert rate.value == pytest.approx(tpr, abs=0.02)
    assert area.low <= auc <= area.high + 0.01
