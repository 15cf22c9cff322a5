"""Whole rows of tables with categories, dates or gaps: the metrics of whole rows, of points.

Definitions are those of `row_distributions` and `row_diversity`. Distances are Euclidean; a mismatch of levels counts
as a standard deviation of a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.scoring.encoding import encoding_of
from bench.scoring.points import Points, block_distances, nearest_points

from ..shared.comparable_rows import comparable_rows
from ..shared.matrix import matrix, score
from .row_distributions import (
    MOST_ENERGY_ROWS,
    MOST_NEIGHBOUR_ROWS,
    NEIGHBOURS,
    ROUNDING,
    SUPPORTS,
    Manifold,
    alpha_precision,
    recall_of,
)
from .row_diversity import crowding, repeated_rows

if TYPE_CHECKING:
    from bench.api import Score, Split

    from ..shared.matrix import Matrix

# No tree finds the closest row here, so fewer rows are judged.
_MOST_JUDGED = 3_000


def score_points(split: Split, rows: Matrix, seed: int) -> list[Score]:
    """Returns the scores of all metrics of whole rows; `rows` is the matrix of codes of a synthetic table."""
    encoding = encoding_of(split.train, split.schema)
    train, holdout = (matrix(part, split.schema) for part in (split.train, split.holdout))

    def points(codes: Matrix) -> Points:
        encoded = encoding.points(codes)
        assert isinstance(encoded, Points)
        return encoded

    real, synthetic = (points(table) for table in comparable_rows(holdout, rows, seed, MOST_NEIGHBOUR_ROWS))
    values = manifold_of_points(real, synthetic) if len(real) > NEIGHBOURS else None
    reason = f"fewer than {NEIGHBOURS + 1} rows of either kind"
    rng = np.random.default_rng(seed)
    samples = (points(rng.permutation(table)[:MOST_ENERGY_ROWS]) for table in (holdout, rows))
    rng, count = np.random.default_rng(seed), min(len(train), len(rows))
    spacings = (nearest_other_point(points(rng.permutation(table)[:count])) for table in (train, rows))
    return [
        score("energy", energy_of_points(*samples)),
        *(score(name, getattr(values, name, np.nan), undefined=reason) for name in Manifold._fields),
        score("repeated_rows", repeated_rows(train, rows)),
        score("crowding", crowding(*spacings) if count > 1 else np.nan, undefined="fewer than 2 rows of either kind"),
    ]


def energy_of_points(first: Points, second: Points) -> float:
    """Returns the energy distance, see `row_distributions.energy_distance`.

    >>> none = np.zeros((1, 0), dtype=np.int16)
    >>> energy_of_points(Points(np.array([[0.0]]), none, 1), Points(np.array([[2.0]]), none, 1))
    2.0
    """

    def mean(one: Points, other: Points) -> float:
        return sum(float(found.sum()) for _, found in block_distances(one, other, 2)) / (len(one) * len(other))

    return float(np.sqrt(max(2 * mean(first, second) - mean(first, first) - mean(second, second), 0.0)))


def manifold_of_points(real: Points, rows: Points) -> Manifold:
    """Returns the four scores of `row_distributions.manifold`; at least 6 rows of either kind."""
    # A row is its own first neighbour.
    to_real, to_rows = (nearest_points(table, table, NEIGHBOURS + 1, 2)[0][:, -1] for table in (real, rows))
    radii, limits = to_real * ROUNDING, np.quantile(to_rows, SUPPORTS) * ROUNDING
    order = np.argsort(to_rows, kind="stable")
    sizes = np.searchsorted(to_rows[order], limits, side="right")
    counts, reached = np.zeros(len(real)), np.zeros((len(real), len(SUPPORTS)), dtype=bool)
    for block, found in block_distances(real, rows[order], 2):
        near = found <= radii[block, None]
        counts[block] = near.sum(axis=1)
        # The first synthetic row in range, from the most typical one on: supports that hold it reach the real row.
        first = np.where(near.any(axis=1), near.argmax(axis=1), len(rows))
        reached[block] = first[:, None] < sizes
    return Manifold(
        alpha_precision=alpha_precision(to_real, nearest_points(rows, real, NEIGHBOURS, 2)[0][:, -1]),
        beta_recall=recall_of(reached.mean(axis=0)),
        density=float(counts.mean() / NEIGHBOURS),
        coverage=float((counts > 0).mean()),
    )


def nearest_other_point(table: Points) -> Matrix:
    """Returns the distance of at most the first 3,000 rows to their nearest other row of the whole table.

    >>> none = np.zeros((3, 0), dtype=np.int16)
    >>> nearest_other_point(Points(np.array([[0.0], [1.0], [5.0]]), none, 1))
    array([1., 1., 4.])
    """
    if len(table) < 2:
        return np.full(len(table), np.inf)
    return nearest_points(table[:_MOST_JUDGED], table, 2, 2)[0][:, 1]
