from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Schema
from bench.generators.forest_flow import ForestFlow

pytestmark = pytest.mark.extra
SCHEMA = Schema.of_numbers(("x", "y"), "y")


def table(rows: int = 300) -> pd.DataFrame:
    """Two far clusters."""
    rng = np.random.default_rng(0)
    side = rng.integers(0, 2, rows)
    return pd.DataFrame({"x": 10 * side + rng.normal(size=rows), "y": rng.normal(size=rows) - 10 * side})


def drawn(generator: ForestFlow) -> pd.DataFrame:
    generator.fit(table(), SCHEMA, seed=0)
    rows: pd.DataFrame = generator.sample(300, seed=1)
    return rows


def test_noise_flows_into_planted_clusters() -> None:
    rows = drawn(ForestFlow(times=10, copies=5, trees=20))
    upper = rows["x"] > 5
    assert 0.35 < upper.mean() < 0.65
    assert (upper == (rows["y"] < -5)).mean() > 0.95


def test_more_times_follow_the_flow_better() -> None:
    def apart(times: int) -> float:
        rows = drawn(ForestFlow(times=times, copies=5, trees=20))
        return float(((rows["x"] > 5) == (rows["y"] < -5)).mean())

    assert apart(2) < apart(10)


def test_tells_how_far_it_is() -> None:
    calls: list[tuple[int, int]] = []
    generator = ForestFlow(times=3, copies=1, trees=2)
    generator.on_progress(lambda done, total: calls.append((done, total)))
    drawn(generator)
    drawn(generator)
    assert calls == [(1, 3), (2, 3), (3, 3)] * 2


def test_takes_the_largest_seeds() -> None:
    generator = ForestFlow(times=2, copies=1, trees=2)
    generator.fit(table(), SCHEMA, seed=2**32 - 1)
    assert not generator.sample(9, seed=2**32 - 2).equals(generator.sample(9, seed=2**32 - 1))


@pytest.mark.parametrize(
    "options", [{"times": 1}, {"copies": 0}, {"trees": 0}, {"depth": 0}, {"learning_rate": 0.0}, {"learning_rate": 2.0}]
)
def test_values_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(BenchError, match=rf"got {next(iter(options))} .*expected"):
        ForestFlow(**options)


def test_the_largest_column_of_a_category_is_drawn() -> None:
    drawn = np.array([[7.0, 0.2, 0.9, 0.4], [8.0, 0.4, 0.3, 0.6], [9.0, 0.8, 0.7, 0.1]])
    forest = SimpleNamespace(generate=lambda batch_size: drawn[:batch_size])
    numbers, codes = ForestFlow()._draw_mixed((forest, (3, 2)), 3, seed=0)
    assert numbers.tolist() == [[7], [8], [9]]
    assert codes.tolist() == [[2, 0], [0, 1], [1, 0]]
