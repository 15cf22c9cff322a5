import doctest
import importlib
import math

import numpy as np
import pandas as pd
import pytest

from bench.api import Across
from bench.statistics import across_datasets as module
from bench.statistics.across_datasets import compare_across_datasets, friedman, iman_davenport, nemenyi, signed_rank


def tables(
    rng: np.random.Generator, means: dict[str, float], many: int, noise: float = 0.05
) -> dict[str, dict[str, float]]:
    """Scores on independent data sets, some of which are harder for all."""
    return {
        f"d{at}": {name: float(mean + hard + rng.normal(0, noise)) for name, mean in means.items()}
        for at, hard in enumerate(rng.normal(0, 0.2, size=many))
    }


def compared(scores: dict[str, dict[str, float]]) -> Across:
    result = compare_across_datasets(scores, {})
    assert isinstance(result, Across)
    return result


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_a_clear_winner_stands_apart() -> None:
    result = compared(tables(np.random.default_rng(1), {"a": 0.9, "b": 0.5, "c": 0.5, "d": 0.5}, 14))
    assert result.p < 0.001
    assert next(iter(result.mean_ranks)) == "a"
    assert result.mean_ranks["a"] == 1.0
    assert result.cliques == result.wilcoxon_cliques
    assert len(result.cliques) == 1
    assert set(result.cliques[0]) == {"b", "c", "d"}
    assert all(result.wilcoxon[pair] < 0.05 for pair in result.wilcoxon if "a" in pair)


def test_exchangeable_generators_are_seldom_told_apart() -> None:
    rng = np.random.default_rng(2)
    draws = [compared(tables(rng, dict.fromkeys("abcd", 0.5), 10)) for _ in range(300)]
    assert np.mean([result.p < 0.05 for result in draws]) == pytest.approx(0.05, abs=0.03)
    whole = [
        len(result.cliques) == len(result.wilcoxon_cliques) == 1 and len(result.cliques[0]) == 4 for result in draws
    ]
    assert np.mean(whole) >= 0.93


def test_a_harder_table_is_no_difference_between_generators() -> None:
    scores = {f"d{at}": dict.fromkeys("abc", at / 10) for at in range(6)}
    result = compared(scores)
    assert result.p == 1.0
    assert set(result.mean_ranks.values()) == {2.0}
    assert result.cliques == result.wilcoxon_cliques == (("a", "b", "c"),)


def test_p_values_are_those_of_scikit_posthocs() -> None:
    posthocs = importlib.import_module("scikit_posthocs")
    scores = tables(np.random.default_rng(3), {"a": 0.55, "b": 0.5, "c": 0.52, "d": 0.45}, 12)
    frame = pd.DataFrame(scores).T
    result = compared(scores)
    expected = posthocs.posthoc_nemenyi_friedman(frame)
    signed = posthocs.posthoc_wilcoxon([frame[name] for name in frame], p_adjust="holm")
    signed.index = signed.columns = list(frame)
    for a, b in result.wilcoxon:
        distance = result.mean_ranks[a] - result.mean_ranks[b]
        assert nemenyi(distance, 4, 12) == pytest.approx(expected.loc[a, b], abs=1e-6)
        assert result.wilcoxon[a, b] == pytest.approx(signed.loc[a, b], abs=1e-6)
        assert (abs(distance) > result.critical_difference) == (expected.loc[a, b] < 0.05)


def test_friedman_is_that_of_scipy() -> None:
    from scipy.stats import friedmanchisquare

    matrix = np.random.default_rng(4).normal(size=(3, 8)).tolist()
    assert friedman(matrix) == friedmanchisquare(*matrix).pvalue


def test_iman_davenport_is_demsars_with_scipys_chi_square() -> None:
    from scipy.stats import f, friedmanchisquare

    matrix = np.random.default_rng(4).integers(0, 5, size=(4, 9)).tolist()
    statistic = friedmanchisquare(*matrix).statistic
    expected = 8 * statistic / (9 * 3 - statistic)
    assert iman_davenport(matrix) == pytest.approx((expected, f.sf(expected, 3, 24)))
    result = compared(tables(np.random.default_rng(9), {"a": 0.9, "b": 0.5, "c": 0.5}, 6))
    assert result.iman_davenport_p < result.p


def test_iman_davenport_at_both_ends() -> None:
    assert iman_davenport([[0.5] * 5] * 3) == (0.0, 1.0)
    assert iman_davenport([[0.9] * 5, [0.5] * 5, [0.1] * 5]) == (math.inf, 0.0)


def test_tables_of_one_group_are_one_block() -> None:
    scores = tables(np.random.default_rng(5), {"a": 0.9, "b": 0.5, "c": 0.4}, 7)
    result = compare_across_datasets(scores, {"d0": "methane", "d1": "methane", "d2": "methane"})
    assert isinstance(result, Across)
    assert result.groups == ("methane", "d3", "d4", "d5", "d6")
    assert result.least_p == 0.0625


def test_too_few_independent_tables_are_refused() -> None:
    scores = tables(np.random.default_rng(6), {"a": 0.9, "b": 0.5, "c": 0.4}, 6)
    refused = compare_across_datasets(scores, {"d0": "methane", "d1": "methane", "d2": "methane"})
    assert isinstance(refused, str)
    assert refused.startswith("6 data sets in 4 independent groups: ")
    assert "at least 5 independent groups" in refused
    one = compare_across_datasets({"d0": {"a": 0.1}}, {})
    assert isinstance(one, str)
    assert one.startswith("One data set: ")


def test_generators_without_a_score_everywhere_are_left_out() -> None:
    scores = tables(np.random.default_rng(7), {"a": 0.9, "b": 0.5, "c": 0.4, "d": 0.3}, 5)
    del scores["d2"]["d"]
    assert set(compared(scores).mean_ranks) == set("abc")
    del scores["d3"]["c"]
    refused = compare_across_datasets(scores, {})
    assert isinstance(refused, str)
    assert "there are 2" in refused


def test_blocks_without_a_difference() -> None:
    assert signed_rank([0.5] * 5, [0.5] * 5) == 1.0
    assert friedman([[0.5] * 5] * 3) == 1.0
