"""An attack on isolated records: is there a synthetic row that only this record of train explains?

Averages over all records hide a few rows that leak, and unusual people are both the easiest to recognise and the ones
with most to lose. A record is isolated if its closest other real row is far away. It is *found* if a synthetic row is
much closer to it than that row. Isolated records of holdout are found only by chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.scoring.points import column_count

from .closest_records import closest_distance, closest_other_distance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.scoring.points import Rows

    from ..shared.matrix import Matrix

SHARE = 0.1
"""Share of train and of holdout that counts as isolated."""

_FEWEST = 20
_LARGEST_RADIUS = 0.2
_CHANCE = 0.001


def isolation(train: Rows, spacing: Matrix, holdout: Rows) -> tuple[Matrix, Matrix]:
    """Returns the distance of each row of train and of holdout to the closest other row of both, (rows,) each.

    `spacing` is the distance of each row of train to the closest other row of train, (rows,).

    >>> first, second = isolation(np.array([[0.0], [4.0]]), np.array([4.0, 4.0]), np.array([[1.0], [9.0]]))
    >>> first.tolist(), second.tolist()
    ([1.0, 3.0], [1.0, 5.0])
    """
    of_train = np.minimum(spacing, closest_distance(train, holdout))
    return of_train, np.minimum(closest_other_distance(holdout), closest_distance(holdout, train))


def most_isolated(distances: Matrix) -> NDArray[np.int64]:
    """Returns the positions of the most isolated tenth of rows, but at least 20; rows with duplicates are left out.

    >>> most_isolated(np.array([0.0] * 30 + [3.0, 2.0])).tolist()
    [30, 31]
    """
    order = np.argsort(-distances, kind="stable")[: max(_FEWEST, int(np.ceil(SHARE * len(distances))))]
    return np.asarray(order[distances[order] > 0], dtype=np.int64)


def radius(columns: int) -> float:
    """Returns how close a synthetic row must be, in units of the isolation of the record: at most a fifth.

    With few columns it is smaller, so that the ball around the record has a thousandth of the volume of the empty ball.

    >>> radius(1), round(radius(2), 3), radius(9)
    (0.001, 0.032, 0.2)
    """
    return float(min(_LARGEST_RADIUS, _CHANCE ** (1 / columns)))


def found_share(records: Rows, isolations: Matrix, synthetic: Rows) -> float:
    """Returns the share of records with a synthetic row within `radius` times their isolation.

    >>> found_share(np.array([[0.0], [9.0]]), np.array([5.0, 5.0]), np.array([[0.004], [8.0]]))
    0.5
    """
    return float((closest_distance(records, synthetic) <= radius(column_count(records)) * isolations).mean())
