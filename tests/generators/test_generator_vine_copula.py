from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.api import BenchError, Schema
from bench.generators.vine_copula import VineCopula

pytestmark = pytest.mark.extra
SCHEMA = Schema.of_numbers(("x", "y", "count"), "y")


def table(rows: int = 1_000) -> pd.DataFrame:
    """y follows x squared, which no Gaussian copula can say; a count follows x."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    return pd.DataFrame({"x": x, "y": x**2 + 0.1 * rng.normal(size=rows), "count": rng.poisson(np.exp(x / 2))})


def drawn(generator: VineCopula) -> pd.DataFrame:
    generator.fit(table(), SCHEMA, seed=0)
    rows: pd.DataFrame = generator.sample(2_000, seed=1)
    return rows


def test_a_planted_curve_is_recovered_by_nonparametric_pairs() -> None:
    real, rows = table(), drawn(VineCopula())
    assert np.corrcoef(rows["x"] ** 2, rows["y"])[0, 1] > 0.9
    for name in real:
        assert np.quantile(rows[name], [0.1, 0.5, 0.9]) == pytest.approx(
            np.quantile(real[name], [0.1, 0.5, 0.9]), abs=0.25
        )


def test_parametric_pairs_cannot_follow_it() -> None:
    rows = drawn(VineCopula(families="parametric"))
    assert np.corrcoef(rows["x"] ** 2, rows["y"])[0, 1] < 0.8


def test_counts_come_as_often_as_in_train() -> None:
    real, rows = (
        table()["count"].value_counts(normalize=True),
        drawn(VineCopula())["count"].value_counts(normalize=True),
    )
    assert rows[0] == pytest.approx(real[0], abs=0.04)
    assert rows[1] == pytest.approx(real[1], abs=0.04)


def test_a_heavier_smoothing_blurs_the_curve() -> None:
    def fit(smoothing: float) -> float:
        rows = drawn(VineCopula(smoothing=smoothing))
        return float(np.corrcoef(rows["x"] ** 2, rows["y"])[0, 1])

    assert fit(4.0) < fit(1.0)


def test_one_tree_leaves_out_what_a_sum_implies_about_its_parts() -> None:
    """Given their sum, two independent parts are opposed; the first tree only joins each with the sum."""
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(1_000, 2))
    train = pd.DataFrame({"a": parts[:, 0], "b": parts[:, 1], "sum": parts.sum(axis=1)})

    def correlation(trees: int | None) -> float:
        generator = VineCopula(trees=trees)
        generator.fit(train, Schema.of_numbers(("a", "b", "sum"), "sum"), seed=0)
        return float(generator.sample(2_000, seed=1)[["a", "b"]].corr().iloc[0, 1])

    assert abs(correlation(None)) < 0.15
    assert correlation(1) > 0.3


def test_takes_the_largest_seeds() -> None:
    generator = VineCopula()
    generator.fit(table(), SCHEMA, seed=2**32 - 1)
    assert not generator.sample(9, seed=2**32 - 2).equals(generator.sample(9, seed=2**32 - 1))


@pytest.mark.parametrize("options", [{"families": "gaussian"}, {"trees": 0}, {"smoothing": 0.0}])
def test_values_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(BenchError, match=rf"{next(iter(options))} .*expected"):
        VineCopula(**options)
