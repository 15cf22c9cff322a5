"""How certain ranks are: pairwise comparisons, rank ranges and probabilities, ties, other family weights.

All functions take scores by generator. Comparisons are paired over the splits that two generators share.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from bench.api import Comparison, Pair
from bench.statistics.paired_tests import compare, holm

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray


def compare_pairs(scores: Mapping[str, Mapping[str, float]], ratio: float) -> tuple[Pair, ...]:
    """Compares every pair that shares a split, by corrected paired t tests with Holm's correction over all pairs.

    Args:
        scores: generator -> split -> overall score, from best to worst.
        ratio: n_test / n_train; see `bench.statistics.paired_tests`.
    """
    compared: dict[tuple[str, str], Comparison] = {}
    for first, second in combinations(scores, 2):
        if common := [split for split in scores[first] if split in scores[second]]:
            ours, theirs = ([scores[name][split] for split in common] for name in (first, second))
            compared[first, second] = compare(ours, theirs, ratio)
    p_values = {names: comparison.p for names, comparison in compared.items() if comparison.p is not None}
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    return tuple(Pair(*names, comparison, adjusted.get(names)) for names, comparison in compared.items())


def rank_ranges(names: Sequence[str], pairs: Sequence[Pair]) -> dict[str, tuple[int, int]]:
    """Returns best and worst rank: 1 + how many are significantly better, n - how many are significantly worse."""
    better, worse = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for pair in pairs:
        if pair.differ:
            first_wins = pair.difference.mean > 0
            worse[pair.first if first_wins else pair.second] += 1
            better[pair.second if first_wins else pair.first] += 1
    return {name: (1 + better[name], len(names) - worse[name]) for name in names}


def rank_probabilities(
    scores: Mapping[str, Mapping[str, float]], ratio: float, last_ranks: Mapping[str, int]
) -> dict[str, tuple[float, ...]]:
    """Returns generator -> probability of rank 1, 2, ..., from the splits that all share; empty with fewer than two.

    Args:
        scores: generator -> split -> overall score.
        ratio: n_test / n_train; see `bench.statistics.paired_tests`.
        last_ranks: certain ranks, behind all others, of generators that never succeeded.
    """
    by_split = list(scores.values())
    common = [split for split in (by_split[0] if by_split else ()) if all(split in values for values in by_split)]
    matrix = [[values[split] for split in common] for values in by_split]
    probabilities = bootstrap_ranks(matrix, ratio) if by_split else None
    if probabilities is None:
        return {}
    count = len(scores) + len(last_ranks)
    last = {name: tuple(float(rank == other) for other in range(1, count + 1)) for name, rank in last_ranks.items()}
    padding = (0.0,) * len(last_ranks)
    return {name: shares + padding for name, shares in zip(scores, probabilities, strict=True)} | last


def bootstrap_ranks(
    matrix: Sequence[Sequence[float]], ratio: float, samples: int = 2000, seed: int = 0
) -> tuple[tuple[float, ...], ...] | None:
    """Returns how likely each rank is, by a bootstrap over splits.

    It is a multiplier bootstrap (Wu 1986, "Jackknife, bootstrap and other resampling methods in regression analysis",
    Annals of Statistics 14, section 7). Each sample gives every split one normal weight, the same for all generators,
    and moves the means by the weighted deviations. Weights are scaled to the corrected variance (1/J + ratio) s^2 and
    to the tails of t with J - 1 degrees of freedom, so one generator beats another as often as a paired comparison
    says. Sampling splits with replacement would give only a handful of outcomes; with two splits, it would take
    chance for certainty.

    `matrix` is generators x splits, `ratio` n_test / n_train of a split, `samples` the number of bootstrap samples. The
    result is generators x ranks, rank 1 first, rows adding up to 1; equal means share the better rank. It is None with
    fewer than two splits.

    >>> bootstrap_ranks([[0.9, 0.8], [0.2, 0.1]], ratio=0.25)
    ((1.0, 0.0), (0.0, 1.0))
    """
    import numpy as np

    scores = np.asarray(matrix, dtype=float)
    count, splits = scores.shape
    if splits < 2:
        return None
    centre = scores.mean(axis=1, keepdims=True)
    weights = bootstrap_weights(splits, ratio, samples, np.random.default_rng(seed))
    means = np.round(centre + (scores - centre) @ weights, 12)
    ranks = 1 + np.array([np.sum(means > own, axis=0) for own in means])
    return tuple(tuple(float(np.mean(own == rank)) for rank in range(1, count + 1)) for own in ranks)


def bootstrap_weights(splits: int, ratio: float, samples: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Returns normal weights of deviations, (splits, samples), times the two factors below.

    They are sqrt((1/J + ratio) / (J - 1)) and 1 / sqrt(chi^2 / (J - 1)). The squares of the deviations add up to
    (J - 1) s^2, so their weighted sum over its corrected error has a t distribution.
    """
    import numpy as np

    tails = np.sqrt((splits - 1) / rng.chisquare(splits - 1, size=samples))
    return math.sqrt((1 / splits + ratio) / (splits - 1)) * tails * rng.normal(size=(splits, samples))


def tied_groups(names: Sequence[str], different: Collection[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    """Returns the longest runs of neighbours in an order without a different pair; groups of one are left out.

    >>> tied_groups("abcd", {frozenset("ac"), frozenset("ad"), frozenset("bd")})
    (('a', 'b'), ('b', 'c'), ('c', 'd'))
    """
    groups: list[tuple[int, int]] = []
    for start in range(len(names)):
        end = start + 1
        while end < len(names) and not any(frozenset((names[end], name)) in different for name in names[start:end]):
            end += 1
        if end - start > 1 and not (groups and groups[-1][1] >= end):
            groups.append((start, end))
    return tuple(tuple(names[start:end]) for start, end in groups)


def shares_won(scores: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Returns the share of all family weights with which each generator has the largest weighted geometric mean.

    Args:
        scores: per generator one score >= 0 per family, in the same order. Equal winners share a point.

    >>> shares_won({"even": [0.5, 0.5], "first only": [1.0, 0.0], "second only": [0.0, 1.0]})
    {'even': 1.0, 'first only': 0.0, 'second only': 0.0}
    """
    import numpy as np

    if not scores:
        return {}
    values = np.array([list(of_families) for of_families in scores.values()], dtype=float)
    with np.errstate(divide="ignore"):
        logs = np.log(values)  # every weight is positive, so 0 in one family is 0 overall
    totals = np.round(np.array(weight_lattice(values.shape[1])) @ np.maximum(logs, -1e6).T, 9)
    totals[:, np.any(values == 0, axis=1)] = -np.inf
    won = totals == totals.max(axis=1, keepdims=True)
    shares = (won / won.sum(axis=1, keepdims=True)).mean(axis=0)
    return dict(zip(scores, map(float, shares), strict=True))


def weight_lattice(parts: int, most: int = 3000) -> list[tuple[float, ...]]:
    """Returns an even lattice of positive weights that add up to 1: (k_i + 1/m) / (N + 1) for all k with sum N.

    Args:
        parts: number of weights m.
        most: N is the largest number, up to 500, that gives at most so many points.

    >>> weight_lattice(2, most=2)
    [(0.25, 0.75), (0.75, 0.25)]
    """
    if parts < 1:
        return []
    steps = max(n for n in range(501) if n == 0 or math.comb(n + parts - 1, parts - 1) <= most)
    return [tuple((k + 1 / parts) / (steps + 1) for k in point) for point in _compositions(steps, parts)]


def _compositions(total: int, parts: int) -> list[tuple[int, ...]]:
    if parts == 1:
        return [(total,)]
    return [(first, *rest) for first in range(total + 1) for rest in _compositions(total - first, parts - 1)]
