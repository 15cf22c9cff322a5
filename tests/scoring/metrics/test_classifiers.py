from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from bench.api import Column
from bench.common.atomic_files import pack_arrays, unpack_arrays
from bench.scoring.metrics.utility.class_scores import LEAST, over_all_classes
from bench.scoring.metrics.utility.classifiers import CLASSIFIERS, fit_classes, predict_classes
from bench.scoring.metrics.utility.features import features_of
from bench.scoring.metrics.utility.regressors import MODELS, fit, predict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

COLUMNS = (Column("size", missing=True), Column("kind", "categorical", ("a", "b", "c"), missing=True))


def library(name: str, classes: int) -> object:
    network = {"hidden_layer_sizes": (64, 64), "batch_size": 200, "learning_rate_init": 3e-3, "max_iter": 200}
    return {
        "xgb": XGBClassifier(
            n_estimators=300 if classes == 2 else 200, max_depth=6, learning_rate=0.1, n_jobs=1, random_state=7
        ),
        "linear": make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)),
        "rf": RandomForestClassifier(n_estimators=100, min_samples_leaf=5, random_state=7),
        "mlp": make_pipeline(StandardScaler(), MLPClassifier(**network, random_state=7)),
    }[name]


def rows(classes: int) -> tuple[Numbers, Numbers]:
    """250 rows of three features of very different size."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(250, 3)) * [1, 1_000, 0.01] + [0, 40_000, 5]
    signal = x[:, 0] + np.sin(x[:, 1] / 500) + rng.normal(0, 0.3, 250)
    return x, np.digitize(signal, np.quantile(signal, np.arange(1, classes) / classes)).astype(np.float64)


@pytest.mark.parametrize(("name", "classes"), [("xgb", 2), ("linear", 3), ("linear", 2), ("rf", 3), ("mlp", 2)])
def test_a_stored_model_predicts_what_the_library_does(name: str, classes: int) -> None:
    x, codes = rows(classes)
    stored = unpack_arrays(pack_arrays(fit_classes(name, x, codes, 7)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = library(name, classes).fit(x, codes.astype(int)).predict_proba(x)  # type: ignore[attr-defined]
    result = predict_classes(name, stored, x, classes)
    assert result == pytest.approx(over_all_classes(expected, range(classes), classes), abs=1e-6)
    assert (result.argmax(axis=1) == codes).mean() > 0.6


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classes_that_were_not_seen_are_nearly_impossible(name: str) -> None:
    x, codes = rows(2)
    result = predict_classes(name, fit_classes(name, x[:60], np.where(codes[:60] > 0, 3.0, 1.0), 0), x, 5)
    assert result[:, [0, 2, 4]].max() == pytest.approx(LEAST, rel=1e-3)
    assert result.sum(axis=1) == pytest.approx(np.ones(250))


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_single_class_is_predicted_always(name: str, count: int) -> None:
    x = np.random.default_rng(0).normal(size=(count, 2))
    result = predict_classes(name, fit_classes(name, x, np.full(count, 2.0), 0), np.zeros((4, 2)), 3)
    assert result.std(axis=0) == pytest.approx(np.zeros(3))
    assert result[0, 2] > 0.99 if count else result[0] == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("name", MODELS)
def test_levels_and_gaps_are_features(name: str) -> None:
    rng = np.random.default_rng(1)
    kind = rng.integers(0, 4, 300).astype(float)
    kind[kind == 3] = np.nan
    size = np.where(rng.random(300) < 0.3, np.nan, rng.normal(size=300))
    x, level = np.column_stack([size, kind]), np.nan_to_num(kind, nan=3.0)
    features = features_of(x, COLUMNS)
    target = np.array([1.0, -1.0, 1.0, 5.0])[level.astype(int)] + 3 * np.isnan(size)
    predicted = predict(name, fit(name, x, target, 0, features), x, features)
    assert np.corrcoef(target, predicted)[0, 1] > 0.95
    classes = predict_classes(name, fit_classes(name, x, (target > 2).astype(float), 0, features), x, 2, features)
    assert ((classes[:, 1] > 0.5) == (target > 2)).mean() > 0.97
    invented = np.array([[0.0, 3.0]])
    assert np.isfinite(predict(name, fit(name, x, target, 0, features), invented, features)).all()
