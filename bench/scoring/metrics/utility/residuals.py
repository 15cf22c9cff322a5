"""What a model does not explain: the spread of residuals, and intervals that should hold a known share of real rows.

A table whose target is a model's prediction, without any residual, trains as good a model as real rows do. Its
residuals are too small, so its users would trust predictions too much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..shared.matrix import score
from .stored_models import boosting_options

if TYPE_CHECKING:
    from bench.api import Score

    from ..shared.matrix import Matrix
    from .rows import Rows

FOLDS = 2
NOMINAL = 0.9
_FEWEST_ROWS = 20
_MOST_BINS = 5
_ROWS_PER_BIN = 100
_LARGEST_RATIO = 100.0


class Residuals(NamedTuple):
    """Predictions of models that have not seen a row, and what they miss, both (rows,)."""

    predicted: Matrix
    missed: Matrix


def score_residuals(synthetic: Rows, real: Rows, seed: int) -> list[Score]:
    """Returns the scores of both metrics; `real` are rows exchangeable with train."""
    if min(len(synthetic.y), len(real.y)) < _FEWEST_ROWS:
        return _undefined(f"fewer than {_FEWEST_ROWS} rows of either kind")
    inside, outside = cross_fitted(synthetic, real, seed)
    if float((outside.missed**2).mean()) >= real.y.var():
        # Residuals of independent columns have the right size, because they are as large as the target's spread.
        return _undefined("models of the synthetic rows predict holdout no better than its mean")
    return [
        score("residual_spread", residual_spread(inside.missed, outside.missed)),
        score("interval_error", interval_error(inside, outside)),
    ]


def _undefined(reason: str) -> list[Score]:
    return [score(name, np.nan, undefined=reason) for name in ("residual_spread", "interval_error")]


def cross_fitted(synthetic: Rows, real: Rows, seed: int) -> tuple[Residuals, Residuals]:
    """Fits XGBoost to each half of the synthetic rows: 100 trees of depth 4, leaves of at least 20 rows.

    Smaller leaves would learn a row from its neighbours in time, which only real rows have.

    Returns:
        The residuals of the synthetic rows by the model of the other half; those of the real rows by both models.
    """
    from xgboost import XGBRegressor

    fold = np.random.default_rng(seed).permutation(np.arange(len(synthetic.y)) % FOLDS)
    within, on_real = np.empty(len(synthetic.y)), []
    x, real_x = (rows.features.codes(rows.x) for rows in (synthetic, real))
    options = boosting_options(0, 100, synthetic.features.types) | {"max_depth": 4, "min_child_weight": 20}
    for number in range(FOLDS):
        held_out = fold == number
        model = XGBRegressor(**options).fit(x[~held_out], synthetic.y[~held_out])
        within[held_out] = model.predict(x[held_out])
        on_real.append(model.predict(real_x))
    predicted = np.concatenate(on_real).astype(np.float64)
    return Residuals(within, synthetic.y - within), Residuals(predicted, np.tile(real.y, FOLDS) - predicted)


def residual_spread(synthetic: Matrix, real: Matrix) -> float:
    """Returns |log of the mean |residual| of synthetic rows over that of real rows|, at most log 100.

    Both are residuals of the same models, (rows,). Means of absolute values depend less on a few rows than standard
    deviations do.

    >>> round(residual_spread(np.array([1.0, -1.0]), np.array([2.0, -2.0])), 3)
    0.693
    """
    tiny = np.finfo(np.float64).tiny
    first, second = (float(np.abs(values).mean()) + tiny for values in (synthetic, real))
    return float(np.abs(np.log(np.clip(first / second, 1 / _LARGEST_RATIO, _LARGEST_RATIO))))


def interval_error(synthetic: Residuals, real: Residuals) -> float:
    """Returns by how much intervals learned from synthetic rows miss the share of real rows that they should hold.

    An interval reaches from the 5 % to the 95 % quantile of the synthetic residuals around a prediction. Quantiles are
    taken in up to five bins of equally many synthetic rows by prediction, one bin per 100 real rows. The result is the
    mean over bins of |share of real rows inside - 0.9|; bins without real rows are left out.

    >>> rows = Residuals(np.zeros(101), np.arange(-50.0, 51.0))
    >>> round(interval_error(rows, rows), 3), round(interval_error(rows, Residuals(np.zeros(4), np.full(4, 60.0))), 3)
    (0.001, 0.9)
    """
    bins = int(np.clip(len(real.missed) // FOLDS // _ROWS_PER_BIN, 1, _MOST_BINS))
    edges = np.quantile(synthetic.predicted, np.arange(1, bins) / bins)
    places = [np.searchsorted(edges, rows.predicted, side="right") for rows in (synthetic, real)]
    errors = [
        abs(_share_inside(synthetic.missed[places[0] == number], real.missed[places[1] == number]) - NOMINAL)
        for number in range(bins)
        if (places[0] == number).any() and (places[1] == number).any()
    ]
    return float(np.mean(errors)) if errors else float("nan")


def _share_inside(synthetic: Matrix, real: Matrix) -> float:
    low, high = np.quantile(synthetic, [(1 - NOMINAL) / 2, (1 + NOMINAL) / 2])
    return float(((real >= low) & (real <= high)).mean())
