"""Real and synthetic rows together: does adding synthetic rows to train, or to a small share of it, help?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Arrays, Details, Score

from ..shared.matrix import score
from .described_models import SCARCE, SCARCE_MODELS
from .other_tasks import IMPORTANCE_MODEL, permutation_importance
from .regressors import MODELS
from .rows import apply, learn, value
from .tstr import headline_and_errors

if TYPE_CHECKING:
    from ..shared.matrix import Matrix
    from .rows import Rows

_FEWEST_ROWS = 10


def fit_to_real(train: Rows, test: Rows, seed: int) -> Details:
    """Fits models to real rows alone, for comparison with models of synthetic rows.

    Returns:
        `model/<name>/<array>` of each model fitted to train, and `trtr/<name>`, its R2 on test, or its AUC if the
        target has classes; `<scarce>/rows`, the rows of train that a small share keeps, and `<scarce>/<name>`, the
        same of a model fitted to them alone;
        `importance` (features,) of the columns for the boosted trees fitted to train.
    """
    fitted = {name: learn(name, train, seed) for name in MODELS}
    arrays: Details = {f"model/{name}/{key}": array for name, model in fitted.items() for key, array in model.items()}
    for name, model in fitted.items():
        arrays[f"trtr/{name}"] = np.array(value(test, apply(name, model, test)))
    for part, share in SCARCE.items():
        kept = random_subset(len(train.y), share, seed)
        arrays[f"{part}/rows"] = kept
        if len(kept) >= _FEWEST_ROWS:
            few = train.only(kept)
            arrays |= {f"{part}/{name}": np.array(fitted_value(name, few, test, seed)) for name in SCARCE_MODELS}
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


def fitted_value(name: str, rows: Rows, test: Rows, seed: int) -> float:
    """Returns the R2 or the AUC on `test` of a model fitted to `rows`; NaN if the target of test is constant."""
    return value(test, apply(name, learn(name, rows, seed), test))


def augmented_train(
    artefacts: Arrays, train: Rows, synthetic: Rows, test: Rows, threshold: float, seed: int
) -> list[Score]:
    """Returns scores on test after training on train and the synthetic rows, and the gain in R2 or AUC."""
    both, scores = train.and_(synthetic), list[Score]()
    for name in MODELS:
        predicted = apply(name, learn(name, both, seed), test)
        scores += headline_and_errors(f"aug_{name}", test, predicted, threshold)
        scores += value_and_gain(f"aug_{name}", test, value(test, predicted), float(artefacts[f"trtr/{name}"]))[1:]
    return scores


def augmented_scarce(artefacts: Arrays, train: Rows, synthetic: Rows, test: Rows, seed: int) -> list[Score]:
    """Returns R2 or AUC, and its gain, after training on a small share of train and the synthetic rows."""
    scores: list[Score] = []
    for part in SCARCE:
        both = train.only(artefacts[f"{part}/rows"]).and_(synthetic)
        for name in SCARCE_MODELS:
            alone, prefix = artefacts.get(f"{part}/{name}"), f"{part}_{name}"
            if alone is None:
                reason = f"fewer than {_FEWEST_ROWS} real rows are left"
                scores += [Score(f"{prefix}_{ending}", None, reason=reason) for ending in endings(test)]
            else:
                scores += value_and_gain(prefix, test, fitted_value(name, both, test, seed), float(alone))
    return scores


def endings(rows: Rows) -> tuple[str, str]:
    """Returns how the names of metrics end: of R2 or AUC, and of its gain."""
    return ("auc", "gain_auc") if rows.classes else ("r2", "gain")


def value_and_gain(prefix: str, test: Rows, achieved: float, without: float) -> list[Score]:
    """Returns an R2 or an AUC on test, and its difference to that without synthetic rows.

    >>> from .rows import Rows
    >>> numbers = Rows(np.zeros((1, 1)), np.zeros(1))
    >>> [(score.metric, score.value) for score in value_and_gain("aug_xgb", numbers, 0.75, 0.5)]
    [('aug_xgb_r2', 0.75), ('aug_xgb_gain', 0.25)]
    """
    single = "there is only one class in test" if test.classes else "the target is constant in test"
    undefined, (headline, gain) = single if np.isnan(achieved) else "", endings(test)
    return [
        score(f"{prefix}_{headline}", achieved, undefined=undefined),
        score(f"{prefix}_{gain}", achieved - without, undefined=undefined),
    ]
