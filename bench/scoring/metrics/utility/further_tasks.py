"""What else synthetic rows are good for: learning beside real rows, other columns, importances, anomalies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.api import Score

from ..shared.matrix import score
from .regressors import MODELS, SCARCE, SCARCE_MODELS, apply_boosting, fit, learn_boosting, predict
from .tstr import Rows, errors, r2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.api import Arrays, Details

    from ..shared.matrix import Matrix

IMPORTANCE_MODEL = "xgb"
OTHERS_TREES = 100
_REPEATS = 5
_FEWEST = 10
_CONSTANT = "the target is constant in test"
_FEW = f"fewer than {_FEWEST} real rows are left"


def prepare(train: Rows, test: Rows, seed: int) -> Details:
    """What real rows alone give, under the names that the functions below look up.

    Returns:
        `model/<name>/<array>` of each model fitted to train and `trtr/<name>`, its R2 on test; `<scarce>/rows`, which
        rows of train are kept, and `<scarce>/<name>`, the R2 on test of a model fitted to them alone; `importance`
        (features,) of the columns for the boosted trees fitted to train.
    """
    fitted = {name: fit(name, train.x, train.y, seed) for name in MODELS}
    found: Details = {f"model/{name}/{key}": array for name, model in fitted.items() for key, array in model.items()}
    for name, model in fitted.items():
        found[f"trtr/{name}"] = np.array(r2(test.y, predict(name, model, test.x)))
    for part, share in SCARCE.items():
        kept = subset(len(train.y), share, seed)
        found[f"{part}/rows"] = kept
        if len(kept) >= _FEWEST:
            few = Rows(train.x[kept], train.y[kept])
            found |= {f"{part}/{name}": np.array(learned(name, few, test, seed)) for name in SCARCE_MODELS}
    found["importance"] = importance(IMPORTANCE_MODEL, fitted[IMPORTANCE_MODEL], test, seed)
    return found


def subset(count: int, share: float, seed: int) -> Matrix:
    """Which of `count` rows are kept when only a share is: at random, sorted; smaller shares lie within larger ones.

    >>> subset(10, 0.2, 0)
    array([4, 6])
    >>> subset(10, 0.3, 0)
    array([2, 4, 6])
    """
    return np.sort(np.random.default_rng(seed).permutation(count)[: round(share * count)])


def learned(name: str, rows: Rows, test: Rows, seed: int) -> float:
    """R2 on `test` of a model fitted to `rows`; NaN where the target of test is constant."""
    return r2(test.y, predict(name, fit(name, rows.x, rows.y, seed), test.x))


def on_synthetic(artefacts: Arrays, rows: Rows, threshold: float) -> list[Score]:
    """Train on real, test on synthetic: errors of the models of train on synthetic rows."""

    def predicted(name: str) -> Matrix:
        start = f"model/{name}/"
        model = {key.removeprefix(start): array for key, array in artefacts.items() if key.startswith(start)}
        return predict(name, model, rows.x)

    found = (errors(f"trts_{name}", rows.y, predicted(name), threshold, "the synthetic rows") for name in MODELS)
    return [one for of_model in found for one in of_model]


def augmented(artefacts: Arrays, train: Rows, rows: Rows, test: Rows, threshold: float, seed: int) -> list[Score]:
    """Errors on test after training on train with synthetic rows below, and by how much the R2 rose."""
    both, scores = train.and_(rows), list[Score]()
    for name in MODELS:
        predicted = predict(name, fit(name, both.x, both.y, seed), test.x)
        scores += errors(f"aug_{name}", test.y, predicted, threshold)
        scores += gained(f"aug_{name}", r2(test.y, predicted), float(artefacts[f"trtr/{name}"]))[1:]
    return scores


def scarce(artefacts: Arrays, train: Rows, rows: Rows, test: Rows, seed: int) -> list[Score]:
    """The same with a share of train in place of train."""
    scores: list[Score] = []
    for part in SCARCE:
        kept = artefacts[f"{part}/rows"]
        both = Rows(train.x[kept], train.y[kept]).and_(rows)
        for name in SCARCE_MODELS:
            alone = artefacts.get(f"{part}/{name}")
            prefix = f"{part}_{name}"
            if alone is None:
                scores += [Score(f"{prefix}_{what}", None, reason=_FEW) for what in ("r2", "gain")]
            else:
                scores += gained(prefix, learned(name, both, test, seed), float(alone))
    return scores


def gained(prefix: str, value: float, without: float) -> list[Score]:
    """An R2, and by how much it is above the R2 without synthetic rows.

    >>> [found.value for found in gained("aug_xgb", 0.75, 0.5)]
    [0.75, 0.25]
    """
    undefined = _CONSTANT if np.isnan(value) else ""
    return [
        score(f"{prefix}_r2", value, undefined=undefined),
        score(f"{prefix}_gain", value - without, undefined=undefined),
    ]


def others(rows: Matrix, test: Matrix, columns: Sequence[str], target: int, seed: int) -> list[Score]:
    """Train on synthetic, test on real, with every column but the target in turn as the target.

    Args:
        rows: synthetic, rows x columns.
        test: real, rows x columns.
        columns: their names.
        target: index of the target, which has metrics of its own; as a feature it is used here.
        seed: of the models.

    Returns:
        `tstr_others_r2`, the mean over columns that vary in test, then one R2 per column. In the mean an R2 below 0
        counts as 0: worse than a constant is of no use, and one column far below would decide the mean alone.
    """

    def of_column(index: int) -> float:
        learn, check = Rows.of(rows, index), Rows.of(test, index)
        return r2(check.y, apply_boosting(learn_boosting(learn.x, learn.y, seed, OTHERS_TREES), check.x))

    name = "tstr_others_r2"
    values = {column: of_column(index) for index, column in enumerate(columns) if index != target}
    known = [max(value, 0.0) for value in values.values() if np.isfinite(value)]
    mean = score(name, float(np.mean(known)) if known else np.nan, undefined="every other column is constant in test")
    slots = [score(name, value, column, undefined="constant in test") for column, value in values.items()]
    return [mean, *slots, Score(name, None, columns[target], "is the target")]


def importance(name: str, fitted: Arrays, test: Rows, seed: int) -> Matrix:
    """By how much the mean squared error grows when a column is shuffled, (features,); mean of 5 shuffles.

    >>> line = {"mean": np.zeros(2), "scale": np.ones(2), "slope": np.array([1.0, 0.0]), "intercept": np.zeros(())}
    >>> x = np.array([[0.0, 5.0], [1.0, 7.0], [2.0, 6.0]])
    >>> importance("linear", line, Rows(x, x[:, 0]), 0) > 0
    array([ True, False])
    """
    rng = np.random.default_rng(seed)

    def error(x: Matrix) -> float:
        return float(((test.y - predict(name, fitted, x)) ** 2).mean())

    def shuffled(column: int) -> Matrix:
        x = test.x.copy()
        x[:, column] = rng.permutation(x[:, column])
        return x

    grown = [[error(shuffled(column)) for _ in range(_REPEATS)] for column in range(test.x.shape[1])]
    return np.asarray(np.mean(grown, axis=1) - error(test.x))


def agreement(real: Matrix, synthetic: Matrix) -> Score:
    """Spearman's rank correlation of two models' importances (features,).

    >>> agreement(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0])).value
    0.5
    """
    from scipy.stats import spearmanr

    name = "importance_agreement"
    if len(real) < 2:
        return Score(name, None, reason="fewer than two other columns")
    if not (np.ptp(real) and np.ptp(synthetic)):
        return Score(name, None, reason="all columns are equally important")
    return score(name, round(float(spearmanr(real, synthetic).statistic), 12))


def anomalies(rows: Rows, test: Rows, threshold: float, seed: int) -> Score:
    """AUC of an isolation forest of normal synthetic rows for the plumes of test, by features alone."""
    from sklearn.ensemble import IsolationForest

    name, normal, plume = "anomaly_auc", rows.x[rows.y <= threshold], test.y > threshold
    if len(normal) < _FEWEST:
        return Score(name, None, reason=f"fewer than {_FEWEST} normal synthetic rows")
    if not 0 < plume.sum() < len(plume):
        return Score(name, None, reason=f"test has no {'baseline' if plume.any() else 'plume'} rows")
    forest = IsolationForest(n_jobs=1, random_state=seed % 2**31).fit(normal)
    oddness = -forest.score_samples(test.x)
    return score(name, area(oddness[plume], oddness[~plume]))


def area(higher: Matrix, lower: Matrix) -> float:
    """The share of pairs in which a value of the first is above one of the second; ties count half.

    >>> area(np.array([3.0, 2.0]), np.array([1.0, 2.0]))
    0.875
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([higher, lower]))[: len(higher)].sum()
    return float((ranks - len(higher) * (len(higher) + 1) / 2) / (len(higher) * len(lower)))


def extended(
    artefacts: Arrays, train: Rows, rows: Rows, test: Rows, threshold: float, fitted: Mapping[str, Arrays], seed: int
) -> tuple[list[Score], Details]:
    """All of the above but other columns; `fitted` are the models of the synthetic rows."""
    found = importance(IMPORTANCE_MODEL, fitted[IMPORTANCE_MODEL], test, seed)
    scores = [
        *on_synthetic(artefacts, rows, threshold),
        *augmented(artefacts, train, rows, test, threshold, seed),
        *scarce(artefacts, train, rows, test, seed),
        agreement(artefacts["importance"], found),
        anomalies(rows, test, threshold, seed),
    ]
    return scores, {"importance/real": artefacts["importance"], "importance/synthetic": found}
