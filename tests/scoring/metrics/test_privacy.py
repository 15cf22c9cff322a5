"""The privacy family on planted tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from bench.api import Context
from bench.plugins import entry_points
from bench.scoring.reference_rows import reference_table
from bench.scoring.score_table import prepare_all, score_all
from bench.tables.splits import split as draw_split

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split

    Tables = Callable[[int, int], pd.DataFrame]
    Splits = Callable[..., Split]

FAMILY = entry_points.load("metrics", "privacy")


def full(split: Split, rows: pd.DataFrame, seed: int = 0) -> Any:  # noqa: ANN401 - values are compared, though a Scored's may be None
    return score_all([FAMILY], split, rows, prepare_all([FAMILY], split, seed), seed=seed, metric_set="full")


def walk(rows: int) -> pd.DataFrame:
    """A table in time: each row is a small step from the one before."""
    steps = np.random.default_rng(0).normal(size=(rows, 3))
    return pd.DataFrame(np.cumsum(steps, axis=0), columns=["target", "a", "b"])


@pytest.fixture(scope="module")
def timed(split_of: Splits) -> Split:
    """As the blocked protocol cuts: a stretch of test away from train, holdout among train's rows."""
    table, known = walk(2000), np.random.default_rng(1).permutation(1600)
    split = split_of(*(table.loc[np.sort(part)] for part in (known[:1280], known[1280:])), table.loc[1700:])
    return replace(split, schema=replace(split.schema, ordered=True), protocol="blocked")


def test_copies_of_train_are_closer_to_train(split: Split, score: Callable[..., Any]) -> None:
    result = score("privacy", split, split.train).metrics
    # A third of train is compared with: its rows are at distance 0, the others are near either by chance.
    assert result["dcr_share"] == pytest.approx(1 / 3 + 1 / 3, abs=0.06)
    assert result["copies"] == 1


def test_near_copies_are_no_copies_but_closer_to_train(split: Split, score: Callable[..., Any]) -> None:
    noise = np.random.default_rng(0).normal(size=split.train.shape) * split.train.std().to_numpy()
    result = score("privacy", split, split.train + 0.01 * noise).metrics
    assert result["copies"] == 0
    assert result["dcr_share"] > 0.6


def test_with_sets_of_one_size_every_copy_is_closer(split_of: Splits, table: Tables, score: Callable[..., Any]) -> None:
    train, holdout = table(200, 0), table(200, 1)
    result = score("privacy", split_of(train, holdout), train).metrics
    assert result["dcr_share"] == 1
    assert result["dcr_train"] == 0 < result["dcr_holdout"]


def test_copies_of_holdout_are_closer_to_holdout(split: Split, score: Callable[..., Any]) -> None:
    result = score("privacy", split, split.holdout).metrics
    assert result["dcr_share"] == 0
    assert result["copies"] == 0


def test_rows_never_seen_are_as_close_to_either(split_of: Splits, table: Tables, score: Callable[..., Any]) -> None:
    split = split_of(table(1000, 0), table(1000, 1))
    result = score("privacy", split, table(1000, 2)).metrics
    assert result["dcr_share"] == pytest.approx(0.5, abs=0.05)
    assert result["dcr_train"] == pytest.approx(result["dcr_holdout"], rel=0.1)


def test_rows_in_both_sets_are_ties_and_count_half(split_of: Splits, table: Tables, score: Callable[..., Any]) -> None:
    rows = table(100, 0)
    assert score("privacy", split_of(rows, rows), rows).metrics["dcr_share"] == 0.5


def test_half_of_the_rows_copied_is_seen_as_half(split: Split, score: Callable[..., Any], table: Tables) -> None:
    rows = pd.concat([split.train[:300], table(300, 9)])
    assert score("privacy", split, rows).metrics["copies"] == pytest.approx(0.5, abs=0.01)


def test_the_unit_of_a_column_does_not_matter(split_of: Splits, table: Tables, score: Callable[..., Any]) -> None:
    units = [1.0, 1024.0, 1.0, 1 / 1024]
    train, holdout, rows = (table(200, seed) for seed in range(3))
    plain = score("privacy", split_of(train, holdout), rows).metrics
    scaled = score("privacy", split_of(train * units, holdout * units), rows * units).metrics
    assert scaled == pytest.approx(plain, abs=1e-9)


def test_a_column_frozen_in_train_divides_nothing_by_zero(
    split_of: Splits, table: Tables, score: Callable[..., Any]
) -> None:
    train, holdout = (table(100, seed).assign(noise=5.0) for seed in range(2))
    result = score("privacy", split_of(train, holdout), train)
    assert result.metrics["dcr_share"] == 1


def test_missing_values_are_named(split: Split, score: Callable[..., Any]) -> None:
    result = score("privacy", split, split.train.assign(slope=np.nan))
    assert set(result.metrics.values()) == {None}
    assert "slope (600)" in result.reasons["dcr_share"]


def test_near_copies_are_what_is_closer_than_all_but_one_percent_of_holdout(split: Split) -> None:
    noise = np.random.default_rng(0).normal(size=split.train.shape) * split.train.std().to_numpy()
    shares = [full(split, split.train + level * noise).metrics["near_copies"] for level in (0, 0.001, 0.1, 1)]
    # Unseen rows have 2 of 200 themselves.
    assert shares[:2] == [0.99, 0.99]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < 0.05
    assert full(split, split.holdout).metrics["near_copies"] == 0


def test_natural_duplicates_are_no_copies(split_of: Splits, table: Tables) -> None:
    """On a coarse grid unseen rows are identical to train rows, and so are honest ones."""
    train, holdout, fresh = (
        table(rows, seed)[["target", "slope"]].round(1) for seed, rows in enumerate((900, 600, 900))
    )
    split = split_of(train, holdout)
    assert len(holdout.merge(train.drop_duplicates())) > 100
    honest, copied = full(split, fresh).metrics, full(split, pd.concat([fresh[:450], train[:450]])).metrics
    for name in ("copies", "near_copies"):
        assert honest[name] == pytest.approx(0, abs=0.02)
    concentrated = pd.concat([fresh[np.abs(fresh["slope"]) < 2]] * 2)[:900]
    assert full(split, concentrated).metrics["copies"] == pytest.approx(0, abs=0.03)
    assert copied["copies"] > 0.1


def test_copies_count_beyond_what_unseen_rows_have(split: Split, table: Tables) -> None:
    fresh = table(600, 9)
    for share in (0.02, 0.05, 0.1):
        rows = fresh.copy()
        rows[: int(share * 600)] = split.train[: int(share * 600)]
        result = full(split, rows).metrics
        assert result["copies"] == pytest.approx(share, abs=1e-9)
        assert result["mia_dcr_tpr"] > share / 2


@pytest.mark.parametrize("name", ["mia_dcr_auc", "mia_dcr_tpr", "mia_density_auc"])
def test_attacks_find_members_of_copies_and_of_nothing_else(split: Split, table: Tables, name: str) -> None:
    chance = 0.5 if name.endswith("auc") else 0.01
    assert full(split, split.train).metrics[name] == pytest.approx(1, abs=0.02)
    assert full(split, table(600, 9)).metrics[name] == pytest.approx(chance, abs=0.08)


def test_a_few_rows_of_holdout_are_found_though_they_hide_in_the_mean(split_of: Splits, table: Tables) -> None:
    split = split_of(table(1600, 0), table(400, 1))
    fresh = table(1600, 2)
    knowing = pd.concat([split.holdout[:32], fresh[32:]], ignore_index=True)
    honest, found = (full(split, rows).metrics for rows in (fresh, knowing))
    assert honest["mia_holdout_tpr"] == pytest.approx(0.01, abs=0.02)
    assert found["mia_holdout_tpr"] > 0.07
    assert found["mia_dcr_auc"] > (honest["mia_dcr_auc"] or 0) - 0.06
    assert full(split, split.train).metrics["mia_holdout_tpr"] == 0


def test_attacks_find_less_the_more_copies_are_blurred(split: Split) -> None:
    noise = np.random.default_rng(0).normal(size=split.train.shape) * split.train.std().to_numpy()
    result = [full(split, split.train + level * noise).metrics for level in (0, 0.1, 0.3, 3)]
    for name in ("mia_dcr_auc", "mia_density_auc", "dcr_share"):
        values = [metrics[name] for metrics in result]
        assert values == sorted(values, reverse=True), name
    for name in ("authenticity", "nndr"):
        values = [metrics[name] for metrics in result]
        assert values == sorted(values), name


def test_intervals_hold_their_rates(split: Split, table: Tables) -> None:
    for rows in (split.train, table(600, 9)):
        result = full(split, rows).metrics
        for name in ("mia_dcr_tpr", "attribute_inference"):
            low, rate, high = (result[f"{name}{end}"] for end in ("_low", "", "_high"))
            assert low <= rate <= high
            assert low < high
        assert 0 <= result["mia_dcr_tpr_low"] <= result["mia_dcr_tpr_high"] <= 1


def test_the_family_tells_interpolation_from_rows_never_seen(split_of: Splits, table: Tables) -> None:
    split = split_of(table(2000, 0), table(1000, 1))
    floor = full(split, reference_table("interpolated", split.train, 0, split.schema)).metrics
    unseen = full(split, table(2000, 2)).metrics
    assert floor["near_copies"] > 0.1 > 0.04 > unseen["near_copies"]
    assert floor["mia_dcr_auc"] > 0.65 > 0.56 > unseen["mia_dcr_auc"]
    assert floor["mia_density_auc"] > 0.65 > 0.56 > unseen["mia_density_auc"]
    assert floor["mia_dcr_tpr"] > 0.05 > unseen["mia_dcr_tpr"]
    assert floor["mia_isolated"] > 0.1 > 0.02 > unseen["mia_isolated"]
    assert floor["authenticity"] < 0.2 < 0.4 < unseen["authenticity"]


def test_rows_never_seen_score_one_in_every_ranked_metric_within_its_noise(split_of: Splits, table: Tables) -> None:
    """The standard errors that the methodology states, at 400 records: 0.020 of an AUC, 0.007 of a rate."""
    draws = [
        full(split_of(table(1600, 3 * n), table(400, 3 * n + 1)), table(1600, 3 * n + 2)).metrics for n in range(6)
    ]
    for name in ("mia_dcr_auc", "mia_density_auc"):
        assert np.mean([draw[name] for draw in draws]) == pytest.approx(0.5, abs=3 * 0.020 / np.sqrt(6))
    for name in ("mia_dcr_tpr", "mia_holdout_tpr"):
        assert np.mean([draw[name] for draw in draws]) == pytest.approx(0.01, abs=3 * 0.007 / np.sqrt(6))
    for name in ("copies", "near_copies", "mia_isolated"):
        assert np.mean([draw[name] for draw in draws]) < 0.01


def test_isolated_rows_that_leak_are_found(split_of: Splits, table: Tables) -> None:
    """A hundredth of train, verbatim, which averages over all rows do not show."""
    split = split_of(table(2000, 0), table(500, 1))
    honest = table(2000, 2)
    spacing = prepare_all([FAMILY], split, 0)["privacy"]["spacing"]
    leaked = honest.copy()
    leaked[:18] = split.train.iloc[np.argsort(-spacing)[:18]]
    before, after = (full(split, rows).metrics for rows in (honest, leaked))
    assert before["mia_isolated"] < 0.02
    assert after["mia_isolated"] > 0.05
    assert after["mia_dcr_auc"] == pytest.approx(before["mia_dcr_auc"], abs=0.01)


def test_repeating_half_of_the_rows_changes_no_attack_by_more_than_noise(split_of: Splits, table: Tables) -> None:
    split, rows = split_of(table(2000, 0), table(1000, 1)), table(2000, 2)
    whole, halved = full(split, rows).metrics, full(split, pd.concat([rows[:1000]] * 2)).metrics
    for name in ("mia_dcr_auc", "mia_density_auc"):
        assert halved[name] == pytest.approx(whole[name], abs=0.03)


def test_secrets_of_train_are_inferred_from_copies_and_not_from_rows_never_seen(split: Split, table: Tables) -> None:
    copied, honest = full(split, split.train).metrics, full(split, table(600, 9)).metrics
    assert copied["attribute_inference_low"] > 0.5
    assert honest["attribute_inference_low"] < 0 < honest["attribute_inference_high"]


def test_rows_never_seen_score_as_holdout_does(split_of: Splits, table: Tables) -> None:
    result = full(split_of(table(1000, 0), table(1000, 1)), table(1000, 2)).metrics
    assert result["authenticity"] == pytest.approx(result["authenticity_holdout"], abs=0.06)
    assert result["nndr"] == pytest.approx(result["nndr_holdout"], abs=0.04)
    assert result["near_copies"] == pytest.approx(0, abs=0.015)


def test_the_resolution_limit_is_the_step_between_neighbours_in_time(timed: Split) -> None:
    result = full(timed, timed.train).metrics
    table = pd.concat([timed.train, timed.holdout]).sort_index()
    steps = (table.diff().abs() / timed.train.to_numpy().std(axis=0)).mean(axis=1)
    pairs = steps[(np.diff(table.index, prepend=-9) == 1)]
    both_held = {at for at in timed.holdout.index if at - 1 in timed.holdout.index}
    assert result["resolution_limit"] == pytest.approx(pairs.drop(list(both_held)).median(), rel=1e-9)
    assert result["dcr_over_resolution"] == 0
    # Rows never seen lie between two neighbours in time, about a step from either.
    assert full(timed, timed.holdout).metrics["dcr_over_resolution"] == pytest.approx(1, abs=0.4)


def test_what_time_says_needs_rows_in_time(split: Split) -> None:
    names = ["resolution_limit", "dcr_over_resolution"]
    unordered = full(split, split.train).reasons
    assert [unordered[name] for name in names] == ["the rows of this table are not in time"] * 2


def test_rows_between_neighbours_in_time_are_found_against_unseen_stretches() -> None:
    split = draw_split(entry_points.load("datasets", "station").load(), "blocked", 0)
    rows = split.train.to_numpy()
    means = pd.DataFrame((rows[1:] + rows[:-1]) / 2, columns=split.train.columns)
    found = full(split, means).metrics
    assert found["mia_dcr_auc"] is not None
    assert found["mia_dcr_auc"] < 0.4, "they are nearer to single held-out rows than to train"
    assert found["mia_stretch_tpr"] == pytest.approx(1, abs=0.15)
    nobody = reference_table("independent", split.train, 0, split.schema)
    assert full(split, nobody).metrics["mia_stretch_tpr"] == pytest.approx(0.01, abs=0.05)


def test_without_stretches_the_attack_on_them_has_no_value(split: Split) -> None:
    assert "no stretches of time" in full(split, split.train).reasons["mia_stretch_tpr"]


@pytest.mark.parametrize(("kept", "held"), [(600, 19), (19, 200), (600, 1), (2, 2)])
def test_few_rows_are_not_attacked(split: Split, kept: int, held: int) -> None:
    result = full(replace(split, train=split.train[:kept], holdout=split.holdout[:held]), split.train[:kept])
    attacks = {name for name in result.metrics if name.startswith("mia")}
    assert len(attacks) == 8
    assert all("fewer than 20" in result.reasons[name] for name in attacks - {"mia_stretch_tpr"})
    assert "fewer than 20" in result.reasons["attribute_inference"]
    assert result.metrics["copies"] == 1


def test_one_row_of_train_has_no_second_neighbour(split: Split) -> None:
    result = full(replace(split, train=split.train[:1]), split.train[:1])
    assert result.reasons["nndr"] == result.reasons["authenticity"] == "train has a single row"
    assert not [reason for reason in result.reasons.values() if "failed" in reason]


def test_a_table_of_one_column_or_one_row_is_judged(split_of: Splits, table: Tables, split: Split) -> None:
    narrow = split_of(table(300, 0)[["target"]], table(100, 1)[["target"]])
    assert full(narrow, narrow.train).metrics["mia_dcr_auc"] > 0.6
    single = full(split, split.train[:1]).metrics
    assert single["copies"] == 1
    assert single["mia_dcr_auc"] == pytest.approx(0.5, abs=0.08)


def test_collapsed_rows_are_judged_and_are_no_members(split: Split) -> None:
    mean = pd.DataFrame([split.train.mean()] * 600)
    result = full(split, mean)
    assert result.metrics["mia_dcr_auc"] == pytest.approx(0.5, abs=0.08)
    assert result.metrics["copies"] == 0


def test_the_same_seed_gives_the_same_bytes(split: Split) -> None:
    first, again = (FAMILY.prepare(split, 5) for _ in range(2))
    assert {key: np.asarray(a).tobytes() for key, a in first.items()} == {
        key: np.asarray(a).tobytes() for key, a in again.items()
    }
    assert full(split, split.train[:300], 5).metrics == full(split, split.train[:300], 5).metrics
    other = FAMILY.prepare(split, 6)
    assert not np.array_equal(first["members"], other["members"])


def test_members_and_others_are_two_sets_of_one_size_without_repeats(split: Split) -> None:
    known = FAMILY.prepare(split, 0)
    assert len(set(known["members"])) == len(set(known["others"])) == 200
    assert known["members"].max() < 600


def test_core_computes_the_same_values_and_no_others(split: Split) -> None:
    known = {"privacy": FAMILY.prepare(split, 0)}
    core = score_all([FAMILY], split, split.train, known, seed=0).metrics
    everything = score_all([FAMILY], split, split.train, known, seed=0, metric_set="full").metrics
    assert core == {name: everything[name] for name in core}
    scores, _ = FAMILY.score(Context(split, split.train, known["privacy"], 0))
    assert {score.metric for score in scores} == set(core)
