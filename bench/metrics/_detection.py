"""The classifier two-sample test, cross-fitted over folds that keep identical rows together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._table import Matrix

_FOLDS = 5
_FEWEST = 10
# A bootstrap of the real rows repeats one more often than this with probability 1e-8. What repeats more
# often has collapsed: kept in one fold, the classifier that judges it would never have seen it.
_LARGEST_GROUP = 10


def two_sample(real: Matrix, synthetic: Matrix, seed: int) -> tuple[float, Matrix | None]:
    """How well a classifier tells two tables apart, on equally many rows of each.

    Args:
        real: rows x columns, finite.
        synthetic: rows x columns, finite.
        seed: draws the rows of the larger table, and the folds.

    Returns:
        The AUC of out-of-fold probabilities, pooled, in [0, 1]; and each column's share of the gain, averaged over
        folds, (columns,). NaN and None if there are fewer than 10 rows of either.
    """
    count = min(len(real), len(synthetic))
    if count < _FEWEST:
        return float("nan"), None
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.permutation(table)[:count] for table in (real, synthetic)])
    labels = np.repeat(np.array([0, 1]), count)
    return _cross_fit(rows, labels, grouped_folds(rows, labels, rng))


def _cross_fit(rows: Matrix, labels: NDArray[np.int64], folds: NDArray[np.int64]) -> tuple[float, Matrix]:
    from sklearn.metrics import roc_auc_score
    from xgboost import XGBClassifier

    scores, gains = np.empty(len(rows)), np.zeros(rows.shape[1])
    for fold in range(_FOLDS):
        held = folds == fold
        model = XGBClassifier(n_estimators=100, max_depth=5, n_jobs=1, random_state=0, verbosity=0)
        model.fit(rows[~held], labels[~held])
        scores[held] = model.predict_proba(rows[held])[:, 1]
        gains += model.feature_importances_ / _FOLDS
    return float(roc_auc_score(labels, scores)), gains


def grouped_folds(rows: Matrix, labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """A fold in 0..4 for each row: identical rows share one, and each holds a fifth of both labels.

    Groups are shuffled, ordered by how many rows of each label they hold, and dealt out in turn. The same as
    scikit-learn's StratifiedGroupKFold up to one group per composition, in O(n log n) rather than a Python loop
    over groups. Groups of more than 10 rows are dealt row by row.
    """
    same = np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)
    sizes = np.bincount(same)
    single = len(sizes) + np.arange(len(rows))
    group = np.where(sizes[same] > _LARGEST_GROUP, single, same)
    _, some_row, group = np.unique(group, return_index=True, return_inverse=True)
    synthetic = np.bincount(group, weights=labels)
    real = np.bincount(group) - synthetic
    shuffled = rng.permutation(len(sizes))[same[some_row]]
    order = np.lexsort((shuffled, real, synthetic))
    dealt = np.empty(len(order), dtype=np.int64)
    dealt[order] = np.arange(len(order)) % _FOLDS
    return np.asarray(dealt[group])
