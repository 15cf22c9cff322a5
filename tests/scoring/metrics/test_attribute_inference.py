"""Attribute inference: guesses, risk and interval, against brute force, published values and simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import binomtest

from bench.scoring.metrics.privacy.attribute_inference import WINDOW, guess, guesses_right, risk, wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray


def guessed(
    records: NDArray[np.float64], synthetic: NDArray[np.float64], secret: int, values: NDArray[np.float64]
) -> NDArray[np.bool_]:
    known, rows = (np.delete(table, secret, axis=1) for table in (records, synthetic))
    return guesses_right(guess(known, rows, synthetic[:, secret]), records[:, secret], values)


def test_guesses_agree_with_brute_force() -> None:
    rng = np.random.default_rng(0)
    records, synthetic, train = (rng.normal(size=(rows, 3)).round(1) for rows in (40, 90, 200))
    known = [0, 2]
    expected = []
    for row in records:
        at = np.abs(synthetic[:, known] - row[known]).sum(axis=1).argmin()
        ranks = [(train[:, 1] <= value).sum() for value in (synthetic[at, 1], row[1])]
        expected.append(abs(ranks[0] - ranks[1]) <= WINDOW * 200)
    # Rows at equal distances may be taken in another order.
    assert np.mean(guessed(records, synthetic, 1, train[:, 1]) == expected) > 0.9


def test_the_unit_of_the_secret_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    records, synthetic, train = (rng.normal(size=(rows, 3)) for rows in (40, 90, 200))
    plain = guessed(records, synthetic, 1, train[:, 1])
    unit = np.array([1.0, 1000.0, 1.0])
    assert np.array_equal(guessed(records * unit, synthetic * unit, 1, 1000 * train[:, 1]), plain)


def test_copies_reveal_every_secret() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 3))
    assert guessed(rows, rows, 2, rows[:, 2]).all()


@pytest.mark.parametrize("hits", [0, 1, 17, 40])
def test_the_interval_of_a_rate_is_that_of_scipy(hits: int) -> None:
    expected = binomtest(hits, 40).proportion_ci(0.95, method="wilson")
    assert wilson(hits, 40) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_interval_of_a_difference_is_the_published_one() -> None:
    """Newcombe 1998, table II, example (a), method 10: 56/70 against 48/80 has 0.0524 to 0.3339."""
    control = 48 / 80
    found, low, high = (value * (1 - control) for value in risk(56, 70, 48, 80))
    assert found == pytest.approx(0.2, abs=1e-9)
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_no_risk_is_known_where_every_control_is_guessed() -> None:
    assert np.isnan(risk(5, 10, 10, 10)).all()


@pytest.mark.parametrize(("rate", "control"), [(0.3, 0.3), (0.6, 0.3), (0.05, 0.02)])
def test_the_interval_covers_the_true_risk(rate: float, control: float) -> None:
    rng, truth = np.random.default_rng(0), (rate - control) / (1 - control)
    hits = zip(rng.binomial(400, rate, 2000), rng.binomial(400, control, 2000), strict=True)
    ends = [risk(int(first), 400, int(second), 400)[1:] for first, second in hits]
    # It is conservative where a rate is small.
    assert 0.94 <= np.mean([low <= truth <= high for low, high in ends]) < 0.99
