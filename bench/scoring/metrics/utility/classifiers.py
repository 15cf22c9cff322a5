"""Classifiers that measure utility. A fitted one is a set of arrays, which are stored and read without pickle.

They have the names of the regressors. `present` of a fitted model are the codes of the classes that it knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .class_scores import over_all_classes
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
    from .stored_models import Targets

_FEWEST_TREES = 20
_ITERATIONS = 300


def fit_classes(name: str, x: Matrix, codes: Matrix, seed: int, features: Features = NUMBERS) -> Details:
    """Returns a fitted classifier of `CLASSIFIERS`, as arrays.

    Args:
        name: of the model.
        x: the features, rows x columns, at least one row, as `features` describes them.
        codes: the class of each row, (rows,). Of a single class, the model is that class.
        seed: for all that is random; one thread is used.
        features: the kinds of the features.
    """
    return fit_classifier(CLASSIFIERS[name], x, codes, seed, features)


def fit_classifier(model: Model, x: Matrix, codes: Matrix, seed: int, features: Features) -> Details:
    """Returns a fitted classifier; see `fit_classes`."""
    import numpy as np

    present, numbers = np.unique(codes.astype(np.int64), return_inverse=True)
    known: Details = {"present": present}
    return (
        known if len(present) < 2 else known | fit_model(model, x, numbers.reshape(-1).astype(np.int64), seed, features)
    )


def predict_classes(name: str, fitted: Arrays, x: Matrix, classes: int, features: Features = NUMBERS) -> Matrix:
    """Returns the probabilities of all classes, (rows x classes); see `over_all_classes`.

    >>> import numpy as np
    >>> one = fit_classes("linear", np.array([[0.0], [1.0]]), np.array([2.0, 2.0]), 0)
    >>> predict_classes("linear", one, np.array([[5.0]]), 3).argmax()
    np.int64(2)
    """
    import numpy as np

    present = fitted["present"].tolist()
    known = np.ones((len(x), 1)) if len(present) < 2 else apply_model(CLASSIFIERS[name], fitted, x, features)
    return over_all_classes(known, present, classes)


def boosting_trees(classes: int, most: int) -> int:
    """Returns the rounds of boosting, each of which has a tree per class: fewer for many classes, at least 20.

    >>> boosting_trees(2, 300), boosting_trees(3, 300), boosting_trees(100, 300)
    (300, 200, 20)
    """
    return max(min(most, 2 * most // classes), min(_FEWEST_TREES, most))


def learn_boosted_classes(
    x: Matrix, y: Targets, seed: int, trees: int = TREES, types: list[str] | None = None
) -> Details:
    """Fits XGBoost by logarithmic loss; `types` are the kinds of the features, None if all are numbers."""
    from xgboost import XGBClassifier

    rounds = boosting_trees(int(y.max()) + 1, trees)
    return boosting_arrays(XGBClassifier(**boosting_options(seed, rounds, types)).fit(x, y))


def apply_boosted_classes(fitted: Arrays, x: Matrix) -> Matrix:
    """Returns probabilities (rows x present classes), which XGBoost computes in float32."""
    import numpy as np
    from xgboost import XGBClassifier

    model = XGBClassifier(n_jobs=1)
    model.load_model(bytearray(fitted["ubj"].tobytes()))
    return np.asarray(model.predict_proba(x), dtype=np.float64)


def _learn_logistic(x: Matrix, y: Matrix, seed: int) -> Details:
    """Fits logistic regression on standardised columns, with the L2 penalty of scikit-learn's default."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        line = LogisticRegression(max_iter=_ITERATIONS).fit(scaler.transform(x), y)
    return float_arrays(mean=scaler.mean_, scale=scaler.scale_, slope=line.coef_.T, intercept=line.intercept_)


def _apply_logistic(fitted: Arrays, x: Matrix) -> Matrix:
    return _probabilities((x - fitted["mean"]) / fitted["scale"] @ fitted["slope"] + fitted["intercept"])


def _learn_forest(x: Matrix, y: Matrix, seed: int) -> Details:
    """Fits Breiman's forest: the square root of the number of columns per cut, leaves of 5 rows."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        n_estimators=FOREST, max_features="sqrt", min_samples_leaf=LEAF, n_jobs=1, random_state=seed % 2**31
    )
    return forest_arrays([tree.tree_ for tree in forest.fit(x, y).estimators_])


def _learn_network(x: Matrix, y: Matrix, seed: int) -> Details:
    """Fits two hidden layers of 64 by Adam; features standardised, about 2,000 steps, at most 200 epochs."""
    from sklearn.neural_network import MLPClassifier

    return learn_network(MLPClassifier(**network_options(len(x), seed)), feature_scales(x), x, y)


def _apply_network(fitted: Arrays, x: Matrix) -> Matrix:
    return _probabilities(apply_layers(fitted, x))


def _probabilities(logits: Matrix) -> Matrix:
    """Returns the probabilities of classes: of two, from one logit (rows x 1), else from one logit per class."""
    from scipy.special import expit, softmax

    if logits.shape[1] == 1:
        import numpy as np

        return np.column_stack([expit(-logits[:, 0]), expit(logits[:, 0])])
    return softmax(logits, axis=1)


CLASSIFIERS = {
    "xgb": Model(learn_boosted_classes, apply_boosted_classes, takes_codes=True),
    "linear": Model(_learn_logistic, _apply_logistic),
    "rf": Model(_learn_forest, apply_forest, most_rows=MOST_ROWS),
    "mlp": Model(_learn_network, _apply_network, most_rows=MOST_ROWS),
}
