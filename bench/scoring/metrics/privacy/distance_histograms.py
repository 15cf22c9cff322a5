"""Histograms of the distances to the closest row of train: of synthetic rows, and of holdout, which are unseen rows.

Keys of what reports get:
- `distances/edges`: (41,) logarithms to base 10; the split's, as they follow from the distances of holdout alone.
- `distances/synthetic`, `distances/holdout`: (40,) shares of rows. Distances beyond the edges are in the end bins.
- `distances/copies`: (2,) shares of synthetic and of holdout rows at distance 0, which are in no bin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .closest_records import TIE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Details

    from ..shared.matrix import Matrix

_BINS = 40
_BELOW, _ABOVE = 0.05, 20.0
"""The edges reach from a twentieth of the smallest usual distance of holdout to twenty times the largest one."""
_USUAL = (0.01, 0.99)


def distance_histograms(distances: Matrix, unseen: Matrix) -> Details:
    """Returns the histograms of distances to the closest row of train, of synthetic rows and of unseen ones, (rows,).

    >>> found = distance_histograms(np.array([0.0, 1.0]), np.array([1.0, 1.0, 2.0, 0.0]))
    >>> found["distances/copies"].tolist(), found["distances/holdout"].sum()
    ([0.5, 0.25], np.float32(0.75))
    """
    edges = _edges(unseen)
    return {
        "distances/edges": edges.astype(np.float32),
        "distances/synthetic": _shares(distances, edges),
        "distances/holdout": _shares(unseen, edges),
        "distances/copies": np.array([_copies(distances), _copies(unseen)], dtype=np.float32),
    }


def _edges(unseen: Matrix) -> Matrix:
    apart = unseen[(unseen > TIE) & np.isfinite(unseen)]
    low, high = np.quantile(apart, _USUAL) if len(apart) else (1.0, 1.0)
    return np.linspace(np.log10(low * _BELOW), np.log10(high * _ABOVE), _BINS + 1)


def _shares(distances: Matrix, edges: Matrix) -> NDArray[np.float32]:
    apart = np.log10(distances[distances > TIE])
    counts, _ = np.histogram(np.clip(apart, edges[0], edges[-1]), bins=edges)
    return (counts / max(len(distances), 1)).astype(np.float32)


def _copies(distances: Matrix) -> float:
    return float((distances <= TIE).mean()) if len(distances) else 0.0
