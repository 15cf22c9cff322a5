"""Distributions of whole rows: energy distance, alpha-precision, beta-recall, density and coverage.

Columns are in units of train's standard deviation, distances are Euclidean. The last four use distances to the 5th
neighbour and equally many holdout and synthetic rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..shared.comparable_rows import comparable_rows
from ..shared.matrix import score
from ..shared.numerics import standard_deviations

if TYPE_CHECKING:
    from bench.api import Score

    from ..shared.matrix import Matrix

NEIGHBOURS = 5
MOST_NEIGHBOUR_ROWS = 5_000
# The energy distance is quadratic in rows; a sample of this size gives three digits.
MOST_ENERGY_ROWS = 3_000
SUPPORTS = np.arange(1, 20) / 20
# Distances that are equal on a grid may differ by rounding.
ROUNDING = 1 + 1e-9


class Manifold(NamedTuple):
    """The four scores by nearest neighbours; see the functions that compute them."""

    alpha_precision: float
    beta_recall: float
    density: float
    coverage: float


def score_rows(train: Matrix, holdout: Matrix, rows: Matrix, seed: int) -> list[Score]:
    """Returns the scores of all metrics of whole rows; all tables are rows x columns, `train` gives the units."""
    unit = standard_deviations(train, constant=1.0)
    real, synthetic = (table / unit for table in comparable_rows(holdout, rows, seed, MOST_NEIGHBOUR_ROWS))
    values = manifold(real, synthetic) if len(real) > NEIGHBOURS else None
    reason = f"fewer than {NEIGHBOURS + 1} rows of either kind"
    return [score("energy", energy(holdout, rows, unit, seed))] + [
        score(name, getattr(values, name, np.nan), undefined=reason) for name in Manifold._fields
    ]


def energy(real: Matrix, rows: Matrix, unit: Matrix, seed: int) -> float:
    """Returns the energy distance of at most 3,000 random rows of each table, in `unit` (columns,)."""
    rng = np.random.default_rng(seed)
    first, second = (rng.permutation(table)[:MOST_ENERGY_ROWS] / unit for table in (real, rows))
    return energy_distance(first, second)


def energy_distance(first: Matrix, second: Matrix) -> float:
    """Returns the square root of 2 E|X - Y| - E|X - X'| - E|Y - Y'| over all pairs of rows (Szekely and Rizzo 2013).

    Rows are also paired with themselves (the V-statistic), so the result is at least 0. It is above 0 for two finite
    samples of one distribution.

    >>> energy_distance(np.array([[0.0]]), np.array([[2.0]]))
    2.0
    """
    between, *within = (_mean_distance(*pair) for pair in ((first, second), (first, first), (second, second)))
    return float(np.sqrt(max(2 * between - sum(within), 0.0)))


def _mean_distance(first: Matrix, second: Matrix) -> float:
    from scipy.spatial.distance import cdist

    return float(cdist(first, second).mean())


def manifold(real: Matrix, rows: Matrix) -> Manifold:
    """Returns the four scores of equally scaled tables, rows x columns each, at least 6 rows.

    Density and coverage (Naeem et al. 2020, equations 5 and 6) count synthetic rows in closed balls around real rows
    that reach to their 5th real neighbour. Density is the mean count over 5, coverage the share of balls with any.

    >>> line = np.arange(12.0).reshape(-1, 1)
    >>> far = manifold(line, line + 100)
    >>> far.density, far.coverage, round(far.alpha_precision, 3), round(far.beta_recall, 3)
    (0.0, 0.0, 0.0, 0.0)
    """
    from scipy.spatial import cKDTree

    real_tree, row_tree = cKDTree(real), cKDTree(rows)
    # A row of the tree is its own first neighbour.
    to_real = _neighbour_distance(real_tree, real, NEIGHBOURS + 1)
    to_rows = _neighbour_distance(row_tree, rows, NEIGHBOURS + 1)
    radii = to_real * ROUNDING
    counts = row_tree.query_ball_point(real, radii, return_length=True)
    return Manifold(
        alpha_precision=alpha_precision(to_real, _neighbour_distance(real_tree, rows, NEIGHBOURS)),
        beta_recall=beta_recall(real, radii, rows, to_rows),
        density=float(counts.mean() / NEIGHBOURS),
        coverage=float((counts > 0).mean()),
    )


def alpha_precision(reference: Matrix, distances: Matrix) -> float:
    """Returns how closely each support with a share a of the real rows holds a share a of the synthetic rows, 0..1.

    The a-support is where the distance to the 5th real neighbour is at most its a-quantile over real rows. This
    estimates the smallest region of mass a, as Alaa et al. 2022 define it (they estimate it by a ball around a
    centre). The result is 1 - 2 mean |P(a) - a|, with P(a) the share of synthetic rows inside.

    Args:
        reference: distance of each real row to its 5th neighbour among the other real rows, (rows,).
        distances: distance of each synthetic row to its 5th real neighbour, (rows,).

    >>> round(alpha_precision(np.arange(101.0), np.arange(101.0)), 2)
    0.99
    """
    radii = np.quantile(reference, SUPPORTS) * ROUNDING
    inside = np.searchsorted(np.sort(distances), radii, side="right") / len(distances)
    return _one_minus_twice(np.abs(inside - SUPPORTS))


def beta_recall(real: Matrix, radii: Matrix, rows: Matrix, typical: Matrix) -> float:
    """Returns whether the most typical share b of the synthetic rows reaches a share b of the real rows, 0..1.

    The b-support holds the synthetic rows whose distance to their 5th synthetic neighbour is at most its b-quantile.
    It reaches a real row if one of its rows lies within `radii` of it (Alaa et al. 2022). The result is
    1 - 2 mean max(b - R(b), 0), with R(b) the share of real rows that are reached. In the paper R(b) > b is a fault
    too. It is none here: balls reach past the edge of a support, so R(b) > b for unseen real rows as well.

    Args:
        real: rows x columns.
        radii: distance of each real row to its 5th neighbour among the other real rows, (rows,).
        rows: rows x columns, synthetic.
        typical: distance of each synthetic row to its 5th neighbour among the other synthetic rows, (rows,).

    >>> line = np.arange(12.0).reshape(-1, 1)
    >>> beta_recall(line, np.full(12, 0.5), line, line[:, 0]) > 0.9
    True
    >>> round(beta_recall(line, np.full(12, 0.5), line[:6], line[:6, 0]), 2)
    0.51
    """
    from scipy.spatial import cKDTree

    limits = np.quantile(typical, SUPPORTS) * ROUNDING
    supports = (cKDTree(rows[typical <= limit]) for limit in limits)
    reached = [(_neighbour_distance(support, real, 1) <= radii).mean() for support in supports]
    return recall_of(np.array(reached))


def recall_of(reached: Matrix) -> float:
    """Returns beta-recall from the shares of real rows that each support reaches, (19,)."""
    return _one_minus_twice(np.maximum(SUPPORTS - reached, 0.0))


def _one_minus_twice(gaps: Matrix) -> float:
    return float(np.clip(1 - 2 * gaps.mean(), 0.0, 1.0))


def _neighbour_distance(tree: Any, table: Matrix, neighbour: int) -> Matrix:  # noqa: ANN401 - scipy's tree
    """Returns the distance of each row of `table` to its nearest point of the tree, second nearest, ..., (rows,)."""
    return np.asarray(tree.query(table, k=[neighbour])[0][:, 0], dtype=np.float64)
