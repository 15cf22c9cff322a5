"""How likely each rank is, given how much the scores of splits differ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


def rank_probabilities(
    matrix: Sequence[Sequence[float]], ratio: float, draws: int = 2000, seed: int = 0
) -> tuple[tuple[float, ...], ...] | None:
    """How likely each rank is, by a bootstrap over splits.

    A multiplier bootstrap (Wu 1986, "Jackknife, bootstrap and other resampling methods in regression analysis", Annals
    of Statistics 14, section 7): each draw gives every split one normal weight, the same for all generators, and moves
    the means by the weighted deviations. These are scaled to the corrected variance (1/J + ratio) s^2 and to the tails
    of t with J - 1 degrees of freedom, so that one generator beats another as often as a paired comparison says.
    Drawing splits with replacement instead would know a handful of outcomes only, and with two splits call chance
    certain.

    Args:
        matrix: generators x splits.
        ratio: n_test / n_train of a split.
        draws: bootstrap samples.
        seed: of the draws.

    Returns:
        Generators x ranks, rank 1 first, rows adding up to 1; equal means share the better rank. None with fewer than
        two splits.

    >>> rank_probabilities([[0.9, 0.8], [0.2, 0.1]], ratio=0.25)
    ((1.0, 0.0), (0.0, 1.0))
    """
    import numpy as np

    scores = np.asarray(matrix, dtype=float)
    count, splits = scores.shape
    if splits < 2:
        return None
    centre = scores.mean(axis=1, keepdims=True)
    weights = multipliers(splits, ratio, draws, np.random.default_rng(seed))
    ranks = _ranks(np.round(centre + (scores - centre) @ weights, 12))
    return tuple(tuple(float(np.mean(of == place)) for place in range(1, count + 1)) for of in ranks)


def multipliers(splits: int, ratio: float, draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Weights of deviations, (splits, draws): normal, times sqrt((1/J + ratio) / (J - 1)), over sqrt(chi^2 / (J - 1)).

    The deviations' squares add up to (J - 1) s^2, so that their weighted sum over its corrected error is t.
    """
    import numpy as np

    tails = np.sqrt((splits - 1) / rng.chisquare(splits - 1, size=draws))
    return math.sqrt((1 / splits + ratio) / (splits - 1)) * tails * rng.normal(size=(splits, draws))


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """1 + how many are larger, (generators, draws)."""
    import numpy as np

    return 1 + np.array([np.sum(scores > of, axis=0) for of in scores])
