"""Precision and recall of whole rows by nearest neighbours: are synthetic rows where real rows are, and all of them?

All four are of equally many holdout and synthetic rows, at most 5,000, with columns in units of train's standard
deviation and Euclidean distances to the 5th neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..shared.matrix import Matrix

NEIGHBOURS = 5
_MOST = 5_000
_LEVELS = np.arange(1, 20) / 20
# Distances that are equal on a grid may differ by rounding.
_SLACK = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class Manifold:
    """The four scores of a table; see the functions that compute them."""

    alpha_precision: float
    beta_recall: float
    density: float
    coverage: float


def manifold(real: Matrix, rows: Matrix, unit: Matrix, seed: int) -> Manifold | None:
    """All four; None if there are fewer than 6 rows of either.

    Args:
        real: rows x columns, of holdout.
        rows: rows x columns, synthetic.
        unit: of each column, (columns,); NaN is read as 1.
        seed: draws the rows of the larger table.
    """
    count = min(len(real), len(rows), _MOST)
    if count <= NEIGHBOURS:
        return None
    rng = np.random.default_rng(seed)
    scale = np.where(np.isfinite(unit), unit, 1.0)
    held, made = (rng.permutation(table)[:count] / scale for table in (real, rows))
    return between(held, made)


def between(real: Matrix, rows: Matrix) -> Manifold:
    """The four scores of equally scaled tables.

    Density and coverage (Naeem et al. 2020, equations 5 and 6) are of closed balls around real rows that reach to
    their 5th real neighbour: how many synthetic rows a ball holds on average, over 5; and the share of balls that
    hold any.

    >>> line = np.arange(12.0).reshape(-1, 1)
    >>> far = between(line, line + 100)
    >>> far.density, far.coverage, round(far.alpha_precision, 3), round(far.beta_recall, 3)
    (0.0, 0.0, 0.0, 0.0)
    """
    from scipy.spatial import cKDTree

    trees = cKDTree(real), cKDTree(rows)
    to_real, to_rows = (_others(tree, table) for tree, table in zip(trees, (real, rows), strict=True))
    radii = to_real * _SLACK
    held = trees[1].query_ball_point(real, radii, return_length=True)
    return Manifold(
        alpha_precision=alpha_precision(to_real, _distance(trees[0], rows, NEIGHBOURS)),
        beta_recall=beta_recall(real, radii, rows, to_rows),
        density=float(held.mean() / NEIGHBOURS),
        coverage=float((held > 0).mean()),
    )


def alpha_precision(reference: Matrix, distances: Matrix) -> float:
    """How well each support of a share a of the real rows holds a share a of the synthetic ones, too; 0..1.

    The a-support is where the distance to the 5th real neighbour is at most its a-quantile over real rows: an
    estimate of the smallest region of mass a, which is how Alaa et al. 2022 define it (they estimate it by a ball
    around a centre). Returns 1 - 2 mean |P(a) - a|, P(a) the share of synthetic rows inside.

    Args:
        reference: of each real row, the distance to its 5th neighbour among the others, (rows,).
        distances: of each synthetic row, the distance to its 5th real neighbour, (rows,).

    >>> round(alpha_precision(np.arange(101.0), np.arange(101.0)), 2)
    0.99
    """
    radii = np.quantile(reference, _LEVELS) * _SLACK
    inside = np.searchsorted(np.sort(distances), radii, side="right") / len(distances)
    return _less(np.abs(inside - _LEVELS))


def beta_recall(real: Matrix, radii: Matrix, rows: Matrix, typical: Matrix) -> float:
    """Whether the most typical share b of the synthetic rows reaches a share b of the real ones; 0..1.

    A real row is reached by the b-support if one of its rows lies within `radii` (Alaa et al. 2022). The b-support
    holds the synthetic rows whose distance to their 5th synthetic neighbour is at most its b-quantile. Returns
    1 - 2 mean max(b - R(b), 0), R(b) the share of real rows reached. Reaching more than b is no fault here, as it
    is there: balls reach past the edge of a support, so that R(b) > b for unseen real rows too.

    Args:
        real: rows x columns.
        radii: of each real row, the distance to its 5th neighbour among the others, (rows,).
        rows: rows x columns, synthetic.
        typical: of each synthetic row, the distance to its 5th neighbour among the others, (rows,).

    >>> line = np.arange(12.0).reshape(-1, 1)
    >>> beta_recall(line, np.full(12, 0.5), line, line[:, 0]) > 0.9
    True
    >>> round(beta_recall(line, np.full(12, 0.5), line[:6], line[:6, 0]), 2)
    0.51
    """
    from scipy.spatial import cKDTree

    limits = np.quantile(typical, _LEVELS) * _SLACK
    reached = [(_distance(cKDTree(rows[typical <= limit]), real, 1) <= radii).mean() for limit in limits]
    return _less(np.maximum(_LEVELS - np.array(reached), 0.0))


def _less(gaps: Matrix) -> float:
    return float(np.clip(1 - 2 * gaps.mean(), 0.0, 1.0))


def _distance(tree: Any, table: Matrix, neighbour: int) -> Matrix:  # noqa: ANN401 - scipy's tree
    """The distance of each row to its so-manyth nearest point of the tree, (rows,)."""
    return np.asarray(tree.query(table, k=[neighbour])[0][:, 0], dtype=np.float64)


def _others(tree: Any, table: Matrix) -> Matrix:  # noqa: ANN401 - scipy's tree
    """The distance of each row of the tree to its 5th neighbour other than itself, (rows,)."""
    return _distance(tree, table, NEIGHBOURS + 1)
