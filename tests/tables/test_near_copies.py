from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.tables import near_copies
from bench.tables.near_copies import NearRate, near_rates
from bench.tables.row_distances import robust_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]

INDEPENDENT: dict[str, Draw] = {
    "two columns": lambda rng, n: rng.standard_normal((n, 2)),
    "nine columns": lambda rng, n: rng.standard_normal((n, 9)),
    "Cauchy": lambda rng, n: rng.standard_cauchy((n, 3)),
    "lognormal": lambda rng, n: rng.lognormal(0, 2, (n, 3)),
    "coarse grid": lambda rng, n: rng.integers(0, 6, (n, 2)).astype(float),
    "a constant": lambda rng, n: np.c_[np.ones(n), rng.standard_normal((n, 2))],
    "mostly zero": lambda rng, n: np.c_[rng.exponential(5, n) * (rng.random(n) < 0.2), rng.standard_normal((n, 2))],
    "rare outliers": lambda rng, n: np.c_[1e6 * (rng.random(n) < 0.01), rng.standard_normal(n)],
    "every row ten times": lambda rng, n: rng.standard_normal((40, 3))[rng.integers(0, 40, n)],
    "pairs": lambda rng, n: rng.standard_normal((n // 2, 3))[rng.integers(0, n // 2, n)],
    "numbered rows": lambda rng, n: np.c_[np.arange(n), rng.standard_normal((n, 2))],
    "sorted by a column": lambda rng, n: (lambda rows: rows[rows[:, 0].argsort()])(rng.standard_normal((n, 3))),
}


def rate_of_random_part(values: NDArray[np.float64], rng: np.random.Generator) -> NearRate:
    """The rate of a random fifth of the rows."""
    frame = pd.DataFrame(values, columns=[f"c{column}" for column in range(values.shape[1])])
    part = np.sort(rng.permutation(len(frame))[: len(frame) // 5])
    (rate,) = near_rates(frame.drop(index=part.tolist()), [frame.loc[part]], len(frame))
    return rate


@pytest.mark.parametrize("rows", [100, 600])
@pytest.mark.parametrize("kind", INDEPENDENT)
def test_independent_rows_are_as_near_as_chance_explains(kind: str, rows: int) -> None:
    rng = np.random.default_rng(rows)
    rates = [rate_of_random_part(INDEPENDENT[kind](rng, rows), rng) for _ in range(60)]
    assert sum(rate.is_clear and rate.excess > 0.1 for rate in rates) <= 0.05 * len(rates)
    differences = [rate.rate - rate.chance for rate in rates]
    assert abs(np.mean(differences)) < max(4 * np.std(differences) / np.sqrt(len(rates)), 0.001)


@pytest.mark.parametrize(("rows", "columns"), [(200, 9), (500, 5), (2000, 3), (2000, 5), (12_000, 3)])
def test_a_random_walk_is_near_to_its_neighbours(rows: int, columns: int) -> None:
    """In more than two columns a walk hardly returns to where it was, so near rows are neighbours."""
    rng = np.random.default_rng(0)
    rate = rate_of_random_part(rng.standard_normal((rows, columns)).cumsum(axis=0), rng)
    assert rate.is_clear
    assert rate.excess > 0.25


def test_stretches_of_a_long_table_tell_the_same() -> None:
    rng = np.random.default_rng(0)
    independent, walk = rng.standard_normal((60_000, 3)), rng.standard_normal((60_000, 3)).cumsum(axis=0)
    assert not rate_of_random_part(independent, rng).is_clear
    assert rate_of_random_part(walk, rng).excess > 0.5


def test_a_part_that_lies_in_no_stretch_is_looked_at_whole() -> None:
    rows = near_copies.STRETCHES * 1000
    frame = pd.DataFrame({"a": np.random.default_rng(0).standard_normal(rows)})
    part = frame.loc[500:900]
    (rate,) = near_rates(frame.drop(index=part.index), [part], rows)
    assert 0 <= rate.rate <= 1


def test_an_unusual_unit_of_a_column_does_not_hide_near_copies() -> None:
    """With the standard deviation as unit, one outlier in each column would make all other rows alike."""
    rng = np.random.default_rng(0)
    walk = rng.standard_normal((1000, 3)).cumsum(axis=0)
    usual = rate_of_random_part(walk, np.random.default_rng(1))
    walk[500] = 1e9
    assert rate_of_random_part(walk, np.random.default_rng(1)).excess == pytest.approx(usual.excess, abs=0.02)


def test_units_are_those_of_what_varies() -> None:
    rng = np.random.default_rng(0)
    rain = np.where(rng.random(1000) < 0.8, 0.0, rng.exponential(5, 1000))
    values = np.column_stack([rain, np.full(1000, 3.0), rng.standard_cauchy(1000)])
    _, unit = robust_units(values)
    assert unit == pytest.approx([5 * np.log(2), 1.0, 1.0], rel=0.2)


def test_values_of_any_size_have_a_rate() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((200, 3)) * [1e300, 1e-310, 1.0]
    values[7] = [-1.7e308, 0.0, 0.0]
    assert 0 <= rate_of_random_part(values, rng).rate <= 1


def test_rows_of_another_table_have_no_neighbours() -> None:
    rng = np.random.default_rng(0)
    real, other = (pd.DataFrame(rng.standard_normal((300, 3)), columns=list("abc")) for _ in range(2))
    (rate,) = near_rates(real, [other.set_axis(range(600, 900))], 600)
    assert not rate.is_clear
    (copied,) = near_rates(real, [real.set_axis(range(600, 900))], 600)
    assert copied.rate > 0.9
    assert copied.is_clear


def test_the_same_rows_give_the_same_rate() -> None:
    values = np.random.default_rng(0).standard_normal((500, 3))
    first, second = (rate_of_random_part(values, np.random.default_rng(1)) for _ in range(2))
    assert first == second
