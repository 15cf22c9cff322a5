"""How often are honest rows called implausible, and rows that know holdout caught? Simulated AUCs."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.api import Entry, Metric, Target
from bench.seeds import derive
from bench.statistics.implausible_rows import implausible_reason
from bench.statistics.scores import stat
from bench.statistics.variance import auc_noise
from tests.proof import pool

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPLITS = (1, 2, 3, 5)
NOISES = {"independent rows": 1.0, "a classifier in folds": 1.7, "rows that depend on each other": 3.0}
"""Standard deviation of an honest AUC, in units of that of as many independent rows."""
HOLDOUT, KNOWING, DRAWS = 400, 0.3, 20_000
"""Rows of holdout, the AUC of rows that know it, and simulated rows of each kind."""
AUC = Metric("auc", "privacy", Target(0.5, "absolute"), "", chance=0.5)


def measure(draws: int = DRAWS) -> list[dict[str, Any]]:
    """Returns, by noise and splits, the share of rows that are implausible: of honest ones, and of those that know."""
    return [
        {
            "noise": name,
            "splits": splits,
            "honest": share_implausible(0.5, factor, splits, draws),
            "knowing": share_implausible(KNOWING, factor, splits, draws // 10),
        }
        for (name, factor), splits in product(NOISES.items(), SPLITS)
    ]


def share_implausible(mean: float, factor: float, splits: int, draws: int) -> float:
    """Returns how many generators are implausible whose AUC has that mean and noise on every split.

    Two reference rows know nothing, and have the same noise.
    """
    rng = np.random.default_rng(derive(0, "honest", str(mean), str(factor), splits))
    noise = factor * auc_noise(HOLDOUT)
    found = [
        implausible_reason(
            _entry("g", mean + noise * _overlapping(rng, splits)),
            [_entry(name, 0.5 + noise * _overlapping(rng, splits)) for name in ("independent", "uniform")],
            [AUC],
            HOLDOUT,
            pool.SHARE,
        )
        for _ in range(draws)
    ]
    return float(np.mean([bool(reason) for reason in found]))


def _overlapping(rng: np.random.Generator, splits: int) -> NDArray[np.float64]:
    """Returns standard normal noise, correlated between splits as test parts that share rows are."""
    rho = pool.SHARE / (1 + pool.SHARE)
    result: NDArray[np.float64] = np.sqrt(rho) * rng.normal() + np.sqrt(1 - rho) * rng.normal(size=splits)
    return result


def _entry(name: str, values: NDArray[np.float64]) -> Entry:
    kind, of_auc = "generator" if name == "g" else "reference", stat([float(value) for value in values])
    return Entry(name, kind, None, None, {}, {AUC.name: of_auc}, {"ok": len(values)})
