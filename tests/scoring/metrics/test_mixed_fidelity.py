"""Fidelity of tables with categories, dates and gaps, against sdmetrics and on rows that are spoilt in one way."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sdmetrics.column_pairs import ContingencySimilarity, CorrelationSimilarity
from sdmetrics.single_column import TVComplement

from bench.api import Column, Schema
from bench.scoring.encoding import encoding_of
from bench.scoring.metrics.fidelity.mixed_arrays import mixed_arrays, table_arrays
from bench.scoring.metrics.fidelity.mixed_columns import shape_similarity
from bench.scoring.metrics.fidelity.mixed_pairs import binned, trend_similarity
from bench.scoring.metrics.fidelity.pair_dependence import information_gap, information_gaps
from bench.scoring.metrics.fidelity.point_distributions import energy_of_points, manifold_of_points
from bench.scoring.metrics.fidelity.row_distributions import energy_distance, manifold
from bench.scoring.metrics.shared.matrix import matrix
from bench.scoring.points import Points
from bench.scoring.reference_rows import reference_table
from tests.scoring.mixed_tables import REGRESSION, SCHEMA, gaps_at_random, mixed_split, mixed_table, noisy_levels

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.scoring.score_table import Scored

REAL, ROWS = mixed_table(300, 1), mixed_table(250, 2)
CODES, ROW_CODES = matrix(REAL, SCHEMA), matrix(ROWS, SCHEMA)
SPLIT = mixed_split()


def without_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """Dates as numbers, as sdmetrics compares them, and gaps as a level."""
    text = frame.assign(place=frame["place"].astype(object).where(frame["place"].notna(), "gap"))
    return text.assign(label=frame["label"].astype(object), day=matrix(frame, SCHEMA)[:, 5])


def test_shapes_of_levels_are_those_of_sdmetrics_with_gaps_as_a_level() -> None:
    shapes = shape_similarity(CODES, ROW_CODES, SCHEMA)
    real, rows = without_gaps(REAL), without_gaps(ROWS)
    for name in ("label", "place"):
        expected = TVComplement.compute(real[name], rows[name])
        assert shapes[SCHEMA.position(name)] == pytest.approx(expected, abs=1e-9)


def test_every_pair_has_the_trend_that_sdmetrics_defines() -> None:
    trends = trend_similarity(CODES, ROW_CODES, SCHEMA)
    real, rows, categories = without_gaps(REAL), without_gaps(ROWS), {"label", "place"}
    for i, first in enumerate(SCHEMA.names):
        for j, second in list(enumerate(SCHEMA.names))[:i]:
            pair = [first, second]
            tables = {"real_data": real[pair].copy(), "synthetic_data": rows[pair].copy()}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if categories & set(pair):
                    numbers = [name for name in pair if name not in categories]
                    expected = ContingencySimilarity.compute(**tables, continuous_column_names=numbers)
                else:
                    expected = CorrelationSimilarity.compute(**tables)
            assert trends[i, j] == pytest.approx(expected, abs=1e-6), pair


def test_a_gap_is_as_bad_as_the_smallest_value_and_an_invented_level_as_any_other() -> None:
    schema = Schema((Column("n", missing=True), Column("c", "categorical", ("a", "b"))), "n")
    real = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 1.0], [4.0, 1.0]])
    spoilt = np.array([[np.nan, 0.0], [2.0, 2.0], [3.0, 1.0], [4.0, 1.0]])
    assert shape_similarity(real, spoilt, schema).tolist() == [0.75, 0.75]


def test_numbers_have_the_same_mutual_information_in_both_ways() -> None:
    numbers = mixed_table(300, 3)[["amount", "count"]].to_numpy(float)
    schema = Schema((Column("amount"), Column("count")), "amount")
    mixed = information_gaps(*binned(numbers, [numbers, numbers[::2]], schema))
    np.testing.assert_array_equal(mixed, information_gap(numbers, numbers, numbers[::2]))


def test_rare_and_invented_levels_share_a_bin_and_gaps_have_one() -> None:
    train = np.array([0.0] * 5 + [1.0] * 4 + [np.nan])[:, None]
    schema = Schema((Column("c", "categorical", ("a", "b"), missing=True),), "c")
    ((codes,), *_), sizes, occupied = binned(train, [np.array([[0.0], [1.0], [2.0], [np.nan]])], schema)
    assert (codes.tolist(), sizes, occupied) == ([0, 1, 1, 2], [3], [3])


def test_points_of_numbers_have_the_distances_of_their_matrix() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(60, 3)), rng.normal(size=(60, 3)) + 0.5
    points = [Points(table, np.zeros((60, 0), dtype=np.int16), 3) for table in (first, second)]
    assert energy_of_points(*points) == pytest.approx(energy_distance(first, second))
    assert manifold_of_points(*points) == pytest.approx(manifold(first, second))


@pytest.fixture(scope="module")
def scored(score: Callable[..., Scored]) -> Callable[[pd.DataFrame], dict[str, float]]:
    def run(rows: pd.DataFrame) -> dict[str, float]:
        return {key: value for key, value in score("fidelity", SPLIT, rows).metrics.items() if value is not None}

    return run


@pytest.fixture(scope="module")
def real(scored: Callable[[pd.DataFrame], dict[str, float]]) -> dict[str, float]:
    return scored(reference_table("real-train", SPLIT.train, 0, SCHEMA))


@pytest.fixture(scope="module")
def useless(scored: Callable[[pd.DataFrame], dict[str, float]]) -> dict[str, float]:
    return scored(reference_table("independent", SPLIT.train, 0, SCHEMA))


def test_real_rows_are_near_the_ceiling_and_shuffled_columns_are_not(
    real: dict[str, float], useless: dict[str, float]
) -> None:
    for name in ("pair_trends", "spearman", "alpha_precision", "beta_recall", "coverage"):
        assert real[name] > useless[name] + 0.03, name
    for name in ("mutual_information", "energy"):
        assert real[name] < useless[name] / 2, name
    assert real["column_shapes"] == pytest.approx(useless["column_shapes"])
    assert real["column_shapes"] > 0.93
    assert real["repeated_rows"] == useless["repeated_rows"] == 0


def test_noise_in_levels_is_noticed_in_their_pairs_alone(
    scored: Callable[[pd.DataFrame], dict[str, float]], real: dict[str, float]
) -> None:
    noisy = scored(noisy_levels(SPLIT.train, 0.5))
    assert noisy["mutual_information[place]"] > 2 * real["mutual_information[place]"]
    assert noisy["pair_trends[place]"] < real["pair_trends[place]"] - 0.04
    assert noisy["spearman"] == pytest.approx(real["spearman"])
    assert noisy["energy"] > real["energy"]


def test_gaps_at_random_places_are_noticed_in_pairs(
    scored: Callable[[pd.DataFrame], dict[str, float]], real: dict[str, float]
) -> None:
    spoilt = scored(gaps_at_random(SPLIT.train))
    assert spoilt["pair_trends[size]"] < real["pair_trends[size]"] - 0.03
    assert spoilt["mutual_information[size]"] > 2 * real["mutual_information[size]"]


def test_columns_of_other_kinds_have_a_reason(score: Callable[..., Scored]) -> None:
    result = score("fidelity", mixed_split(REGRESSION, 120), SPLIT.train[:120])
    assert result.reasons["wasserstein[place]"] == "is categorical"
    assert result.reasons["tail_error[day]"] == "is a date"
    assert result.metrics["top_decile_error"] is not None
    assert "top_decile_error" not in score("fidelity", mixed_split(rows=120), SPLIT.train[:120]).metrics


def test_a_collapsed_column_is_punished_rather_than_skipped(
    scored: Callable[[pd.DataFrame], dict[str, float]], real: dict[str, float]
) -> None:
    collapsed = scored(
        SPLIT.train.assign(amount=0.0, place=pd.Categorical(["sea"] * 600, SPLIT.train["place"].cat.categories))
    )
    for name in ("column_shapes[place]", "pair_trends", "pair_trends[amount]", "spearman", "coverage"):
        assert collapsed[name] < real[name] - 0.1, name


def test_a_column_of_gaps_alone_counts_as_frozen_at_the_median(score: Callable[..., Scored]) -> None:
    result = score("fidelity", SPLIT, SPLIT.train.assign(size=np.nan))
    frozen = score("fidelity", SPLIT, SPLIT.train.assign(size=SPLIT.train["size"].median()))
    for name in ("wasserstein", "wasserstein[size]", "tail_error", "std_ratio[size]", "spread_error"):
        assert result.metrics[name] == pytest.approx(frozen.metrics[name]), name
    assert result.metrics["std_ratio[size]"] == 0
    assert not [reason for reason in result.reasons.values() if "failed" in reason]


def test_gaps_where_the_table_has_none_make_rows_unusable(score: Callable[..., Scored]) -> None:
    result = score("fidelity", SPLIT, SPLIT.train.assign(amount=np.nan))
    assert result.reasons["energy"] == "gaps in amount (600)"


def test_a_column_of_hardly_any_spread_is_scored(score: Callable[..., Scored]) -> None:
    """Between the smallest and the largest value there are fewer numbers than bins."""
    parts = [SPLIT.train, SPLIT.holdout, SPLIT.test]
    train, holdout, test = (part.assign(size=1e15 + np.arange(len(part)) % 5 * 0.125) for part in parts)
    result = score("fidelity", replace(SPLIT, train=train, holdout=holdout, test=test), train)
    assert not [reason for reason in result.reasons.values() if "failed" in reason]
    assert (result.metrics["pair_trends_train"] or 0) > 0.99


def test_report_arrays_share_bins_levels_and_patterns() -> None:
    train, holdout = (matrix(part, SCHEMA) for part in (SPLIT.train, SPLIT.holdout))
    real = mixed_arrays(train, holdout, SCHEMA, 0)
    rows = table_arrays(train, matrix(ROWS, SCHEMA), SCHEMA, real, 0)
    assert set(real) == set(rows)
    for key in real:
        if key.startswith(("edges", "levels", "timeline_edges", "gap_patterns", "columns")):
            np.testing.assert_array_equal(real[key], rows[key])
    assert rows["levels/place"].tolist()[-1] == "(gap)"
    for key in ("shares/place", "shares/label", "weekday/day", "month/day", "hour/day", "timeline/day", "gap_shares"):
        assert rows[key].sum() == pytest.approx(1, abs=0.02), key
    assert rows["hour/day"][0] == 1
    days = ROWS["day"].dropna()
    expected = days.dt.dayofweek.value_counts(normalize=True).sort_index()
    np.testing.assert_allclose(rows["weekday/day"], expected, rtol=1e-6)
    np.testing.assert_allclose(
        rows["month/day"], days.dt.month.value_counts(normalize=True).reindex(range(1, 13), fill_value=0), rtol=1e-6
    )
    np.testing.assert_allclose(rows["gaps"], ROWS.isna().mean(), rtol=1e-6)
    assert rows["points"].shape == (250, 3)
    assert rows["association"].shape == (6, 6)
    assert encoding_of(SPLIT.train, SCHEMA).schema == SCHEMA
