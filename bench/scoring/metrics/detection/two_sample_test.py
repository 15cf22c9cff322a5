"""The classifier two-sample test, cross-fitted over folds that keep identical rows together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from ..shared.matrix import Matrix

FOLDS = 5
_FEWEST = 10
_BINS = 20
# A bootstrap of the real rows repeats one more often than this with probability 1e-8. What repeats more
# often has collapsed: kept in one fold, the classifier that judges it would never have seen it.
_LARGEST_GROUP = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """Equally many real and synthetic rows, dealt into folds.

    Attributes:
        rows: real ones first, (rows, columns).
        labels: 0 real, 1 synthetic, (rows,).
        folds: 0 to 4, (rows,).
    """

    rows: Matrix
    labels: NDArray[np.int64]
    folds: NDArray[np.int64]


def draw(real: Matrix, synthetic: Matrix, seed: int) -> Sample | None:
    """As many rows of the larger table as the smaller one has; None if there are fewer than 10 of either.

    Args:
        real: (rows, columns), finite.
        synthetic: (rows, columns), finite.
        seed: draws the rows of the larger table, and the folds.

    >>> table = np.arange(12.0).reshape(12, 1)
    >>> sample = draw(table[:10], table + 100, 0)
    >>> sample.rows.shape, np.bincount(sample.folds).tolist()
    ((20, 1), [4, 4, 4, 4, 4])
    """
    count = min(len(real), len(synthetic))
    if count < _FEWEST:
        return None
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.permutation(table)[:count] for table in (real, synthetic)])
    labels = np.repeat(np.array([0, 1]), count)
    return Sample(rows, labels, grouped_folds(rows, labels, rng))


def boosted(sample: Sample) -> tuple[Matrix, Matrix]:
    """Out-of-fold probabilities of gradient-boosted trees, and what they went by.

    Returns:
        The probability that each row is synthetic, (rows,); and each column's share of the gain of all splits,
        averaged over folds, (columns,): it adds up to 1, or to less where a fold found nothing to split.

    >>> table = np.arange(40.0).reshape(20, 2)
    >>> probabilities, gains = boosted(draw(table, table + [0.0, 100.0], 0))
    >>> gains.round(2).tolist()
    [0.0, 1.0]
    """
    from xgboost import XGBClassifier

    gains = np.zeros(sample.rows.shape[1])
    probabilities = np.empty(len(sample.rows))
    for held in _held(sample):
        model = XGBClassifier(n_estimators=100, max_depth=5, n_jobs=1, random_state=0, verbosity=0)
        model.fit(sample.rows[~held], sample.labels[~held])
        probabilities[held] = model.predict_proba(sample.rows[held])[:, 1]
        gains += _shares(model.get_booster().get_score(importance_type="total_gain"), len(gains)) / FOLDS
    return probabilities, gains


def _shares(gains: Mapping[str, Any], columns: int) -> Matrix:
    """By column, of what XGBoost calls f0, f1, ...; it leaves out columns that no tree splits."""
    values = np.array([float(gains.get(f"f{column}", 0.0)) for column in range(columns)])
    return np.asarray(values / max(values.sum(), np.finfo(np.float64).tiny))


def logistic(sample: Sample) -> Matrix:
    """Out-of-fold probabilities of a logistic regression on columns standardised by the other folds; (rows,).

    >>> table = np.arange(40.0).reshape(20, 2)
    >>> auc(sample := draw(table, table + 1000, 0), logistic(sample))
    1.0
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probabilities = np.empty(len(sample.rows))
    for held in _held(sample):
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
        model.fit(sample.rows[~held], sample.labels[~held])
        probabilities[held] = model.predict_proba(sample.rows[held])[:, 1]
    return probabilities


def _held(sample: Sample) -> Iterator[NDArray[np.bool_]]:
    return (sample.folds == fold for fold in range(FOLDS))


def auc(sample: Sample, probabilities: Matrix) -> float:
    """The chance that a synthetic row looks more synthetic than a real one, ties half; folds are pooled.

    >>> sample = draw(np.zeros((10, 1)), np.ones((10, 1)), 0)
    >>> auc(sample, sample.labels * 1.0), auc(sample, np.full(20, 0.5))
    (1.0, 0.5)
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(sample.labels, probabilities))


def histogram(probabilities: Matrix) -> NDArray[np.float32]:
    """Shares of rows by probability, in 20 bins from 0 to 1.

    >>> histogram(np.array([0.01, 0.99, 1.0, 1.0]))[[0, -1]].tolist()
    [0.25, 0.75]
    """
    counts, _ = np.histogram(probabilities, bins=_BINS, range=(0.0, 1.0))
    return (counts / max(len(probabilities), 1)).astype(np.float32)


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
    dealt[order] = np.arange(len(order)) % FOLDS
    return np.asarray(dealt[group])
