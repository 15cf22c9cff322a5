import doctest

import numpy as np
import pytest

from bench.statistics import rank_uncertainty as module
from bench.statistics.rank_bootstrap import rank_probabilities
from bench.statistics.rank_uncertainty import (
    compare_pairs,
    rank_ranges,
    shares_won,
    tied_groups,
    weight_lattice,
)

RATIO = 0.25


def board(rng: np.random.Generator, means: dict[str, float], noise: float = 0.02) -> dict[str, dict[str, float]]:
    """Five splits whose difficulty all generators share, correlated as overlapping splits are."""
    hard = rng.normal(0, 0.1, size=5)
    rho = RATIO / (1 + RATIO)

    def one(mean: float) -> dict[str, float]:
        own = np.sqrt(rho) * rng.normal() + np.sqrt(1 - rho) * rng.normal(size=5)
        return {f"s{at}": float(mean + hard[at] + noise * own[at]) for at in range(5)}

    return {name: one(mean) for name, mean in means.items()}


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_equal_generators_are_seldom_called_different() -> None:
    rng = np.random.default_rng(1)
    false = [
        any(pair.differ for pair in compare_pairs(board(rng, dict.fromkeys("abcde", 0.5)), RATIO)) for _ in range(400)
    ]
    assert 0.005 < np.mean(false) <= 0.07


def test_clear_differences_are_called() -> None:
    rng = np.random.default_rng(2)
    result = compare_pairs(board(rng, {"a": 0.9, "b": 0.6, "c": 0.605}), RATIO)
    assert {(pair.first, pair.second): pair.differ for pair in result} == {
        ("a", "b"): True,
        ("a", "c"): True,
        ("b", "c"): False,
    }
    assert rank_ranges("abc", result) == {"a": (1, 1), "b": (2, 3), "c": (2, 3)}


def test_p_values_are_adjusted_for_all_pairs() -> None:
    scores = board(np.random.default_rng(3), {"a": 0.55, "b": 0.5, "c": 0.45})
    result = compare_pairs(scores, RATIO)
    raw = sorted(pair.difference.p or 0 for pair in result)
    assert sorted(pair.p or 0 for pair in result)[0] == pytest.approx(3 * raw[0])
    assert all((pair.p or 0) >= (pair.difference.p or 0) for pair in result)


def test_only_common_splits_are_compared() -> None:
    result = compare_pairs({"a": {"s0": 0.9, "s1": 0.8}, "b": {"s1": 0.5, "s2": 0.1}, "c": {"s3": 0.5}}, RATIO)
    assert [(pair.first, pair.second, pair.difference.n, pair.p) for pair in result] == [("a", "b", 1, None)]
    assert not result[0].differ
    assert rank_ranges("abc", result) == dict.fromkeys("abc", (1, 3))


def test_two_splits_claim_nothing() -> None:
    scores = {"a": {"s0": 1.0, "s1": 1.0, "s2": 1.0}, "b": {"s0": 0.5, "s1": 0.5, "s2": 0.5}}
    assert compare_pairs(scores, RATIO)[0].differ
    two = {name: {at: of[at] for at in ("s0", "s1")} for name, of in scores.items()}
    result = compare_pairs(two, RATIO)[0]
    assert (result.p, result.differ) == (0.0, False)


def test_who_never_succeeded_is_last_for_certain() -> None:
    result = rank_probabilities({"a": {"s": 0.9, "t": 0.9}, "b": {"s": 0.0, "t": 0.0}}, RATIO, {"dead": 3})
    assert result == {"a": (1, 0, 0), "b": (0, 1, 0), "dead": (0, 0, 1)}
    assert rank_probabilities({"a": {"s": 0.9}}, RATIO, {}) == {}
    assert rank_probabilities({}, RATIO, {"dead": 1}) == {}


@pytest.mark.parametrize("parts", [1, 2, 3, 4, 5, 6])
def test_weights_are_positive_even_and_add_up_to_one(parts: int) -> None:
    points = np.array(weight_lattice(parts))
    assert points.min() > 0
    assert points.sum(axis=1) == pytest.approx(np.ones(len(points)))
    assert points.mean(axis=0) == pytest.approx(np.full(parts, 1 / parts))
    assert len(points) <= 3000
    assert len({tuple(point) for point in points.round(9)}) == len(points)


def test_the_share_of_the_simplex_is_the_length_won() -> None:
    # w ln .8 + (1 - w) ln .4 > w ln .4 + (1 - w) ln .6 where w > ln 1.5 / (ln 1.5 + ln 2)
    won = shares_won({"a": [0.8, 0.4], "b": [0.4, 0.6]})
    assert won["a"] == pytest.approx(np.log(2) / np.log(3), abs=0.005)
    assert sum(won.values()) == pytest.approx(1)


def test_ties_split_a_win() -> None:
    assert shares_won({"a": [0.5, 0.5], "b": [0.5, 0.5]}) == {"a": 0.5, "b": 0.5}
    assert shares_won({"a": [0.5, 0.0], "b": [0.0, 0.5]}) == {"a": 0.5, "b": 0.5}
    assert shares_won({}) == {}


def test_runs_are_maximal_and_hold_no_pair_that_differs() -> None:
    assert tied_groups(["a", "b", "c"], []) == (("a", "b", "c"),)
    assert tied_groups(["a", "b", "c"], [frozenset(["a", "c"])]) == (("a", "b"), ("b", "c"))
    assert tied_groups(["a", "b", "c"], [frozenset(["a", "b"])]) == (("b", "c"),)
    assert tied_groups(["a"], []) == tied_groups([], []) == ()
