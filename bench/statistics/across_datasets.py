"""Comparison over several data sets: Friedman, Iman-Davenport, Nemenyi, Wilcoxon, and when they are refused.

The blocks of these tests are groups of data sets that are independent of each other. Seeds and splits of one table are
no blocks: they share rows, and the tests assume independent blocks (Demsar 2006, "Statistical comparisons of
classifiers over multiple data sets", JMLR 7, section 3).
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from bench.api import ALPHA, Across
from bench.statistics.paired_tests import holm
from bench.statistics.rank_uncertainty import tied_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST_GROUPS = 5
LEAST_GENERATORS = 3


def compare_across_datasets(scores: Mapping[str, Mapping[str, float]], groups: Mapping[str, str]) -> Across | str:
    """Compares generators over data sets, or returns why that is impossible, in one sentence.

    Args:
        scores: data set -> generator -> overall score.
        groups: data set -> group; a data set without a group is its own.
    """
    blocks = by_group(scores, groups)
    names = dict.fromkeys(name for by_name in scores.values() for name in by_name)
    complete = [name for name in names if all(name in by_name for by_name in scores.values())]
    if len(blocks) < LEAST_GROUPS:
        return _too_few(len(scores), blocks)
    if len(complete) < LEAST_GENERATORS:
        return (
            f"Friedman's test needs at least {LEAST_GENERATORS} generators with a score on every data set; "
            f"there are {len(complete)}."
        )
    return _across({name: [block[name] for block in blocks.values()] for name in complete}, tuple(blocks))


def by_group(scores: Mapping[str, Mapping[str, float]], groups: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Returns the mean over each group's data sets, of generators with a score on all of them.

    >>> by_group({"a1": {"g": 0.25}, "a2": {"g": 0.75}, "b": {"g": 1.0}}, {"a1": "a", "a2": "a"})
    {'a': {'g': 0.5}, 'b': {'g': 1.0}}
    """
    members: dict[str, list[Mapping[str, float]]] = {}
    for dataset, by_name in scores.items():
        members.setdefault(groups.get(dataset, dataset), []).append(by_name)
    return {group: _common_means(of_datasets) for group, of_datasets in members.items()}


def _common_means(of_datasets: Sequence[Mapping[str, float]]) -> dict[str, float]:
    common = [name for name in of_datasets[0] if all(name in by_name for by_name in of_datasets)]
    return {name: math.fsum(by_name[name] for by_name in of_datasets) / len(of_datasets) for name in common}


def critical_difference(generators: int, groups: int, alpha: float = ALPHA) -> float:
    """Returns Nemenyi's q sqrt(k (k + 1) / (6 N)), q the studentised range's quantile / sqrt(2) (Demsar 2006, eq. 6).

    >>> round(critical_difference(4, 14), 2)  # q = 2.569, as in table 5 there
    1.25
    """
    from scipy.stats import studentized_range

    quantile = float(studentized_range.ppf(1 - alpha, generators, math.inf)) / math.sqrt(2)
    return quantile * _standard_error(generators, groups)


def nemenyi(distance: float, generators: int, groups: int) -> float:
    """Returns Nemenyi's p value of a distance between two mean ranks, adjusted for all pairs.

    >>> round(nemenyi(critical_difference(4, 14), 4, 14), 6)
    0.05
    """
    from scipy.stats import studentized_range

    return float(
        studentized_range.sf(abs(distance) / _standard_error(generators, groups) * math.sqrt(2), generators, math.inf)
    )


def signed_rank(a: Sequence[float], b: Sequence[float]) -> float:
    """Returns Wilcoxon's two-sided signed-rank p value; 1 if no block differs.

    >>> signed_rank([1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 0.5, 1.0, 1.5, 2.0])
    0.0625
    """
    from scipy.stats import wilcoxon

    if all(x == y for x, y in zip(a, b, strict=True)):
        return 1.0
    return float(wilcoxon(a, b).pvalue)


def friedman(matrix: Sequence[Sequence[float]]) -> float:
    """Returns the p value of Friedman's test on generators x blocks; 1 if all scores of each block are equal."""
    from scipy.stats import friedmanchisquare

    if all(min(block) == max(block) for block in zip(*matrix, strict=True)):
        return 1.0
    return float(friedmanchisquare(*matrix).pvalue)


def _friedman_statistic(matrix: Sequence[Sequence[float]]) -> float:
    """Returns Friedman's chi-square of at least two generators, corrected for ties."""
    from scipy.stats import rankdata

    ranks = rankdata(matrix, axis=0)
    k, blocks = ranks.shape
    spread = ((ranks - (k + 1) / 2) ** 2).sum()
    if spread == 0:
        return 0.0
    return float((k - 1) * ((ranks.mean(axis=1) - (k + 1) / 2) ** 2).sum() * blocks**2 / spread)


def iman_davenport(matrix: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Returns F of Iman and Davenport and its p value, of generators x blocks.

    F = (N - 1) chi^2 / (N (k - 1) - chi^2), with k - 1 and (k - 1)(N - 1) degrees of freedom (Iman and Davenport 1980,
    "Approximations of the critical region of the Friedman statistic", Communications in Statistics A9). Friedman's
    chi^2 is conservative with few blocks; F is less so (Demsar 2006, eq. 5). It is 0 if all scores of each block are
    equal, and infinite if all blocks have the same order.

    Two generators on three blocks, chi^2 = 1/3: F = 2 x 1/3 / (3 - 1/3):

    >>> f, p = iman_davenport([[0.9, 0.8, 0.1], [0.5, 0.4, 0.3]])
    >>> round(f, 9), round(p, 9)
    (0.25, 0.666666667)
    """
    from scipy.special import fdtrc

    k, blocks = len(matrix), len(matrix[0])
    statistic = _friedman_statistic(matrix)
    rest = blocks * (k - 1) - statistic
    f = math.inf if rest <= 1e-9 else (blocks - 1) * statistic / rest
    return f, 0.0 if math.isinf(f) else float(fdtrc(k - 1, (k - 1) * (blocks - 1), f))


def _across(scores: Mapping[str, Sequence[float]], groups: tuple[str, ...]) -> Across:
    from scipy.stats import rankdata

    ranks = rankdata([[-value for value in by_block] for by_block in scores.values()], axis=0).mean(axis=1)
    mean_ranks = dict(sorted(zip(scores, map(float, ranks), strict=True), key=lambda item: (item[1], item[0])))
    names, p = list(mean_ranks), friedman(list(scores.values()))
    f, f_p = iman_davenport(list(scores.values()))
    distance = critical_difference(len(names), len(groups))
    pairs = list(combinations(names, 2))
    adjusted = holm([signed_rank(scores[a], scores[b]) for a, b in pairs])
    wilcoxon = dict(zip(pairs, adjusted, strict=True))
    by_nemenyi = [{a, b} for a, b in pairs if p < ALPHA and abs(mean_ranks[a] - mean_ranks[b]) > distance]
    by_wilcoxon = [set(pair) for pair in pairs if p < ALPHA and wilcoxon[pair] < ALPHA]
    return Across(
        groups=groups,
        mean_ranks=mean_ranks,
        p=p,
        critical_difference=distance,
        cliques=tied_groups(names, [frozenset(pair) for pair in by_nemenyi]),
        wilcoxon=wilcoxon,
        wilcoxon_cliques=tied_groups(names, [frozenset(pair) for pair in by_wilcoxon]),
        least_p=2.0 ** (1 - len(groups)),
        iman_davenport=f,
        iman_davenport_p=f_p,
    )


def _standard_error(generators: int, groups: int) -> float:
    """Returns the standard error of the difference of two mean ranks."""
    return math.sqrt(generators * (generators + 1) / (6 * groups))


def _too_few(tables: int, blocks: Mapping[str, object]) -> str:
    counted = "One data set" if tables == 1 else f"{tables} data sets"
    independent = "" if tables == len(blocks) else f" in {len(blocks)} independent group{'s' * (len(blocks) > 1)}"
    return (
        f"{counted}{independent}: Friedman's test, Nemenyi's and Wilcoxon's need at least {LEAST_GROUPS} independent "
        "groups of data sets. Repeats of one table share its rows, so they cannot stand in for more."
    )
