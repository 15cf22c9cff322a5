from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from bench.scoring.metrics.utility.tstr import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Split

MODELS = ("xgb", "linear")


def test_errors_agree_with_scikit_learn() -> None:
    actual, predicted = np.random.default_rng(0).normal(size=(2, 50))
    expected = [measure(actual, predicted) for measure in (r2_score, mean_absolute_error, root_mean_squared_error)]
    plume = actual > 0.5
    expected += [mean_absolute_error(actual[part], predicted[part]) for part in (~plume, plume)]
    assert [score.value for score in errors("m", actual, predicted, 0.5)] == pytest.approx(expected, abs=1e-12)


def test_a_linear_table_is_predicted_exactly_by_the_linear_model(
    split_of: Callable[..., Split], score: Callable[..., Any]
) -> None:
    x = np.random.default_rng(0).normal(size=(300, 2))
    frame = pd.DataFrame({"y": 3 * x[:, 0] - x[:, 1] + 7, "a": x[:, 0], "b": x[:, 1]})
    result = score("utility", split_of(frame, frame[:50]), frame).metrics
    assert result["tstr_linear_r2"] == pytest.approx(1)
    assert result["tstr_linear_mae"] == pytest.approx(0, abs=1e-9)


def test_real_rows_beat_noisy_ones_beat_shuffled_ones(split: Split, score: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    noisy = split.train.assign(slope=split.train["slope"] + rng.normal(size=600))
    shuffled = split.train.assign(target=rng.permutation(split.train["target"]))
    runs = [score("utility", split, rows).metrics for rows in (split.train, noisy, shuffled)]
    for model in MODELS:
        values = [run[f"tstr_{model}_r2"] for run in runs]
        assert values == sorted(values, reverse=True)
        assert values[0] > 0.9
        assert values[2] < 0.3


def test_the_reference_is_test_and_not_holdout(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train, other = table(300, 0), table(100, 1)
    far = other.assign(target=-other["target"])
    assert score("utility", split_of(train, other, far), train).metrics["tstr_linear_r2"] < 0


def test_a_constant_target_in_test_has_no_r2_but_an_error(
    split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame], score: Callable[..., Any]
) -> None:
    train = table(100, 0)
    result = score("utility", split_of(train, train, train.assign(target=1.0)), train)
    assert result.metrics["tstr_xgb_r2"] is None
    assert result.reasons["tstr_xgb_r2"] == "the target is constant in test"
    assert result.metrics["tstr_xgb_mae"] > 0


def test_a_collapsed_target_predicts_nothing(split: Split, score: Callable[..., Any]) -> None:
    result = score("utility", split, split.train.assign(target=split.train["target"].mean())).metrics
    assert all(result[f"tstr_{model}_r2"] == pytest.approx(0, abs=0.05) for model in MODELS)


def test_a_table_of_the_target_alone_has_nothing_to_predict_from(
    split_of: Callable[..., Split], score: Callable[..., Any]
) -> None:
    frame = pd.DataFrame({"only": np.arange(50.0)})
    result = score("utility", split_of(frame, frame), frame)
    assert set(result.metrics.values()) == {None}
    assert result.reasons["tstr_xgb_r2"] == "the target is the only column"


def test_missing_values_are_named(split: Split, score: Callable[..., Any]) -> None:
    result = score("utility", split, split.train.assign(slope=np.inf))
    assert set(result.metrics.values()) == {None}
    assert "slope (600)" in result.reasons["tstr_xgb_r2"]


def test_predictions_are_kept_beside_the_same_actual_values(split: Split, score: Callable[..., Any]) -> None:
    first, second = (score("utility", split, rows).details for rows in (split.train, split.train[:100]))
    assert first["utility/actual"].tolist() == second["utility/actual"].tolist()
    assert first["utility/predicted/xgb"].shape == first["utility/actual"].shape == (200,)
    residual = first["utility/actual"] - first["utility/predicted/linear"]
    assert np.abs(residual).mean() == pytest.approx(
        score("utility", split, split.train).metrics["tstr_linear_mae"], rel=1e-4
    )
