import doctest
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bench.api import Metric, Target
from bench.statistics import scores as module
from bench.statistics.scores import (
    family_scores,
    metric_scores,
    normalise,
    overall_values,
    per_split,
    scale_missing,
    unranked_reason,
)

R2 = Metric("r2", "utility", "higher", "", ranked=True)
RATIO = Metric("ratio", "fidelity", Target(1.0, "log"), "", ranked=True)
NEAR = Metric("near", "privacy", "lower", "", ranked=True, floor="interpolated", ceiling="holdout-half")
SEEN = Metric("seen", "privacy", "lower", "", ranked=True, floor="interpolated", ceiling="holdout-half")


def frame(values: Mapping[tuple[str, str], Sequence[float | None]]) -> pd.DataFrame:
    """(row, metric) -> a value per split; rows named g... are generators."""
    lines = [
        {"split": f"s{at}", "generator": name, "metric": metric, "column": "", "value": value}
        for (name, metric), of in values.items()
        for at, value in enumerate(of)
    ]
    whole = pd.DataFrame(lines).astype({"value": float})
    return whole.assign(kind=["generator" if name.startswith("g") else "reference" for name in whole["generator"]])


def test_examples_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_unclipped_scores_go_beyond_both_ends() -> None:
    table = frame({("real-train", "r2"): [1.0] * 3, ("independent", "r2"): [0.0] * 3, ("g", "r2"): [1.5, -0.5, 0.5]})
    for clip, expected in ((True, [1.0, 0.0, 0.5]), (False, [1.5, -0.5, 0.5])):
        scores = metric_scores(table, [R2], clip=clip)
        assert [of["r2"] for of in per_split(scores["g"]).values()] == expected


def test_unclipped_ceilings_average_to_one_and_clipped_ones_do_not() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, size=300)
    scores = [[normalise(1 + e, 0.0, -1.0, R2, clip=clip) for e in noise] for clip in (False, True)]
    assert np.mean(scores[0]) == pytest.approx(1.0, abs=0.02)
    assert np.mean(scores[1]) < 0.98


def test_a_floor_that_is_better_than_its_ceiling_never_pays() -> None:
    table = frame({("real-train", "r2"): [0.1], ("independent", "r2"): [0.2], ("g", "r2"): [-9.0]})
    assert metric_scores(table, [R2])["g"] == {("s0", 0): {}}
    assert "better than its ceiling" in unranked_reason(R2, overall_values(table))


def test_an_r2_below_nought_is_no_worse_than_a_constant() -> None:
    r2 = replace(R2, range=(-math.inf, 1.0))
    table = frame({("real-train", "r2"): [0.5, -2.0], ("independent", "r2"): [-9.0, -9.0], ("g", "r2"): [0.25, 0.0]})
    assert metric_scores(table, [r2])["g"] == {("s0", 0): {"r2": 0.5}, ("s1", 0): {}}


def test_an_auc_below_a_half_is_no_worse_than_chance() -> None:
    auc = replace(R2, name="auc", useless=0.5)
    table = frame({("real-train", "auc"): [0.9, 0.44], ("independent", "auc"): [0.4, 0.3], ("g", "auc"): [0.7, 0.5]})
    assert metric_scores(table, [auc])["g"] == {("s0", 0): {"auc": pytest.approx(0.5)}, ("s1", 0): {}}


def test_a_split_with_hardly_any_gap_says_nothing() -> None:
    table = frame({("real-train", "r2"): [0.9, 0.901], ("independent", "r2"): [0.0, 0.9], ("g", "r2"): [0.45, 0.9]})
    assert metric_scores(table, [R2])["g"] == {("s0", 0): {"r2": pytest.approx(0.5)}, ("s1", 0): {}}


def test_a_reference_that_failed_scores_nobody() -> None:
    table = frame({("real-train", "r2"): [None], ("independent", "r2"): [0.0], ("g", "r2"): [0.9]})
    assert metric_scores(table, [R2])["g"] == {("s0", 0): {}}
    assert unranked_reason(R2, overall_values(table)) == "its floor or ceiling could not be computed"


def test_the_noise_of_an_unseen_ceiling_is_its_plain_spread() -> None:
    ceiling, floor = [0.50, 0.52, 0.48], [0.58, 0.60, 0.62]
    values = {("holdout-half", "near"): ceiling, ("interpolated", "near"): floor, ("copy", "near"): [0.9, 0.92, 0.88]}
    assert unranked_reason(NEAR, overall_values(frame(values))) == ""  # 0.1 > 3 x 0.02
    wide = frame({**values, ("holdout-half", "near"): [0.50, 0.54, 0.46], ("copy", "near"): [0.9, 0.94, 0.86]})
    assert "0.1 apart, not more than 3 x the ceiling's noise (0.12)" in unranked_reason(NEAR, overall_values(wide))


def test_families_are_the_mean_or_the_worst() -> None:
    scores = {"g": {("s0", 0): {"r2": 0.5, "near": 0.2, "seen": 0.6}}}
    result = family_scores(scores, [R2, NEAR, SEEN], {"utility": "mean", "privacy": "worst", "fidelity": "mean"})
    assert result == {"g": {("s0", 0): {"utility": 0.5, "privacy": 0.2}}}
    mean = family_scores(scores, [R2, NEAR, SEEN], {"privacy": "mean"})
    assert mean["g"]["s0", 0]["privacy"] == pytest.approx(0.4)


def test_a_value_without_a_logarithm_is_at_the_floor() -> None:
    assert normalise(0.0, 0.7, 0.0, RATIO) == 0.0
    assert normalise(0.0, 0.7, 0.0, RATIO, clip=False) == -math.inf


KNOWN = Metric("known", "privacy", Target(0.5, "absolute"), "", ranked=True, floor="near-copy", ceiling=0.5, chance=0.5)
RATE = Metric("rate", "privacy", Target(0.01, "above"), "", ranked=True, floor=("near-copy", 0.05), ceiling=0.01)


def test_the_noise_below_a_known_ceiling_is_that_of_the_floor() -> None:
    steady = overall_values(frame({("near-copy", "known"): [0.60, 0.62, 0.58]}))  # 0.1 > 3 x 0.02
    noisy = overall_values(frame({("near-copy", "known"): [0.60, 0.64, 0.56]}))
    assert unranked_reason(KNOWN, steady) == ""
    assert unranked_reason(KNOWN, noisy) == "floor and ceiling are 0.1 apart, not more than 3 x the gap's noise (0.12)"


def test_a_known_ceiling_is_not_told_apart_in_a_small_holdout() -> None:
    values = overall_values(frame({("near-copy", "known"): [0.6], ("near-copy", "rate"): [0.5]}))
    assert unranked_reason(KNOWN, values, 400) == ""  # 3 x 0.0204
    assert "3 x the gap's noise (0.123)" in unranked_reason(KNOWN, values, 100)
    assert unranked_reason(RATE, values, 100) == ""  # 3 x sqrt(0.01 x 0.99 / 100) < 0.04
    assert "(0.0422)" in unranked_reason(RATE, values, 50)


def test_of_several_floors_the_best_on_a_split_counts_for_the_noise() -> None:
    rate = replace(RATE, floor=("near-copy", "interpolated"))
    values = {("near-copy", "rate"): [0.21, 0.9, 0.9], ("interpolated", "rate"): [0.8, 0.21, 0.21]}
    assert unranked_reason(rate, overall_values(frame(values))) == ""


def test_a_metric_without_a_scale_says_why() -> None:
    values = overall_values(frame({("real-train", "r2"): [0.5, 0.1], ("independent", "r2"): [0.6, 0.0]}))
    assert scale_missing(R2, values) == ""
    assert scale_missing(R2, {key: value for key, value in values.items() if key[0] == "s0"}) == (
        "its floor is not worse than its ceiling on any split"
    )
    constants = replace(KNOWN, floor=0.7)
    assert scale_missing(constants, values) == "no reference row has a value"
