from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

from bench.common.atomic_files import pack_arrays, unpack_arrays
from bench.scoring.metrics.utility.described_models import DESCRIPTIONS
from bench.scoring.metrics.utility.regressors import MODELS, fit, predict

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from bench.api import Details

    Numbers = NDArray[np.float64]
    Library = Callable[[Numbers, Numbers], Callable[[Numbers], Numbers]]


@pytest.fixture(scope="module")
def rows() -> tuple[Numbers, Numbers]:
    """250 rows of three features of very different size."""
    x = np.random.default_rng(0).normal(size=(250, 3)) * [1, 1_000, 0.01] + [0, 40_000, 5]
    return x, 2 * x[:, 0] + np.sin(x[:, 1] / 500) + 1_000


@pytest.fixture(scope="module")
def unseen() -> Numbers:
    """Rows to predict, some of them far from the ones above."""
    return np.random.default_rng(1).normal(size=(80, 3)) * [3, 2_000, 0.03] + [0, 40_000, 5]


def boosted(x: Numbers, y: Numbers) -> Callable[[Numbers], Numbers]:
    model = XGBRegressor(n_estimators=300, max_depth=6, learning_rate=0.1, n_jobs=1, random_state=7, verbosity=0)
    return model.fit(x, y).predict


def line(x: Numbers, y: Numbers) -> Callable[[Numbers], Numbers]:
    return make_pipeline(StandardScaler(), LinearRegression()).fit(x, y).predict  # type: ignore[no-any-return]


def forest(x: Numbers, y: Numbers) -> Callable[[Numbers], Numbers]:
    model = RandomForestRegressor(n_estimators=100, max_features=1 / 3, min_samples_leaf=5, random_state=7)
    return model.fit(x, y).predict  # type: ignore[no-any-return]


def network(x: Numbers, y: Numbers) -> Callable[[Numbers], Numbers]:
    scale = StandardScaler().fit(x)
    centre, width = y.mean(), y.std()
    model = MLPRegressor(
        hidden_layer_sizes=(64, 64), batch_size=200, learning_rate_init=3e-3, max_iter=200, random_state=7
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(scale.transform(x), (y - centre) / width)
    low, high = x.min(axis=0), x.max(axis=0)
    return lambda new: model.predict(scale.transform(np.clip(new, low, high))) * width + centre


@pytest.mark.parametrize(("name", "library"), [("xgb", boosted), ("linear", line), ("rf", forest), ("mlp", network)])
def test_a_stored_model_predicts_exactly_what_the_library_does(
    name: str, library: Library, rows: tuple[Numbers, Numbers], unseen: Numbers
) -> None:
    stored = unpack_arrays(pack_arrays(fit(name, *rows, 7)))
    expected = np.asarray(library(*rows)(unseen), dtype=np.float64)
    assert np.array_equal(predict(name, stored, unseen), expected)
    assert np.std(expected) > 0


def test_the_network_agrees_with_scikit_learn_where_nothing_is_clipped(rows: tuple[Numbers, Numbers]) -> None:
    assert np.array_equal(predict("mlp", fit("mlp", *rows, 7), rows[0]), network(*rows)(rows[0]))


def test_the_linear_model_agrees_with_least_squares(rows: tuple[Numbers, Numbers], unseen: Numbers) -> None:
    x, y = rows
    solution = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)[0]
    result = predict("linear", fit("linear", x, y, 0), unseen)
    assert result == pytest.approx(unseen @ solution[:3] + solution[3], rel=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_a_seed_decides_every_bit(name: str, rows: tuple[Numbers, Numbers]) -> None:
    first, again = fit(name, *rows, 3), fit(name, *rows, 3)
    assert pack_arrays(first) == pack_arrays(again)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_learns(name: str, rows: tuple[Numbers, Numbers]) -> None:
    x, y = rows
    residual = y - predict(name, fit(name, x, y, 0), x)
    assert residual.var() < 0.25 * y.var()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("count", [1, 7])
def test_a_constant_target_is_predicted_from_any_number_of_rows(name: str, count: int) -> None:
    x = np.random.default_rng(0).normal(size=(count, 2))
    result = predict(name, fit(name, x, np.full(count, 3.5), 0), x + 10)
    assert result == pytest.approx(np.full(count, 3.5), abs=0.6)


def test_a_column_that_was_constant_says_nothing_to_the_network() -> None:
    x = np.random.default_rng(0).normal(size=(100, 2))
    x[:, 1] = 4.0
    fitted = fit("mlp", x, x[:, 0], 0)
    elsewhere = x + np.array([0.0, 1e6])
    assert np.array_equal(predict("mlp", fitted, elsewhere), predict("mlp", fitted, x))


@pytest.mark.parametrize("name", ["rf", "mlp"])
def test_many_rows_are_thinned_for_what_is_slow(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Numbers] = []

    def look(x: Numbers, y: Numbers, seed: int) -> Details:
        seen.append(np.column_stack([x, y]))
        return {}

    monkeypatch.setitem(MODELS, name, replace(MODELS[name], learn=look))
    x = np.arange(30_000.0)[:, None]
    for seed in (0, 0, 1):
        fit(name, x, -x[:, 0], seed)
    assert [len(table) for table in seen] == [25_000] * 3
    assert all(np.array_equal(table[:, 0], -table[:, 1]) and len(np.unique(table[:, 0])) == 25_000 for table in seen)
    assert np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[0], seen[2])


def test_the_core_models_see_all_rows() -> None:
    assert {name: MODELS[name].most_rows for name, model in DESCRIPTIONS.items() if model.core} == {
        "xgb": None,
        "linear": None,
    }


@settings(max_examples=5)
@given(st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=20), st.integers(0, 5))
def test_a_forest_never_leaves_the_range_of_its_targets(far: list[float], seed: int) -> None:
    y = np.random.default_rng(seed).normal(size=20)
    result = predict("rf", fit("rf", np.arange(20.0)[:, None], y, seed), np.array(far)[:, None])
    assert y.min() <= result.min()
    assert result.max() <= y.max()
