"""The rule of the gate: its noise, its error rate and its power."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.api import Metric, Target
from bench.workflows.regression_gate import noise_rule

R2 = Metric("r2", "utility", "higher", "", range=(-9.0, 1.0))


def test_noise_is_pooled_within_splits() -> None:
    values = [[0.1, 0.3], [5.0, 5.4, 5.8]]
    by_hand = np.sqrt((0.02 + 0.32) / 3)
    assert noise_rule.noise(values, R2) == pytest.approx(by_hand)
    found = noise_rule.shift(values, [[0.2], [5.4]], R2)
    assert found.error == pytest.approx(by_hand * np.sqrt(1 / 2 + 1 + 1 / 3 + 1) / 2)


def test_noise_of_a_ratio_is_of_its_logarithm() -> None:
    ratio = Metric("ratio", "fidelity", Target(1.0, "log"), "")
    assert noise_rule.noise([[1.0, math.e]], ratio) == pytest.approx(np.sqrt(0.5))


def test_noise_shows_where_losses_are_cut_off() -> None:
    auc = Metric("auc", "detection", Target(0.5, "above"), "")
    found = noise_rule.shift([[0.47, 0.49, 0.45]], [[0.52]], auc)
    assert found.loss == pytest.approx(0.02)
    assert found.p() > 0.1


def test_the_error_rate_is_kept_where_everything_changed() -> None:
    rng, alarms = np.random.default_rng(0), 0
    for _ in range(2000):
        tests = [noise_rule.shift(rng.normal(size=(3, 5)), rng.normal(size=(3, 2)), R2) for _ in range(10)]  # type: ignore[arg-type]
        alarms += min(noise_rule.adjusted_p_values(tests)) < noise_rule.ALPHA
    assert 5 <= alarms <= 35  # 20 of 2,000 on average, give or take 3.4 standard deviations


def test_a_large_loss_is_nearly_always_found() -> None:
    rng = np.random.default_rng(0)
    shifts = [noise_rule.shift(rng.normal(size=(3, 5)), rng.normal(-4, 1, size=(3, 2)), R2) for _ in range(200)]  # type: ignore[arg-type]
    assert sum(each.loss > noise_rule.tolerance(each.error, each.freedom, 30, 0.0) for each in shifts) >= 190


def test_what_is_unchanged_costs_no_power() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3, 5)).tolist()
    same = noise_rule.shift(values, values, R2)
    other = noise_rule.shift(values, rng.normal(-4, 1, size=(3, 2)).tolist(), R2)
    assert noise_rule.adjusted_p_values([same] * 50 + [other])[-1] == other.p()
