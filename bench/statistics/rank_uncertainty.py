"""How certain ranks are: pairwise comparisons, rank ranges, ties, other family weights.

All functions take scores by generator. Comparisons are paired over the splits that two generators share.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from bench.api import ALPHA, Comparison, Pair
from bench.statistics.moderation import Noise, moderated_p, noise_of
from bench.statistics.paired_tests import compare, holm

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bench.api import Interval, Moderation


def compare_pairs(
    scores: Mapping[str, Mapping[str, float]],
    ratio: float,
    board: Moderation | None = None,
    at_floor: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Pair, ...]:
    """Compares every pair that shares a split, by corrected paired t tests with Holm's correction over all pairs.

    Args:
        scores: generator -> split -> overall score, from best to worst.
        ratio: n_test / n_train; see `bench.statistics.paired_tests`.
        board: what moderates the variances; None for plain t tests.
        at_floor: generator -> families in which it is at the floor; two at the same floor never differ.
    """
    return _compare(combinations(scores, 2), scores, ratio, board, at_floor or {})


def compare_with_leader(
    scores: Mapping[str, Mapping[str, float]],
    ratio: float,
    board: Moderation | None = None,
    at_floor: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Pair, ...]:
    """Compares the first generator with each other one, with Holm's correction over these comparisons alone.

    A significant difference says that the other generator is not the best one: at most 5 % of boards say that of the
    generator that truly is, whoever leads (a comparison with the best, as in Hsu 1981, "Simultaneous confidence
    intervals for all distances from the best", Annals of Statistics 9). It is no claim about the leader, which was
    chosen because its scores are high: among equal generators, the luckiest leads. That takes `compare_pairs`.

    Args:
        scores: generator -> split -> overall score, from best to worst.
        ratio: n_test / n_train; see `bench.statistics.paired_tests`.
        board: what moderates the variances; None for plain t tests.
        at_floor: generator -> families in which it is at the floor; two at the same floor never differ.
    """
    names = list(scores)
    return _compare([(names[0], name) for name in names[1:]], scores, ratio, board, at_floor or {})


def _compare(
    names: Iterable[tuple[str, str]],
    scores: Mapping[str, Mapping[str, float]],
    ratio: float,
    board: Moderation | None,
    at_floor: Mapping[str, Sequence[str]],
) -> tuple[Pair, ...]:
    compared: dict[tuple[str, str], Comparison] = {}
    noise: dict[tuple[str, str], Noise] = {}
    p_values: dict[tuple[str, str], float] = {}
    for first, second in names:
        if common := [split for split in scores[first] if split in scores[second]]:
            ours, theirs = ([scores[name][split] for split in common] for name in (first, second))
            comparison = compared[first, second] = compare(ours, theirs, ratio)
            differences = [one - other for one, other in zip(ours, theirs, strict=True)]
            noise |= {(first, second): noise_of(differences, ratio, board)} if len(common) > 1 else {}
            p = moderated_p(differences, ratio, board) if board else comparison.p
            p_values |= {} if p is None else {(first, second): p}
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    return tuple(
        Pair(
            first,
            second,
            comparison,
            adjusted.get((first, second)),
            board is not None,
            _shared(first, second, at_floor),
            _widened(comparison.mean, noise.get((first, second)), p_values, adjusted, (first, second)),
        )
        for (first, second), comparison in compared.items()
    )


def _widened(
    difference: float,
    noise: Noise | None,
    p_values: Mapping[tuple[str, str], float],
    adjusted: Mapping[tuple[str, str], float],
    pair: tuple[str, str],
) -> Interval | None:
    """Returns the interval at the level 1 - 0.05 / m, where m is the factor by which Holm's correction raised p.

    It leaves out 0 exactly where the adjusted p is below 0.05, as both use the same t statistic.
    """
    if noise is None:
        return None
    from scipy.special import stdtrit

    factor = adjusted[pair] / p_values[pair] if p_values[pair] > 0 else len(p_values)
    error, freedom = noise
    reach = float(stdtrit(freedom, 1 - ALPHA / max(factor, 1.0) / 2)) * error
    return difference - reach, difference + reach


def _shared(first: str, second: str, at_floor: Mapping[str, Sequence[str]]) -> str:
    """Returns the first family in which both are at the floor; empty if there is none."""
    return next((family for family in at_floor.get(first, ()) if family in at_floor.get(second, ())), "")


def rank_ranges(names: Sequence[str], pairs: Sequence[Pair]) -> dict[str, tuple[int, int]]:
    """Returns best and worst rank: 1 + how many are significantly better, n - how many are significantly worse."""
    better, worse = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for pair in pairs:
        if pair.differ:
            first_wins = pair.difference.mean > 0
            worse[pair.first if first_wins else pair.second] += 1
            better[pair.second if first_wins else pair.first] += 1
    return {name: (1 + better[name], len(names) - worse[name]) for name in names}


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
