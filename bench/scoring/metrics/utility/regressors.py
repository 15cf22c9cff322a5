"""Regressors that measure utility. A fitted one is a set of arrays, which are stored and read without pickle.

A model is one entry of `MODELS`. Importing this module loads none of the libraries that fit them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .described_models import FOREST, LEAF, MOST_ROWS, TREES
from .features import NUMBERS
from .stored_models import (
    Model,
    apply_forest,
    apply_layers,
    apply_model,
    boosting_arrays,
    boosting_options,
    feature_scales,
    fit_model,
    float_arrays,
    forest_arrays,
    learn_network,
    network_options,
)

if TYPE_CHECKING:
    from bench.api import Arrays, Details

    from ..shared.matrix import Matrix
    from .features import Features


def fit(name: str, x: Matrix, y: Matrix, seed: int, features: Features = NUMBERS) -> Details:
    """Returns a fitted model of `MODELS`, as arrays. One thread is used, so that the result depends on the seed alone.

    The features `x` are rows x columns, at least one row, as `features` describes them; the target `y` is (rows,).

    >>> import numpy as np
    >>> line = fit("linear", np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]), 0)
    >>> predict("linear", line, np.array([[10.0]])).round(6)
    array([21.])
    """
    return fit_model(MODELS[name], x, y, seed, features)


def predict(name: str, fitted: Arrays, x: Matrix, features: Features = NUMBERS) -> Matrix:
    """Returns the predictions (rows,) of a fitted model for features (rows x columns)."""
    return apply_model(MODELS[name], fitted, x, features)


def learn_boosting(x: Matrix, y: Matrix, seed: int, trees: int = TREES, types: list[str] | None = None) -> Details:
    """Fits XGBoost; `types` are the kinds of the features, None if all are numbers."""
    from xgboost import XGBRegressor

    return boosting_arrays(XGBRegressor(**boosting_options(seed, trees, types)).fit(x, y))


def apply_boosting(fitted: Arrays, x: Matrix) -> Matrix:
    """Returns predictions (rows,), which XGBoost computes in float32."""
    import numpy as np
    from xgboost import XGBRegressor

    model = XGBRegressor(n_jobs=1)
    model.load_model(bytearray(fitted["ubj"].tobytes()))
    return np.asarray(model.predict(x), dtype=np.float64)


def _learn_linear(x: Matrix, y: Matrix, seed: int) -> Details:
    """Fits least squares on standardised columns; of several solutions (constant columns), the shortest."""
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(x)
    line = LinearRegression().fit(scaler.transform(x), y)
    return float_arrays(mean=scaler.mean_, scale=scaler.scale_, slope=line.coef_, intercept=line.intercept_)


def _apply_linear(fitted: Arrays, x: Matrix) -> Matrix:
    import numpy as np

    return np.asarray((x - fitted["mean"]) / fitted["scale"] @ fitted["slope"] + fitted["intercept"])


def _learn_forest(x: Matrix, y: Matrix, seed: int) -> Details:
    """Fits Breiman's forest with his settings for regression: a third of the columns per cut, leaves of 5 rows."""
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        n_estimators=FOREST, max_features=1 / 3, min_samples_leaf=LEAF, n_jobs=1, random_state=seed % 2**31
    )
    return forest_arrays([tree.tree_ for tree in forest.fit(x, y).estimators_])


def _learn_network(x: Matrix, y: Matrix, seed: int) -> Details:
    """Fits two hidden layers of 64 by Adam; all standardised, about 2,000 steps, at most 200 epochs."""
    from sklearn.neural_network import MLPRegressor

    from bench.grid import positive_std

    scales = feature_scales(x) | float_arrays(target=[y.mean(), positive_std(y)])
    network = MLPRegressor(**network_options(len(x), seed))
    return learn_network(network, scales, x, (y - scales["target"][0]) / scales["target"][1])


def _apply_network(fitted: Arrays, x: Matrix) -> Matrix:
    import numpy as np

    mean, scale = fitted["target"]
    return np.asarray(apply_layers(fitted, x)[:, 0] * scale + mean)


MODELS = {
    "xgb": Model(learn_boosting, apply_boosting, takes_codes=True),
    "linear": Model(_learn_linear, _apply_linear),
    "rf": Model(_learn_forest, apply_forest, most_rows=MOST_ROWS),
    "mlp": Model(_learn_network, _apply_network, most_rows=MOST_ROWS),
}
