from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split

OVERALL = ("quality", "column_shapes", "pair_trends", "std_ratio", "means_correlation", "stds_correlation")


def test_the_holdout_itself_is_perfect(split: Split, score: Callable[..., Any]) -> None:
    found = score("fidelity", split, split.holdout).metrics
    assert [found[name] for name in OVERALL] == pytest.approx([1.0] * 6)


def test_column_shapes_agree_with_scipy(split: Split, score: Callable[..., Any]) -> None:
    found = score("fidelity", split, split.train).metrics
    expected = [1 - ks_2samp(split.holdout[name], split.train[name]).statistic for name in split.train]
    assert [found[f"column_shapes[{name}]"] for name in split.train] == pytest.approx(expected, abs=1e-9)
    assert found["column_shapes"] == pytest.approx(np.mean(expected), abs=1e-9)


def test_pair_trends_agree_with_numpy_over_all_pairs(split: Split, score: Callable[..., Any]) -> None:
    rows = split.train.assign(noise=split.train["slope"])
    found = score("fidelity", split, rows).metrics
    gap = np.abs(np.corrcoef(rows, rowvar=False) - np.corrcoef(split.holdout, rowvar=False)) / 2
    expected = 1 - gap[np.triu_indices(4, 1)].mean()
    assert found["pair_trends"] == pytest.approx(expected, abs=1e-9)
    assert found["quality"] == pytest.approx((expected + found["column_shapes"]) / 2, abs=1e-9)


def test_std_ratio_is_the_mean_of_the_columns(split: Split, score: Callable[..., Any]) -> None:
    rows = split.holdout * [1.0, 2.0, 3.0, 0.5]
    found = score("fidelity", split, rows).metrics
    assert [found[f"std_ratio[{name}]"] for name in rows] == pytest.approx([1, 2, 3, 0.5])
    assert found["std_ratio"] == pytest.approx(6.5 / 4)


def test_noise_degrades_shapes_and_spread_monotonically(split: Split, score: Callable[..., Any]) -> None:
    noise = np.random.default_rng(0).normal(size=split.train.shape) * split.train.std().to_numpy()
    runs = [score("fidelity", split, split.train + level * noise).metrics for level in (0, 0.3, 1, 3)]
    for name in ("quality", "column_shapes", "pair_trends"):
        values = [run[name] for run in runs]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == 4
    spreads = [run["std_ratio"] for run in runs]
    assert spreads == sorted(spreads)


def test_order_of_rows_does_not_matter(split: Split, score: Callable[..., Any]) -> None:
    shuffled = split.train.sample(frac=1, random_state=0)
    assert score("fidelity", split, shuffled).metrics == pytest.approx(
        score("fidelity", split, split.train).metrics, abs=1e-9
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200])
def test_non_finite_cells_give_reasons_and_no_average(split: Split, score: Callable[..., Any], bad: float) -> None:
    rows = split.train.copy()
    rows.iloc[:3, 2] = bad
    found = score("fidelity", split, rows)
    assert set(found.metrics.values()) == {None}
    assert {found.reasons[name] for name in found.metrics} == {"non-finite values in curve (3)"}


def test_a_column_of_nan_is_refused_like_any_other(split: Split, score: Callable[..., Any]) -> None:
    found = score("fidelity", split, split.train.assign(curve=np.nan))
    assert found.metrics["quality"] is None
    assert "curve (600)" in found.reasons["quality"]


def test_a_frozen_column_costs_the_pairs_their_score(split: Split, score: Callable[..., Any]) -> None:
    found = score("fidelity", split, split.train.assign(curve=split.train["curve"].mean()))
    for name in ("pair_trends", "quality"):
        assert found.metrics[name] is None
        assert "constant synthetic column curve" in found.reasons[name]
    assert found.metrics["std_ratio[curve]"] == pytest.approx(0, abs=1e-12)
    assert found.metrics["column_shapes[curve]"] < 0.7


def test_a_column_frozen_in_holdout_is_left_out_for_everybody(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train, holdout = (table(rows, rows).assign(noise=5.0) for rows in (300, 100))
    full = score("fidelity", split_of(train, holdout), train)
    rest = ["target", "slope", "curve"]
    without = score("fidelity", split_of(train[rest], holdout[rest]), train[rest]).metrics
    assert full.metrics["std_ratio"] == pytest.approx(without["std_ratio"])
    assert full.metrics["pair_trends"] == pytest.approx(without["pair_trends"])
    assert full.reasons["std_ratio[noise]"] == "constant in holdout"


def test_a_single_column_has_no_pairs(split_of: Callable[..., Split], score: Callable[..., Any]) -> None:
    frame = pd.DataFrame({"only": np.arange(50.0)})
    found = score("fidelity", split_of(frame, frame), frame)
    assert found.metrics["column_shapes"] == 1
    assert found.reasons["pair_trends"] == "fewer than two columns vary in holdout"


def test_drawings_have_the_promised_shapes_and_mass(split: Split, score: Callable[..., Any]) -> None:
    drawn = score("fidelity", split, split.train).details
    assert drawn["fidelity/columns"].tolist() == list(split.schema.columns)
    assert drawn["fidelity/points"].shape == (600, 4)
    assert drawn["fidelity/points"].dtype == np.float32
    assert drawn["fidelity/correlation"] == pytest.approx(np.corrcoef(split.train, rowvar=False), abs=1e-6)
    for name in split.schema.columns:
        edges, density = drawn[f"fidelity/edges/{name}"], drawn[f"fidelity/density/{name}"]
        assert (len(edges), len(density)) == (61, 60)
        mass = (density * np.diff(edges)).sum() + drawn[f"fidelity/outside/{name}"].sum()
        assert mass == pytest.approx(1, abs=1e-5)


def test_all_tables_of_a_split_share_their_edges(split: Split, score: Callable[..., Any]) -> None:
    first, second = (score("fidelity", split, rows).details for rows in (split.train, split.train * 9))
    assert (first["fidelity/edges/slope"] == second["fidelity/edges/slope"]).all()
    assert second["fidelity/outside/slope"].sum() > 0.5


def test_drawings_survive_what_scores_refuse(split: Split, score: Callable[..., Any]) -> None:
    drawn = score("fidelity", split, split.train.assign(curve=np.nan, noise=0.0)).details
    assert drawn["fidelity/density/curve"].sum() == 0
    assert np.isnan(drawn["fidelity/correlation"][3, 0])
