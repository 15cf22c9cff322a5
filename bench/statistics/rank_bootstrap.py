"""How likely each rank is: a bootstrap over splits that agrees with the paired comparisons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from bench.api import Moderation


def rank_probabilities(
    scores: Mapping[str, Mapping[str, float]],
    ratio: float,
    last_ranks: Mapping[str, int],
    board: Moderation | None = None,
) -> dict[str, tuple[float, ...]]:
    """Returns generator -> probability of rank 1, 2, ..., from the splits that all share; empty with fewer than two.

    Args:
        scores: generator -> split -> overall score.
        ratio: n_test / n_train; see `bench.statistics.paired_tests`.
        last_ranks: certain ranks, behind all others, of generators that never succeeded.
        board: what moderates the variances of differences; None if nothing does.
    """
    by_split = list(scores.values())
    common = [split for split in (by_split[0] if by_split else ()) if all(split in values for values in by_split)]
    matrix = [[values[split] for split in common] for values in by_split]
    probabilities = bootstrap_ranks(matrix, ratio, board=board) if by_split else None
    if probabilities is None:
        return {}
    count = len(scores) + len(last_ranks)
    last = {name: tuple(float(rank == other) for other in range(1, count + 1)) for name, rank in last_ranks.items()}
    padding = (0.0,) * len(last_ranks)
    return {name: shares + padding for name, shares in zip(scores, probabilities, strict=True)} | last


def bootstrap_ranks(
    matrix: Sequence[Sequence[float]],
    ratio: float,
    samples: int = 2000,
    seed: int = 0,
    board: Moderation | None = None,
) -> tuple[tuple[float, ...], ...] | None:
    """Returns how likely each rank is, by a bootstrap over splits.

    Args:
        matrix: overall scores, generators x splits.
        ratio: n_test / n_train of a split.
        samples: number of bootstrap samples.
        seed: of the random numbers.
        board: what moderates the variances of differences; None if nothing does.

    Returns:
        Generators x ranks, rank 1 first, rows adding up to 1; equal means share the better rank. None with fewer than
        two splits.

    >>> bootstrap_ranks([[0.9, 0.8], [0.2, 0.1]], ratio=0.25)
    ((1.0, 0.0), (0.0, 1.0))
    """
    import numpy as np

    scores = np.asarray(matrix, dtype=float)
    count, splits = scores.shape
    if splits < 2:
        return None
    means = scores.mean(axis=1, keepdims=True) + bootstrap_moves(scores, ratio, samples, seed, board)
    means = np.round(means, 12)
    ranks = 1 + np.array([np.sum(means > own, axis=0) for own in means])
    return tuple(tuple(float(np.mean(own == rank)) for rank in range(1, count + 1)) for own in ranks)


def bootstrap_moves(
    scores: NDArray[np.float64], ratio: float, samples: int, seed: int, board: Moderation | None = None
) -> NDArray[np.float64]:
    """Returns by how much each bootstrap sample moves the mean of each generator, (generators, samples).

    It is a multiplier bootstrap (Wu 1986, "Jackknife, bootstrap and other resampling methods in regression analysis",
    Annals of Statistics 14, section 7). Each sample gives every split one normal weight, the same for all generators,
    and moves the means by the weighted deviations. Moves have the corrected variance (1/J + ratio) s^2 and the tails of
    t with J - 1 degrees of freedom, so one generator beats another as often as a paired comparison says. Sampling
    splits with replacement would give only a handful of outcomes; with two splits, it would take chance for certainty.

    If variances are moderated, every generator also moves on its own, with n0 times half the mean variance of a
    difference, and the tails are those of n0 + J - 1 degrees of freedom. The difference of two generators then has the
    moderated variance. Generators with equal scores on all splits move together.

    Args:
        scores: generators x splits, at least two.
        ratio: n_test / n_train of a split.
        samples: number of bootstrap samples.
        seed: of the random numbers.
        board: what moderates the variances of differences; None if nothing does.
    """
    import numpy as np

    splits, rng = scores.shape[1], np.random.default_rng(seed)
    tails = 1 / np.sqrt(rng.chisquare(splits - 1 + (board.freedom if board else 0.0), size=samples))
    moves = (scores - scores.mean(axis=1, keepdims=True)) @ rng.normal(size=(splits, samples))
    if board:
        distinct, members = np.unique(scores.round(12), axis=0, return_inverse=True)
        own = rng.normal(size=(len(distinct), samples))[members.reshape(-1)]
        moves += math.sqrt(board.freedom * board.variance / 2) * own
    result: NDArray[np.float64] = math.sqrt(1 / splits + ratio) * tails * moves
    return result
