"""Rows on two axes: principal components of train, and a t-SNE of real and synthetic rows together.

Components are fitted on train, and all tables of a split have the same. t-SNE cannot place rows that it was not fitted
on. A synthetic row that is put between its real neighbours would hide that it is unlike any, so each table has a map of
its own, with the same real rows. It starts from the components.

Keys of what reports get:
- `components`: (at most 300, 2) rows on the first two components.
- `component_shares`: (2,) shares of train's variance.
- `tsne/real`, `tsne/synthetic`: (at most 200, 2) each, equally many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.scoring.points import Points, block_distances

from .report_arrays import float32

if TYPE_CHECKING:
    from bench.api import Arrays, Details
    from bench.scoring.encoding import Encoding

    from ..shared.matrix import Matrix

ROWS = 300
_FITTED_ROWS = 1_000
_NEIGHBOUR_ROWS, _FEWEST_ROWS, _PERPLEXITY, _STEPS = 200, 20, 30.0, 500
_ANGLE = 0.8
"""Of the Barnes-Hut approximation: coarser than the usual 0.5, at three quarters of its time."""
_SPREAD = 1e-4
_FARTHEST = 1_000.0
"""Rows farther out, in standard deviations, are placed here; their squares would be infinite."""


def component_axes(train: Matrix, encoding: Encoding, seed: int) -> Details:
    """Returns the principal components of train (codes): `map/centre`, `map/axes` (2, features), `map/shares` (2,).

    Nothing if there are fewer than two features or three rows.
    """
    from sklearn.decomposition import PCA

    chosen = np.random.default_rng(seed).permutation(len(train))[:_FITTED_ROWS]
    rows = _in_units(train[chosen], encoding)
    if min(len(rows) - 1, rows.shape[1]) < 2 or not np.ptp(rows, axis=0).any():
        return {}
    fitted = PCA(2, random_state=seed % 2**32).fit(rows)
    shares = float32(fitted.explained_variance_ratio_)
    return {"map/centre": fitted.mean_, "map/axes": fitted.components_, "map/shares": shares}


def components(rows: Matrix, encoding: Encoding, artefacts: Arrays, seed: int) -> Details:
    """Returns some rows (codes) on the components of train."""
    if "map/axes" not in artefacts:
        return {}
    chosen = np.random.default_rng(seed).permutation(len(rows))[:ROWS]
    placed = _placed(rows[chosen], encoding, artefacts)
    return {"components": float32(placed), "component_shares": np.asarray(artefacts["map/shares"])}


def neighbour_map(train: Matrix, rows: Matrix, encoding: Encoding, artefacts: Arrays, seed: int) -> Details:
    """Returns a t-SNE of equally many rows of train and of a synthetic table, both as codes.

    Nothing if there are fewer than 20 of either, or all are equal.
    """
    from sklearn.manifold import TSNE

    count = min(len(train), len(rows), _NEIGHBOUR_ROWS)
    if count < _FEWEST_ROWS or "map/axes" not in artefacts:
        return {}
    chosen = np.concatenate(
        [table[np.random.default_rng(seed).permutation(len(table))[:count]] for table in (train, rows)]
    )
    start = _placed(chosen, encoding, artefacts)
    spread = start[:, 0].std()
    if spread == 0:
        return {}
    perplexity = min(_PERPLEXITY, (len(chosen) - 1) / 3)
    model = TSNE(
        perplexity=perplexity,
        max_iter=_STEPS,
        metric="precomputed",
        init=float32(start / spread * _SPREAD),
        angle=_ANGLE,
        random_state=seed % 2**32,
        n_jobs=1,
    )
    placed = float32(model.fit_transform(_distances(chosen, encoding)))
    return {"tsne/real": placed[:count], "tsne/synthetic": placed[count:]}


def _placed(rows: Matrix, encoding: Encoding, artefacts: Arrays) -> Matrix:
    return on_axes(_in_units(rows, encoding), artefacts["map/centre"], artefacts["map/axes"])


def on_axes(features: Matrix, centre: Matrix, axes: Matrix) -> Matrix:
    """Returns rows of features on axes, (rows, axes), with their origin at `centre`.

    >>> on_axes(np.array([[3.0, 5.0]]), np.array([1.0, 1.0]), np.array([[0.0, 1.0], [1.0, 0.0]])).tolist()
    [[4.0, 2.0]]
    """
    return np.asarray((features - centre) @ np.asarray(axes).T)


def _in_units(rows: Matrix, encoding: Encoding) -> Matrix:
    features = encoding.in_units(rows)
    middle = encoding.centre / encoding.unit if encoding.schema.is_numeric else 0.0
    return np.clip(features - middle, -_FARTHEST, _FARTHEST)


def _distances(rows: Matrix, encoding: Encoding) -> Matrix:
    """Returns Euclidean distances between all rows, (rows, rows)."""
    from scipy.spatial.distance import cdist

    points = encoding.points(rows)
    if isinstance(points, Points):
        near = Points(np.clip(points.numbers, -_FARTHEST, _FARTHEST), points.levels, points.columns)
        return np.concatenate([distances for _, distances in block_distances(near, near, 2)])
    near_rows = _in_units(rows, encoding)
    return np.asarray(cdist(near_rows, near_rows))
