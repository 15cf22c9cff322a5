"""Utility of tables of all kinds: classes and numbers as the target, through the family."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from bench.plugins import entry_points
from bench.scoring.encoding import code_table
from bench.scoring.metrics.utility import classifiers, regressors, stored_models
from bench.scoring.metrics.utility.certainty import score_certainty
from bench.scoring.metrics.utility.classifiers import CLASSIFIERS, learn_boosted_classes
from bench.scoring.metrics.utility.described_models import DESCRIPTIONS
from bench.scoring.metrics.utility.other_columns import column_values
from bench.scoring.metrics.utility.regressors import MODELS, learn_boosting
from bench.scoring.metrics.utility.rows import Rows, target_rows
from bench.scoring.score_table import Scored, metrics_in, prepare_all, score_all, score_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.api import MetricSet, Split

FAMILY = entry_points.load("metrics", "utility")


@pytest.fixture(scope="module", autouse=True)
def light() -> Iterator[None]:
    """Fewer trees and steps than are published: what is tested here is what is done with the models."""
    from dataclasses import replace

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MODELS, "xgb", replace(MODELS["xgb"], learn=partial(learn_boosting, trees=30)))
        patch.setitem(CLASSIFIERS, "xgb", replace(CLASSIFIERS["xgb"], learn=partial(learn_boosted_classes, trees=30)))
        for module in (regressors, classifiers):
            patch.setattr(module, "FOREST", 10)
        patch.setattr(stored_models, "_EPOCHS", 20)
        yield


def scored(split: Split, rows: pd.DataFrame, metric_set: MetricSet = "core") -> Scored:
    artefacts = prepare_all([FAMILY], split, 0, metric_set)
    return score_all([FAMILY], split, rows, artefacts, seed=0, metric_set=metric_set)


def independent(split: Split, columns: list[str] | None = None) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = split.train.copy()
    for name in split.schema.names if columns is None else columns:
        rows[name] = rows[name].array[rng.permutation(len(rows))]
    return rows


@pytest.fixture(scope="module")
def real(patients: Split) -> Scored:
    return scored(patients, patients.train, "full")


def test_real_rows_have_every_value(patients: Split, real: Scored) -> None:
    assert list(real.metrics) == score_keys(metrics_in(FAMILY, "full", patients.schema), patients.schema.names)
    assert real.reasons == {
        "tstr_others[illness]": "is the target",
        "tstr_others[packs]": "real rows do not predict it",
    }
    ranges = {metric.name: metric.range for metric in FAMILY.metrics}
    for key, value in real.metrics.items():
        low, high = ranges[key.split("[")[0]]
        assert value is None or low <= value <= high


def test_classes_and_confusion_are_kept_for_reports(real: Scored) -> None:
    assert real.details["utility/classes"].tolist() == ["none", "mild", "severe"]
    assert {real.details[f"utility/confusion/{name}"].sum() for name in DESCRIPTIONS} == {150}


def test_rows_without_dependence_are_noticed_by_every_task(patients: Split, real: Scored) -> None:
    broken = scored(patients, independent(patients), "full").metrics
    ranked = [f"tstr_{model}_auc" for model in DESCRIPTIONS]
    for name in (*ranked, "aug_xgb_gain_auc", "aug_linear_gain_auc", "tstr_others"):
        better, worse = real.metrics[name], broken[name]
        assert better is not None
        assert worse is not None
        assert better > worse + 0.02, name
    assert all((broken[name] or 1.0) < 0.65 for name in ranked)


def test_a_class_that_rows_lack_is_punished(patients: Split, real: Scored) -> None:
    lacking = scored(patients, patients.train[patients.train["illness"] != "severe"]).metrics
    single = scored(patients, patients.train[patients.train["illness"] == "none"]).metrics
    for name in ("tstr_xgb_auc", "tstr_linear_auc"):
        whole, less, least = (values[name] or 0.0 for values in (real.metrics, lacking, single))
        assert whole > less + 0.05
        assert least == 0.5


def test_invented_classes_teach_nothing(patients: Split) -> None:
    rows = patients.train.assign(illness=pd.Categorical(["odd"] * 300, categories=["none", "mild", "severe", "odd"]))
    assert scored(patients, rows).metrics["tstr_linear_auc"] == 0.5


def test_classes_that_are_too_certain_are_noticed() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2_000, 2))
    risk = 1 / (1 + np.exp(-2 * x[:, 0]))

    def rows(y: Any) -> Rows:  # noqa: ANN401 - a mask
        return Rows(x, y.astype(float), classes=2)

    honest, certain = rows(rng.random(2_000) < risk), rows(risk > 0.5)
    unseen = rows(rng.random(2_000) < risk)
    good, bad = (score_certainty(table, unseen, 0).value for table in (honest, certain))
    assert good == pytest.approx(0, abs=0.1)
    assert bad is not None
    assert bad > 1


def test_numbers_are_predicted_from_all_kinds(patients_by_age: Split) -> None:
    real, broken = (
        scored(patients_by_age, rows).metrics for rows in (patients_by_age.train, independent(patients_by_age, ["age"]))
    )
    assert (real["tstr_linear_r2"] or 0.0) > (broken["tstr_linear_r2"] or 0.0) + 0.2
    assert "tstr_linear_auc" not in real


def test_every_other_column_is_predicted_by_its_kind(patients: Split) -> None:
    schema = patients.schema
    train, test = (code_table(part, schema) for part in (patients.train, patients.test))
    values = dict(zip(schema.names, column_values(schema, train, train, test, 0), strict=True))
    assert np.isnan(values.pop("illness"))
    assert values["town"] == values["state"] == 1.0
    assert values["leave"] > 0.9
    nothing = column_values(schema, train[:3], train, test, 0)
    assert np.nanmax(nothing) == 0.5


def test_gaps_of_a_target_are_dropped_and_gaps_of_features_stay(patients: Split) -> None:
    table = code_table(patients.train, patients.schema)
    (rows,) = target_rows(patients.schema, table, "packs", table)
    assert len(rows.y) == np.isfinite(table[:, 4]).sum() < 300
    assert np.isnan(rows.x).any()
    assert np.isfinite(rows.features.plain(rows.x)).all()
