"""Do moderated comparisons keep their level with few splits, and how much more do they find? Simulated boards."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.api import ALPHA
from bench.seeds import derive
from bench.statistics.moderation import moderation
from bench.statistics.paired_tests import holm
from bench.statistics.rank_uncertainty import compare_pairs, compare_with_leader
from tests.proof import pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.api import Pair

BOARDS = 2_000
SPLITS, GENERATORS = (2, 3, 5), (6, 10, 15)
NOISE, STEP, DIFFICULTY = 0.02, 0.05, 0.1
"""Standard deviations of a score on a split, distance of neighbours in the planted order, and spread of splits."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """How the noise of generators differs.

    Attributes:
        words: for the page.
        range: largest over smallest standard deviation, evenly spread on a logarithmic scale.
        grouped: only the two ends of the range occur, the noisy half first.
        skewed: exponential instead of normal, the long tail towards low scores.
    """

    words: str
    range: float = 1.0
    grouped: bool = False
    skewed: bool = False


SCENARIOS = {
    "equal": Scenario("equal noise"),
    "unequal": Scenario("noise that differs by up to 4 times", 4.0),
    "wild": Scenario("noise that differs by up to 16 times", 16.0),
    "grouped": Scenario("half of the generators 4 times as noisy", 4.0, grouped=True),
    "skewed": Scenario("skewed scores, noise that differs by up to 4 times", 4.0, skewed=True),
}


def board(rng: np.random.Generator, means: Sequence[float], splits: int, scenario: Scenario) -> dict[str, Any]:
    """Returns generator -> split -> score, in order of the mean score.

    Splits differ in difficulty, which all generators share. The noise of a generator is correlated between splits as
    test parts that share rows make it, the worst case that the corrected test is made for.
    """
    deviations = _noise(rng, len(means), splits, skewed=scenario.skewed) * _scales(rng, len(means), scenario)
    scores = np.asarray(means)[:, np.newaxis] + rng.normal(0, DIFFICULTY, size=splits) + NOISE * deviations
    order = np.argsort(-scores.mean(axis=1), kind="stable")
    return {f"g{at}": {f"s{split}": float(scores[at, split]) for split in range(splits)} for at in order}


def _noise(rng: np.random.Generator, generators: int, splits: int, *, skewed: bool) -> NDArray[np.float64]:
    rho = pool.SHARE / (1 + pool.SHARE)
    sizes = (generators, 1), (generators, splits)
    shared, own = (1 - rng.exponential(size=size) if skewed else rng.normal(size=size) for size in sizes)
    result: NDArray[np.float64] = np.sqrt(rho) * shared + np.sqrt(1 - rho) * own
    return result


def _scales(rng: np.random.Generator, generators: int, scenario: Scenario) -> NDArray[np.float64]:
    """Returns standard deviations whose geometric mean is about 1, (generators, 1)."""
    half = np.log(scenario.range) / 2
    exponents = rng.uniform(-half, half, size=(generators, 1))
    if scenario.grouped:
        exponents = np.where(np.arange(generators)[:, np.newaxis] < generators // 2, half, -half)
    result: NDArray[np.float64] = np.exp(exponents)
    return result


def cell(task: tuple[str, int, int, int]) -> dict[str, Any]:
    """Simulates the boards of one scenario.

    Args:
        task: scenario, number of generators, splits, and boards of each design.

    Returns:
        false: the larger share of boards with any false claim, of two designs: all generators equal, and two halves
            that differ by 0.4, with false claims within a half.
        plain_false: the same without moderation, and without the rule that two splits claim nothing.
        power: share of the pairs of a planted order that are told apart.
        plain_power: the same without moderation.
        best_rejected: among equal generators, share of boards on which a given one is said to be worse than the leader.
        leader_false: among equal generators, share of boards on which any is.
    """
    name, generators, splits, boards = task
    rng, scenario = np.random.default_rng(derive(0, "moderation", name, generators, splits)), SCENARIOS[name]
    equal = [_claims(rng, [0.7] * generators, splits, scenario) for _ in range(boards)]
    halves = [0.9 if at < generators // 2 else 0.5 for at in range(generators)]
    halved = [_claims(rng, halves, splits, scenario) for _ in range(boards)]
    planted = [_claims(rng, [STEP * at for at in range(1, generators + 1)], splits, scenario) for _ in range(boards)]
    pairs = generators * (generators - 1) / 2
    return {
        "scenario": name,
        "generators": generators,
        "splits": splits,
        "boards": boards,
        "false": max(_share_with_any(designs, "moderated", halves) for designs in (equal, halved)),
        "plain_false": max(_share_with_any(designs, "plain", halves) for designs in (equal, halved)),
        "power": float(np.mean([len(claims["moderated"]) / pairs for claims in planted])),
        "plain_power": float(np.mean([len(claims["plain"]) / pairs for claims in planted])),
        "best_rejected": float(np.mean([(0 in claims["worse than leader"]) for claims in equal])),
        "leader_false": float(np.mean([bool(claims["worse than leader"]) for claims in equal])),
    }


def _claims(rng: np.random.Generator, means: Sequence[float], splits: int, scenario: Scenario) -> dict[str, list[Any]]:
    """Returns the pairs told apart, with and without moderation, and who is said to be worse than the leader."""
    scores = board(rng, means, splits, scenario)
    shrunk = moderation(scores)
    pairs = compare_pairs(scores, pool.SHARE, shrunk)
    plain = holm([pair.difference.p or 0.0 for pair in pairs])
    leader = compare_with_leader(scores, pool.SHARE, shrunk)
    return {
        "moderated": [_numbers(pair) for pair in pairs if pair.differ],
        "plain": [_numbers(pair) for pair, p in zip(pairs, plain, strict=True) if p < ALPHA],
        "worse than leader": [_numbers(pair)[1] for pair in leader if pair.differ],
    }


def _numbers(pair: Pair) -> tuple[int, int]:
    return int(pair.first[1:]), int(pair.second[1:])


def _share_with_any(designs: Sequence[dict[str, list[Any]]], which: str, halves: Sequence[float]) -> float:
    """Returns the share of boards with a claim about two generators of the same half; such two are equal in both."""
    return float(np.mean([any(halves[a] == halves[b] for a, b in claims[which]) for claims in designs]))


def measure(boards: int = BOARDS, workers: int = 2) -> list[dict[str, Any]]:
    """Simulates every scenario, with every number of generators and splits."""
    tasks = [(name, count, splits, boards) for name, count, splits in product(SCENARIOS, GENERATORS, SPLITS)]
    with get_context("fork").Pool(workers) as processes:
        return processes.map(cell, tasks, chunksize=1)


def by_splits(cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns, for each scenario and number of splits, the worst false claims and the mean power over boards."""
    rows = []
    for name, splits in product(SCENARIOS, SPLITS):
        of_both = [one for one in cells if (one["scenario"], one["splits"]) == (name, splits)]
        if of_both:
            worst = {key: max(one[key] for one in of_both) for key in ("false", "plain_false", "best_rejected")}
            mean = {key: float(np.mean([one[key] for one in of_both])) for key in ("power", "plain_power")}
            rows.append({"scenario": name, "splits": splits, **worst, **mean})
    return rows
