"""How sure a ranking is: paired comparisons, ranks they allow, other weights, who stands beside whom.

Pure functions of scores by generator; wherever splits are several, comparisons are paired over those in common.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
from itertools import combinations
from typing import TYPE_CHECKING

from bench.api import Comparison, Pair
from bench.statistics.paired_tests import compare, holm

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


def pairs(scores: Mapping[str, Mapping[str, float]], ratio: float) -> tuple[Pair, ...]:
    """Every pair that shares a split, by corrected paired t tests, Holm over all of them.

    Args:
        scores: generator -> split -> overall score, from best to worst.
        ratio: see `bench.statistics.paired_tests`.
    """
    compared: dict[tuple[str, str], Comparison] = {}
    for first, second in combinations(scores, 2):
        if common := [split for split in scores[first] if split in scores[second]]:
            ours, theirs = ([scores[name][split] for split in common] for name in (first, second))
            compared[first, second] = compare(ours, theirs, ratio)
    tested = {names: found.p for names, found in compared.items() if found.p is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    return tuple(Pair(*names, found, adjusted.get(names)) for names, found in compared.items())


def places(names: Sequence[str], found: Sequence[Pair]) -> dict[str, tuple[int, int]]:
    """The best and the worst rank of each: 1 + how many are significantly better, n - how many are worse."""
    above = dict.fromkeys(names, 0)
    below = dict.fromkeys(names, 0)
    for pair in found:
        if pair.differ:
            ordered = (pair.first, pair.second) if pair.difference.mean > 0 else (pair.second, pair.first)
            below[ordered[0]] += 1
            above[ordered[1]] += 1
    return {name: (1 + above[name], len(names) - below[name]) for name in names}


def place_probabilities(
    scores: Mapping[str, Mapping[str, float]], ratio: float, last: Mapping[str, int]
) -> dict[str, tuple[float, ...]]:
    """Rank probabilities from the splits that all generators have.

    Args:
        scores: generator -> split -> overall score.
        ratio: see `bench.statistics.paired_tests`.
        last: ranks, behind all those, of what never succeeded.

    Returns:
        Generator -> the probability of rank 1, 2, ...; empty if there are fewer than two such splits.
    """
    several = list(scores.values())
    common = [split for split in (several[0] if several else ()) if all(split in of for of in several)]
    found = rank_probabilities([[of[split] for split in common] for of in several], ratio) if several else None
    if found is None:
        return {}
    many = len(scores) + len(last)
    behind = {name: tuple(float(place == at) for place in range(1, many + 1)) for name, at in last.items()}
    return {name: of + (0.0,) * len(last) for name, of in zip(scores, found, strict=True)} | behind


def simplex(parts: int, most: int = 3000) -> list[tuple[float, ...]]:
    """An even lattice of positive weights that add up to 1: (k_i + 1/m) / (N + 1) for all k with sum N.

    Args:
        parts: number of weights m.
        most: N is the largest, up to 500, that gives at most so many points.

    >>> simplex(2, most=2)
    [(0.25, 0.75), (0.75, 0.25)]
    """
    if parts < 1:
        return []
    steps = max(n for n in range(501) if n == 0 or math.comb(n + parts - 1, parts - 1) <= most)
    return [tuple((k + 1 / parts) / (steps + 1) for k in point) for point in _compositions(steps, parts)]


def shares_won(scores: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The share of all family weights with which each generator has the largest weighted geometric mean.

    Args:
        scores: per generator one score >= 0 per family, in the same order. Equal winners split a point.

    >>> shares_won({"even": [0.5, 0.5], "first only": [1.0, 0.0], "second only": [0.0, 1.0]})
    {'even': 1.0, 'first only': 0.0, 'second only': 0.0}
    """
    import numpy as np

    if not scores:
        return {}
    values = np.array([list(of) for of in scores.values()], dtype=float)
    with np.errstate(divide="ignore"):
        logs = np.log(values)  # every weight is positive: 0 in one family is 0 overall
    totals = np.round(np.array(simplex(values.shape[1])) @ np.maximum(logs, -1e6).T, 9)
    totals[:, np.any(values == 0, axis=1)] = -np.inf
    won = totals == totals.max(axis=1, keepdims=True)
    shares = (won / won.sum(axis=1, keepdims=True)).mean(axis=0)
    return dict(zip(scores, map(float, shares), strict=True))


def runs(names: Sequence[str], differ: Collection[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    """The longest runs of neighbours in an order, none of whose pairs differ; runs of one are left out.

    >>> runs("abcd", {frozenset("ac"), frozenset("ad"), frozenset("bd")})
    (('a', 'b'), ('b', 'c'), ('c', 'd'))
    """
    found: list[tuple[int, int]] = []
    for start in range(len(names)):
        end = start + 1
        while end < len(names) and not any(frozenset((names[end], one)) in differ for one in names[start:end]):
            end += 1
        if end - start > 1 and not (found and found[-1][1] >= end):
            found.append((start, end))
    return tuple(tuple(names[start:end]) for start, end in found)


def _compositions(total: int, parts: int) -> list[tuple[int, ...]]:
    if parts == 1:
        return [(total,)]
    return [(first, *rest) for first in range(total + 1) for rest in _compositions(total - first, parts - 1)]


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
