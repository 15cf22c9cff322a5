"""What the full metric set adds: through the family, on planted tables and on such as allow nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score

from bench.api import Schema, Split
from bench.plugins import entry_points
from bench.scoring.metrics.utility import regressors, stored_models
from bench.scoring.metrics.utility.regressors import MODELS, learn_boosting, predict
from bench.scoring.metrics.utility.tstr import plume_threshold
from bench.scoring.score_table import Scored, metrics_in, prepare_all, score_all, score_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


FAMILY = entry_points.load("metrics", "utility")


@pytest.fixture(scope="module", autouse=True)
def light() -> Iterator[None]:
    """Fewer trees and steps than are published: what is tested here is what is done with the models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MODELS, "xgb", replace(MODELS["xgb"], learn=partial(learn_boosting, trees=40)))
        patch.setattr(regressors, "FOREST", 15)
        patch.setattr(stored_models, "_EPOCHS", 60)
        yield


def full(split: Split, rows: pd.DataFrame) -> Scored:
    return score_all([FAMILY], split, rows, prepare_all([FAMILY], split, 0), seed=0, metric_set="full")


@pytest.fixture(scope="module")
def small(split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame]) -> Split:
    """300 rows to train on, 150 to test on."""
    return split_of(table(300, 1), table(150, 2))


@pytest.fixture(scope="module")
def real(small: Split) -> Scored:
    return full(small, small.train)


@pytest.fixture(scope="module")
def broken(small: Split) -> Scored:
    """The target is shuffled."""
    target = np.random.default_rng(0).permutation(small.train["target"])
    return full(small, small.train.assign(target=target))


def test_real_rows_have_every_value(small: Split, real: Scored) -> None:
    assert list(real.metrics) == score_keys(metrics_in(FAMILY, "full", small.schema), small.schema.names)
    assert real.reasons == {"tstr_others_r2[target]": "is the target"}
    ranges = {metric.name: metric.range for metric in FAMILY.metrics}
    for key, value in real.metrics.items():
        low, high = ranges[key.split("[")[0]]
        assert value is None or low <= value <= high


def test_every_model_has_the_same_metrics() -> None:
    names = [metric.name for metric in FAMILY.metrics]
    for model in MODELS:
        of_model = [f"tstr_{model}_{what}" for what in ("r2", "mae", "rmse", "mae_baseline", "mae_plume")]
        of_model += [f"trts_{model}_r2", f"aug_{model}_r2", f"aug_{model}_gain"]
        assert set(of_model) <= set(names)


def test_only_what_is_cheap_is_core() -> None:
    core = {metric.name for metric in FAMILY.metrics if metric.within == "core"}
    core -= {"residual_spread", "interval_error", "certainty_error"}
    assert {name.split("_")[1] for name in core} == {"xgb", "linear"}
    assert all(name.startswith("tstr_") for name in core)


@pytest.mark.parametrize("model", MODELS)
def test_a_target_that_follows_nothing_is_noticed_by_every_task(model: str, real: Scored, broken: Scored) -> None:
    for name in (f"tstr_{model}_r2", f"trts_{model}_r2", f"aug_{model}_r2", f"aug_{model}_gain"):
        assert real.metrics[name] > broken.metrics[name] + 0.05, name  # type: ignore[operator]
    for name in (f"tstr_{model}_mae_baseline", f"tstr_{model}_mae_plume"):
        assert real.metrics[name] < broken.metrics[name], name  # type: ignore[operator]


@pytest.mark.parametrize("name", ["scarce5_xgb", "scarce20_xgb", "scarce5_linear", "scarce20_linear"])
def test_good_rows_help_where_real_ones_are_scarce_and_bad_ones_harm(name: str, real: Scored, broken: Scored) -> None:
    assert real.metrics[f"{name}_gain"] > -0.01  # type: ignore[operator]
    assert broken.metrics[f"{name}_gain"] < -0.1  # type: ignore[operator]
    assert real.metrics["scarce5_xgb_gain"] > 0.2  # type: ignore[operator]


@pytest.mark.parametrize("model", ["xgb", "linear"])
def test_a_gain_is_over_what_real_train_gets(model: str, small: Split, real: Scored, broken: Scored) -> None:
    alone = real.metrics[f"tstr_{model}_r2"]
    assert alone == float(prepare_all([FAMILY], small, 0)["utility"][f"trtr/{model}"])
    assert broken.metrics[f"aug_{model}_gain"] == broken.metrics[f"aug_{model}_r2"] - alone  # type: ignore[operator]


def test_an_exact_line_is_found_from_all_sides(split_of: Callable[..., Split]) -> None:
    x = np.random.default_rng(0).normal(size=(400, 2))
    frame = pd.DataFrame({"y": 3 * x[:, 0] - x[:, 1] + 7, "a": x[:, 0], "b": x[:, 1]})
    result = full(split_of(frame[:200], frame[200:300]), frame[300:]).metrics
    for name in ("trts_linear_r2", "aug_linear_r2", "scarce5_linear_r2"):
        assert result[name] == pytest.approx(1)
    assert result["aug_linear_gain"] == pytest.approx(0, abs=1e-9)


def test_one_shuffled_column_costs_that_column(small: Split, real: Scored) -> None:
    noise = np.random.default_rng(0).permutation(small.train["slope"])
    result = full(small, small.train.assign(slope=noise)).metrics
    assert result["tstr_others_r2[slope]"] < 0.2 < 0.9 < real.metrics["tstr_others_r2[slope]"]  # type: ignore[operator]
    assert result["tstr_others_r2"] < real.metrics["tstr_others_r2"]  # type: ignore[operator]


def test_the_wrong_columns_matter_to_a_table_that_swaps_them(split_of: Callable[..., Split]) -> None:
    x = np.random.default_rng(0).normal(size=(500, 3))
    frame = pd.DataFrame({"y": x @ [4.0, 2.0, 0.5], "a": x[:, 0], "b": x[:, 1], "c": x[:, 2]})
    split = split_of(frame[:300], frame[300:])
    swapped = frame[:300].rename(columns={"a": "c", "c": "a"})[list(frame.columns)]
    result = full(split, swapped)
    assert result.metrics["importance_agreement"] == -1
    order = result.details["utility/importance/real"].argsort()
    assert order.tolist() == [2, 1, 0]
    assert result.details["utility/importance/synthetic"].argsort().tolist() == [0, 1, 2]


def test_a_regime_that_test_lacks_says_so(small: Split) -> None:
    calm = small.test[small.test["target"] <= plume_threshold(small.train["target"].to_numpy())]
    result = full(Split(small.train, calm, calm, small.schema, "random", 0), small.train)
    assert result.reasons["tstr_xgb_mae_plume"] == "there are no plume rows in test"
    assert result.reasons["aug_xgb_mae_plume"] == "there are no plume rows in test"
    assert result.metrics["trts_xgb_mae_plume"] is not None  # the synthetic rows have some
    assert result.reasons["anomaly_auc"] == "test has no plume rows"
    assert result.metrics["tstr_xgb_mae_baseline"] == pytest.approx(result.metrics["tstr_xgb_mae"])


def test_the_threshold_is_learned_from_train(small: Split) -> None:
    rows = small.train.assign(target=small.train["target"] + 100)
    result = full(small, rows)
    assert result.metrics["tstr_linear_mae_plume"] == pytest.approx(100, rel=0.05)
    assert result.reasons["anomaly_auc"] == "fewer than 10 normal synthetic rows"


HOPELESS = {
    "infinite": lambda frame: frame.assign(slope=np.inf),
    "huge": lambda frame: frame * 0 + 1e38,
    "constant": lambda frame: frame * 0,
    "one row": lambda frame: frame[:1],
    "no rows": lambda frame: frame[:0],
    "collapsed target": lambda frame: frame.assign(target=1.0),
}


@pytest.mark.parametrize("change", HOPELESS)
def test_hopeless_rows_have_a_value_or_a_reason_and_no_good_score(small: Split, change: str) -> None:
    result = full(small, HOPELESS[change](small.train))
    assert not [reason for reason in result.reasons.values() if "the scorer" in reason or "no reason" in reason]
    for key, value in result.metrics.items():
        assert (value is None) == (key in result.reasons)
        if key.startswith("tstr_") and "_r2" in key and change != "collapsed target":
            assert value is None or value < 0.1, key
    assert result.metrics["trts_xgb_r2"] is None


@pytest.mark.parametrize(("train", "test"), [(4, 50), (60, 1), (60, 2)])
def test_few_real_rows_have_a_value_or_a_reason(
    train: int, test: int, split_of: Callable[..., Split], table: Callable[[int, int], pd.DataFrame]
) -> None:
    result = full(split_of(table(train, 0), table(test, 1)), table(40, 2))
    assert not [reason for reason in result.reasons.values() if "the scorer" in reason or "failed" in reason]
    assert result.reasons["scarce5_xgb_gain"] == "fewer than 10 real rows are left"
    if test == 1:
        assert result.reasons["aug_mlp_gain"] == "the target is constant in test"
        assert result.reasons["tstr_others_r2"] == "every other column is constant in test"


def test_real_rows_that_cannot_be_used_are_named(small: Split) -> None:
    split = Split(small.train, small.holdout, small.test.assign(curve=np.nan), small.schema, "random", 0)
    result = full(split, small.train)
    assert set(result.reasons.values()) == {"test: gaps in curve (150)"}


@pytest.mark.parametrize("count", [1, 2])
def test_narrow_tables_are_scored_as_far_as_they_go(small: Split, count: int) -> None:
    names = list(small.train.columns[:count])
    train, test = small.train[names], small.test[names]
    split = Split(train, test, test, Schema.of_numbers(names, "target"), "random", 0)
    result = full(split, split.train)
    if count == 1:
        assert set(result.reasons.values()) == {"the target is the only column"}
    else:
        assert result.reasons["importance_agreement"] == "fewer than two other columns"
        assert result.metrics["tstr_others_r2"] == result.metrics["tstr_others_r2[slope]"] > 0.5  # type: ignore[operator]


def test_scoring_twice_gives_the_same_bytes(small: Split, real: Scored, capsys: pytest.CaptureFixture[str]) -> None:
    again = full(small, small.train)
    assert again.metrics == real.metrics
    assert {k: v.tobytes() for k, v in again.details.items()} == {k: v.tobytes() for k, v in real.details.items()}
    assert capsys.readouterr() == ("", "")


def test_what_is_drawn_is_small(real: Scored) -> None:
    predicted = [f"predicted/{model}" for model in MODELS]
    assert set(real.details) == {
        f"utility/{key}" for key in ("actual", *predicted, "importance/real", "importance/synthetic")
    }
    assert all(real.details[f"utility/{key}"].shape == (150,) for key in ("actual", *predicted))


def test_what_is_prepared_needs_no_pickle(small: Split) -> None:
    result = prepare_all([FAMILY], small, 0)["utility"]
    assert not any(array.dtype.hasobject for array in result.values())
    models = {key.split("/")[1] for key in result if key.startswith("model/")}
    assert models == set(MODELS)
    x = small.test.to_numpy()[:, 1:]
    for name in MODELS:
        model = {key.split("/")[2]: array for key, array in result.items() if key.startswith(f"model/{name}/")}
        expected = float(result[f"trtr/{name}"])
        assert r2_score(small.test["target"], predict(name, model, x)) == pytest.approx(expected, abs=1e-6)
