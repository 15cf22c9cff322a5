"""The classifier two-sample test (C2ST), cross-fitted over folds that keep identical rows together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.scoring.encoding import encoding_of, feature_types
from bench.scoring.unusable_cells import unusable
from bench.seeds import derive

from ..shared.comparable_rows import comparable_rows
from ..shared.date_parts import date_features
from ..shared.matrix import column_scores, matrix, score, snapped_matrix, unscored
from ..shared.repeats import identical_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from bench.api import Context, Details, Metric, Score
    from bench.scoring.encoding import Encoding

    from ..shared.matrix import Matrix

FOLDS = 5
_FEWEST_ROWS = 10
_BINS = 20
# Surplus repeats are left out as long as there are other rows. A collapsed generator has none, and its rows repeat more
# often than this. They are spread over folds: kept in one, the classifier would never have seen them.
_LARGEST_GROUP = 10


def score_detection(context: Context, metrics: Sequence[Metric]) -> tuple[list[Score], Details]:
    """Returns the scores of all metrics of the family, and arrays for reports; no values if a table is unusable."""
    schema = context.split.schema
    rows, holdout = matrix(context.synthetic, schema), matrix(context.split.holdout, schema)
    if problem := unusable(rows, schema.names, schema.missing):
        return unscored(metrics, schema.names, problem), {}
    if min(len(holdout), len(rows)) < _FEWEST_ROWS:
        return unscored(metrics, schema.names, f"fewer than {_FEWEST_ROWS} rows of either kind"), {}
    sample = label_rows(*comparable_rows(holdout, rows, context.seed), context.seed)
    encoding = encoding_of(context.split.train, schema)
    plain = replace(sample, rows=encoding.plain(sample.rows))
    probabilities, gain = _trees_of_all_kinds(sample, encoding)
    auc = two_sample_auc(sample, probabilities)
    scores = [
        score("c2st_auc", auc),
        score("logistic_auc", two_sample_auc(plain, logistic_regression(plain))),
        score("c2st_gain", gain.max()),
        *column_scores("c2st_gain", gain, schema.names),
    ]
    if context.metric_set != "core" and schema.is_numeric:
        scores.append(score("c2st_auc_snapped", _snapped_auc(context, holdout, rows, auc)))
    return scores, {
        "columns": np.array(schema.names, dtype=np.str_),
        "importance": gain,
        "probability/real": histogram(probabilities[sample.labels == 0]),
        "probability/synthetic": histogram(probabilities[sample.labels == 1]),
    }


def _trees_of_all_kinds(sample: LabelledRows, encoding: Encoding) -> tuple[Matrix, Matrix]:
    """Returns what `boosted_trees` does, of rows as codes.

    Trees see hours, weekdays and months of dates as well: as one number, the dates of a clinic that is closed at night
    would differ little from dates at any hour. The gain of these counts as that of their date.
    """
    schema = encoding.schema
    parts, owners = date_features(sample.rows, schema)
    types = feature_types(schema)
    trees = replace(sample, rows=np.hstack([encoding.for_trees(sample.rows), parts]))
    probabilities, gains = boosted_trees(trees, types and [*types, *["q"] * len(owners)])
    gain = gains[: len(schema.columns)].copy()
    np.add.at(gain, owners, gains[len(schema.columns) :])
    return probabilities, gain


def _snapped_auc(context: Context, holdout: Matrix, rows: Matrix, auc: float) -> float:
    """Returns the AUC of rows on train's grid; `auc` if all rows lie on it already, as the result would be equal."""
    split = context.split
    snapped, real = snapped_matrix(context.synthetic, split), snapped_matrix(split.holdout, split)
    if np.array_equal(snapped, rows) and np.array_equal(real, holdout):
        return auc
    sample = label_rows(*comparable_rows(real, snapped, context.seed), context.seed)
    return two_sample_auc(sample, boosted_trees(sample)[0])


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Equally many real and synthetic rows, divided into folds.

    Attributes:
        rows: real ones first, (rows, columns), as codes or as features without gaps.
        labels: 0 real, 1 synthetic, (rows,).
        folds: 0 to 4, (rows,).
    """

    rows: Matrix
    labels: NDArray[np.int64]
    folds: NDArray[np.int64]


def label_rows(real: Matrix, synthetic: Matrix, seed: int) -> LabelledRows:
    """Returns equally many real and synthetic rows (rows x columns each, codes) with labels and folds.

    >>> table = np.arange(10.0).reshape(10, 1)
    >>> sample = label_rows(table, table + 100, 0)
    >>> sample.rows.shape, np.bincount(sample.folds).tolist()
    ((20, 1), [4, 4, 4, 4, 4])
    """
    rows = np.concatenate([real, synthetic])
    labels = np.repeat(np.array([0, 1]), [len(real), len(synthetic)])
    return LabelledRows(rows, labels, grouped_folds(rows, labels, np.random.default_rng(derive(seed, "folds"))))


def boosted_trees(sample: LabelledRows, types: Sequence[str] | None = None) -> tuple[Matrix, Matrix]:
    """Returns out-of-fold probabilities of gradient-boosted trees, (rows,), and the gain of each column, (columns,).

    Trees split levels into groups, and send gaps to one side of a split. `types` says which columns are codes of
    levels, see `feature_types`; None if there are none. Codes are the same on all rows, so that folds agree on them.
    The gain is the share of the gain of all splits, averaged over folds; its sum is 1, or less if a fold had no split.

    >>> table = np.arange(40.0).reshape(20, 2)
    >>> probabilities, gains = boosted_trees(label_rows(table, table + [0.0, 100.0], 0))
    >>> gains.round(2).tolist()
    [0.0, 1.0]
    """
    from xgboost import XGBClassifier

    models, probabilities = _cross_fit(
        sample,
        lambda: XGBClassifier(
            n_estimators=100, max_depth=5, n_jobs=1, random_state=0, verbosity=0, feature_types=types
        ),
    )
    gains = np.zeros(sample.rows.shape[1])
    for model in models:
        gains += _gain_shares(model.get_booster().get_score(importance_type="total_gain"), len(gains)) / FOLDS
    return probabilities, gains


def _gain_shares(gains: Mapping[str, Any], columns: int) -> Matrix:
    """Returns shares by column, (columns,). XGBoost calls columns f0, f1, ... and leaves out those never split."""
    values = np.array([float(gains.get(f"f{column}", 0.0)) for column in range(columns)])
    return np.asarray(values / max(values.sum(), np.finfo(np.float64).tiny))


def logistic_regression(sample: LabelledRows) -> Matrix:
    """Returns out-of-fold probabilities of a logistic regression on columns standardised by the other folds, (rows,).

    >>> table = np.arange(40.0).reshape(20, 2)
    >>> two_sample_auc(sample := label_rows(table, table + 1000, 0), logistic_regression(sample))
    1.0
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return _cross_fit(sample, lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)))[1]


def _cross_fit(sample: LabelledRows, new_model: Callable[[], Any]) -> tuple[list[Any], Matrix]:
    """Returns one fitted model per fold, and for each row the probability of the model that has not seen it."""
    models, probabilities = [], np.empty(len(sample.rows))
    for fold in range(FOLDS):
        held_out = sample.folds == fold
        models.append(new_model().fit(sample.rows[~held_out], sample.labels[~held_out]))
        probabilities[held_out] = models[-1].predict_proba(sample.rows[held_out])[:, 1]
    return models, probabilities


def two_sample_auc(sample: LabelledRows, probabilities: Matrix) -> float:
    """Returns the chance that a synthetic row has a higher probability than a real one; ties count half, folds pooled.

    >>> sample = label_rows(np.zeros((10, 1)), np.ones((10, 1)), 0)
    >>> two_sample_auc(sample, sample.labels * 1.0), two_sample_auc(sample, np.full(20, 0.5))
    (1.0, 0.5)
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(sample.labels, probabilities))


def histogram(probabilities: Matrix) -> NDArray[np.float32]:
    """Returns the shares of rows by probability, in 20 bins from 0 to 1.

    >>> histogram(np.array([0.01, 0.99, 1.0, 1.0]))[[0, -1]].tolist()
    [0.25, 0.75]
    """
    counts, _ = np.histogram(probabilities, bins=_BINS, range=(0.0, 1.0))
    return (counts / max(len(probabilities), 1)).astype(np.float32)


def grouped_folds(rows: Matrix, labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Returns a fold in 0..4 for each row: identical rows share a fold, and each fold holds a fifth of both labels.

    Groups of identical rows are shuffled, sorted by how many rows of each label they hold, and dealt to the folds in
    turn. The result equals scikit-learn's StratifiedGroupKFold up to one group per composition, in O(n log n) rather
    than a Python loop over groups. Groups of more than 10 rows are dealt row by row, at random.
    """
    identical = identical_rows(rows)
    sizes = np.bincount(identical)
    single = len(sizes) + np.arange(len(rows))
    group = np.where(sizes[identical] > _LARGEST_GROUP, single, identical)
    group = np.unique(group, return_inverse=True)[1]
    synthetic = np.bincount(group, weights=labels)
    real = np.bincount(group) - synthetic
    # Rows of a large group must not be dealt evenly: the shares of labels that a classifier learns in four folds would
    # return in the fifth, and fresh rows on a coarse grid would have an AUC of 0.55.
    order = np.lexsort((rng.permutation(len(real)), real, synthetic))
    folds = np.empty(len(order), dtype=np.int64)
    folds[order] = np.arange(len(order)) % FOLDS
    return np.asarray(folds[group])
