"""The simulation of moderated comparisons in small; `make proof` runs it in full."""

import numpy as np
import pytest

from tests.proof.moderation import SCENARIOS, board, by_splits, cell


@pytest.mark.parametrize("scenario", ["equal", "grouped"])
@pytest.mark.parametrize("splits", [2, 3])
def test_moderation_keeps_its_level_and_finds_more(scenario: str, splits: int) -> None:
    result = cell((scenario, 6, splits, 150))
    assert result["false"] <= 0.08
    assert result["best_rejected"] <= 0.08
    assert result["power"] > 2 * result["plain_power"]


def test_boards_have_the_noise_of_their_scenario() -> None:
    rng = np.random.default_rng(0)
    boards = [board(rng, [0.5] * 8, 3, SCENARIOS["grouped"]) for _ in range(400)]
    first = [np.var([of["g0"][split] - of["g1"][split] for of in boards]) for split in ("s0", "s1")]
    last = [np.var([of["g6"][split] - of["g7"][split] for of in boards]) for split in ("s0", "s1")]
    assert np.mean(first) / np.mean(last) == pytest.approx(16, rel=0.3)
    assert np.mean(first) == pytest.approx(2 * (2 * 0.02) ** 2, rel=0.3)


def test_the_worst_boards_count_and_the_mean_power() -> None:
    common = {"scenario": "equal", "splits": 2, "plain_false": 0.0, "plain_power": 0.0, "best_rejected": 0.0}
    cells = [{**common, "false": 0.01, "power": 0.2}, {**common, "false": 0.03, "power": 0.4}]
    (row,) = by_splits(cells)
    assert (row["false"], row["power"]) == (0.03, pytest.approx(0.3))
