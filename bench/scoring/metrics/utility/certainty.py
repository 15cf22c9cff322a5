"""How certain classes are: whether they follow from the other columns as closely as in real rows.

A table whose classes are those that a model finds most probable trains as good a model as real rows do. Its classes
are too certain, so its users would trust predictions too much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import score
from .class_scores import log_loss, macro_auc, over_all_classes
from .residuals import FOLDS
from .stored_models import boosting_options

if TYPE_CHECKING:
    from bench.api import Score

    from ..shared.matrix import Matrix
    from .rows import Rows

_NAME = "certainty_error"
_FEWEST_ROWS = 20
_TREES = 100
_LEAST_AUC = 0.55
_LARGEST_RATIO = 100.0


def score_certainty(synthetic: Rows, real: Rows, seed: int) -> Score:
    """Returns the score of `certainty_error`; `real` are rows exchangeable with train."""
    if min(len(synthetic.y), len(real.y)) < _FEWEST_ROWS:
        return score(_NAME, np.nan, undefined=f"fewer than {_FEWEST_ROWS} rows of either kind")
    if len(np.unique(synthetic.y)) < 2:
        # All is certain where there is one class.
        return score(_NAME, float(np.log(_LARGEST_RATIO)))
    inside, outside = cross_fitted(synthetic, real, seed)
    if not macro_auc(real.y, np.mean(outside, axis=0)) > _LEAST_AUC:
        # Classes without any dependence have the right loss, because it is that of their shares.
        return score(_NAME, np.nan, undefined=f"models of the synthetic rows have an AUC below {_LEAST_AUC} on holdout")
    losses = log_loss(synthetic.y, inside), np.mean([log_loss(real.y, predicted) for predicted in outside])
    return score(_NAME, certainty_error(losses[0], float(losses[1])))


def cross_fitted(synthetic: Rows, real: Rows, seed: int) -> tuple[Matrix, list[Matrix]]:
    """Fits XGBoost to each half of the synthetic rows: trees of depth 4, 100 rounds or fewer for several classes.

    Returns:
        The probabilities (rows x classes) of the synthetic rows by the model of the other half; those of the real rows
        by each model.
    """
    fold = np.random.default_rng(seed).permutation(np.arange(len(synthetic.y)) % FOLDS)
    inside, outside = np.empty((len(synthetic.y), synthetic.classes)), []
    for number in range(FOLDS):
        held_out = fold == number
        tables = synthetic.only(held_out), real
        inside[held_out], on_real = _probabilities(synthetic.only(~held_out), *tables)
        outside.append(on_real)
    return inside, outside


def _probabilities(train: Rows, *tables: Rows) -> list[Matrix]:
    from xgboost import XGBClassifier

    from .classifiers import boosting_trees

    present, codes = np.unique(train.y.astype(np.int64), return_inverse=True)
    known = present.tolist()
    if len(known) < 2:
        return [over_all_classes(np.ones((len(rows.y), len(known))), known, train.classes) for rows in tables]
    options = boosting_options(0, boosting_trees(len(known), _TREES), train.features.types)
    model = XGBClassifier(**options | {"max_depth": 4, "min_child_weight": 5})
    model.fit(train.features.codes(train.x), codes.reshape(-1))
    predicted = [np.asarray(model.predict_proba(rows.features.codes(rows.x)), dtype=np.float64) for rows in tables]
    return [over_all_classes(values, known, train.classes) for values in predicted]


def certainty_error(synthetic: float, real: float) -> float:
    """Returns |log of the loss of synthetic rows over that of real rows|, at most log 100.

    >>> round(certainty_error(0.2, 0.4), 3)
    0.693
    """
    tiny = np.finfo(np.float64).tiny
    return float(np.abs(np.log(np.clip((synthetic + tiny) / (real + tiny), 1 / _LARGEST_RATIO, _LARGEST_RATIO))))
