"""Several data sets: Friedman's test, what follows it, and when it must be refused.

The blocks are groups of data sets that are independent of each other, never seeds or splits of one table: those share
rows, and tests over blocks take each for a new draw from the world (Demsar 2006, "Statistical comparisons of
classifiers over multiple data sets", JMLR 7, section 3).
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from bench.api import ALPHA, Across
from bench.statistics.paired_tests import holm
from bench.statistics.rank_uncertainty import runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST_GROUPS = 5
LEAST_GENERATORS = 3


def across(scores: Mapping[str, Mapping[str, float]], groups: Mapping[str, str]) -> Across | str:
    """Compares generators over data sets, or says why that cannot be done.

    Args:
        scores: data set -> generator -> overall score.
        groups: data set -> group; a data set without one is its own.

    Returns:
        The comparison, or one sentence of refusal.
    """
    blocks = by_group(scores, groups)
    names = [name for name in _names(scores) if all(name in of for of in scores.values())]
    if len(blocks) < LEAST_GROUPS:
        return _too_few(len(scores), blocks)
    if len(names) < LEAST_GENERATORS:
        return (
            f"Friedman's test needs at least {LEAST_GENERATORS} generators with a score on every data set; "
            f"there are {len(names)}."
        )
    return _compared({name: [of[name] for of in blocks.values()] for name in names}, tuple(blocks))


def by_group(scores: Mapping[str, Mapping[str, float]], groups: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """The mean over each group's data sets, of generators that have a score on all of them.

    >>> by_group({"a1": {"g": 0.25}, "a2": {"g": 0.75}, "b": {"g": 1.0}}, {"a1": "a", "a2": "a"})
    {'a': {'g': 0.5}, 'b': {'g': 1.0}}
    """
    members: dict[str, list[Mapping[str, float]]] = {}
    for data, of in scores.items():
        members.setdefault(groups.get(data, data), []).append(of)
    return {
        group: {name: math.fsum(one[name] for one in of) / len(of) for name in of[0] if all(name in one for one in of)}
        for group, of in members.items()
    }


def critical_difference(generators: int, groups: int, alpha: float = ALPHA) -> float:
    """Nemenyi's: q sqrt(k (k + 1) / (6 N)), q the studentised range's quantile over sqrt(2) (Demsar 2006, eq. 6).

    >>> round(critical_difference(4, 14), 2)  # q = 2.569, as in table 5 there
    1.25
    """
    from scipy.stats import studentized_range

    quantile = float(studentized_range.ppf(1 - alpha, generators, math.inf)) / math.sqrt(2)
    return quantile * _unit(generators, groups)


def nemenyi(distance: float, generators: int, groups: int) -> float:
    """The p value of a distance between two mean ranks, adjusted for all pairs.

    >>> round(nemenyi(critical_difference(4, 14), 4, 14), 6)
    0.05
    """
    from scipy.stats import studentized_range

    return float(studentized_range.sf(abs(distance) / _unit(generators, groups) * math.sqrt(2), generators, math.inf))


def signed_rank(a: Sequence[float], b: Sequence[float]) -> float:
    """Wilcoxon's two-sided signed-rank p value; 1 if no block differs.

    >>> signed_rank([1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 0.5, 1.0, 1.5, 2.0])
    0.0625
    """
    from scipy.stats import wilcoxon

    if all(x == y for x, y in zip(a, b, strict=True)):
        return 1.0
    return float(wilcoxon(a, b).pvalue)


def friedman(matrix: Sequence[Sequence[float]]) -> float:
    """The p value of Friedman's test on generators x blocks; 1 if no block tells any two apart."""
    from scipy.stats import friedmanchisquare

    if all(min(block) == max(block) for block in zip(*matrix, strict=True)):
        return 1.0
    return float(friedmanchisquare(*matrix).pvalue)


def _compared(scores: Mapping[str, Sequence[float]], groups: tuple[str, ...]) -> Across:
    from scipy.stats import rankdata

    ranks = rankdata([[-value for value in of] for of in scores.values()], axis=0).mean(axis=1)
    mean_ranks = dict(sorted(zip(scores, map(float, ranks), strict=True), key=lambda item: (item[1], item[0])))
    names, p = list(mean_ranks), friedman(list(scores.values()))
    distance = critical_difference(len(names), len(groups))
    couples = list(combinations(names, 2))
    adjusted = holm([signed_rank(scores[a], scores[b]) for a, b in couples])
    wilcoxon = dict(zip(couples, adjusted, strict=True))
    apart = [pair for pair in couples if p < ALPHA and abs(mean_ranks[pair[0]] - mean_ranks[pair[1]]) > distance]
    differ = [pair for pair in couples if p < ALPHA and wilcoxon[pair] < ALPHA]
    return Across(
        groups=groups,
        mean_ranks=mean_ranks,
        p=p,
        critical_difference=distance,
        cliques=runs(names, [frozenset(pair) for pair in apart]),
        wilcoxon=wilcoxon,
        wilcoxon_cliques=runs(names, [frozenset(pair) for pair in differ]),
        least_p=2.0 ** (1 - len(groups)),
    )


def _names(scores: Mapping[str, Mapping[str, float]]) -> list[str]:
    return list(dict.fromkeys(name for of in scores.values() for name in of))


def _unit(generators: int, groups: int) -> float:
    """The standard error of the difference of two mean ranks."""
    return math.sqrt(generators * (generators + 1) / (6 * groups))


def _too_few(tables: int, blocks: Mapping[str, object]) -> str:
    counted = "One data set" if tables == 1 else f"{tables} data sets"
    independent = "" if tables == len(blocks) else f" in {len(blocks)} independent group{'s' * (len(blocks) > 1)}"
    return (
        f"{counted}{independent}: Friedman's test, Nemenyi's and Wilcoxon's need at least {LEAST_GROUPS} independent "
        "groups of data sets. Repeats of one table share its rows, so they cannot stand in for more."
    )
