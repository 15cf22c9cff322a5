import doctest
import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.api import Moderation
from bench.statistics import moderation as module
from bench.statistics.moderation import moderated_p, moderated_variance, moderation
from bench.statistics.paired_tests import compare
from bench.statistics.rank_uncertainty import compare_pairs, compare_with_leader
from tests.statistics.test_paired_tests import RATIO

SCORES = st.lists(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), min_size=6, max_size=9)
DIFFERENCES = st.lists(st.floats(-1, 1), min_size=2, max_size=6)


def named(matrix: list[list[float]]) -> dict[str, dict[str, float]]:
    return {f"g{at}": {f"s{split}": score for split, score in enumerate(row)} for at, row in enumerate(matrix)}


def noisy(seed: int, generators: int, splits: int = 3, mean: float = 0.5) -> dict[str, dict[str, float]]:
    scores = np.random.default_rng(seed).normal(mean, 0.02, size=(generators, splits))
    return named(np.clip(scores, 0, 1).tolist())


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


@given(SCORES)
def test_the_mean_variance_of_a_difference_is_twice_that_of_a_generator_within_splits(
    matrix: list[list[float]],
) -> None:
    result, scores = moderation(named(matrix)), np.array(matrix)
    pairs = [np.var(scores[i] - scores[k], ddof=1) for i, k in combinations(range(len(scores)), 2)]
    if np.mean(pairs) < 1e-12:
        return
    assert result is not None
    assert result.variance == pytest.approx(np.mean(pairs))
    rest = scores - scores.mean(axis=0) - scores.mean(axis=1, keepdims=True) + scores.mean()
    assert result.variance == pytest.approx(2 * (rest**2).sum() / (len(scores) - 1) / 2)
    assert (result.freedom, result.generators) == (min(len(scores) / 2, 5), len(scores))


@given(DIFFERENCES, st.floats(1e-6, 1), st.floats(0.5, 9))
def test_a_moderated_variance_lies_between_its_own_and_the_boards(
    differences: list[float], variance: float, freedom: float
) -> None:
    own = float(np.var(differences, ddof=1))
    moderated = moderated_variance(differences, Moderation(variance, freedom))
    assert min(own, variance) - 1e-9 <= moderated <= max(own, variance) + 1e-9


@given(DIFFERENCES, st.floats(0.5, 9))
def test_the_sign_does_not_matter_and_a_p_value_is_a_share(differences: list[float], freedom: float) -> None:
    p = moderated_p(differences, RATIO, Moderation(0.01, freedom))
    assert p is not None
    assert 0 <= p <= 1
    assert p == moderated_p([-value for value in differences], RATIO, Moderation(0.01, freedom))


@given(st.lists(st.floats(0, 1), min_size=3, max_size=6), st.data())
def test_a_prior_that_counts_for_nothing_gives_the_plain_test(a: list[float], data: st.DataObject) -> None:
    b = data.draw(st.lists(st.floats(0, 1), min_size=len(a), max_size=len(a)))
    differences = [x - y for x, y in zip(a, b, strict=True)]
    if np.std(differences) < 1e-5:
        return
    moderated = moderated_p(differences, RATIO, Moderation(1e-6, 1e-12))
    assert moderated == pytest.approx(compare(a, b, RATIO).p, abs=1e-6)


def test_one_split_has_no_p_value() -> None:
    assert moderated_p([0.3], RATIO, Moderation(0.01, 3.0)) is None


@pytest.mark.parametrize(("generators", "splits", "freedom"), [(6, 2, 2.0), (6, 3, 3.0), (10, 5, 5.0), (12, 2, 4.0)])
def test_what_the_board_counts_for(generators: int, splits: int, freedom: float) -> None:
    result = moderation(noisy(1, generators, splits))
    assert result is not None
    assert result.freedom == freedom


def test_few_generators_and_single_splits_are_not_moderated() -> None:
    assert moderation(noisy(1, 5)) is None
    assert moderation(noisy(1, 8, splits=1)) is None
    assert moderation({}) is None
    assert moderation(named([[0.5, 0.5]] * 8)) is None


def test_generators_at_nought_do_not_count() -> None:
    scores = noisy(2, 6)
    with_floor = scores | {f"floor{at}": dict.fromkeys(("s0", "s1", "s2"), 0.0) for at in range(3)}
    assert moderation(with_floor) == moderation(scores)
    assert moderation({name: with_floor[name] for name in list(with_floor)[1:]}) is None


def test_with_moderation_two_splits_can_tell_generators_apart() -> None:
    scores = named([[0.9 - 0.1 * at, 0.91 - 0.1 * at + 0.005 * (at % 2)] for at in range(6)])
    board = moderation(scores)
    assert [pair.differ for pair in compare_pairs(scores, RATIO)] == [False] * 15
    pairs = compare_pairs(scores, RATIO, board)
    assert all(pair.moderated and pair.differ for pair in pairs)
    assert pairs[0].difference == compare(list(scores["g0"].values()), list(scores["g1"].values()), RATIO)


def test_the_leader_is_compared_with_the_others_alone() -> None:
    planted = {name: {at: score - 0.02 * int(name[1:]) for at, score in of.items()} for name, of in noisy(3, 8).items()}
    scores = dict(sorted(planted.items(), key=lambda item: -math.fsum(item[1].values())))
    board = moderation(scores)
    leader, *others = scores
    result = compare_with_leader(scores, RATIO, board)
    assert [(pair.first, pair.second) for pair in result] == [(leader, name) for name in others]
    of_all = {pair.second: pair.p or 0.0 for pair in compare_pairs(scores, RATIO, board) if pair.first == leader}
    assert all((pair.p or 0.0) <= of_all[pair.second] for pair in result)
    assert min(pair.p or 0.0 for pair in result) < min(of_all.values())
    assert compare_with_leader({}, RATIO) == compare_with_leader({"a": {"s": 0.5}}, RATIO) == ()


def test_two_at_the_same_floor_never_differ() -> None:
    scores = named([[0.5, 0.5, 0.5], [0.3, 0.3, 0.3], [0.1, 0.1, 0.1]])
    floors = {"g0": ("detection",), "g1": ("privacy", "detection"), "g2": ("privacy",)}
    pairs = {(pair.first, pair.second): pair for pair in compare_pairs(scores, RATIO, at_floor=floors)}
    assert {names: pair.differ for names, pair in pairs.items()} == {
        ("g0", "g1"): False,
        ("g0", "g2"): True,
        ("g1", "g2"): False,
    }
    assert [pair.at_floor for pair in pairs.values()] == ["detection", "", "privacy"]
