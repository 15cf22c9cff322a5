"""Real and synthetic rows together: does adding synthetic rows to train, or to a small share of it, help?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Arrays, Details, Score

from ..shared.matrix import score
from .other_tasks import IMPORTANCE_MODEL, permutation_importance
from .regressors import MODELS, SCARCE, SCARCE_MODELS, fit, predict
from .tstr import Rows, errors, r2

if TYPE_CHECKING:
    from ..shared.matrix import Matrix

_FEWEST_ROWS = 10


def fit_to_real(train: Rows, test: Rows, seed: int) -> Details:
    """Fits models to real rows alone, for comparison with models of synthetic rows.

    Returns:
        `model/<name>/<array>` of each model fitted to train, and `trtr/<name>`, its R2 on test; `<scarce>/rows`, the
        rows of train that a small share keeps, and `<scarce>/<name>`, the R2 on test of a model fitted to them alone;
        `importance` (features,) of the columns for the boosted trees fitted to train.
    """
    fitted = {name: fit(name, train.x, train.y, seed) for name in MODELS}
    arrays: Details = {f"model/{name}/{key}": array for name, model in fitted.items() for key, array in model.items()}
    for name, model in fitted.items():
        arrays[f"trtr/{name}"] = np.array(r2(test.y, predict(name, model, test.x)))
    for part, share in SCARCE.items():
        kept = random_subset(len(train.y), share, seed)
        arrays[f"{part}/rows"] = kept
        if len(kept) >= _FEWEST_ROWS:
            few = Rows(train.x[kept], train.y[kept])
            arrays |= {f"{part}/{name}": np.array(fitted_r2(name, few, test, seed)) for name in SCARCE_MODELS}
    arrays["importance"] = permutation_importance(IMPORTANCE_MODEL, fitted[IMPORTANCE_MODEL], test, seed)
    return arrays


def random_subset(count: int, share: float, seed: int) -> Matrix:
    """Returns the sorted positions of a random share of `count` rows; smaller shares lie within larger ones.

    >>> random_subset(10, 0.2, 0)
    array([4, 6])
    >>> random_subset(10, 0.3, 0)
    array([2, 4, 6])
    """
    return np.sort(np.random.default_rng(seed).permutation(count)[: round(share * count)])


def fitted_r2(name: str, rows: Rows, test: Rows, seed: int) -> float:
    """Returns the R2 on `test` of a model fitted to `rows`; NaN if the target of test is constant."""
    return r2(test.y, predict(name, fit(name, rows.x, rows.y, seed), test.x))


def augmented_train(
    artefacts: Arrays, train: Rows, synthetic: Rows, test: Rows, threshold: float, seed: int
) -> list[Score]:
    """Returns errors on test after training on train and the synthetic rows, and the gain in R2."""
    both, scores = train.and_(synthetic), list[Score]()
    for name in MODELS:
        predicted = predict(name, fit(name, both.x, both.y, seed), test.x)
        scores += errors(f"aug_{name}", test.y, predicted, threshold)
        scores += r2_and_gain(f"aug_{name}", r2(test.y, predicted), float(artefacts[f"trtr/{name}"]))[1:]
    return scores


def augmented_scarce(artefacts: Arrays, train: Rows, synthetic: Rows, test: Rows, seed: int) -> list[Score]:
    """Returns R2 and gain after training on a small share of train and the synthetic rows."""
    scores: list[Score] = []
    for part in SCARCE:
        kept = artefacts[f"{part}/rows"]
        both = Rows(train.x[kept], train.y[kept]).and_(synthetic)
        for name in SCARCE_MODELS:
            alone, prefix = artefacts.get(f"{part}/{name}"), f"{part}_{name}"
            if alone is None:
                reason = f"fewer than {_FEWEST_ROWS} real rows are left"
                scores += [Score(f"{prefix}_{ending}", None, reason=reason) for ending in ("r2", "gain")]
            else:
                scores += r2_and_gain(prefix, fitted_r2(name, both, test, seed), float(alone))
    return scores


def r2_and_gain(prefix: str, value: float, without: float) -> list[Score]:
    """Returns an R2, and its difference to the R2 without synthetic rows.

    >>> [score.value for score in r2_and_gain("aug_xgb", 0.75, 0.5)]
    [0.75, 0.25]
    """
    undefined = "the target is constant in test" if np.isnan(value) else ""
    return [
        score(f"{prefix}_r2", value, undefined=undefined),
        score(f"{prefix}_gain", value - without, undefined=undefined),
    ]
