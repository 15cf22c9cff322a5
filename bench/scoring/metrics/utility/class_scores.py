"""Scores of predicted classes: AUC, F1, logarithmic loss and Brier score, each over all classes of the target.

Classes are codes 0..k-1 of the target's levels. A model knows only the classes of the rows that it was fitted to. It
gives the others the smallest probability: they are predicted badly, but they are not left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import score
from ..shared.numerics import auc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api import Score

    from ..shared.matrix import Matrix

LEAST = 1e-6
"""The smallest probability of a class, also of one that a model does not know, so that a loss stays finite."""
CLASS_SCORES = ("auc", "f1", "log_loss", "brier")


def over_all_classes(probabilities: Matrix, present: Sequence[int], classes: int) -> Matrix:
    """Returns probabilities of all classes, (rows x classes); rows have the sum 1.

    Classes that a model does not know have `LEAST` in every row, so that they rank no row before another one.

    Args:
        probabilities: rows x present, of the classes that a model knows.
        present: the codes of these classes, ascending.
        classes: how many classes the target has.

    >>> over_all_classes(np.array([[0.25, 0.75]]), [0, 2], 3).round(6)
    array([[2.50000e-01, 1.00000e-06, 7.49999e-01]])
    """
    known = np.maximum(probabilities, LEAST)
    spread = np.full((len(probabilities), classes), LEAST if len(present) else 1 / classes)
    left = 1 - LEAST * (classes - len(present))
    spread[:, list(present)] = left * known / known.sum(axis=1, keepdims=True)
    return spread


def class_scores(prefix: str, codes: Matrix, probabilities: Matrix, where: str = "test") -> list[Score]:
    """Returns the scores named in `CLASS_SCORES`; none has a value if the rows hold a single class.

    Args:
        prefix: of the metrics' names.
        codes: the class of each row, (rows,).
        probabilities: rows x classes, as `over_all_classes` returns them.
        where: names the rows in a reason.

    >>> certain = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    >>> [score.value for score in class_scores("m", np.array([0, 1, 0]), certain)][:2]
    [0.75, 0.6666666666666666]
    """
    single = not len(codes) or not np.ptp(codes)
    undefined = f"there is only one class in {where}" if single else ""
    measured = (macro_auc, macro_f1, log_loss, brier_score)
    return [
        score(f"{prefix}_{name}", np.nan if single else measure(codes, probabilities), undefined=undefined)
        for name, measure in zip(CLASS_SCORES, measured, strict=True)
    ]


def macro_auc(codes: Matrix, probabilities: Matrix) -> float:
    """Returns the mean over classes of the AUC of one class against the rest; NaN if the rows hold a single class.

    Classes that no row has are left out; ties count half, so constant probabilities have 0.5. For two classes both
    AUCs are the same.

    >>> macro_auc(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.95, 0.05]]))
    0.5
    """
    found = [code for code in range(probabilities.shape[1]) if 0 < (codes == code).sum() < len(codes)]
    values = [auc(probabilities[codes == code, code], probabilities[codes != code, code]) for code in found]
    return float(np.mean(values)) if values else float("nan")


def macro_f1(codes: Matrix, probabilities: Matrix) -> float:
    """Returns the mean over the classes that rows have of 2 hits / (rows of the class + rows predicted as the class).

    A row is predicted as the class of the largest probability; of several, the first.

    >>> macro_f1(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]))
    0.6666666666666666
    """
    predicted = probabilities.argmax(axis=1)
    values = []
    for code in np.unique(codes):
        hits = ((codes == code) & (predicted == code)).sum()
        values.append(2 * hits / ((codes == code).sum() + (predicted == code).sum()))
    return float(np.mean(values)) if values else float("nan")


def log_loss(codes: Matrix, probabilities: Matrix) -> float:
    """Returns the mean of -log(probability of the row's class), of which each is at least `LEAST`.

    >>> round(log_loss(np.array([0, 1]), np.array([[0.5, 0.5], [0.75, 0.25]])), 3)
    1.04
    """
    own = probabilities[np.arange(len(codes)), codes.astype(np.int64)]
    return float(-np.log(np.maximum(own, LEAST)).mean())


def brier_score(codes: Matrix, probabilities: Matrix) -> float:
    """Returns half of the mean squared distance to the row's class as a vector of 0 and 1: 0..1 (Brier 1950).

    >>> brier_score(np.array([0, 1]), np.array([[1.0, 0.0], [0.5, 0.5]]))
    0.125
    """
    actual = codes[:, None] == np.arange(probabilities.shape[1])
    return float(((probabilities - actual) ** 2).sum(axis=1).mean() / 2)


def confusion(codes: Matrix, probabilities: Matrix) -> Matrix:
    """Returns how many rows of each class are predicted as each class, (classes x classes): actual x predicted.

    >>> confusion(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])).tolist()
    [[1, 1], [0, 1]]
    """
    classes = probabilities.shape[1]
    pairs = codes.astype(np.int64) * classes + probabilities.argmax(axis=1)
    return np.asarray(np.bincount(pairs, minlength=classes**2).reshape(classes, classes))
