"""Regressors that measure utility. A fitted one is a set of arrays, which are stored and read without pickle.

A model is one entry of `MODELS`. Importing this module loads none of the libraries that fit them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.api import Arrays, Details

    from ..shared.matrix import Matrix

_TREES = 300
_FOREST = 100
_LEAF = 5
_BATCH = 200
_STEPS = 2_000
_EPOCHS = 200
_RATE = 3e-3
_WIDTH = 64
_MOST_ROWS = 25_000


@dataclass(frozen=True, slots=True)
class Model:
    """A regressor.

    Attributes:
        words: description for reports.
        learn: (features rows x columns, target (rows,), seed) -> the fitted model.
        apply: (fitted model, features rows x columns) -> predictions (rows,).
        core: whether its metrics belong to the core set.
        most_rows: of more rows than these, a random subset of this size is used; None: all are used.
    """

    words: str
    learn: Callable[[Matrix, Matrix, int], Details]
    apply: Callable[[Arrays, Matrix], Matrix]
    core: bool = False
    most_rows: int | None = None


def fit(name: str, x: Matrix, y: Matrix, seed: int) -> Details:
    """Returns a fitted model of `MODELS`, as arrays. One thread is used, so that the result depends on the seed alone.

    The features `x` are rows x columns, finite, at least one row; the target `y` is (rows,).

    >>> import numpy as np
    >>> line = fit("linear", np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]), 0)
    >>> predict("linear", line, np.array([[10.0]])).round(6)
    array([21.])
    """
    import numpy as np

    model = MODELS[name]
    if model.most_rows is not None and len(x) > model.most_rows:
        kept = np.sort(np.random.default_rng(seed).permutation(len(x))[: model.most_rows])
        x, y = x[kept], y[kept]
    return model.learn(x, y, seed)


def predict(name: str, fitted: Arrays, x: Matrix) -> Matrix:
    """Returns the predictions (rows,) of a fitted model for features (rows x columns)."""
    return MODELS[name].apply(fitted, x)


def learn_boosting(x: Matrix, y: Matrix, seed: int, trees: int = _TREES) -> Details:
    """Fits XGBoost; returns the bytes of its own binary format."""
    import numpy as np
    from xgboost import XGBRegressor

    model = XGBRegressor(
        n_estimators=trees, max_depth=6, learning_rate=0.1, n_jobs=1, random_state=seed % 2**31, verbosity=0
    )
    return {"ubj": np.frombuffer(bytes(model.fit(x, y).get_booster().save_raw("ubj")), dtype=np.uint8)}


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
    return _arrays(mean=scaler.mean_, scale=scaler.scale_, slope=line.coef_, intercept=line.intercept_)


def _apply_linear(fitted: Arrays, x: Matrix) -> Matrix:
    import numpy as np

    return np.asarray((x - fitted["mean"]) / fitted["scale"] @ fitted["slope"] + fitted["intercept"])


def _learn_forest(x: Matrix, y: Matrix, seed: int) -> Details:
    """Fits Breiman's forest with his settings for regression: a third of the columns per cut, leaves of 5 rows.

    The nodes of all trees are numbered together. A leaf is its own child, so that descending stays there.
    """
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(
        n_estimators=_FOREST, max_features=1 / 3, min_samples_leaf=_LEAF, n_jobs=1, random_state=seed % 2**31
    )
    trees = [tree.tree_ for tree in forest.fit(x, y).estimators_]
    sizes = np.array([tree.node_count for tree in trees])
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)

    def all_nodes(name: str) -> Any:  # noqa: ANN401 - scikit-learn is not typed
        return np.concatenate([getattr(tree, name) for tree in trees])

    leaf, own_number = all_nodes("children_left") < 0, np.arange(len(first))
    children = {
        side: np.where(leaf, own_number, all_nodes(f"children_{side}") + first).astype(np.int32)
        for side in ("left", "right")
    }
    return {
        **children,
        "roots": (np.cumsum(sizes) - sizes).astype(np.int32),
        "feature": np.where(leaf, 0, all_nodes("feature")).astype(np.int32),
        "threshold": all_nodes("threshold"),
        "value": all_nodes("value")[:, 0, 0],
    }


def _apply_forest(fitted: Arrays, x: Matrix) -> Matrix:
    """Returns the mean over trees of the leaf of each row; cuts are compared in float32, as in fitting."""
    import numpy as np

    single, rows = x.astype(np.float32), np.arange(len(x))
    left, right, feature, threshold = (fitted[name] for name in ("left", "right", "feature", "threshold"))
    total = np.zeros(len(x))
    for root in fitted["roots"]:
        node, last = np.full(len(x), root), None
        while last is None or not np.array_equal(node, last):
            last = node
            node = np.where(single[rows, feature[node]] <= threshold[node], left[node], right[node])
        total += fitted["value"][node]
    return total / len(fitted["roots"])


def _learn_network(x: Matrix, y: Matrix, seed: int) -> Details:
    """Fits two hidden layers of 64 by Adam; all standardised, about 2,000 steps, at most 200 epochs."""
    import warnings

    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor

    from bench.grid import positive_std

    scales = _arrays(
        mean=x.mean(axis=0),
        scale=positive_std(x),
        low=x.min(axis=0),
        high=x.max(axis=0),
        target=[y.mean(), positive_std(y)],
    )
    epochs = int(np.clip(np.ceil(_STEPS * _BATCH / len(x)), 1, _EPOCHS))
    network = MLPRegressor(
        hidden_layer_sizes=(_WIDTH, _WIDTH),
        batch_size=min(_BATCH, len(x)),
        learning_rate_init=_RATE,
        max_iter=epochs,
        random_state=seed % 2**31,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # The number of epochs is fixed by definition.
        network.fit(_inputs(scales, x), (y - scales["target"][0]) / scales["target"][1])
    weights = {f"weight{i}": weight for i, weight in enumerate(network.coefs_)}
    return scales | weights | {f"bias{i}": bias for i, bias in enumerate(network.intercepts_)}


def _apply_network(fitted: Arrays, x: Matrix) -> Matrix:
    import numpy as np

    layers = sum(name.startswith("weight") for name in fitted)
    values = _inputs(fitted, x)
    for layer in range(layers):
        values = values @ fitted[f"weight{layer}"] + fitted[f"bias{layer}"]
        if layer < layers - 1:
            values = np.maximum(values, 0)
    mean, scale = fitted["target"]
    return np.asarray(values[:, 0] * scale + mean)


def _inputs(fitted: Arrays, x: Matrix) -> Matrix:
    """Returns standardised features, clipped to the range of the training rows, as trees do by themselves.

    The weights of a constant column keep their random initial values, which would multiply values outside its range.
    """
    import numpy as np

    return np.asarray((np.clip(x, fitted["low"], fitted["high"]) - fitted["mean"]) / fitted["scale"])


def _arrays(**values: Any) -> Details:  # noqa: ANN401 - whatever becomes an array
    import numpy as np

    return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}


_ROWS = f"of at most {_MOST_ROWS:,} rows"
MODELS = {
    "xgb": Model(f"XGBoost ({_TREES} trees, depth 6, learning rate 0.1)", learn_boosting, apply_boosting, core=True),
    "linear": Model("linear regression on standardised columns", _learn_linear, _apply_linear, core=True),
    "rf": Model(
        f"a random forest ({_FOREST} trees, a third of the columns per cut, leaves of {_LEAF}; {_ROWS})",
        _learn_forest,
        _apply_forest,
        most_rows=_MOST_ROWS,
    ),
    "mlp": Model(
        f"a neural network (2 x {_WIDTH}, about {_STEPS:,} steps, all standardised; {_ROWS})",
        _learn_network,
        _apply_network,
        most_rows=_MOST_ROWS,
    ),
}
# Shares of train that remain when real rows are scarce, by prefix of the metric, and the models fitted to them.
SCARCE = {"scarce5": 0.05, "scarce20": 0.2}
SCARCE_MODELS = ("xgb", "linear")
