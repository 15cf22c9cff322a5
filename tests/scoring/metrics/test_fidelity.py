from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from bench.plugins import entry_points
from bench.scoring.score_table import prepare_all, score_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split

OVERALL = ("quality", "column_shapes", "pair_trends", "std_ratio", "means_correlation", "stds_correlation")
DISTANCES = ("wasserstein", "tail_error", "top_decile_error", "mutual_information", "energy")
JOINT = ("spearman", "mutual_information", "energy", "alpha_precision", "beta_recall", "coverage")
# These are of a random part of the rows.
SAMPLED = ("alpha_precision", "beta_recall", "density", "coverage")


def test_the_holdout_itself_is_perfect(split: Split, score: Callable[..., Any]) -> None:
    result = score("fidelity", split, split.holdout).metrics
    assert [result[name] for name in OVERALL] == pytest.approx([1.0] * 6)


def test_the_holdout_itself_is_at_no_distance(split: Split, score: Callable[..., Any]) -> None:
    result = score("fidelity", split, split.holdout).metrics
    assert [result[name] for name in DISTANCES] == pytest.approx([0.0] * 5, abs=1e-7)
    assert result["spearman"] == result["coverage"] == result["beta_recall"] == 1


def test_column_shapes_agree_with_scipy(split: Split, score: Callable[..., Any]) -> None:
    result = score("fidelity", split, split.train).metrics
    expected = [1 - ks_2samp(split.holdout[name], split.train[name]).statistic for name in split.train]
    assert [result[f"column_shapes[{name}]"] for name in split.train] == pytest.approx(expected, abs=1e-9)
    assert result["column_shapes"] == pytest.approx(np.mean(expected), abs=1e-9)


def test_pair_trends_agree_with_numpy_over_all_pairs(split: Split, score: Callable[..., Any]) -> None:
    rows = split.train.assign(noise=split.train["slope"])
    result = score("fidelity", split, rows).metrics
    gap = np.abs(np.corrcoef(rows, rowvar=False) - np.corrcoef(split.holdout, rowvar=False)) / 2
    expected = 1 - gap[np.triu_indices(4, 1)].mean()
    assert result["pair_trends"] == pytest.approx(expected, abs=1e-9)
    assert result["quality"] == pytest.approx((expected + result["column_shapes"]) / 2, abs=1e-9)


def test_std_ratio_is_the_mean_of_the_columns(split: Split, score: Callable[..., Any]) -> None:
    rows = split.holdout * [1.0, 2.0, 3.0, 0.5]
    result = score("fidelity", split, rows).metrics
    assert [result[f"std_ratio[{name}]"] for name in rows] == pytest.approx([1, 2, 3, 0.5])
    assert result["std_ratio"] == pytest.approx(6.5 / 4)


def test_noise_degrades_shapes_and_spread_monotonically(split: Split, score: Callable[..., Any]) -> None:
    noise = np.random.default_rng(0).normal(size=split.train.shape) * split.train.std().to_numpy()
    runs = [score("fidelity", split, split.train + level * noise).metrics for level in (0, 0.3, 1, 3)]
    for name in ("quality", "column_shapes", "pair_trends"):
        values = [run[name] for run in runs]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == 4
    spreads = [run["std_ratio"] for run in runs]
    assert spreads == sorted(spreads)


def test_independent_columns_lose_every_joint_metric_and_no_marginal_one(
    split: Split, score: Callable[..., Any]
) -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({name: rng.permutation(column) for name, column in split.train.items()})
    real, apart = (score("fidelity", split, table).metrics for table in (split.train, rows))
    for name in JOINT:
        worse = -1 if name in ("mutual_information", "energy") else 1
        assert worse * (real[name] - apart[name]) > 0.02, name
    for name in ("column_shapes", "wasserstein", "tail_error", "top_decile_error", "std_ratio"):
        assert real[name] == pytest.approx(apart[name])


def test_noise_degrades_distances_and_neighbourhoods_monotonically(split: Split, score: Callable[..., Any]) -> None:
    noise = np.random.default_rng(0).normal(size=split.train.shape) * split.train.std().to_numpy()
    runs = [score("fidelity", split, split.train + level * noise).metrics for level in (0, 0.5, 1, 3)]
    for name in ("wasserstein", "tail_error", "energy"):
        assert (values := [run[name] for run in runs]) == sorted(values), name
    for name in ("spearman", "alpha_precision", "beta_recall", "coverage", "density"):
        assert (values := [run[name] for run in runs]) == sorted(values, reverse=True), name


def test_a_clipped_tail_of_the_target_is_noticed_where_quantiles_do_not_see_it(
    split: Split, score: Callable[..., Any]
) -> None:
    top = split.holdout["target"].quantile(0.95)
    rows = split.holdout.assign(target=split.holdout["target"].clip(upper=top))
    result = score("fidelity", split, rows).metrics
    assert result["top_decile_error"] > 0.05
    assert result["tail_error[target]"] > 0.1
    assert result["tail_error[slope]"] == 0


def test_a_pair_metric_names_the_column_that_broke_it(split: Split, score: Callable[..., Any]) -> None:
    rows = split.train.assign(slope=np.random.default_rng(0).permutation(split.train["slope"]))
    result = score("fidelity", split, rows).metrics
    for name, pick in {"pair_trends": min, "spearman": min, "mutual_information": max}.items():
        by_column = {column: result[f"{name}[{column}]"] for column in rows}
        assert pick(by_column, key=by_column.__getitem__) in ("slope", "target")
        assert np.mean(list(by_column.values())) == pytest.approx(result[name])


def test_scores_against_train_stand_beside_those_against_holdout(split: Split, score: Callable[..., Any]) -> None:
    result = score("fidelity", split, split.train).metrics
    for name in ("quality", "column_shapes", "pair_trends", "std_ratio"):
        assert result[f"{name}_train"] == pytest.approx(1)
        assert result[name] != pytest.approx(1, abs=1e-4)


def test_snapping_repairs_digits_and_nothing_else(split: Split, score: Callable[..., Any]) -> None:
    rows = split.holdout + np.random.default_rng(0).uniform(-4e-4, 4e-4, split.holdout.shape)
    family = entry_points.load("metrics", "fidelity")
    artefacts = prepare_all([family], split, 0)
    result = score_all([family], split, rows, artefacts, seed=0, metric_set="full").metrics
    assert result["column_shapes_snapped"] == 1
    assert result["wasserstein_snapped"] == pytest.approx(0, abs=1e-12)
    raw = score("fidelity", split, rows).metrics
    assert raw["column_shapes"] < 1
    assert raw["wasserstein"] > 0
    assert "column_shapes_snapped" not in raw


def test_order_of_rows_does_not_matter(split: Split, score: Callable[..., Any]) -> None:
    shuffled = split.train.sample(frac=1, random_state=0)
    first, second = (score("fidelity", split, rows).metrics for rows in (split.train, shuffled))
    whole = {name for name in first if name not in SAMPLED}
    assert {name: first[name] for name in whole} == pytest.approx({name: second[name] for name in whole}, abs=1e-9)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200])
def test_non_finite_cells_give_reasons_and_no_average(split: Split, score: Callable[..., Any], bad: float) -> None:
    rows = split.train.copy()
    rows.iloc[:3, 2] = bad
    result = score("fidelity", split, rows)
    assert set(result.metrics.values()) == {None}
    assert {result.reasons[name] for name in result.metrics} == {
        f"{'gaps' if np.isnan(bad) else 'values beyond 3.4e38'} in curve (3)"
    }


def test_a_column_of_nan_is_refused_like_any_other(split: Split, score: Callable[..., Any]) -> None:
    result = score("fidelity", split, split.train.assign(curve=np.nan))
    assert result.metrics["quality"] is None
    assert "curve (600)" in result.reasons["quality"]


def test_a_frozen_column_costs_the_pairs_their_score(split: Split, score: Callable[..., Any]) -> None:
    result = score("fidelity", split, split.train.assign(curve=split.train["curve"].mean()))
    for name in ("pair_trends", "quality"):
        assert result.metrics[name] is None
        assert "constant synthetic column curve" in result.reasons[name]
    assert "constant synthetic column curve" in result.reasons["spearman"]
    assert result.metrics["mutual_information[curve]"] > 0.1
    assert result.metrics["std_ratio[curve]"] == pytest.approx(0, abs=1e-12)
    assert result.metrics["column_shapes[curve]"] < 0.7


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
    result = score("fidelity", split_of(frame, frame), frame)
    assert result.metrics["column_shapes"] == 1
    assert result.reasons["pair_trends"] == "fewer than two columns vary in holdout"
    assert "spearman" not in result.metrics
    assert result.reasons["mutual_information"] == "fewer than two columns vary in train"
    assert result.metrics["energy"] == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_few_rows_have_a_value_or_a_reason(split: Split, score: Callable[..., Any], count: int) -> None:
    result = score("fidelity", split, split.train.iloc[:count])
    assert not [reason for reason in result.reasons.values() if "failed" in reason]
    assert result.reasons["coverage"] == "fewer than 6 rows of either kind"
    assert result.metrics["wasserstein"] > 0.05


def test_a_column_frozen_in_train_has_no_scale(split: Split, score: Callable[..., Any]) -> None:
    train = split.train.assign(noise=5.0)
    result = score("fidelity", replace(split, train=train), split.train)
    assert result.reasons["wasserstein[noise]"] == result.reasons["tail_error[noise]"] == "constant in train"
    rest = ["target", "slope", "curve"]
    expected = np.mean([result.metrics[f"wasserstein[{name}]"] for name in rest])
    assert result.metrics["wasserstein"] == pytest.approx(expected)
    assert result.metrics["mutual_information[noise]"] is None


def test_a_table_of_one_value_does_not_score_well(split: Split, score: Callable[..., Any]) -> None:
    collapsed = split.train.copy()
    collapsed[:] = split.train.mean().to_numpy()
    result = score("fidelity", split, collapsed).metrics
    assert result["coverage"] < 0.1
    assert result["beta_recall"] < 0.1
    assert result["alpha_precision"] < 0.4
    assert result["wasserstein"] > 0.5
    assert result["top_decile_error"] == pytest.approx(1, abs=0.1)
    assert result["spearman"] is None


def test_sampling_follows_the_seed(split: Split, score: Callable[..., Any]) -> None:
    first, again, other = (score("fidelity", split, split.train, seed=seed).metrics for seed in (1, 1, 2))
    assert first == again
    assert [first[name] for name in SAMPLED] != [other[name] for name in SAMPLED]


def test_drawings_have_the_promised_shapes_and_mass(split: Split, score: Callable[..., Any]) -> None:
    drawn = score("fidelity", split, split.train).details
    assert drawn["fidelity/columns"].tolist() == list(split.schema.names)
    assert drawn["fidelity/points"].shape == (600, 4)
    assert drawn["fidelity/points"].dtype == np.float32
    assert drawn["fidelity/correlation"] == pytest.approx(np.corrcoef(split.train, rowvar=False), abs=1e-6)
    for name in split.schema.names:
        edges, density = drawn[f"fidelity/edges/{name}"], drawn[f"fidelity/density/{name}"]
        assert (len(edges), len(density)) == (61, 60)
        expected = np.quantile(split.train[name], [0.01, 0.5, 0.99])
        assert drawn[f"fidelity/quantiles/{name}"][[0, 49, 98]] == pytest.approx(expected, abs=1e-5)
        mass = (density * np.diff(edges)).sum() + drawn[f"fidelity/outside/{name}"].sum()
        assert mass == pytest.approx(1, abs=1e-5)


def test_all_tables_of_a_split_share_their_edges(split: Split, score: Callable[..., Any]) -> None:
    first, second = (score("fidelity", split, rows).details for rows in (split.train, split.train * 9))
    assert (first["fidelity/edges/slope"] == second["fidelity/edges/slope"]).all()
    assert second["fidelity/outside/slope"].sum() > 0.5


def test_drawings_survive_what_scores_refuse(split: Split, score: Callable[..., Any]) -> None:
    drawn = score("fidelity", split, split.train.assign(curve=np.nan, noise=0.0)).details
    assert drawn["fidelity/density/curve"].sum() == 0
    assert np.isnan(drawn["fidelity/quantiles/curve"]).all()
    assert np.isnan(drawn["fidelity/correlation"][3, 0])
