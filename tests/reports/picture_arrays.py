"""Made-up arrays of rows, pairs and distances, under the names with which scoring stores them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

CELLS = 16


def picture_arrays(columns: Sequence[str], rng: np.random.Generator, quality: float) -> dict[str, Any]:
    """What a trial stores for the pictures of a table of numbers in time; real rows if `quality` is 1."""
    return {
        "fidelity/components": (rng.normal(size=(300, 2)) + 1 - quality).astype(np.float32),
        "fidelity/component_shares": np.array([0.6, 0.2], np.float32),
        "fidelity/tsne/real": rng.normal(size=(200, 2)).astype(np.float32),
        "fidelity/tsne/synthetic": rng.normal(size=(200, 2)).astype(np.float32),
        **_grids(columns, rng, quality),
        **_in_time(columns, rng),
        **_distances(quality),
    }


def _grids(columns: Sequence[str], rng: np.random.Generator, quality: float) -> dict[str, Any]:
    names = list(columns[:4])
    shared, own = list(pairwise(names)), [(names[0], names[-1])][: len(names) - 1]
    cells = {f"fidelity/grids/cells/{name}": np.array([f"{place}" for place in range(CELLS)]) for name in names}
    near = np.exp(-((np.subtract.outer(np.arange(CELLS), np.arange(CELLS)) / (5 - 3 * quality)) ** 2))

    def counts(pairs: int) -> np.ndarray[Any, Any]:
        return rng.poisson(8 * np.repeat(near[None], pairs, axis=0)).astype(np.uint32)

    return cells | {
        "fidelity/grids/columns": np.array(shared, dtype=np.str_).reshape(-1, 2),
        "fidelity/grids/counts": counts(len(shared)),
        "fidelity/grids/own_columns": np.array(own, dtype=np.str_).reshape(-1, 2),
        "fidelity/grids/own_counts": counts(len(own)),
        "fidelity/grids/own_real": counts(len(own)),
    }


def _in_time(columns: Sequence[str], rng: np.random.Generator) -> dict[str, Any]:
    shown = list(columns[:3])
    return {
        "fidelity/in_time/columns": np.array(shown, dtype=np.str_),
        "fidelity/in_time/real": rng.normal(100, 10, (400, len(shown))).astype(np.float32),
        "fidelity/in_time/positions": np.arange(400) * 20,
    }


def _distances(quality: float) -> dict[str, Any]:
    def shares(middle: float) -> np.ndarray[Any, Any]:
        heights = np.exp(-(((np.arange(40) - middle) / 6) ** 2))
        return np.asarray(heights / heights.sum(), dtype=np.float32)

    return {
        "privacy/distances/edges": np.linspace(-3, 1, 41).astype(np.float32),
        "privacy/distances/synthetic": shares(10 + 10 * quality),
        "privacy/distances/holdout": shares(20),
        "privacy/distances/copies": np.array([0.01, 0.002], np.float32),
    }
