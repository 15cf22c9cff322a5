"""Models as sets of arrays, which are stored and read without pickle: what regressors and classifiers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .described_models import STEPS, WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from bench.api import Arrays, Details

    from ..shared.matrix import Matrix
    from .features import Features

    Targets = NDArray[np.float64] | NDArray[np.int64]
    """Numbers, or codes of classes, (rows,)."""

_BATCH = 200
_EPOCHS = 200
_RATE = 3e-3


@dataclass(frozen=True, slots=True)
class Model:
    """A regressor or a classifier.

    Attributes:
        learn: (features rows x columns, target (rows,), seed) -> the fitted model; also `types`, the kinds of the
            features, if it takes codes.
        apply: (fitted model, features rows x columns) -> predictions (rows,), or (rows x classes) of a classifier.
        most_rows: of more rows than these, a random subset of this size is used; None: all are used.
        takes_codes: whether the features are codes with gaps, and not plain numbers.
    """

    learn: Callable[..., Details]
    apply: Callable[[Arrays, Matrix], Matrix]
    most_rows: int | None = None
    takes_codes: bool = False


def fit_model(model: Model, x: Matrix, y: Targets, seed: int, features: Features) -> Details:
    """Returns a fitted model, of at most as many rows as it takes, with the features as it takes them."""
    import numpy as np

    if model.most_rows is not None and len(x) > model.most_rows:
        kept = np.sort(np.random.default_rng(seed).permutation(len(x))[: model.most_rows])
        x, y = x[kept], y[kept]
    if model.takes_codes:
        return model.learn(features.codes(x), y, seed, types=features.types)
    return model.learn(features.plain(x), y, seed)


def apply_model(model: Model, fitted: Arrays, x: Matrix, features: Features) -> Matrix:
    """Returns what a fitted model predicts, with the features as it takes them."""
    return model.apply(fitted, features.codes(x) if model.takes_codes else features.plain(x))


def boosting_options(seed: int, trees: int, types: list[str] | None) -> dict[str, Any]:
    """Returns the options of XGBoost: one thread, so that the result depends on the seed alone.

    >>> boosting_options(7, 300, None)["random_state"], boosting_options(7, 300, ["q", "c"])["feature_types"]
    (7, ['q', 'c'])
    """
    kinds = {} if types is None else {"feature_types": types, "enable_categorical": True}
    size = {"n_estimators": trees, "max_depth": 6, "learning_rate": 0.1}
    return size | {"n_jobs": 1, "random_state": seed % 2**31, "verbosity": 0} | kinds


def boosting_arrays(fitted: Any) -> Details:  # noqa: ANN401 - XGBoost is not typed
    """Returns the bytes of XGBoost's own binary format, which holds the kinds of the features."""
    import numpy as np

    return {"ubj": np.frombuffer(bytes(fitted.get_booster().save_raw("ubj")), dtype=np.uint8)}


def forest_arrays(trees: Sequence[Any]) -> Details:
    """Returns the nodes of scikit-learn's trees, numbered together. A leaf is its own child: descending stays there.

    The value of a node is a number, or the shares of classes, (nodes x classes).
    """
    import numpy as np

    sizes = np.array([tree.node_count for tree in trees])
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)

    def all_nodes(name: str) -> Any:  # noqa: ANN401 - scikit-learn is not typed
        return np.concatenate([getattr(tree, name) for tree in trees])

    leaf, own_number, value = all_nodes("children_left") < 0, np.arange(len(first)), all_nodes("value")[:, 0]
    children = {
        side: np.where(leaf, own_number, all_nodes(f"children_{side}") + first).astype(np.int32)
        for side in ("left", "right")
    }
    return {
        **children,
        "roots": (np.cumsum(sizes) - sizes).astype(np.int32),
        "feature": np.where(leaf, 0, all_nodes("feature")).astype(np.int32),
        "threshold": all_nodes("threshold"),
        "value": value[:, 0] if value.shape[1] == 1 else value,
    }


def apply_forest(fitted: Arrays, x: Matrix) -> Matrix:
    """Returns the mean over trees of the leaf of each row; cuts are compared in float32, as in fitting."""
    import numpy as np

    single, rows = x.astype(np.float32), np.arange(len(x))
    left, right, feature, threshold = (fitted[name] for name in ("left", "right", "feature", "threshold"))
    total = np.zeros((len(x), *fitted["value"].shape[1:]))
    for root in fitted["roots"]:
        node, last = np.full(len(x), root), None
        while last is None or not np.array_equal(node, last):
            last = node
            node = np.where(single[rows, feature[node]] <= threshold[node], left[node], right[node])
        total += fitted["value"][node]
    return np.asarray(total / len(fitted["roots"]))


def learn_network(network: Any, scales: Details, x: Matrix, y: Matrix) -> Details:  # noqa: ANN401 - scikit-learn
    """Fits one of scikit-learn's networks to standardised features; its number of epochs is fixed by definition."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(scaled(scales, x), y)
    weights = {f"weight{i}": weight for i, weight in enumerate(network.coefs_)}
    return scales | weights | {f"bias{i}": bias for i, bias in enumerate(network.intercepts_)}


def network_options(rows: int, seed: int) -> dict[str, Any]:
    """Returns the options of two hidden layers that are fitted by Adam: about 2,000 steps, at most 200 epochs.

    >>> network_options(1_000, 0)["max_iter"], network_options(5, 0)["batch_size"]
    (200, 5)
    """
    import numpy as np

    return {
        "hidden_layer_sizes": (WIDTH, WIDTH),
        "batch_size": min(_BATCH, rows),
        "learning_rate_init": _RATE,
        "max_iter": int(np.clip(np.ceil(STEPS * _BATCH / rows), 1, _EPOCHS)),
        "random_state": seed % 2**31,
    }


def apply_layers(fitted: Arrays, x: Matrix) -> Matrix:
    """Returns the last layer of a network, (rows x outputs), before any function of the output."""
    import numpy as np

    layers = sum(name.startswith("weight") for name in fitted)
    values = scaled(fitted, x)
    for layer in range(layers):
        values = values @ fitted[f"weight{layer}"] + fitted[f"bias{layer}"]
        if layer < layers - 1:
            values = np.maximum(values, 0)
    return np.asarray(values)


def feature_scales(x: Matrix) -> Details:
    """Returns what `scaled` needs of the training rows."""
    from bench.grid import positive_std

    return float_arrays(mean=x.mean(axis=0), scale=positive_std(x), low=x.min(axis=0), high=x.max(axis=0))


def scaled(fitted: Arrays, x: Matrix) -> Matrix:
    """Returns standardised features, clipped to the range of the training rows, as trees do by themselves.

    The weights of a constant column keep their random initial values, which would multiply values outside its range.
    """
    import numpy as np

    return np.asarray((np.clip(x, fitted["low"], fitted["high"]) - fitted["mean"]) / fitted["scale"])


def float_arrays(**values: Any) -> Details:  # noqa: ANN401 - whatever becomes an array
    """Returns values as arrays of float64."""
    import numpy as np

    return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
