from __future__ import annotations

import importlib

import numpy as np

from bench.api import Trial, TrialResult

drawn = importlib.import_module("bench.reports._confusion_matrices")
lookup = importlib.import_module("bench.reports._lookup")


def drawings(counts: list[list[int]], classes: list[str]) -> object:
    trial = Trial("t", "data", "split", 0, "vae", {}, 0)
    arrays = {"utility/confusion/xgb": np.array(counts), "utility/classes": np.array(classes)}
    return lookup.Drawings("vae", TrialResult(trial, "ok", metrics={"tstr_xgb_auc": 0.75}), arrays, {})


def test_rows_are_shares_of_the_actual_class() -> None:
    (panel,) = drawn.confusion_panels(drawings([[3, 1], [0, 0]], ["no", "yes"]), {"xgb": "boosted trees"})
    assert panel.title == "boosted trees: AUC 0.750"
    assert panel.labels == ("no", "yes")
    assert panel.matrix[0] == (0.75, 0.25)
    assert np.isnan(panel.matrix[1]).all()


def test_the_most_frequent_of_many_classes_are_shown_in_their_order() -> None:
    counts = np.diag(np.arange(12)).tolist()
    (panel,) = drawn.confusion_panels(drawings(counts, [f"c{number}" for number in range(12)]), {})
    assert panel.labels == tuple(f"c{number}" for number in range(2, 12))
    assert len(panel.matrix) == len(panel.matrix[0]) == 10


def test_numbers_have_no_confusion() -> None:
    trial = Trial("t", "data", "split", 0, "vae", {}, 0)
    assert drawn.confusion_panels(lookup.Drawings("vae", TrialResult(trial, "ok"), {}, {}), {}) == ()
