from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, confusion_matrix, f1_score, roc_auc_score
from sklearn.metrics import log_loss as library_loss

from bench.scoring.metrics.utility.class_scores import CLASS_SCORES, class_scores, confusion, over_all_classes


@pytest.mark.parametrize("classes", [2, 4])
def test_scores_agree_with_scikit_learn(classes: int) -> None:
    rng = np.random.default_rng(classes)
    codes = np.concatenate([np.arange(classes), rng.integers(0, classes, 200)])
    predicted = over_all_classes(rng.dirichlet(np.ones(classes) / 2, len(codes)), range(classes), classes)
    one_column = predicted[:, 1] if classes == 2 else predicted
    expected = {
        "auc": roc_auc_score(codes, one_column, multi_class="ovr", average="macro"),
        "f1": f1_score(codes, predicted.argmax(axis=1), average="macro"),
        "log_loss": library_loss(codes, predicted, labels=range(classes)),
        "brier": brier_score_loss(codes, one_column, labels=range(classes), scale_by_half=True),
    }
    assert {score.metric: score.value for score in class_scores("m", codes, predicted)} == pytest.approx(
        {f"m_{name}": expected[name] for name in CLASS_SCORES}, abs=1e-12
    )
    assert np.array_equal(confusion(codes, predicted), confusion_matrix(codes, predicted.argmax(axis=1)))


def test_a_class_that_a_model_does_not_know_costs_all_scores() -> None:
    codes = np.repeat([0, 1, 2], 20)
    certain = np.eye(3)[codes]
    known = np.where(codes[:, None] == 2, 0.5, certain[:, :2])
    whole = [score.value for score in class_scores("m", codes, over_all_classes(certain, range(3), 3))]
    lacking = [score.value for score in class_scores("m", codes, over_all_classes(known, [0, 1], 3))]
    assert whole == pytest.approx([1, 1, 0, 0], abs=1e-5)
    auc, f1, loss, brier = (value or 0.0 for value in lacking)
    assert auc < 0.9
    assert f1 < 0.6
    assert loss > 4
    assert brier > 0.2


def test_one_class_in_test_has_no_score() -> None:
    scores = class_scores("m", np.zeros(5), np.full((5, 2), 0.5))
    assert {score.reason for score in scores} == {"there is only one class in test"}
